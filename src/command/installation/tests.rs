//! Tests with programs in folders that have the layouts of installers.

use std::path::{Path, PathBuf};

use super::*;
use crate::fs::Mode;
use crate::wheel::record;

/// A folder in place of the root directory.
struct Root {
    folder: tempfile::TempDir,
}

impl Root {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        fs::real(self.folder.path()).unwrap().join(name)
    }

    /// Makes a program whose contents are its path.
    fn program(&self, name: &str) -> PathBuf {
        self.program_with(name, name)
    }

    fn program_with(&self, name: &str, contents: &str) -> PathBuf {
        let path = self.path(name);
        fs::write_with_parents(&path, contents.as_bytes()).unwrap();
        fs::make_executable(&path).unwrap();
        path
    }

    fn link(&self, name: &str, target: &Path) {
        let path = self.path(name);
        fs::create_directory(path.parent().unwrap()).unwrap();
        fs::symlink(target, &path).unwrap();
    }

    fn environment(&self, name: &str) {
        fs::write_with_parents(&self.path(name).join(CONFIGURATION_FILE), b"").unwrap();
        self.program(&format!("{name}/bin/python"));
    }

    /// Installs fastvenv in a folder of packages, with a program of these contents in RECORD, at a time in seconds since 1970.
    fn package(&self, packages: &str, program: &str, contents: &str, installed: u64) {
        let dist_info = self.path(packages).join("fastvenv-1.0.dist-info");
        fs::write_with_parents(&dist_info.join("METADATA"), b"").unwrap();
        let row =
            format!("{program},{},1\nfastvenv-1.0.dist-info/RECORD,,\n", record::hash(contents.as_bytes()));
        fs::write_dated(&dist_info.join("RECORD"), row.as_bytes(), Mode::Plain, installed).unwrap();
    }

    /// The interpreter of a program, found only from the files around it, relative to the root.
    fn python(&self, program: &str) -> String {
        self.python_with(program, &[], "", &[]).unwrap()
    }

    fn python_with(
        &self,
        program: &str,
        path: &[&str],
        started: &str,
        tools: &[&str],
    ) -> Result<String, String> {
        let paths = |names: &[&str]| names.iter().map(|name| self.path(name)).collect::<Vec<_>>();
        let started = if started.contains('/') { self.path(started) } else { started.into() };
        let found =
            Installation::of(self.path(program), || paths(path), || Some(started.clone()), || paths(tools));
        let relative = |path: &Path| path.strip_prefix(self.path("")).unwrap().to_str().unwrap().to_owned();
        found.map(|found| relative(&found.python))
    }

    /// The message if there is no interpreter, without the path of the root.
    fn reason(&self, program: &str) -> String {
        let root = format!("{}/", self.path("").display()).replace("//", "/");
        self.python_with(program, &[], "", &[]).unwrap_err().replace(&root, "")
    }
}

#[test]
fn an_environment_has_its_interpreter_beside_the_program() {
    let root = Root::new();
    root.environment("env");
    root.program("env/bin/fastvenv");
    root.program("bin/python3.13");
    root.package("env/lib/python3.13/site-packages", "../../../bin/fastvenv", "", 1);
    assert_eq!(root.python("env/bin/fastvenv"), "env/bin/python");
}

#[test]
fn an_environment_that_cannot_be_looked_at_is_an_error() {
    let root = Root::new();
    root.program("env/bin/fastvenv");
    root.program("env/bin/python3.13");
    root.package("env/lib/python3.13/site-packages", "../../../bin/fastvenv", "", 1);
    // The system refuses to follow a link to itself.
    for name in ["env/pyvenv.cfg", "env/bin/python"] {
        root.link(name, &root.path(name));
        let reason = root.reason("env/bin/fastvenv");
        let expected = format!("fastvenv cannot tell which Python it was installed for: {name}: ");
        assert!(reason.starts_with(&expected), "{reason}");
        fs::remove_file(&root.path(name)).unwrap();
        fs::write(&root.path("env/pyvenv.cfg"), b"").unwrap();
    }
}

#[test]
fn the_links_to_a_program_in_a_cache_lead_through_its_environment() {
    let root = Root::new();
    root.environment("tools/fastvenv");
    let program = root.program("cache/fastvenv");
    root.link("tools/fastvenv/bin/fastvenv", &program);
    root.link("local/bin/fastvenv", &root.path("tools/fastvenv/bin/fastvenv"));
    root.environment("other");
    root.link("other/bin/fastvenv", Path::new("../../local/bin/fastvenv"));
    let python = Ok("tools/fastvenv/bin/python".to_owned());
    assert_eq!(root.python_with("cache/fastvenv", &[], "local/bin/fastvenv", &[]), python);
    assert_eq!(root.python_with("cache/fastvenv", &["empty", "local/bin"], "fastvenv", &[]), python);
    assert_eq!(root.python_with("cache/fastvenv", &[], "other/bin/fastvenv", &[]), python);
    // The name of another program does not matter.
    root.program("elsewhere/fastvenv");
    assert!(root.python_with("cache/fastvenv", &[], "elsewhere/fastvenv", &[]).is_err());
}

