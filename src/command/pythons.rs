//! What `fastvenv python list` and `fastvenv python find` print.

use std::fmt::Write;
use std::path::Path;

use crate::interpreter::{Chosen, Found, Interpreter};

/// The interpreters in a table, a line for each, and then what cannot be used.
#[must_use]
pub fn table(found: &[Found]) -> String {
    let usable = || found.iter().filter_map(|found| Some((&found.candidate, found.outcome.as_ref().ok()?)));
    let width = usable().map(|(_, interpreter)| interpreter.title().len()).max().unwrap_or(0);
    let mut text = String::new();
    for (candidate, interpreter) in usable() {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:width$}  {}{} ({})",
            interpreter.title(),
            candidate.path.display(),
            base(&candidate.path, interpreter),
            candidate.source
        );
    }
    for Found { candidate, outcome } in found {
        if let Err(failure) = outcome {
            let _ = writeln!(
                text,
                "{:width$}  {} ({}): {failure}",
                "-",
                candidate.path.display(),
                candidate.source
            );
        }
    }
    text
}

/// The same as JSON: an array with an object for each. What it is not known to be is `null`.
#[must_use]
pub fn json(found: &[Found]) -> String {
    let objects: Vec<_> = found.iter().map(object).collect();
    if objects.is_empty() { "[]\n".to_owned() } else { format!("[\n  {}\n]\n", objects.join(",\n  ")) }
}

/// The interpreter that environments are made of, alone in its line, so that a script can use it.
#[must_use]
pub fn path(chosen: &Chosen) -> String {
    format!("{}\n", chosen.interpreter.base_executable.display())
}

/// Why it is that one: what was passed over, and where it was found.
#[must_use]
pub fn reasons(chosen: &Chosen) -> String {
    let Chosen { candidate, interpreter, passed_over } = chosen;
    let mut text: String = passed_over.iter().map(|tried| format!("Passed over {tried}\n")).collect();
    let path = candidate.path.display();
    let base = base(&candidate.path, interpreter);
    let _ = writeln!(text, "Taken {path}{base} ({}): it is {}", candidate.source, interpreter.title());
    text
}

/// What environments are made of, where that is not what was found: the base of an environment, or what a script runs.
fn base(path: &Path, interpreter: &Interpreter) -> String {
    let base = &interpreter.base_executable;
    if base == path { String::new() } else { format!(" -> {}", base.display()) }
}

fn object(found: &Found) -> String {
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
        ("base", interpreter.and_then(|interpreter| path(&interpreter.base_executable))),
        ("error", found.outcome.as_ref().err().and_then(|failure| text(&failure.to_string()))),
    ];
    let members =
        values.map(|(name, value)| format!("{}: {}", quote(name), value.as_deref().unwrap_or("null")));
    format!("{{{}}}", members.join(", "))
}

/// A string of JSON (RFC 8259). Nothing but strings has to be written and nothing is read, which is too little for a crate.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\0'..='\x1f' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpreter::search::{Candidate, Source};
    use crate::interpreter::tests::TEXT;
    use crate::interpreter::{Failure, PassedOver, Reason};

    fn candidate(path: &str, source: Source) -> Candidate {
        Candidate { path: path.into(), source }
    }

    fn interpreter(base: &str, is_free_threaded: bool) -> Interpreter {
        let record = Interpreter::parse(TEXT).unwrap();
        Interpreter { base_executable: base.into(), is_free_threaded, ..record }
    }

    fn rows() -> [Found; 3] {
        [
            Found {
                candidate: candidate("/env/bin/python", Source::ActiveEnvironment),
                outcome: Ok(interpreter("/opt/python", true)),
            },
            Found { candidate: candidate("/a \"b\"/python", Source::Path), outcome: Err(Failure::NoPython) },
            Found {
                candidate: candidate("/usr/bin/python3", Source::Path),
                outcome: Ok(interpreter("/usr/bin/python3", false)),
            },
        ]
    }

    #[test]
    fn a_table_has_what_can_be_used_first() {
        let expected = "CPython 3.9.18, free-threaded  /env/bin/python -> /opt/python (active environment)\n\
            CPython 3.9.18                 /usr/bin/python3 (PATH)\n\
            -                              /a \"b\"/python (PATH): it is not a Python interpreter\n";
        assert_eq!(table(&rows()), expected);
        assert_eq!(table(&[]), "");
    }

    #[test]
    fn json_has_an_object_for_each() {
        let expected = r#"[
  {"path": "/env/bin/python", "source": "active environment", "version": "3.9.18", "implementation": "cpython", "free_threaded": true, "base": "/opt/python", "error": null},
  {"path": "/a \"b\"/python", "source": "PATH", "version": null, "implementation": null, "free_threaded": null, "base": null, "error": "it is not a Python interpreter"},
  {"path": "/usr/bin/python3", "source": "PATH", "version": "3.9.18", "implementation": "cpython", "free_threaded": false, "base": "/usr/bin/python3", "error": null}
]
"#;
        assert_eq!(json(&rows()), expected);
        assert_eq!(json(&[]), "[]\n");
    }

    #[test]
    fn a_string_of_json_holds_any_text() {
        assert_eq!(quote("a\"b\\c\n\t\u{1b}é\u{7f}"), "\"a\\\"b\\\\c\\u000a\\u0009\\u001bé\u{7f}\"");
    }

    #[test]
    fn what_is_taken_is_told_with_the_reasons() {
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
