//! The two kinds of systems that Python tells apart.

/// The two shapes of an environment; Python calls them `posix` and `nt` (`os.name`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// `bin`, `include`, `lib/pythonX.Y/site-packages`.
    Posix,
    /// `Scripts`, `Include`, `Lib\site-packages`.
    Windows,
}

impl Platform {
    /// The platform that this code was built for.
    pub const HOST: Self = if cfg!(windows) { Self::Windows } else { Self::Posix };

    /// `os.name`, which is also the name of the folder that holds this platform's script templates.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Posix => "posix",
            Self::Windows => "nt",
        }
    }
}
