//! Tests of the choice between candidates. A closure takes the place of the interpreters.

use super::*;
use crate::interpreter::Fault;
use crate::interpreter::request::tests::request;
use crate::interpreter::search::Source;
use crate::interpreter::wanted::tests::interpreter;
use std::cell::RefCell;

/// Programs in a folder, and which of them were run.
struct Programs {
    dir: tempfile::TempDir,
    run: RefCell<Vec<String>>,
}

impl Programs {
    fn new(names: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            fs::write_with_parents(&dir.path().join(name), b"").unwrap();
        }
        Self { dir, run: RefCell::default() }
    }

    fn path(&self, name: &str) -> PathBuf {
        fs::real(self.dir.path()).unwrap().join(name)
    }

    fn link(&self, name: &str, target: &str) {
        fs::symlink(Path::new(target), &self.path(name)).unwrap();
    }

    fn candidates(&self, names: &[&str]) -> impl Iterator<Item = Candidate> {
        let paths: Vec<_> = names.iter().map(|name| self.path(name)).collect();
        paths.into_iter().map(|path| Candidate { path, source: Source::Path })
    }

    /// The record of a program by its name, which is 3.12.1 for `python3.12`, or the failure that the name describes.
    fn probe(&self, path: &Path) -> Result<Interpreter, Failure> {
        let name = path.strip_prefix(self.path("")).unwrap().to_str().unwrap();
        self.run.borrow_mut().push(name.to_owned());
        let target = fs::real(path).unwrap_or(path.to_owned());
        let label = Label::parse(target.file_name().unwrap().to_str().unwrap());
        match name {
            "crashes" => Err(Failure::Failed("ended with signal: 11".to_owned())),
            "hangs" => Err(Failure::Hangs),
            "none" => Err(Failure::NotStarted("No such file or directory".to_owned())),
            "old" => Err(Failure::NoRecord(Fault::Unsupported("3.8.1".to_owned()))),
            "shim" => Ok(Interpreter {
                real_executable: self.path("python3.12"),
                ..interpreter("cpython", [3, 12, 1], false)
            }),
            _ => match label {
                Some(Label { version, is_free_threaded, implementation, .. }) if version.len() == 2 => {
                    let implementation =
                        implementation.map_or("cpython", |implementation| implementation.name());
                    let found = interpreter(implementation, [version[0], version[1], 1], is_free_threaded);
                    Ok(Interpreter { real_executable: target, ..found })
                }
                _ => Err(Failure::NoRecord(Fault::Unreadable)),
            },
        }
    }

    fn choose(&self, text: &str, names: &[&str]) -> Result<Chosen, NotFound> {
        choose(&request(text), self.candidates(names), |path| self.probe(path))
    }

    /// The programs that were run since the last call.
    fn run(&self) -> String {
        self.run.take().join(" ")
    }

    /// A message without the path of the folder.
    fn plain(&self, message: &impl ToString) -> String {
        message.to_string().replace(self.path("").to_str().unwrap(), "/")
    }
}

