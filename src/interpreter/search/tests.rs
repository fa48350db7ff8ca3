//! Tests of the places and the order in which candidates are found.
#![cfg(unix)]

use super::*;
use crate::fs;
use crate::interpreter::request::tests::request;
use std::ffi::OsString;

/// A machine in a folder of its own, with a user whose home is `home`.
struct Machine {
    dir: tempfile::TempDir,
    surroundings: Surroundings,
}

impl Machine {
    /// A machine with these variables, in whose values `~` is the home. The fixed places of the real machine are not searched.
    fn new(variables: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home").to_str().unwrap().to_owned();
        let mut surroundings = Surroundings::read(|name| {
            let value = variables.iter().find(|(found, _)| *found == name).map(|(_, value)| *value);
            let value = value.or((name == "HOME").then_some("~"));
            value.map(|value| OsString::from(value.replace('~', &home)))
        });
        surroundings.collections.retain(|collection| collection.folder.starts_with(dir.path()));
        Self { dir, surroundings }
    }

    /// Makes programs, by their paths from the home.
    fn with(self, paths: &[&str]) -> Self {
        self.add(paths);
        self
    }

    fn add(&self, paths: &[&str]) {
        for path in paths {
            let path = self.home().join(path);
            fs::write_with_parents(&path, b"#!/bin/sh\n").unwrap();
            fs::make_executable(&path).unwrap();
        }
    }

    fn home(&self) -> PathBuf {
        self.dir.path().join("home")
    }

    /// The candidates for a request, by their paths from the home.
    fn found(&self, text: &str) -> Vec<String> {
        self.paths(candidates(&request(text), &self.surroundings))
    }

    fn paths(&self, candidates: impl Iterator<Item = Candidate>) -> Vec<String> {
        let home = self.home();
        candidates
            .map(|Candidate { path, .. }| path.strip_prefix(&home).unwrap().to_str().unwrap().to_owned())
            .collect()
    }

    /// Where the first candidate was found.
    fn source(&self, text: &str) -> Source {
        candidates(&request(text), &self.surroundings).next().unwrap().source
    }
}

#[test]
fn on_path_each_directory_is_searched_by_name() {
    let machine = Machine::new(&[("PATH", "~/b:relative::~/gone:~/a")]).with(&[
        "a/python3.12",
        "a/python3",
        "a/python",
        "a/python3.9",
        "a/pypy3.11",
        "a/python3.13t",
        "b/python3",
        "b/pypy",
        "b/python3-config",
    ]);
    assert_eq!(machine.found("3.12"), ["b/python3", "a/python3.12"]);
    assert_eq!(machine.found("3.13t"), ["b/python3", "a/python3.13t"]);
    assert_eq!(machine.found("3.10"), ["b/python3", "a/python3", "a/python"]);
    assert_eq!(machine.found("pypy3.11"), ["a/pypy3.11", "b/pypy", "a/pypy3.11"]);
    assert_eq!(machine.found("pypy"), ["b/pypy", "b/pypy", "a/pypy3.11"]);
    // The names without a version come first, and then those with a version that is allowed.
    assert_eq!(
        machine.found(">=3.10"),
        ["b/python3", "a/python3", "a/python", "a/python3.12", "a/python3.13t"]
    );
    assert_eq!(machine.found("3"), ["b/python3", "a/python3", "a/python", "a/python3.12", "a/python3.9"]);
    assert_eq!(machine.source("3.12"), Source::Path);
}

#[test]
fn a_name_is_first_what_a_shell_would_run() {
    let machine =
        Machine::new(&[("PATH", "~/b:~/a")]).with(&["a/python3.12", "b/python3", "a/graalpy", "b/graalpy"]);
    assert_eq!(machine.found("python3.12"), ["a/python3.12", "b/python3", "a/python3.12"]);
    assert_eq!(machine.found("graalpy"), ["b/graalpy", "a/graalpy"]);
    assert!(machine.found("jython").is_empty());
}

