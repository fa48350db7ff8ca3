//! Keeps the records of interpreters between runs, because asking an interpreter takes longer than everything else.
//!
//! A record is used only as long as every file and folder that it depends on is unchanged.

use std::path::Path;

use super::notes;
use crate::error::Error;
use crate::fs;
use crate::interpreter::{Failure, Interpreter, probe};
use crate::process::Inherited;

/// What separates the stamps of the files from the record.
const SEPARATOR: &str = "\n\n";

/// The record of the program at an absolute path: from the cache, or else by asking the program, and then it is kept.
///
/// A script that runs an interpreter is asked each time, because anything may decide which one it runs. A program that is asked is
/// ended once `may_go_on` returns false.
///
/// # Errors
/// Why it cannot be used.
pub fn ask(
    folder: Option<&Path>,
    program: &Path,
    inherited: &Inherited,
    may_go_on: &dyn Fn() -> bool,
) -> Result<Interpreter, Failure> {
    if let Some(found) = folder.and_then(|folder| recall(folder, program)) {
        return Ok(found);
    }
    let interpreter = probe(program, inherited, may_go_on)?;
    if let Some(folder) = folder.filter(|_| interpreter.executable == program) {
        remember(folder, &interpreter);
    }
    Ok(interpreter)
}

/// The record of the interpreter that is started by a path, from the cache in a folder; `None` if there is none, or if
/// something that it depends on has changed.
#[must_use]
pub fn recall(folder: &Path, executable: &Path) -> Option<Interpreter> {
    let note = notes::recall(folder, &key(executable)?)?;
    let (kept, record) = note.split_once(SEPARATOR)?;
    let interpreter = Interpreter::parse(record).ok()?;
    let is_current = interpreter.executable == executable && stamps(&interpreter)? == kept;
    is_current.then_some(interpreter)
}

/// Keeps a record in the cache in a folder, if the cache can be used.
pub fn remember(folder: &Path, interpreter: &Interpreter) {
    if let (Some(key), Some(stamps)) = (key(&interpreter.executable), stamps(interpreter)) {
        notes::remember(folder, &key, &format!("{stamps}{SEPARATOR}{}", interpreter.render()));
    }
}

/// The key of a record; `None` if the path is not UTF-8.
fn key(executable: &Path) -> Option<String> {
    Some(format!("interpreter {} {}", env!("CARGO_PKG_VERSION"), executable.to_str()?))
}

/// The stamp of each file that a record depends on, in a line; `None` if one cannot be found out.
fn stamps(interpreter: &Interpreter) -> Option<String> {
    let stamps: Option<Vec<_>> = interpreter.files.iter().map(|file| stamp(file)).collect();
    Some(stamps?.join("\n"))
}

/// A text that changes when a file or a folder changes, appears or disappears; `None` if that cannot be found out.
fn stamp(path: &Path) -> Option<String> {
    match fs::version(path) {
        Ok(numbers) => Some(numbers.map(|number| number.to_string()).join(" ")),
        Err(Error::Io { source, .. }) if fs::leads_nowhere(&source) => Some("absent".to_owned()),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interpreter::tests::TEXT;

    #[test]
    fn a_record_is_there_until_something_that_it_depends_on_changes() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("cache");
        let [program, absent, wheels] =
            ["python", "pyvenv.cfg", "_bundled"].map(|name| dir.path().join(name));
        fs::write(&program, b"1").unwrap();
        fs::create_directory(&wheels).unwrap();
        let mut interpreter = Interpreter::parse(TEXT).unwrap();
        interpreter.files = vec![program.clone(), absent.clone(), wheels.clone()];
        assert_eq!(recall(&folder, &interpreter.executable), None);
        remember(&folder, &interpreter);
        assert_eq!(recall(&folder, &interpreter.executable).as_ref(), Some(&interpreter));
        assert_eq!(recall(&folder, &program), None);
        fs::write(&absent, b"").unwrap();
        assert_eq!(recall(&folder, &interpreter.executable), None);
        fs::remove_file(&absent).unwrap();
        assert!(recall(&folder, &interpreter.executable).is_some());
        fs::write(&program, b"2").unwrap();
        assert_eq!(recall(&folder, &interpreter.executable), None);
        remember(&folder, &interpreter);
        fs::remove_file(&program).unwrap();
        assert_eq!(recall(&folder, &interpreter.executable), None);
    }
}