#[test]
fn the_first_that_will_do_is_taken_and_the_rest_is_not_run() {
    let programs = Programs::new(&["old", "python3.11", "python3.12", "other/python3.12"]);
    let chosen = programs.choose("3.12", &["old", "python3.11", "python3.12", "other/python3.12"]).unwrap();
    assert_eq!(chosen.candidate.path, programs.path("python3.12"));
    assert_eq!(chosen.interpreter.version, (3, 12));
    assert_eq!(programs.run(), "old python3.11 python3.12");
    let reasons: Vec<_> = chosen.passed_over.iter().map(|tried| programs.plain(tried)).collect();
    let expected = [
        "/old (PATH): it is Python 3.8.1, and Python 3.9 or later is needed",
        "/python3.11 (PATH): it is CPython 3.11.1",
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn a_program_of_several_names_is_run_once() {
    let programs = Programs::new(&["python3.11", "bin/x"]);
    programs.link("python3", "python3.11");
    programs.link("python", "python3");
    programs.link("bin/python3.11", "../python3.11");
    let not_found =
        programs.choose("3.12", &["python", "python3", "python3.11", "bin/python3.11"]).unwrap_err();
    assert_eq!(programs.run(), "python");
    assert_eq!(not_found.passed_over.len(), 1);
}

#[test]
fn links_to_one_program_for_all_versions_are_apart() {
    let programs = Programs::new(&["mise", "x/y"]);
    programs.link("python3.11", "mise");
    programs.link("python3", "mise");
    programs.link("alias", "x");
    programs.link("x/python3", "../mise");
    programs
        .choose("3.12", &["python3.11", "python3", "python3.11", "x/python3", "alias/python3"])
        .unwrap_err();
    assert_eq!(programs.run(), "python3.11 python3 x/python3");
}

#[test]
fn the_own_python_is_passed_over_once() {
    let programs = Programs::new(&["env/pyvenv.cfg", "python3.11"]);
    programs.link("env/python", "../python3.11");
    let own = Candidate { path: programs.path("env/python"), source: Source::Own };
    let passed_over = |names: &[&str]| {
        let candidates = programs.candidates(names).chain([own.clone()]);
        choose(&request("3.12"), candidates, |path| programs.probe(path)).unwrap_err().passed_over.len()
    };
    assert_eq!((passed_over(&[]), passed_over(&["python3.11"])), (1, 1));
}

#[test]
fn a_script_that_runs_an_interpreter_stands_for_it() {
    let programs = Programs::new(&["shim", "python3.12", "python3.11"]);
    let names = ["shim", "python3.12", "python3.11"];
    let chosen = programs.choose("3.11", &names).unwrap();
    assert_eq!(chosen.interpreter.version, (3, 11));
    assert_eq!(programs.run(), "shim python3.11");
    assert_eq!(programs.choose("3.12", &names).unwrap().candidate.path, programs.path("shim"));
}

#[test]
fn an_environment_that_is_broken_does_not_stand_for_its_base() {
    let programs = Programs::new(&["env/pyvenv.cfg", "env/bin/x", "python3.12"]);
    programs.link("env/bin/python", "../../python3.12");
    let request = request("3.12");
    let candidates = || programs.candidates(&["env/bin/python", "python3.12"]);
    let broken = |path: &Path| {
        if path.ends_with("env/bin/python") {
            Err(Failure::NoRecord(Fault::Unreadable))
        } else {
            programs.probe(path)
        }
    };
    let chosen = choose(&request, candidates(), broken).unwrap();
    assert_eq!(chosen.candidate.path, programs.path("python3.12"));
    assert_eq!(chosen.passed_over.len(), 1);
    let chosen = choose(&request, candidates(), |path| programs.probe(path)).unwrap();
    assert_eq!(chosen.candidate.path, programs.path("env/bin/python"));
}

#[test]
fn a_path_or_a_name_is_what_is_meant() {
    let programs = Programs::new(&["python3.9", "pypy3.11"]);
    for text in ["/any/path", "graalpy"] {
        assert_eq!(
            programs.choose(text, &["pypy3.11", "python3.9"]).unwrap().interpreter.implementation,
            "pypy"
        );
    }
}

#[test]
fn an_error_says_what_was_tried_and_why_it_is_not_taken() {
    let names = ["crashes", "hangs", "text", "old", "python3.13t", "pypy3.11"];
    let programs = Programs::new(&names);
    let message = |text: &str, names: &[&str]| programs.plain(&programs.choose(text, names).unwrap_err());
    let lines = "\n  /crashes (PATH): it ended with signal: 11\
        \n  /hangs (PATH): it did not answer within 10 seconds\
        \n  /text (PATH): it is not a Python interpreter\
        \n  /old (PATH): it is Python 3.8.1, and Python 3.9 or later is needed\
        \n  /python3.13t (PATH): it is CPython 3.13.1, free-threaded\
        \n  /pypy3.11 (PATH): it is PyPy 3.11.1";
    let place = format!("in {PLACES}");
    assert_eq!(
        message("cpython3.13", &names),
        format!(
            "There is no Python interpreter for cpython3.13 {place}; these were passed over:{lines}\n{ADVICE}"
        )
    );
    assert_eq!(
        message(">=3.14", &[]),
        format!("There is no Python interpreter for >=3.14 {place}. {ADVICE}")
    );
    assert_eq!(message("graalpy", &[]), format!("There is no program graalpy in PATH. {ADVICE}"));
    assert_eq!(
        message("graalpy", &["text"]),
        format!(
            "There is no Python interpreter graalpy in PATH; these were passed over:\n  /text (PATH): it is not a \
             Python interpreter\n{ADVICE}"
        )
    );
    assert_eq!(message("/x/y", &["text"]), "Unable to use /text: it is not a Python interpreter");
    assert_eq!(
        message("/x/y", &["none"]),
        "Unable to use /none: it cannot be started: No such file or directory"
    );
}

#[test]
fn a_list_has_each_once_with_what_is_wrong_with_it() {
    let programs = Programs::new(&["python3.12", "hangs", "shim"]);
    programs.link("python3", "python3.12");
    let found = list(programs.candidates(&["python3", "python3.12", "shim", "hangs", "hangs"]), |path| {
        programs.probe(path)
    });
    let summary: Vec<_> = found
        .iter()
        .map(|found| match &found.outcome {
            Ok(interpreter) => interpreter.title(),
            Err(failure) => failure.to_string(),
        })
        .collect();
    assert_eq!(summary, ["CPython 3.12.1", "it did not answer within 10 seconds"]);
}
