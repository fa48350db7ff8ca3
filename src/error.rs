//! The error of the crate: what failed, on which path, and why.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

/// What the crate's functions return.
pub type Result<T> = std::result::Result<T, Error>;

/// Why an environment, or a part of it, could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system refused a call on `path`; `source` holds its error number.
    #[error("{}: {}", printable(path), strerror(source))]
    Io {
        /// The path that the call was about.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// A file or a link is in the place of a directory of the environment.
    #[error("Unable to create directory {}", printable(.0))]
    Occupied(PathBuf),
    /// An environment at `path` cannot be made, or must not be cleared.
    #[error("Refusing to {action} {} because {reason}", printable(path))]
    Refused {
        /// What is refused, as the words before the path.
        action: &'static str,
        /// The directory of the environment, as the user gave it.
        path: OsString,
        /// Why, as the words after "because".
        reason: String,
    },
    /// A value would break the format of the file into which it is written.
    #[error("the {name} must not contain {what}: {value:?}")]
    Unwritable {
        /// What the value is called: the option or the key of `pyvenv.cfg`.
        name: String,
        /// What it contains and must not.
        what: &'static str,
        /// The value.
        value: OsString,
    },
    /// A template has a placeholder in a place where the shell may not read the value as it is.
    #[error(
        "Unable to quote {value:?} for {placeholder} on line {line} of {}, because of {obstacle}. Write the placeholder \
         without quotes around it, before that, as the value of a variable, and use the variable.",
        if template.is_empty() { "the template" } else { template }
    )]
    Template {
        /// The name of the template, or its path; it may be empty.
        template: String,
        /// The line of the placeholder, the first being 1.
        line: usize,
        /// The placeholder.
        placeholder: &'static str,
        /// The value that was to be written.
        value: String,
        /// The part of the template that prevents it, and its line.
        obstacle: String,
    },
    /// A wheel that must not be installed: it is damaged, or was made to do harm.
    #[error(
        "The wheel {} cannot be installed: {}{reason}",
        printable(wheel),
        entry.as_ref().map_or(String::new(), |entry| format!("{}: ", printable(entry)))
    )]
    Wheel {
        /// The wheel.
        wheel: PathBuf,
        /// The file in it, if the fault is in a file.
        entry: Option<String>,
        /// What is wrong.
        reason: String,
    },
    /// The interpreter of an environment is not the one that its record describes, as when a subclass has put another one there.
    #[error("{} is another Python than the one the environment is made of", printable(.0))]
    OtherPython(PathBuf),
    /// A file was to be copied onto itself, which would empty it.
    #[error("{} and {} are the same file", printable(source_path), printable(destination))]
    SameFile {
        /// The file that was to be copied.
        source_path: PathBuf,
        /// Where it was to be copied to.
        destination: PathBuf,
    },
}

impl Error {
    /// The error for a file that does not exist, as the operating system reports it. [`io::ErrorKind::NotFound`] alone has no
    /// number, so in Python it would not be a `FileNotFoundError`.
    pub(crate) fn not_found(path: &Path) -> Self {
        /// `ENOENT`, or `ERROR_FILE_NOT_FOUND` on Windows.
        const NOT_FOUND: i32 = 2;
        Self::Io { path: path.to_owned(), source: io::Error::from_raw_os_error(NOT_FOUND) }
    }

    /// The refusal of a wheel, or of an installed distribution that takes its place.
    pub(crate) fn wheel(wheel: &Path, entry: Option<&str>, reason: &str) -> Self {
        Self::Wheel {
            wheel: wheel.to_owned(),
            entry: entry.map(ToOwned::to_owned),
            reason: reason.to_owned(),
        }
    }
}

/// The system's text for an error, as Python shows it: without the number, and on Windows without the full stop.
#[must_use]
pub fn strerror(error: &io::Error) -> String {
    let text = error.to_string();
    let number = error.raw_os_error().map(|code| format!(" (os error {code})"));
    let text = number.and_then(|number| text.strip_suffix(&number)).unwrap_or(&text);
    text.trim_end_matches('.').to_owned()
}

/// A name on disk, or a text of a file, as messages show it: characters that could end a line or change what a terminal shows
/// are escaped.
#[must_use]
pub fn printable(text: impl AsRef<OsStr>) -> String {
    let is_harmful = |character: char| {
        // Among them are those that turn the direction of a text.
        character.is_control()
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let shown = |character: char| {
        if is_harmful(character) { character.escape_default().to_string() } else { character.to_string() }
    };
    text.as_ref().to_string_lossy().chars().map(shown).collect()
}

/// Keeps the path of a failed call, which [`io::Error`] does not hold.
pub(crate) trait AtPath<T> {
    /// Turns an [`io::Error`] into an [`Error`] that names `path`.
    fn at(self, path: &Path) -> Result<T>;

    /// Like [`Self::at`], with a path that is only made if there is an error.
    fn at_with(self, path: impl FnOnce() -> PathBuf) -> Result<T>;
}

impl<T> AtPath<T> for io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.at_with(|| path.to_owned())
    }

    fn at_with(self, path: impl FnOnce() -> PathBuf) -> Result<T> {
        self.map_err(|source| Error::Io { path: path(), source })
    }
}
