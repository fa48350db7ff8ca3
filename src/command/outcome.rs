//! The report about an environment for programs (`--json`): one object in a line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::json::{object, quote};
use crate::environment::executables;
use crate::interpreter::Interpreter;

/// An environment that was made, or that would be made (`--dry-run`).
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// Its directory, absolute and normal.
    pub env_dir: &'a str,
    /// The interpreter that it is made of.
    pub interpreter: &'a Interpreter,
    /// The wheels that pip was installed from; none if `ensurepip` installed it.
    pub wheels: &'a [PathBuf],
    /// How pip was installed: `present`, `written`, a link mode, or `ensurepip`; `None` without pip.
    pub way: Option<&'a str>,
    /// How long it took; `None` if it was not made.
    pub elapsed: Option<Duration>,
}

impl Outcome<'_> {
    /// The line.
    #[must_use]
    pub fn json(&self) -> String {
        let Self { env_dir, interpreter, wheels, way, elapsed } = self;
        let directory = Path::new(env_dir);
        let path = |path: &Path| Some(quote(&path.to_string_lossy()));
        let text = |text: &str| Some(quote(text));
        let scripts = directory.join(&interpreter.paths.scripts);
        let (major, minor) = interpreter.version;
        let base = [
            ("executable", path(&interpreter.base_executable)),
            ("implementation", text(&interpreter.implementation)),
            ("version", text(&format!("{major}.{minor}.{}", interpreter.micro))),
            ("free_threaded", Some(interpreter.is_free_threaded.to_string())),
        ];
        let wheels: Vec<_> = wheels.iter().filter_map(|wheel| path(wheel)).collect();
        let pip = way.map(|way| {
            object(&[("from", Some(format!("[{}]", wheels.join(", ")))), ("installed", text(way))])
        });
        let milliseconds = elapsed.map(|elapsed| format!("{:.1}", elapsed.as_secs_f64() * 1000.0));
        let members = [
            ("env_dir", text(env_dir)),
            ("python", path(&scripts.join(executables::name(interpreter)))),
            ("scripts", path(&scripts)),
            ("purelib", path(&directory.join(&interpreter.paths.purelib))),
            ("platlib", path(&directory.join(&interpreter.paths.platlib))),
            ("base", Some(object(&base))),
            ("pip", pip),
            ("ms", milliseconds),
            ("error", None),
        ];
        object(&members) + "\n"
    }
}

/// The line about an environment that is not made because there is no interpreter for it; the error is that of Python.
#[must_use]
pub fn refusal(env_dir: &str, reason: &str) -> String {
    let error = object(&[
        ("kind", Some(quote("ValueError"))),
        ("message", Some(quote(reason))),
        ("path", None),
        ("errno", None),
    ]);
    object(&[("env_dir", Some(quote(env_dir))), ("error", Some(error))]) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpreter::tests::TEXT;

    #[test]
    fn the_interpreter_has_the_name_that_it_has_in_the_environment() {
        let base = Interpreter::parse(TEXT).unwrap();
        let base_executable = Path::new("base").join("python3.13.exe");
        let interpreter = Interpreter { version: (3, 13), base_executable, ..base };
        let outcome =
            Outcome { env_dir: "env", interpreter: &interpreter, wheels: &[], way: None, elapsed: None };
        let name = if cfg!(windows) { r"\\python.exe" } else { "/python3.13.exe" };
        assert!(outcome.json().contains(&format!("{name}\", \"scripts\"")), "{}", outcome.json());
    }

    #[test]
    #[cfg(unix)]
    fn an_object_says_what_is_where() {
        let interpreter = Interpreter::parse(TEXT).unwrap();
        let outcome = Outcome {
            env_dir: "/home/me/a \"b\"",
            interpreter: &interpreter,
            wheels: &["/w/pip.whl".into()],
            way: Some("hardlink"),
            elapsed: Some(Duration::from_micros(7940)),
        };
        let line = outcome.json();
        for part in [
            r#"{"env_dir": "/home/me/a \"b\"", "python": "/home/me/a \"b\"/bin/"#,
            r#""pip": {"from": ["/w/pip.whl"], "installed": "hardlink"}, "ms": 7.9, "error": null}"#,
        ] {
            assert!(line.contains(part), "{line}");
        }
        let without = Outcome { way: None, elapsed: None, ..outcome }.json();
        assert!(without.ends_with("\"pip\": null, \"ms\": null, \"error\": null}\n"), "{without}");
    }
}
