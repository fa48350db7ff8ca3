//! The interpreter that `--python` asks for, and what `fastvenv python list` and `fastvenv python find` print.

use std::env;
use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;

use super::json::{self, quote};
use crate::cache::records;
use crate::error::printable;
use crate::interpreter::search::{self, Candidate, Surroundings};
use crate::interpreter::{self, Chosen, Found, Interpreter, Request, Wanted};
use crate::process::Inherited;

/// Chooses the requested interpreter. `inherited` has the variables of the process, `cache` is the folder of the cache, if there
/// is one, and `own` is the Python that runs fastvenv, or that the program was installed for. `may_go_on` is called every
/// millisecond; once it returns false, the search ends, and its result has no meaning.
///
/// # Errors
/// The whole message: the request cannot be understood, or there is no such interpreter.
pub fn choose(
    asked: &OsStr,
    inherited: &Inherited,
    cache: Option<&Path>,
    own: Option<&Path>,
    may_go_on: &dyn Fn() -> bool,
) -> Result<Chosen, String> {
    let request = Request::parse(asked).map_err(|unclear| unclear.to_string())?;
    let surroundings = Surroundings::read(|name| inherited.get(name)).with_own(own);
    let candidates = search::candidates(&request, &surroundings).map(absolute).take_while(|_| may_go_on());
    interpreter::choose(&request, candidates, |program| records::ask(cache, program, inherited, may_go_on))
        .map_err(|not_found| not_found.to_string())
}

/// All interpreters of this machine and this user, in the order of preference. The arguments are those of [`choose`].
pub fn list(
    inherited: &Inherited,
    cache: Option<&Path>,
    own: Option<&Path>,
    may_go_on: &dyn Fn() -> bool,
) -> Vec<Found> {
    let surroundings = Surroundings::read(|name| inherited.get(name)).with_own(own);
    let any = Wanted::everything();
    let candidates = search::pythons(&any, &surroundings).map(absolute).take_while(|_| may_go_on());
    interpreter::list(candidates, |program| records::ask(cache, program, inherited, may_go_on))
}

/// The program with its absolute path, which it then has as `sys.executable`, too.
fn absolute(Candidate { path, source }: Candidate) -> Candidate {
    // A `..` stays, because its meaning depends on links.
    let whole = env::current_dir().map_or_else(|_| path.clone(), |current| current.join(&path));
    Candidate { path: whole.components().collect(), source }
}

/// The interpreters in a table, with a line for each, and below it the programs that cannot be used. The default interpreter
/// has a star.
#[must_use]
pub fn table(found: &[Found], default: Option<&Interpreter>) -> String {
    let default = position(found, default);
    let usable = || {
        let numbered = found.iter().enumerate();
        numbered.filter_map(|(index, found)| Some((index, &found.candidate, found.outcome.as_ref().ok()?)))
    };
    let width = usable().map(|(.., interpreter)| interpreter.title().len()).max().unwrap_or(0);
    let mut text = String::new();
    for (index, candidate, interpreter) in usable() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{} {:width$}  {}{} ({})",
            if Some(index) == default { '*' } else { ' ' },
            interpreter.title(),
            printable(&candidate.path),
            base(&candidate.path, interpreter),
            candidate.source
        );
    }
    for Found { candidate, outcome } in found {
        if let Err(failure) = outcome {
            let _ = writeln!(
                text,
                "  {:width$}  {} ({}): {failure}",
                "-",
                printable(&candidate.path),
                candidate.source
            );
        }
    }
    text
}

/// The same as JSON: an array with an object for each. A value that is not known is `null`.
#[must_use]
pub fn json(found: &[Found], default: Option<&Interpreter>) -> String {
    let default = position(found, default);
    let objects = found.iter().enumerate().map(|(index, found)| object(found, Some(index) == default));
    let objects: Vec<_> = objects.collect();
    if objects.is_empty() { "[]\n".to_owned() } else { format!("[\n  {}\n]\n", objects.join(",\n  ")) }
}

/// The path of the interpreter that environments are made of, as one line for scripts.
#[must_use]
pub fn path(chosen: &Chosen) -> String {
    format!("{}\n", chosen.interpreter.base_executable.display())
}

/// The reasons for the choice: the programs that were passed over, and where the interpreter was found.
#[must_use]
pub fn reasons(chosen: &Chosen) -> String {
    let Chosen { candidate, interpreter, passed_over } = chosen;
    let mut text: String = passed_over.iter().map(|tried| format!("Passed over {tried}\n")).collect();
    let path = printable(&candidate.path);
    let base = base(&candidate.path, interpreter);
    let _ = writeln!(text, "Taken {path}{base} ({}): it is {}", candidate.source, interpreter.title());
    text
}

/// The interpreter that environments are made of, if it is not the program that was found: the base of an environment, or the
/// interpreter that a script runs.
fn base(path: &Path, interpreter: &Interpreter) -> String {
    let base = &interpreter.base_executable;
    if base == path { String::new() } else { format!(" -> {}", printable(base)) }
}

/// The position of an interpreter in a list: the first entry that is the same, or that has the same base, under any name.
fn position(found: &[Found], interpreter: Option<&Interpreter>) -> Option<usize> {
    let wanted = executables(interpreter?);
    found.iter().position(|found| {
        found.outcome.as_ref().is_ok_and(|other| executables(other).iter().any(|path| wanted.contains(path)))
    })
}