#[test]
fn what_cannot_be_run_is_no_candidate() {
    let machine = Machine::new(&[("PATH", "~/a")]).with(&["a/python3.12/x"]);
    fs::write(&machine.home().join("a/python3"), b"").unwrap();
    fs::symlink(Path::new("gone"), &machine.home().join("a/python")).unwrap();
    assert!(machine.found("3.12").is_empty());
}

#[test]
fn the_active_environment_comes_first() {
    let machine =
        Machine::new(&[("PATH", "~/a"), ("VIRTUAL_ENV", "~/env")]).with(&["a/python3.12", "env/bin/python"]);
    assert_eq!(machine.found("3.12"), ["env/bin/python", "a/python3.12"]);
    assert_eq!(machine.source("3.12"), Source::ActiveEnvironment);
    let machine = Machine::new(&[("PATH", "~/a"), ("VIRTUAL_ENV", "")]).with(&["a/python3.12", "bin/python"]);
    assert_eq!(machine.found("3.12"), ["a/python3.12"]);
}

#[test]
fn pyenv_is_searched_from_the_newest() {
    let versions = [
        ".pyenv/versions/3.9.18/bin/python3",
        ".pyenv/versions/3.12.1/bin/python3",
        ".pyenv/versions/3.12.10/bin/python3",
        ".pyenv/versions/3.13.0t/bin/python3",
        ".pyenv/versions/3.15.0a2/bin/python3",
        ".pyenv/versions/3.6.15/bin/python3",
        ".pyenv/versions/pypy3.11-7.3.20/bin/pypy3",
        ".pyenv/versions/miniconda3-24/bin/python3",
        ".pyenv/versions/.hidden/bin/python3",
        ".pyenv/versions/3.14.0/bin/pip",
    ];
    let machine = Machine::new(&[]).with(&versions);
    let found = |text: &str| {
        let paths = machine.found(text);
        paths.iter().map(|path| path.split('/').nth(2).unwrap().to_owned()).collect::<Vec<_>>()
    };
    // A folder without a version in its name may be any Python.
    assert_eq!(found("3.12"), ["3.12.10", "3.12.1", "miniconda3-24"]);
    assert_eq!(found("3.12.1"), ["3.12.1", "miniconda3-24"]);
    assert_eq!(found("3.13t"), ["3.13.0t", "miniconda3-24"]);
    assert_eq!(found("pypy"), ["pypy3.11-7.3.20", "miniconda3-24"]);
    assert_eq!(found("python"), ["3.12.10", "3.12.1", "3.9.18", "3.13.0t", "3.15.0a2", "miniconda3-24"]);
    assert_eq!(machine.source("3.12"), Source::Pyenv);
    let machine = Machine::new(&[("PYENV_ROOT", "~/p")]).with(&[versions[0], "p/versions/3.9.1/bin/python"]);
    assert_eq!(machine.found("3.9"), ["p/versions/3.9.1/bin/python"]);
}

#[test]
fn the_other_managers_are_searched_in_their_folders() {
    let uv = "cpython-3.12.1-linux-x86_64-gnu/bin/python3.12";
    for (source, variables, path) in [
        (Source::Uv, &[][..], format!(".local/share/uv/python/{uv}")),
        (Source::Uv, &[("XDG_DATA_HOME", "~/data")], format!("data/uv/python/{uv}")),
        (Source::Uv, &[("UV_PYTHON_INSTALL_DIR", "~/uv")], format!("uv/{uv}")),
        (Source::Asdf, &[], ".asdf/installs/python/3.12.1/bin/python".to_owned()),
        (Source::Asdf, &[("ASDF_DATA_DIR", "~/asdf")], "asdf/installs/python/3.12.1/bin/python".to_owned()),
        (Source::Mise, &[], ".local/share/mise/installs/python/3.12.1/bin/python".to_owned()),
        (Source::Mise, &[("MISE_DATA_DIR", "~/m")], "m/installs/python/3.12.1/bin/python".to_owned()),
    ] {
        let machine = Machine::new(variables).with(&[&path]);
        assert_eq!(machine.found("3.12"), [path]);
        assert_eq!(machine.source("3.12"), source);
        assert!(machine.found("3.11").is_empty());
    }
}

