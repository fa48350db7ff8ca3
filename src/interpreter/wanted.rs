//! The conditions that an interpreter has to fulfil, and how its name is compared with them before it is run.

use std::fmt;

use super::label::{Implementation, Label};
use super::specifiers::{Specifiers, numbers};
use super::{Interpreter, OLDEST};

/// The conditions that an interpreter has to fulfil.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The text as it was given.
    text: String,
    /// Whether it was given as the name of a program.
    is_name: bool,
    /// `None` if the implementation does not matter, as for the name `python`.
    implementation: Option<Implementation>,
    versions: Versions,
    /// `None` if it does not matter.
    is_free_threaded: Option<bool>,
    /// Whether every interpreter is looked for, as for a list.
    is_everything: bool,
}

/// The allowed versions.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Versions {
    /// Versions that begin with these numbers; all versions, if there are no numbers.
    Beginning(Vec<u8>),
    /// Versions in a range.
    Range(Specifiers),
}

impl fmt::Display for Wanted {
    /// The text as it was given.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(formatter)
    }
}

impl Wanted {
    /// The conditions that every interpreter fulfils.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            text: String::new(),
            is_name: false,
            implementation: None,
            versions: Versions::Beginning(Vec::new()),
            is_free_threaded: None,
            is_everything: true,
        }
    }

    /// Reads an implementation, a version, a range, or an implementation with a version or a range; `None` for anything else.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let end = text.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(text.len());
        let (letters, rest) = text.split_at(end);
        let implementation = match letters.to_ascii_lowercase().as_str() {
            "" | "python" => None,
            "cpython" => Some(Implementation::CPython),
            "pypy" => Some(Implementation::PyPy),
            _ => return None,
        };
        let is_range = rest.starts_with(['<', '>', '=', '!', '~']);
        let (versions, is_free_threaded) = if is_range {
            (Versions::Range(Specifiers::parse(rest)?), None)
        } else if rest.is_empty() && !letters.is_empty() {
            (Versions::Beginning(Vec::new()), None)
        } else {
            let bare = rest.strip_suffix('t');
            let numbers = numbers(bare.unwrap_or(rest)).filter(|numbers| numbers.len() <= 3)?;
            (Versions::Beginning(numbers), Some(bare.is_some()))
        };
        let is_name = !letters.is_empty() && implementation != Some(Implementation::CPython) && !is_range;
        let text = text.to_owned();
        Some(Self { text, is_name, implementation, versions, is_free_threaded, is_everything: false })
    }

    /// Whether it asks only for versions of which no environment can be made.
    pub(super) fn is_too_old(&self) -> bool {
        matches!(&self.versions, Versions::Beginning(numbers) if is_too_old(numbers))
    }

    /// Whether an interpreter fulfils the conditions.
    #[must_use]
    pub fn accepts(&self, interpreter: &Interpreter) -> bool {
        let version = [interpreter.version.0, interpreter.version.1, interpreter.micro];
        self.implementation.is_none_or(|wanted| wanted.name() == interpreter.implementation)
            && self.is_free_threaded.is_none_or(|wanted| wanted == interpreter.is_free_threaded)
            && match &self.versions {
                Versions::Beginning(numbers) => version.starts_with(numbers),
                Versions::Range(range) => range.allow(version),
            }
    }

    /// Whether a Python of that name may fulfil the conditions. A Python of the name `3.13` may still be free-threaded.
    pub(super) fn may_be(&self, label: &Label) -> bool {
        let is_pypy = |implementation| implementation == Some(Implementation::PyPy);
        (self.is_everything || is_pypy(self.implementation) == is_pypy(label.implementation))
            && !(label.is_free_threaded && self.is_free_threaded == Some(false))
            && !is_too_old(&label.version)
            && match &self.versions {
                Versions::Beginning(numbers) => {
                    numbers.iter().zip(&label.version).all(|(one, other)| one == other)
                }
                Versions::Range(range) => match *label.version {
                    [major, minor, micro] => range.allow([major, minor, micro]),
                    [major, minor] => range.allow_all((major, minor)) != Some(false),
                    _ => true,
                },
            }
    }

    /// Whether a Python of that name fulfils the conditions on the version with any third number.
    fn allows_all(&self, label: &Label) -> bool {
        match (&self.versions, &label.version[..]) {
            (Versions::Beginning(numbers), _) => numbers.len() < 3,
            (Versions::Range(range), [major, minor]) => range.allow_all((*major, *minor)) == Some(true),
            (Versions::Range(_), _) => false,
        }
    }

    /// The key by which names are sorted; the smallest one is tried first.
    pub(super) fn rank(&self, label: &Label) -> impl Ord + use<> {
        label.rank(self.allows_all(label))
    }

    /// The name of a program with both numbers of the version, if the conditions have both. If a directory has a program of
    /// that name, the other programs in it are older or newer.
    pub(super) fn exact_name(&self) -> Option<String> {
        let Versions::Beginning(numbers) = &self.versions else { return None };
        let [major, minor, ..] = numbers[..] else { return None };
        let ending = if self.is_free_threaded == Some(true) { "t" } else { "" };
        self.stems().first().map(|stem| format!("{stem}{major}.{minor}{ending}"))
    }

    /// The names of programs that can be of any version.
    pub(super) fn plain_names(&self) -> Vec<String> {
        self.stems().iter().flat_map(|stem| [format!("{stem}3"), (*stem).to_owned()]).collect()
    }

    /// The text as it was given, if it is the name of a program.
    pub(super) fn name(&self) -> Option<&str> {
        self.is_name.then_some(self.text.as_str())
    }

    /// Whether several minor versions are allowed.
    pub(super) fn is_open(&self) -> bool {
        !matches!(&self.versions, Versions::Beginning(numbers) if numbers.len() > 1)
    }

    /// The beginnings of the names of programs that may fulfil the conditions.
    fn stems(&self) -> &'static [&'static str] {
        match self.implementation {
            _ if self.is_everything => &["python", "pypy"],
            Some(Implementation::PyPy) => &["pypy"],
            Some(Implementation::CPython) | None => &["python"],
        }
    }
}

