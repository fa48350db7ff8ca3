//! The two kinds of systems that Python distinguishes.

use std::borrow::Cow;

/// The two shapes of an environment; Python calls them `posix` and `nt` (`os.name`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// `bin`, `include`, `lib/pythonX.Y/site-packages`.
    Posix,
    /// `Scripts`, `Include`, `Lib\site-packages`.
    Windows,
}

impl Platform {
    /// The platform for which this code was built.
    pub const HOST: Self = if cfg!(windows) { Self::Windows } else { Self::Posix };

    /// `os.name`, which is also the name of the folder that holds this platform's script templates.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Posix => "posix",
            Self::Windows => "nt",
        }
    }

    /// A text with the ends of lines that Python writes there.
    #[must_use]
    pub fn lines(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Posix => text.into(),
            Self::Windows => text.replace('\n', "\r\n").into(),
        }
    }
}
