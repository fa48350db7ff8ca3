//! The requested interpreter: `--python 3.12`.

use std::ffi::OsStr;
use std::fmt;
use std::path::{PathBuf, is_separator};

use super::{OLDEST, Wanted};
use crate::error::printable;

/// A request for an interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// An interpreter, or the directory of an environment or of an installation, by its path.
    Path(PathBuf),
    /// A program on `PATH` whose name says nothing about its version.
    Program(String),
    /// A Python that fulfils conditions.
    Python(Wanted),
}

/// Why a text is not a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// It cannot be understood; the text.
    Unreadable(String),
    /// No environment can be made of that version; the text.
    TooOld(String),
}

impl fmt::Display for Unclear {
    /// The whole message.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(text) => write!(
                formatter,
                "{text:?} does not say which Python is meant; give a path (/usr/bin/python3, ./env), a name (python3.12, \
                 pypy3.11), a version (3, 3.12, 3.12.1, 3.13t), a range (>=3.11,<3.14) or an implementation (cpython, \
                 pypy, cpython3.13)"
            ),
            Self::TooOld(text) => {
                write!(formatter, "{text:?} is too old: Python 3.{OLDEST} or later is needed")
            }
        }
    }
}

impl Request {
    /// Reads the value of `--python`.
    ///
    /// # Errors
    /// Why the value is not a request.
    pub fn parse(given: &OsStr) -> Result<Self, Unclear> {
        let unreadable = || Unclear::Unreadable(given.to_string_lossy().into_owned());
        if is_path(given) {
            return Ok(Self::Path(given.into()));
        }
        let text = given.to_str().map(str::trim).ok_or_else(unreadable)?;
        if let Some(wanted) = Wanted::parse(text) {
            return if wanted.is_too_old() {
                Err(Unclear::TooOld(text.to_owned()))
            } else {
                Ok(Self::Python(wanted))
            };
        }
        let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic())
            && text.chars().all(|character| character.is_ascii_alphanumeric() || "._-+".contains(character));
        if is_name { Ok(Self::Program(text.to_owned())) } else { Err(unreadable()) }
    }
}

impl fmt::Display for Request {
    /// The text that was given.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => printable(path).fmt(formatter),
            Self::Program(text) => text.fmt(formatter),
            Self::Python(wanted) => wanted.fmt(formatter),
        }
    }
}

/// Whether a request is a path: only a path has a separator, or begins with a dot.
#[must_use]
pub fn is_path(given: &OsStr) -> bool {
    let text = given.to_string_lossy();
    text.starts_with('.') || text.contains(is_separator)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The request in a text.
    pub(crate) fn request(text: &str) -> Request {
        Request::parse(OsStr::new(text)).unwrap()
    }

    #[test]
    fn a_path_has_a_separator_or_begins_with_a_dot() {
        for text in ["/usr/bin/python3", "env/", "./3.12", ".venv", "..", "3.12/bin/python"] {
            assert_eq!(request(text), Request::Path(text.into()), "{text}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_path_may_be_any_bytes_and_nothing_else_may() {
        use std::os::unix::ffi::OsStrExt;
        let path = OsStr::from_bytes(b"/opt/\xff/python");
        assert_eq!(Request::parse(path), Ok(Request::Path(path.into())));
        assert!(matches!(Request::parse(OsStr::from_bytes(b"python\xff")), Err(Unclear::Unreadable(_))));
    }

    #[test]
    fn any_other_name_is_that_of_a_program() {
        for text in ["graalpy", "python3.12-dbg", "pythonw", "python3.x", "pypyx"] {
            assert_eq!(request(text), Request::Program(text.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_request_says_what_can_be_given() {
        for text in
            ["", " ", "3.x", "3.12.1.4", "3.12tt", "3.14rc1", ">=", ">=3.x", "python>=x", "python 3.12", "-3"]
        {
            let message = Request::parse(OsStr::new(text)).unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("{text:?} does not say which Python is meant; give a path")),
                "{message}"
            );
        }
        for text in ["2", "2.7", "python2", "3.8", "pypy3.8", "3.8.20"] {
            let message = Request::parse(OsStr::new(text)).unwrap_err().to_string();
            assert_eq!(message, format!("{text:?} is too old: Python 3.9 or later is needed"));
        }
    }
}
