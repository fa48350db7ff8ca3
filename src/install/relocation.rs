//! Lets scripts find the interpreter beside them, so that the environment can be moved.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::path::Path;

use super::destination::relative;
use crate::error::Result;
use crate::fs::{self, Stamp};
use crate::wheel::record;

/// Changes the scripts in a directory that run an interpreter, such as those of pip, so that they find it beside them, and
/// changes the RECORD of each distribution accordingly.
///
/// On Windows, scripts are programs that contain the path, and are not changed.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path that could not be read or written.
pub fn relocate_scripts(scripts: &Path, library: &Path, python: &Path) -> Result<()> {
    let mut rows = HashMap::new();
    for name in fs::names(scripts)? {
        let path = scripts.join(name);
        // A link leads to a script in another place.
        if Stamp::of(&path).is_err() {
            continue;
        }
        if let Some(script) = relocated(&fs::read(&path)?, python) {
            fs::rewrite(&path, &script)?;
            if let Some(path) = relative(library, &path) {
                let row = format!("{path},{},{}", record::hash(&script), script.len());
                rows.insert(path, row);
            }
        }
    }
    if rows.is_empty() { Ok(()) } else { update_records(library, &rows) }
}

/// The script with first lines that find the interpreter; `None` if it does not run this interpreter.
fn relocated(script: &[u8], python: &Path) -> Option<Vec<u8>> {
    let python = python.as_os_str().as_encoded_bytes();
    let (first, rest) = split_at(script, b"\n");
    let rest = if first == b"#!/bin/sh" {
        // If the path is long or has a space, a shell starts the interpreter, in three lines.
        let (first, rest) = split_at(rest, b"\n' '''\n");
        let is_its_own = first.starts_with(b"'''exec' ") && contains(first, python);
        is_its_own.then_some(rest)?
    } else {
        (first.strip_prefix(b"#!") == Some(python)).then_some(rest)?
    };
    let name = python.rsplit(|byte| *byte == b'/').next()?;
    // A single quote would end the string, for a shell or for Python.
    if name.contains(&b'\'') {
        return None;
    }
    Some([first_lines(name).as_slice(), rest].concat())
}

/// The lines that find the interpreter beside the script, even if the script is called by a link. A shell runs them; for
/// Python they are a string. Without `realpath`, nothing is run, because the interpreter could only be guessed.
fn first_lines(name: &[u8]) -> Vec<u8> {
    let before = b"#!/bin/sh\n''':'\n\
        _fastvenv_script=$(realpath -- \"$0\") && exec \"${_fastvenv_script%/*}\"/'";
    let after = b"' \"$0\" \"$@\"\nexit 127\n' '''\n";
    [&before[..], name, after].concat()
}

/// Writes these rows into each RECORD that has one for the path, in its place and with its line end.
fn update_records(library: &Path, rows: &HashMap<String, String>) -> Result<()> {
    let is_metadata =
        |name: &&std::ffi::OsString| Path::new(name).extension() == Some(OsStr::new("dist-info"));
    for name in fs::names(library)?.iter().filter(is_metadata) {
        let path = library.join(name).join("RECORD");
        if !fs::exists(&path) {
            continue;
        }
        let contents = fs::read(&path)?;
        let Ok(text) = str::from_utf8(&contents) else { continue };
        let updated: String = text.split_inclusive('\n').map(|line| updated(line, rows)).collect();
        if updated != text {
            fs::rewrite(&path, updated.as_bytes())?;
        }
    }
    Ok(())
}

fn updated(line: &str, rows: &HashMap<String, String>) -> String {
    let row = line.split(',').next().and_then(|path| rows.get(path));
    let end = line.trim_end_matches(['\r', '\n']).len();
    row.map_or_else(|| line.to_owned(), |row| format!("{row}{}", &line[end..]))
}

/// The parts before and after a separator.
fn split_at<'a>(text: &'a [u8], separator: &[u8]) -> (&'a [u8], &'a [u8]) {
    match text.windows(separator.len()).position(|window| window == separator) {
        Some(position) => (&text[..position], &text[position + separator.len()..]),
        None => (text, b""),
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    const FIRST_LINES: &str = "#!/bin/sh\n''':'\n_fastvenv_script=$(realpath -- \"$0\") && \
        exec \"${_fastvenv_script%/*}\"/'python' \"$0\" \"$@\"\nexit 127\n' '''\n";

    #[test]
    fn a_script_that_runs_the_interpreter_finds_it() {
        let relocated = |script: &str| {
            relocated(script.as_bytes(), Path::new("/e/bin/python"))
                .map(|script| String::from_utf8(script).unwrap())
        };
        let expected = Some(format!("{FIRST_LINES}import x\n"));
        assert_eq!(relocated("#!/e/bin/python\nimport x\n"), expected);
        assert_eq!(
            relocated("#!/bin/sh\n'''exec' \"/e/bin/python\" \"$0\" \"$@\"\n' '''\nimport x\n"),
            expected
        );
        for other in
            ["", "#!/e/bin/python3\n", "#!/bin/sh\necho /e/bin/python\n", "/e/bin/python\n", FIRST_LINES]
        {
            assert_eq!(relocated(other), None, "{other}");
        }
    }

    #[test]
    fn an_interpreter_whose_name_ends_the_string_is_left() {
        assert_eq!(relocated(b"#!/e/it's\n", Path::new("/e/it's")), None);
    }

    #[test]
    fn the_record_knows_the_script_and_keeps_its_line_ends() {
        let dir = tempfile::tempdir().unwrap();
        let [scripts, library] = ["bin", "lib"].map(|name| dir.path().join(name));
        let record = library.join("pip-1.dist-info/RECORD");
        fs::write_with_parents(&scripts.join("pip"), b"#!/e/python\n").unwrap();
        fs::write_with_parents(&scripts.join("other"), b"#!/bin/sh\n").unwrap();
        fs::write_with_parents(&record, b"a.py,,\r\n../bin/pip,sha256=x,1\r\n../bin/other,sha256=y,2\n")
            .unwrap();
        for _ in 0..2 {
            relocate_scripts(&scripts, &library, Path::new("/e/python")).unwrap();
            let script = fs::read(&scripts.join("pip")).unwrap();
            let row = format!("../bin/pip,{},{}", record::hash(&script), script.len());
            assert_eq!(
                String::from_utf8(fs::read(&record).unwrap()).unwrap(),
                format!("a.py,,\r\n{row}\r\n../bin/other,sha256=y,2\n")
            );
        }
    }
}