#[test]
fn a_folder_that_an_upgrade_moves_comes_before_what_it_leads_to() {
    let (uv, mise) = (".local/share/uv/python", ".local/share/mise/installs/python");
    let machine = Machine::new(&[]).with(&[
        &format!("{uv}/cpython-3.12.1-linux-x86_64-gnu/bin/python3"),
        &format!("{uv}/cpython-3.12.10-linux-x86_64-gnu/bin/python3"),
        &format!("{mise}/3.12.9/bin/python3"),
    ]);
    for (link, target) in [
        (format!("{uv}/cpython-3.12-linux-x86_64-gnu"), "cpython-3.12.10-linux-x86_64-gnu"),
        (format!("{mise}/3.12"), "./3.12.9"),
        (format!("{mise}/3"), "./3.12"),
        (format!("{mise}/latest"), "./3.12.9"),
    ] {
        fs::symlink(Path::new(target), &machine.home().join(link)).unwrap();
    }
    let found = |text: &str| {
        let paths = machine.found(text);
        let folders = paths.iter().map(|path| path.split('/').rev().nth(2).unwrap());
        folders.map(|folder| folder.trim_end_matches("-linux-x86_64-gnu").to_owned()).collect::<Vec<_>>()
    };
    let current = ["cpython-3.12", "cpython-3.12.10", "cpython-3.12.1", "3.12", "3.12.9", "3", "latest"];
    for text in ["3.12", "3", ">=3.11", "cpython", "==3.12.*"] {
        assert_eq!(found(text), current, "{text}");
    }
    // The links may lead to another version later.
    assert_eq!(found("3.12.10"), ["cpython-3.12.10", "cpython-3.12", "3.12", "3", "latest"]);
    assert_eq!(found(">=3.12.9"), ["cpython-3.12.10", "cpython-3.12", "3.12.9", "3.12", "3", "latest"]);
}

#[test]
fn packages_and_frameworks_are_folders_of_installations() {
    let mut machine = Machine::new(&[]).with(&[
        "opt/python@3.12/bin/python3.12",
        "opt/python@3.9/bin/python3.9",
        "opt/python-freethreading/bin/python3.14t",
        "opt/python-tk@3.12/libexec/python",
        "opt/pypy3.11/bin/pypy3.11",
        "opt/other/bin/python3",
        "Versions/3.12/bin/python3",
    ]);
    let collection = |source, name| Collection { source, folder: machine.home().join(name) };
    machine.surroundings.collections =
        vec![collection(Source::Homebrew, "opt"), collection(Source::Framework, "Versions")];
    let free_threaded = "opt/python-freethreading/bin/python3.14t";
    assert_eq!(
        machine.found("3.12"),
        ["opt/python@3.12/bin/python3.12", free_threaded, "Versions/3.12/bin/python3"]
    );
    assert_eq!(machine.found("pypy"), ["opt/pypy3.11/bin/pypy3.11", free_threaded]);
    assert_eq!(machine.source("3.12"), Source::Homebrew);
}

#[test]
fn the_places_come_in_an_order() {
    use Source::{Asdf, Framework, Homebrew, Mise, Pyenv, Uv};
    let machine = Machine::new(&[("PATH", "~/a"), ("VIRTUAL_ENV", "~/env")]).with(&[
        "env/bin/python3",
        "a/python3.12",
        ".pyenv/versions/3.12.0/bin/python",
        ".local/share/uv/python/cpython-3.12.1-linux/bin/python",
        ".asdf/installs/python/3.12.2/bin/python",
        ".local/share/mise/installs/python/3.12.3/bin/python",
    ]);
    let sources: Vec<_> =
        candidates(&request("3.12"), &machine.surroundings).map(|found| found.source).collect();
    let expected =
        [Source::ActiveEnvironment, Source::Path, Source::Pyenv, Source::Uv, Source::Asdf, Source::Mise];
    assert_eq!(sources, expected);
    let real = Surroundings::read(|name| (name == "HOME").then(|| "/h".into()));
    let order: Vec<_> = real.collections.iter().map(|collection| collection.source).collect();
    assert_eq!(order, [Pyenv, Uv, Asdf, Mise, Homebrew, Homebrew, Homebrew, Framework, Framework, Framework]);
    // Without a home, the places for all users remain.
    assert!(
        Surroundings::read(|_| None).collections.iter().all(|collection| collection.folder.is_absolute())
    );
}

