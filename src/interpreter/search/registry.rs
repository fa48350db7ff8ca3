//! The lists of installed Pythons on Windows: the registry (PEP 514), and the list of the launcher.

use std::path::PathBuf;

use crate::interpreter::Wanted;
use crate::interpreter::label::Label;

/// What an installer has written for a Python: the values of its key `InstallPath`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The company that made the installer; python.org's is `PythonCore`.
    pub(super) company: String,
    /// Its name among the Pythons of its company; python.org uses the version.
    pub(super) tag: String,
    /// The value without a name, which is the folder.
    pub(super) folder: Option<String>,
    /// The value `ExecutablePath`.
    pub(super) executable: Option<String>,
}

impl Entry {
    /// The program. Only entries of python.org may have a folder without the name of the program.
    fn program(&self) -> Option<PathBuf> {
        let text = |value: &Option<String>| value.clone().filter(|text| !text.is_empty());
        let in_folder = |folder: String| format!("{}\\python.exe", folder.trim_end_matches('\\'));
        let default = || text(&self.folder).filter(|_| self.is_of_python_org()).map(in_folder);
        // The launcher itself has a key among the companies.
        let is_python = !self.company.eq_ignore_ascii_case("PyLauncher");
        is_python.then(|| text(&self.executable).or_else(default))?.map(PathBuf::from)
    }

    fn is_of_python_org(&self) -> bool {
        self.company.eq_ignore_ascii_case("PythonCore")
    }
}

/// The programs of python.org's installers that have the packages of a user in a folder of that name: `Python313` for the tag
/// `3.13`, `Python313-32` for `3.13-32`.
pub(super) fn with_user_folder(entries: &[Entry], name: &str) -> Vec<PathBuf> {
    let has_folder = |entry: &&Entry| {
        entry.is_of_python_org() && format!("python{}", entry.tag.replace('.', "")).eq_ignore_ascii_case(name)
    };
    entries.iter().filter(has_folder).filter_map(Entry::program).collect()
}

/// The programs of the entries that may fulfil conditions: the newest first, and last those without a version in their tags.
pub(super) fn fitting(entries: Vec<Entry>, wanted: &Wanted) -> Vec<PathBuf> {
    let labelled = entries.into_iter().map(|entry| (Label::parse(&entry.tag.to_ascii_lowercase()), entry));
    let mut fitting: Vec<_> =
        labelled.filter(|(label, _)| label.as_ref().is_none_or(|label| wanted.may_be(label))).collect();
    // Entries of one version stay in the order of the registry: those of the user come first.
    fitting
        .sort_by_cached_key(|(label, _)| (label.is_none(), label.as_ref().map(|label| wanted.rank(label))));
    fitting.into_iter().filter_map(|(_, entry)| entry.program()).collect()
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

    fn entry(company: &str, tag: &str, folder: Option<&str>, executable: Option<&str>) -> Entry {
        let [company, tag] = [company, tag].map(str::to_owned);
        let [folder, executable] = [folder, executable].map(|value| value.map(str::to_owned));
        Entry { company, tag, folder, executable }
    }

    fn entries() -> Vec<Entry> {
        vec![
            entry("PythonCore", "3.11", Some("C:\\Users\\J\u{fc}rgen\\Python311\\"), None),
            entry("PythonCore", "3.13t", Some(r"C:\Py 313\"), Some(r"C:\Py 313\python3.13t.exe")),
            entry("PythonCore", "3.10-32", Some(r"C:\Py310"), Some("")),
            entry("PythonCore", "3.9", None, None),
            entry("Astral", "CPython3.12.1", None, Some(r"C:\uv\python.exe")),
            entry("Other", "x", Some(r"C:\other"), None),
            entry("Other", "y", None, Some(r"C:\y\python.exe")),
            entry("PyLauncher", "z", None, Some(r"C:\py.exe")),
        ]
    }

    #[test]
    fn the_registry_lists_programs() {
        let fitting = |wanted: &str| {
            let wanted =
                if wanted.is_empty() { Wanted::everything() } else { Wanted::parse(wanted).unwrap() };
            let paths = fitting(entries(), &wanted);
            paths.iter().map(|path| path.to_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let [three, eleven, ten, twelve, unknown] = [
            r"C:\Py 313\python3.13t.exe",
            "C:\\Users\\J\u{fc}rgen\\Python311\\python.exe",
            r"C:\Py310\python.exe",
            r"C:\uv\python.exe",
            r"C:\y\python.exe",
        ];
        assert_eq!(fitting(""), [twelve, eleven, ten, three, unknown]);
        assert_eq!(fitting("3.12"), [twelve, unknown]);
        assert_eq!(fitting("3.13t"), [three, unknown]);
    }

    #[test]
    fn the_folder_of_a_user_tells_the_tag() {
        for (name, expected) in [
            ("python313t", &[r"C:\Py 313\python3.13t.exe"][..]),
            ("Python310-32", &[r"C:\Py310\python.exe"]),
            ("python310", &[]),
            ("python39", &[]),
            ("pythony", &[]),
        ] {
            let expected: Vec<_> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(with_user_folder(&entries(), name), expected, "{name}");
        }
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
