//! The name of a program, or of the folder in which a Python is installed, and the facts in it.

use std::cmp::Reverse;

use super::specifiers::numbers;

/// The implementations that programs and folders are named after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Implementation {
    /// That of python.org.
    CPython,
    /// `PyPy`.
    PyPy,
}

impl Implementation {
    /// Its name in Python (`sys.implementation.name`).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CPython => "cpython",
            Self::PyPy => "pypy",
        }
    }
}

/// The facts in a name: `python3.13t`, `pypy3.11-7.3.20`, `3.12.1`, `cpython-3.13.0+freethreaded-linux-x86_64-gnu`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// `None` if the name does not say it: `python3.12` can be any implementation.
    pub(super) implementation: Option<Implementation>,
    /// The numbers of the version; there may be none.
    pub(super) version: Vec<u8>,
    pub(super) is_free_threaded: bool,
    is_prerelease: bool,
    /// Whether a program can have that name: it has no further parts, and is more than a version.
    pub(super) is_program: bool,
}

impl Label {
    /// Reads a name; `None` if it is not the name of a Python.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let digits = name.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(name.len());
        let (letters, rest) = name.split_at(digits);
        let implementation = match letters {
            "" if rest.starts_with(|first: char| first.is_ascii_digit()) => None,
            "python" => None,
            "cpython" => Some(Implementation::CPython),
            "pypy" => Some(Implementation::PyPy),
            _ => return None,
        };
        let separated = rest.strip_prefix(['-', '@']);
        let rest = separated.unwrap_or(rest);
        let end = rest.find(|character: char| !character.is_ascii_digit() && character != '.');
        let (version, rest) = rest.split_at(end.unwrap_or(rest.len()));
        let version = if version.is_empty() { Vec::new() } else { numbers(version)? };
        let (is_prerelease, rest) = prerelease(rest);
        let (is_free_threaded, rest) = rest.strip_prefix('t').map_or((false, rest), |rest| (true, rest));
        if !rest.is_empty() && (version.is_empty() || !rest.starts_with(['-', '+'])) {
            return None;
        }
        Some(Self {
            implementation,
            version,
            is_free_threaded: is_free_threaded || rest.starts_with("+freethreaded"),
            is_prerelease: is_prerelease || rest == "-dev",
            is_program: rest.is_empty() && separated.is_none() && !letters.is_empty(),
        })
    }

    /// The key by which names are sorted; the smallest one is tried first. Released versions that are not free-threaded come
    /// first, the newest of them before the others.
    ///
    /// A name with two numbers is usually a link to the newest version that begins with them (`cpython-3.12-linux` of uv,
    /// `3.12` of mise). The installer changes the link, so an environment that is made of it outlives that version.
    /// `is_current` says whether such a name comes before the names of whole versions, or after them.
    pub(super) fn rank(&self, is_current: bool) -> impl Ord + use<> {
        let mut version = self.version.clone();
        if is_current && version.len() == 2 {
            version.push(u8::MAX);
        }
        (self.is_prerelease, self.is_free_threaded, Reverse(version), self.implementation)
    }
}

/// Whether a text begins with the mark of a pre-release (`a2`, `b1`, `rc3`), and the text after it.
fn prerelease(text: &str) -> (bool, &str) {
    let number = ["rc", "a", "b"].into_iter().find_map(|letters| text.strip_prefix(letters));
    let rest = number.map(|number| number.trim_start_matches(|digit: char| digit.is_ascii_digit()));
    match (number, rest) {
        (Some(number), Some(rest)) if rest.len() < number.len() => (true, rest),
        _ => (false, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_what_it_is() {
        use Implementation::{CPython, PyPy};
        for (name, implementation, version, is_free_threaded, is_program) in [
            ("python", None, &[][..], false, true),
            ("python3", None, &[3], false, true),
            ("python3.12", None, &[3, 12], false, true),
            ("python3.13t", None, &[3, 13], true, true),
            ("pypy", Some(PyPy), &[], false, true),
            ("pypy3.11", Some(PyPy), &[3, 11], false, true),
            ("pypy3.11-7.3.20", Some(PyPy), &[3, 11], false, false),
            ("3.12.1", None, &[3, 12, 1], false, false),
            ("3.13t-dev", None, &[3, 13], true, false),
            ("3.15.0a2", None, &[3, 15, 0], false, false),
            ("3.14.0rc1t", None, &[3, 14, 0], true, false),
            ("python@3.12", None, &[3, 12], false, false),
            ("cpython-3.12.1-linux-x86_64-gnu", Some(CPython), &[3, 12, 1], false, false),
            ("cpython-3.13.0+freethreaded-linux-x86_64-gnu", Some(CPython), &[3, 13, 0], true, false),
            ("3.12-32", None, &[3, 12], false, false),
        ] {
            let label = Label::parse(name).unwrap_or_else(|| panic!("{name} says nothing"));
            assert_eq!(label.implementation, implementation, "{name}");
            assert_eq!(label.version, version, "{name}");
            assert_eq!(label.is_free_threaded, is_free_threaded, "{name}");
            assert_eq!(label.is_program, is_program, "{name}");
        }
    }

    #[test]
    fn another_name_says_nothing() {
        for name in [
            "",
            "-",
            "pip3.12",
            "python-config",
            "pythonw",
            "python3.12d",
            "python3.",
            "miniconda3-24.1",
            "3.x",
            "latest",
        ] {
            assert_eq!(Label::parse(name), None, "{name}");
        }
    }

    #[test]
    fn what_is_newest_and_released_comes_first() {
        let mut names =
            ["3.9.18", "3.15.0a2", "3.13.0t", "pypy3.11-7.3.20", "3.13.0", "3.10.1", "3.14-dev", "3.11"];
        names.sort_by_key(|name| Label::parse(name).map(|label| label.rank(false)));
        let expected =
            ["3.13.0", "3.11", "pypy3.11-7.3.20", "3.10.1", "3.9.18", "3.13.0t", "3.15.0a2", "3.14-dev"];
        assert_eq!(names, expected);
    }

    #[test]
    fn what_is_current_comes_before_what_it_may_be() {
        let sorted = |is_current| {
            let mut names = ["3.12.1", "3", "3.13.0", "latest", "3.12", "3.12.10", "python"];
            names.sort_by_key(|name| {
                let label = Label::parse(name);
                (label.is_none(), label.map(|label| label.rank(is_current)))
            });
            names
        };
        assert_eq!(sorted(true), ["3.13.0", "3.12", "3.12.10", "3.12.1", "3", "python", "latest"]);
        assert_eq!(sorted(false), ["3.13.0", "3.12.10", "3.12.1", "3.12", "3", "python", "latest"]);
    }
}