#[test]
fn what_depends_on_the_current_directory_is_not_looked_into() {
    let absolute = Surroundings::read(|name| (name == "HOME").then(|| "/h".into()));
    for name in
        ["PATH", "VIRTUAL_ENV", "PYENV_ROOT", "XDG_DATA_HOME", "UV_PYTHON_INSTALL_DIR", "MISE_DATA_DIR"]
    {
        for value in ["", ".", "here"] {
            let read = Surroundings::read(|found| match found {
                "HOME" => Some("/h".into()),
                _ => (found == name).then(|| value.into()),
            });
            assert_eq!(read, absolute, "{name}={value}");
        }
    }
}

#[test]
fn a_place_is_looked_into_when_it_is_its_turn() {
    let machine = Machine::new(&[("PATH", "~/a")]).with(&["a/python3"]);
    let request = request("3.12");
    let mut candidates = candidates(&request, &machine.surroundings);
    assert_eq!(candidates.next().unwrap().path, machine.home().join("a/python3"));
    machine.add(&[".pyenv/versions/3.12.1/bin/python"]);
    assert_eq!(candidates.next().unwrap().path, machine.home().join(".pyenv/versions/3.12.1/bin/python"));
}

#[test]
fn all_that_is_found_has_every_name() {
    let machine = Machine::new(&[("PATH", "~/a")]).with(&[
        "a/python3",
        "a/python3.12",
        "a/pypy3.11",
        "a/python2",
        "a/python3.13t",
        "a/3.12",
        "a/pip",
    ]);
    let all = Wanted::everything();
    assert_eq!(
        machine.paths(pythons(&all, &machine.surroundings)),
        ["a/python3", "a/python3.12", "a/pypy3.11", "a/python3.13t"]
    );
}

#[test]
fn a_path_leads_to_one_program() {
    let machine = Machine::new(&[("PATH", "~/a"), ("VIRTUAL_ENV", "~/env")]).with(&[
        "a/python3",
        "env/bin/python",
        "old/bin/python",
        "old/bin/python3",
        "alt/bin/python3.9",
        "alt/bin/python3.12",
        "alt/bin/pip3.12",
        "pypy/bin/pypy3",
        "empty/x",
    ]);
    let home = machine.home();
    for (given, found) in [
        ("a/python3", "a/python3"),
        ("a/none", "a/none"),
        ("env", "env/bin/python"),
        ("env/", "env/bin/python"),
        ("old", "old/bin/python3"),
        ("alt", "alt/bin/python3.12"),
        ("pypy", "pypy/bin/pypy3"),
        ("empty", "empty/bin/python"),
    ] {
        assert_eq!(machine.found(home.join(given).to_str().unwrap()), [found], "{given}");
    }
    let bare = Request::Path(".python".into());
    let found: Vec<_> = candidates(&bare, &machine.surroundings).collect();
    assert_eq!(found, [Candidate { path: "./.python".into(), source: Source::Given }]);
}

#[test]
fn the_own_python_comes_last_and_only_for_conditions() {
    let mut machine = Machine::new(&[("PATH", "~/bin")]).with(&["bin/python3.12", "own/python"]);
    let own = machine.home().join("own/python");
    machine.surroundings = machine.surroundings.with_own(Some(&own));
    assert_eq!(machine.found("3.12"), ["bin/python3.12", "own/python"]);
    assert_eq!(machine.found(">=3.99"), ["own/python"]);
    assert_eq!(machine.found("other"), [""; 0]);
    assert_eq!(machine.source(">=3.99"), Source::Own);
}