#[test]
fn a_link_in_a_directory_that_is_a_link_leads_where_the_system_says() {
    let root = Root::new();
    root.environment("data/env");
    root.environment("env");
    let program = root.program("cache/fastvenv");
    root.link("data/env/bin/fastvenv", &program);
    root.link("data/links/fastvenv", Path::new("../env/bin/fastvenv"));
    root.link("links", &root.path("data/links"));
    let found = root.python_with("cache/fastvenv", &[], "links/fastvenv", &[]);
    assert_eq!(found.unwrap(), "data/env/bin/python");
}

#[test]
fn the_package_below_the_prefix_tells_the_version() {
    let root = Root::new();
    root.program("usr/bin/fastvenv");
    for python in ["python3.12", "python3.13", "python3.13t", "pypy3.11"] {
        root.program(&format!("usr/bin/{python}"));
        fs::create_directory(&root.path(&format!("usr/lib/{python}/site-packages"))).unwrap();
    }
    // A package without metadata is found, as Linux distributions make it, and so is metadata alone, as an editable
    // installation has it.
    for (python, file) in [
        ("pypy3.11", "fastvenv/__init__.py"),
        ("python3.13t", "fastvenv-1.0.dist-info/RECORD"),
        ("python3.12", "fastvenv/__init__.py"),
    ] {
        let packages = root.path(&format!("usr/lib/{python}/site-packages"));
        fs::write_with_parents(&packages.join(file), b"").unwrap();
        assert_eq!(root.python("usr/bin/fastvenv"), format!("usr/bin/{python}"));
        fs::remove_directory(&packages).unwrap();
    }
}

#[test]
fn of_several_packages_the_record_tells() {
    let root = Root::new();
    root.program_with("usr/bin/fastvenv", "second");
    for python in ["python3.12", "python3.13", "python3.14"] {
        root.program(&format!("usr/bin/{python}"));
    }
    let packages = |python| format!("usr/lib/{python}/site-packages");
    root.package(&packages("python3.14"), "../../../other/fastvenv", "second", 9);
    root.package(&packages("python3.13"), "../../../bin/fastvenv", "first", 3);
    assert_eq!(root.python("usr/bin/fastvenv"), "usr/bin/python3.13");
    root.package(&packages("python3.12"), "../../../bin/fastvenv", "second", 2);
    assert_eq!(root.python("usr/bin/fastvenv"), "usr/bin/python3.12");
    // Both have the same program: the one that was installed last is taken.
    root.package(&packages("python3.13"), "../../../bin/fastvenv", "second", 3);
    assert_eq!(root.python("usr/bin/fastvenv"), "usr/bin/python3.13");
}

#[test]
fn debians_packages_in_usr_local_are_for_the_interpreter_in_usr() {
    let root = Root::new();
    root.program("usr/local/bin/fastvenv");
    root.program("usr/bin/python3.13");
    root.package("usr/local/lib/python3.13/dist-packages", "../../../bin/fastvenv", "", 1);
    assert_eq!(root.python("usr/local/bin/fastvenv"), "usr/bin/python3.13");
    root.program("usr/local/bin/python3.13");
    assert_eq!(root.python("usr/local/bin/fastvenv"), "usr/bin/python3.13");
    root.package(
        "usr/local/lib/python3.13/site-packages",
        "../../../bin/fastvenv",
        "usr/local/bin/fastvenv",
        1,
    );
    assert_eq!(root.python("usr/local/bin/fastvenv"), "usr/local/bin/python3.13");
}

#[test]
fn fedoras_packages_in_usr_local_are_for_the_interpreter_in_usr() {
    let root = Root::new();
    root.program("usr/local/bin/fastvenv");
    root.program("usr/bin/python3.13");
    root.package("usr/local/lib64/python3.13/site-packages", "../../../bin/fastvenv", "", 1);
    assert_eq!(root.python("usr/local/bin/fastvenv"), "usr/bin/python3.13");
}

#[test]
fn what_a_user_installs_is_for_an_interpreter_on_the_path() {
    let root = Root::new();
    root.program("home/.local/bin/fastvenv");
    root.package("home/.local/lib/python3.13/site-packages", "../../../bin/fastvenv", "", 1);
    root.program("home/.pyenv/shims/python3.13");
    root.program("usr/bin/python3.13");
    fs::write_with_parents(&root.path("data/python3.13"), b"").unwrap();
    fs::create_directory(&root.path("folder/python3.13")).unwrap();
    let python = |path: &[&str]| root.python_with("home/.local/bin/fastvenv", path, "", &[]);
    root.environment("active");
    root.program("active/bin/python3.13");
    let path = ["home/.pyenv/shims", "active/bin", "data", "folder", "usr/bin"];
    assert_eq!(python(&path).unwrap(), "usr/bin/python3.13");
    assert_eq!(python(&path[..4]).unwrap(), "home/.pyenv/shims/python3.13");
    assert!(python(&path[1..4]).unwrap_err().contains(".local/bin/python3.13 and none of that name on PATH"));
}

