//! The lists of installed Pythons on Windows: the registry (PEP 514), and the list of the launcher.

use std::path::PathBuf;

use crate::interpreter::Wanted;
use crate::interpreter::label::Label;

/// An entry that an installer has written for a Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its name among the Pythons of its company; python.org uses the version.
    tag: String,
    executable: PathBuf,
}

/// Reads what `reg query KEY /s` prints: the path of a key in a line, and below it its values, each with its name, its type
/// and its contents.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut entries = Vec::new();
    for block in text.split("\nHKEY_") {
        let mut lines = block.lines();
        let key: Vec<&str> = lines.next().unwrap_or_default().trim().rsplit('\\').collect();
        let [name, tag, company, ..] = key[..] else { continue };
        if !name.eq_ignore_ascii_case("InstallPath") || company.eq_ignore_ascii_case("PyLauncher") {
            continue;
        }
        let values: Vec<(&str, &str)> = lines.filter_map(value).collect();
        let named = values.iter().find(|(name, _)| name.eq_ignore_ascii_case("ExecutablePath"));
        // Only entries of python.org may have a folder without the name of the program. The value without a name is printed
        // with a name in brackets, in the user's language.
        let default = values.iter().find(|(name, _)| name.starts_with('(') && company == "PythonCore");
        let executable = match (named, default) {
            (Some((_, path)), _) => PathBuf::from(path),
            (None, Some((_, folder))) => {
                PathBuf::from(format!("{}\\python.exe", folder.trim_end_matches('\\')))
            }
            (None, None) => continue,
        };
        entries.push(Entry { tag: tag.to_owned(), executable });
    }
    entries
}

/// The name of a value and its contents, if it is a text.
fn value(line: &str) -> Option<(&str, &str)> {
    let (name, contents) = line.split_once("    REG_SZ    ")?;
    Some((name.trim(), contents.trim())).filter(|(_, contents)| !contents.is_empty())
}

/// The programs of the entries that may fulfil conditions: the newest first, and last those without a version in their tags.
pub(super) fn fitting(entries: Vec<Entry>, wanted: &Wanted) -> Vec<PathBuf> {
    let labelled = entries.into_iter().map(|entry| (Label::parse(&entry.tag.to_ascii_lowercase()), entry));
    let mut fitting: Vec<_> =
        labelled.filter(|(label, _)| label.as_ref().is_none_or(|label| wanted.may_be(label))).collect();
    fitting
        .sort_by_cached_key(|(label, _)| (label.is_none(), label.as_ref().map(|label| wanted.rank(label))));
    fitting.into_iter().map(|(_, entry)| entry.executable).collect()
}

/// Reads what `py -0p` prints: a Python in each line, with its path at the end.
pub(super) fn listed(text: &str) -> Vec<PathBuf> {
    text.lines()
        .filter_map(|line| line.get(drive(line)?..))
        .map(|path| PathBuf::from(path.trim_end()))
        .collect()
}

/// The position of the path in a line: after a space, with a drive or a server.
fn drive(line: &str) -> Option<usize> {
    let begins = |rest: &[u8]| match rest {
        [letter, b':', b'\\', ..] => letter.is_ascii_alphabetic(),
        [b'\\', b'\\', ..] => true,
        _ => false,
    };
    let bytes = line.as_bytes();
    (1..bytes.len()).find(|position| bytes[position - 1] == b' ' && begins(&bytes[*position..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &str = "\r\nHKEY_CURRENT_USER\\Software\\Python\\PythonCore\\3.11\r\n    DisplayName    REG_SZ    Python 3.11\r\n\
        \r\nHKEY_CURRENT_USER\\Software\\Python\\PythonCore\\3.11\\InstallPath\r\n    (Standard)    REG_SZ    C:\\Python311\\\r\n\
        \r\nHKEY_CURRENT_USER\\Software\\Python\\PythonCore\\3.13t\\InstallPath\r\n    (Default)    REG_SZ    C:\\Py 313\\\r\n    \
        ExecutablePath    REG_SZ    C:\\Py 313\\python3.13t.exe\r\n\
        \r\nHKEY_CURRENT_USER\\Software\\Python\\Astral\\CPython3.12.1\\InstallPath\r\n    ExecutablePath    REG_SZ    C:\\uv\\python.exe\r\n\
        \r\nHKEY_CURRENT_USER\\Software\\Python\\Other\\x\\InstallPath\r\n    (Default)    REG_SZ    C:\\other\r\n\
        \r\nHKEY_CURRENT_USER\\Software\\Python\\Other\\y\\InstallPath\r\n    ExecutablePath    REG_SZ    C:\\y\\python.exe\r\n\
        \r\nHKEY_CURRENT_USER\\Software\\Python\\PyLauncher\\z\\InstallPath\r\n    ExecutablePath    REG_SZ    C:\\py.exe\r\n";

    #[test]
    fn the_registry_lists_programs() {
        let fitting = |wanted: &str| {
            let wanted =
                if wanted.is_empty() { Wanted::everything() } else { Wanted::parse(wanted).unwrap() };
            let paths = fitting(entries(QUERY), &wanted);
            paths.iter().map(|path| path.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let [three, eleven, twelve, unknown] = [
            r"C:\Py 313\python3.13t.exe",
            r"C:\Python311\python.exe",
            r"C:\uv\python.exe",
            r"C:\y\python.exe",
        ];
        assert_eq!(fitting(""), [twelve, eleven, three, unknown]);
        assert_eq!(fitting("3.12"), [twelve, unknown]);
        assert_eq!(fitting("3.13t"), [three, unknown]);
        assert!(entries("").is_empty());
        assert!(entries("ERROR: The system was unable to find the specified registry key.").is_empty());
    }

    #[test]
    fn the_launcher_lists_programs() {
        let text = " -V:3.13 *        C:\\Python 313\\python.exe\r\n -V:Astral/CPython3.12.1 C:\\uv\\python.exe\r\n \
            -3.9-64 \\\\server\\python.exe\r\n  *               D:\\env\\Scripts\\python.exe\r\nNo Pythons: C:none\r\n";
        let expected = [
            r"C:\Python 313\python.exe",
            r"C:\uv\python.exe",
            r"\\server\python.exe",
            r"D:\env\Scripts\python.exe",
        ];
        assert_eq!(listed(text), expected.map(PathBuf::from));
        assert!(listed("No installed Pythons found!\r\n").is_empty());
    }
}