/// Whether a version that begins with these numbers is older than every supported version.
fn is_too_old(numbers: &[u8]) -> bool {
    match *numbers {
        [3, minor, ..] => minor < OLDEST,
        [major, ..] => major < 3,
        [] => false,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::record::tests::TEXT;
    use super::*;

    /// An interpreter of that name and version.
    pub(crate) fn interpreter(implementation: &str, version: [u8; 3], is_free_threaded: bool) -> Interpreter {
        let [major, minor, micro] = version;
        let implementation = implementation.to_owned();
        let base = Interpreter::parse(TEXT).unwrap();
        Interpreter { implementation, version: (major, minor), micro, is_free_threaded, ..base }
    }

    fn wanted(text: &str) -> Wanted {
        Wanted::parse(text).unwrap()
    }

    #[test]
    fn each_form_accepts_what_it_says() {
        let all = [
            ("cpython", [3, 9, 18], false),
            ("cpython", [3, 12, 1], false),
            ("cpython", [3, 13, 0], false),
            ("cpython", [3, 13, 0], true),
            ("pypy", [3, 11, 13], false),
        ];
        for (text, expected) in [
            ("python", "11111"),
            ("3", "11101"),
            ("python3", "11101"),
            ("3.12", "01000"),
            ("3.12.1", "01000"),
            ("3.12.2", "00000"),
            ("python3.12", "01000"),
            ("Python3.12", "01000"),
            ("3.13", "00100"),
            ("3.13t", "00010"),
            ("3t", "00010"),
            ("python3.13t", "00010"),
            (">=3.11,<3.13", "01001"),
            (">= 3.12", "01110"),
            ("python>=3.12", "01110"),
            ("==3.13.*", "00110"),
            ("cpython", "11110"),
            ("cpython3.13", "00100"),
            ("CPython>=3.12", "01110"),
            ("pypy", "00001"),
            ("pypy3.11", "00001"),
            ("pypy3.10", "00000"),
            ("pypy>=3.10", "00001"),
        ] {
            let accepted = all.map(|(implementation, version, is_free_threaded)| {
                wanted(text).accepts(&interpreter(implementation, version, is_free_threaded))
            });
            assert_eq!(
                accepted.map(|accepted| if accepted { '1' } else { '0' }).iter().collect::<String>(),
                expected,
                "{text}"
            );
        }
    }

    #[test]
    fn names_that_cannot_fit_are_known() {
        for (text, fitting, others) in [
            (
                "3.12",
                "python python3 python3.12 3.12.1 cpython-3.12.1-linux",
                "python3.9 python3.12t pypy3.12 3.1",
            ),
            ("3.12.1", "python3.12 3.12 3.12.1", "3.12.2 3.12.0"),
            ("3.13t", "python3.13t python3.13 3.13.0t 3.13.0", "python3.14t 3.12.1"),
            (">=3.11,<3.14", "python3.11 3.13.0t 3.12.9 python3", "python3.10 3.14.0 pypy3.11"),
            (">=3.11.2", "python3.11 3.11.2 3.12.0", "3.11.1 python3.10"),
            ("pypy", "pypy pypy3.11 pypy3.10-7.3.19", "python3.11 3.11.7 cpython-3.11.7-linux"),
            ("cpython", "python3.11 3.11.7", "pypy3.11"),
            ("python", "python3.13t 3.12.1", "python3.8 python2 2.7.18 pypy3.11"),
        ] {
            for name in fitting.split(' ') {
                assert!(wanted(text).may_be(&Label::parse(name).unwrap()), "{name} for {text}");
            }
            for name in others.split(' ') {
                assert!(!wanted(text).may_be(&Label::parse(name).unwrap()), "{name} for {text}");
            }
        }
        assert!(Wanted::everything().may_be(&Label::parse("pypy3.11").unwrap()));
    }

    #[test]
    fn programs_are_looked_for_by_their_exact_name_and_by_plain_ones() {
        for (text, exact, plain) in [
            ("3.12", Some("python3.12"), "python3 python"),
            ("cpython3.12.1", Some("python3.12"), "python3 python"),
            ("3.13t", Some("python3.13t"), "python3 python"),
            ("pypy3.11", Some("pypy3.11"), "pypy3 pypy"),
            (">=3.11", None, "python3 python"),
            ("3", None, "python3 python"),
            ("pypy", None, "pypy3 pypy"),
        ] {
            assert_eq!(wanted(text).exact_name().as_deref(), exact, "{text}");
            assert_eq!(wanted(text).plain_names().join(" "), plain, "{text}");
        }
        assert_eq!(Wanted::everything().plain_names().join(" "), "python3 python pypy3 pypy");
        assert!(wanted("3").is_open() && wanted("<3.14").is_open() && !wanted("3.12").is_open());
        assert_eq!(wanted("python3.12").name(), Some("python3.12"));
        assert!(["3.12", "cpython", "python>=3.9"].iter().all(|text| wanted(text).name().is_none()));
    }
}
