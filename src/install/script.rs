//! The scripts that pip makes of entry points: a first line with the interpreter, and a few lines of Python.
//!
//! Those few lines differ between versions of pip. They are taken from the pip that is installed.

use std::ffi::OsStr;
use std::path::Path;

use super::{Source, Target, launcher};
use crate::platform::Platform;
use crate::wheel::EntryPoint;

/// The longest first line that every system reads whole: the limit of pip on POSIX systems, which is 512 on macOS.
const MAX_FIRST_LINE: usize = if cfg!(target_os = "macos") { 512 } else { 127 };

/// Makes scripts as one version of pip does, for one interpreter.
#[derive(Debug)]
pub(crate) struct ScriptMaker {
    template: String,
    start: Start,
}

/// The path that starts the interpreter.
#[derive(Debug)]
enum Start {
    /// The first line of the script.
    Line(String),
    /// A program, with a console and without.
    Program { python: String, line_end: &'static str, console: Vec<u8>, graphical: Vec<u8> },
}

impl ScriptMaker {
    /// Makes scripts for an environment, as the pip among the distributions does. Returns `None` if there is no pip with a known
    /// text, or if the path of the interpreter cannot be written in a script.
    pub(crate) fn new(sources: &[Source], target: &Target, platform: Platform) -> Option<Self> {
        let python = &target.python;
        let pip = sources.iter().find(|source| source.distribution().template.is_some())?;
        let template = pip.distribution().template.clone()?;
        let start = match platform {
            Platform::Posix => Start::Line(first_line(python.as_os_str())?),
            Platform::Windows => {
                let program = |is_graphical| {
                    let program = pip.read(&launcher::path_in_pip(&target.interpreter, is_graphical)).ok()?;
                    (!program.is_empty()).then_some(program)
                };
                let python = python.to_str()?.to_owned();
                let line_end = launcher::line_end(&pip.read(launcher::DISTLIB).ok()?);
                Start::Program { python, line_end, console: program(false)?, graphical: program(true)? }
            }
        };
        Some(Self { template, start })
    }

    /// The script of an entry point.
    pub(crate) fn make(&self, entry_point: &EntryPoint) -> Vec<u8> {
        let EntryPoint { module, function, is_graphical, .. } = entry_point;
        let import_name = function.split('.').next().unwrap_or(function);
        let script = self
            .template
            .replace("%(module)s", module)
            .replace("%(import_name)s", import_name)
            .replace("%(func)s", function);
        match &self.start {
            Start::Line(line) => format!("{line}{script}").into_bytes(),
            Start::Program { python, line_end, console, graphical } => {
                let program = if *is_graphical { graphical } else { console };
                launcher::executable(program, python, line_end, *is_graphical, script.as_bytes())
            }
        }
    }
}

/// A script of a wheel with the interpreter on its first line, if that line asks for `python` (binary distribution format,
/// "Recommended installer features").
pub(crate) fn with_interpreter(script: Vec<u8>, python: &Path) -> Vec<u8> {
    if !script.starts_with(b"#!python") {
        return script;
    }
    let rest = script.split_inclusive(|byte| *byte == b'\n').skip(1).flatten();
    let end: &[u8] = if cfg!(windows) { b"\r\n" } else { b"\n" };
    [b"#!", python.as_os_str().as_encoded_bytes(), end].into_iter().flatten().chain(rest).copied().collect()
}

/// The first line of a script: the interpreter. If its path is too long for the system, or has a space or a tab, at which the
/// system would end it, it is a line that a shell and Python read in different ways. pip does not look for tabs.
fn first_line(python: &OsStr) -> Option<String> {
    let python = python.to_str()?;
    // These characters have a meaning for the shell even in quotes. pip ignores that, and makes a script that fails.
    if python.contains(['"', '$', '`', '\\', '\n']) {
        return None;
    }
    let has_blank = python.contains([' ', '\t']);
    if !has_blank && python.len() + "#!\n".len() <= MAX_FIRST_LINE {
        return Some(format!("#!{python}\n"));
    }
    let quoted = if has_blank { format!("\"{python}\"") } else { python.to_owned() };
    Some(format!("#!/bin/sh\n'''exec' {quoted} \"$0\" \"$@\"\n' '''\n"))
}

/// The interpreter that the first line of a script names by its path; `None` for a program, and for a script that finds it in
/// another way.
pub(crate) fn interpreter_of(script: &[u8]) -> Option<&Path> {
    let mut lines = script.split(|byte| *byte == b'\n');
    let path = match lines.next()?.strip_prefix(b"#!")? {
        b"/bin/sh" => {
            let path = lines.next()?.strip_prefix(b"'''exec' ")?.strip_suffix(b" \"$0\" \"$@\"")?;
            path.strip_prefix(b"\"").and_then(|path| path.strip_suffix(b"\"")).unwrap_or(path)
        }
        path => path,
    };
    str::from_utf8(path).ok().map(Path::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interpreter_replaces_the_word_python() {
        let with = |script: &[u8]| with_interpreter(script.to_owned(), Path::new("/e/python"));
        let end = if cfg!(windows) { "\r\n" } else { "\n" };
        assert_eq!(with(b"#!pythonw -x\r\na\nb"), format!("#!/e/python{end}a\nb").as_bytes());
        assert_eq!(with(b"#!python"), format!("#!/e/python{end}").as_bytes());
        assert_eq!(with(b"#!/bin/sh\n#!python\n"), b"#!/bin/sh\n#!python\n");
    }

    #[test]
    fn the_first_line_fits_the_path() {
        let line = |path: &str| first_line(OsStr::new(path));
        assert_eq!(line("/e/bin/python").unwrap(), "#!/e/bin/python\n");
        for python in ["/a b/python", "/a\tb/python"] {
            let expected = format!("#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n");
            assert_eq!(line(python).unwrap(), expected);
        }
        let long = format!("/{}", "x".repeat(MAX_FIRST_LINE - 3));
        assert_eq!(line(&long).unwrap(), format!("#!/bin/sh\n'''exec' {long} \"$0\" \"$@\"\n' '''\n"));
        assert_eq!(line(&long[1..]).unwrap(), format!("#!{}\n", &long[1..]));
        assert_eq!(line("/a\"b/python"), None);
    }

    #[test]
    fn the_interpreter_is_read_from_what_was_written() {
        let long = format!("/{}", "x".repeat(MAX_FIRST_LINE));
        for python in ["/e/bin/python", "/a b/python", &long] {
            let script = first_line(OsStr::new(python)).unwrap() + "import sys\n";
            assert_eq!(interpreter_of(script.as_bytes()), Some(Path::new(python)));
        }
        for script in [&b""[..], b"MZ\x90", b"import sys\n", b"#!/bin/sh\n''':'\nexec x\n"] {
            assert_eq!(interpreter_of(script), None);
        }
    }
}