#[test]
fn what_a_user_installs_for_a_python_of_macos_tells_the_version_by_its_folder() {
    let root = Root::new();
    root.program("Library/Python/3.13/bin/fastvenv");
    root.program("usr/bin/python3.13");
    root.package("Library/Python/3.13/lib/python/site-packages", "../../../bin/fastvenv", "", 1);
    let found = root.python_with("Library/Python/3.13/bin/fastvenv", &["usr/bin"], "", &[]);
    assert_eq!(found.unwrap(), "usr/bin/python3.13");
}

#[test]
fn a_copy_is_of_the_environment_that_holds_the_same_program() {
    let root = Root::new();
    for env_dir in ["older/fastvenv", "pipx/fastvenv"] {
        root.environment(env_dir);
        root.program_with(&format!("{env_dir}/bin/fastvenv"), env_dir);
    }
    root.program_with("bin/fastvenv", "pipx/fastvenv");
    let tools = ["none/fastvenv", "older/fastvenv", "pipx/fastvenv"];
    let python = |tools: &[&str]| root.python_with("bin/fastvenv", &[], "", tools);
    assert_eq!(python(&tools).unwrap(), "pipx/fastvenv/bin/python");
    assert!(python(&tools[..2]).is_err());
}

#[test]
fn tools_have_their_environments_where_variables_say() {
    let variable = |name: &str| match name {
        "UV_TOOL_DIR" => Some("/uv".into()),
        "HOME" => Some("/home".into()),
        "PIPX_HOME" => Some("".into()),
        _ => None,
    };
    let expected = [
        "/uv/fastvenv",
        "/home/.local/share/uv/tools/fastvenv",
        "/home/.local/share/pipx/venvs/fastvenv",
        "/home/.local/pipx/venvs/fastvenv",
    ];
    assert_eq!(tools::environments(variable), expected.map(PathBuf::from));
}

#[test]
fn where_the_interpreter_is_gone_it_is_said_how_to_install_again() {
    let root = Root::new();
    let gone = "the Python that fastvenv was installed for is gone: ";
    root.environment("env");
    root.program("env/bin/fastvenv");
    fs::remove_file(&root.path("env/bin/python")).unwrap();
    let again = "To install fastvenv again: ";
    assert_eq!(
        root.reason("env/bin/fastvenv"),
        format!(
            "{gone}there is no env/bin/python. {again}make the environment env again, and run pip install fastvenv in it"
        )
    );
    root.link("env/bin/python", Path::new("python3"));
    root.link("env/bin/python3", &root.path("opt/python3.13"));
    for (file, command) in [
        ("uv-receipt.toml", "uv tool install --force fastvenv"),
        ("pipx_metadata.json", "pipx reinstall fastvenv"),
    ] {
        fs::write(&root.path("env").join(file), b"").unwrap();
        assert_eq!(
            root.reason("env/bin/fastvenv"),
            format!(
                "{gone}nothing is behind env/bin/python, which leads to opt/python3.13. {again}{command}"
            )
        );
    }
    root.program("usr/bin/fastvenv");
    root.package("usr/lib/python3.13/site-packages", "../../../bin/fastvenv", "", 1);
    assert_eq!(
        root.reason("usr/bin/fastvenv"),
        format!(
            "{gone}there is no usr/bin/python3.13 and none of that name on PATH. {again}pip install \
             --force-reinstall fastvenv"
        )
    );
}

#[test]
fn a_path_in_a_message_does_not_change_the_terminal() {
    let root = Root::new();
    root.program("a\u{1b}[31m/bin/fastvenv");
    let unknown = root.reason("a\u{1b}[31m/bin/fastvenv");
    assert!(unknown.contains(r"the program in a\u{1b}[31m/bin. "), "{unknown}");
    root.link("a\u{1b}[31m/bin/python", Path::new("gone\r"));
    fs::write(&root.path("a\u{1b}[31m/pyvenv.cfg"), b"").unwrap();
    let gone = root.reason("a\u{1b}[31m/bin/fastvenv");
    for part in
        [r"nothing is behind a\u{1b}[31m/bin/python, ", r"/gone\r. ", r"the environment a\u{1b}[31m again"]
    {
        assert!(gone.contains(part), "{gone}");
    }
}

#[test]
fn a_program_that_lies_anywhere_is_of_no_python() {
    let root = Root::new();
    root.program("anywhere/fastvenv");
    assert!(
        root.reason("anywhere/fastvenv").contains("no Python has the package for the program in anywhere. ")
    );
}