fn executables(interpreter: &Interpreter) -> [&Path; 2] {
    [&interpreter.real_executable, &interpreter.base_executable]
}

fn object(found: &Found, is_default: bool) -> String {
    let text = |text: &str| Some(quote(text));
    let path = |path: &Path| Some(quote(&path.to_string_lossy()));
    let interpreter = found.outcome.as_ref().ok();
    let version = |Interpreter { version: (major, minor), micro, .. }: &Interpreter| {
        quote(&format!("{major}.{minor}.{micro}"))
    };
    let values = [
        ("path", path(&found.candidate.path)),
        ("source", text(&found.candidate.source.to_string())),
        ("version", interpreter.map(version)),
        ("implementation", interpreter.and_then(|interpreter| text(&interpreter.implementation))),
        ("free_threaded", interpreter.map(|interpreter| interpreter.is_free_threaded.to_string())),
        ("default", Some(is_default.to_string())),
        ("base", interpreter.and_then(|interpreter| path(&interpreter.base_executable))),
        ("error", found.outcome.as_ref().err().and_then(|failure| text(&failure.to_string()))),
    ];
    json::object(&values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpreter::search::{Candidate, Source};
    use crate::interpreter::tests::TEXT;
    use crate::interpreter::{Failure, Fault, PassedOver, Reason};

    fn candidate(path: &str, source: Source) -> Candidate {
        Candidate { path: path.into(), source }
    }

    fn interpreter(base: &str, is_free_threaded: bool) -> Interpreter {
        let record = Interpreter::parse(TEXT).unwrap();
        let real_executable = format!("{base}.real").into();
        Interpreter { base_executable: base.into(), real_executable, is_free_threaded, ..record }
    }

    fn rows() -> [Found; 3] {
        [
            Found {
                candidate: candidate("/env/bin/python", Source::ActiveEnvironment),
                outcome: Ok(interpreter("/opt/python", true)),
            },
            Found {
                candidate: candidate("/a \"b\"/python", Source::Path),
                outcome: Err(Failure::NoRecord(Fault::Unreadable)),
            },
            Found {
                candidate: candidate("/usr/bin/python3", Source::Path),
                outcome: Ok(interpreter("/usr/bin/python3", false)),
            },
        ]
    }

    #[test]
    fn a_table_has_what_can_be_used_first() {
        let expected = "  CPython 3.9.18, free-threaded  /env/bin/python -> /opt/python (active environment)
* CPython 3.9.18                 /usr/bin/python3 (PATH)
  -                              /a \"b\"/python (PATH): it is not a Python interpreter\n";
        let default = interpreter("/usr/bin/python3", false);
        assert_eq!(table(&rows(), Some(&default)), expected);
        assert_eq!(table(&rows(), None), expected.replace('*', " "));
        assert_eq!(table(&[], Some(&default)), "");
    }

    #[test]
    fn the_default_is_known_by_any_of_its_names() {
        let named = |real: &str, base: &str| Interpreter {
            real_executable: real.into(),
            base_executable: base.into(),
            ..interpreter("", false)
        };
        for (real, base, expected) in [
            ("/usr/bin/python3.real", "/usr/bin/python3.9", Some(2)),
            ("/copied/bin/python", "/usr/bin/python3", Some(2)),
            ("/copied/bin/python", "/usr/bin/python3.real", Some(2)),
            ("/opt/python.real", "/opt/python", Some(0)),
            ("/elsewhere", "/elsewhere", None),
        ] {
            assert_eq!(position(&rows(), Some(&named(real, base))), expected, "{real} {base}");
        }
        // An environment and its base are not both the default.
        let [environment, ..] = rows();
        assert_eq!(
            position(&[environment.clone(), environment], Some(&named("/opt/python.real", ""))),
            Some(0)
        );
    }

    #[test]
    fn json_has_an_object_for_each() {
        let expected = r#"[
  {"path": "/env/bin/python", "source": "active environment", "version": "3.9.18", "implementation": "cpython", "free_threaded": true, "default": false, "base": "/opt/python", "error": null},
  {"path": "/a \"b\"/python", "source": "PATH", "version": null, "implementation": null, "free_threaded": null, "default": false, "base": null, "error": "it is not a Python interpreter"},
  {"path": "/usr/bin/python3", "source": "PATH", "version": "3.9.18", "implementation": "cpython", "free_threaded": false, "default": true, "base": "/usr/bin/python3", "error": null}
]
"#;
        assert_eq!(json(&rows(), Some(&interpreter("/usr/bin/python3", false))), expected);
        assert_eq!(json(&[], None), "[]\n");
    }

    #[test]
    fn the_choice_is_shown_with_its_reasons() {
        let tried = PassedOver {
            candidate: candidate("/a/python", Source::Pyenv),
            reason: Reason::Other("PyPy 3.11.1".to_owned()),
        };
        let chosen = Chosen {
            candidate: candidate("/shims/python", Source::Path),
            interpreter: interpreter("/opt/python", false),
            passed_over: vec![tried],
        };
        assert_eq!(path(&chosen), "/opt/python\n");
        let expected = "Passed over /a/python (pyenv): it is PyPy 3.11.1\n\
            Taken /shims/python -> /opt/python (PATH): it is CPython 3.9.18\n";
        assert_eq!(reasons(&chosen), expected);
    }
}
