//! The differences between the `venv` of the versions of Python. Each is stated here and nowhere else.

/// The facts about a version of Python 3, which is identified by its minor number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    minor: u8,
}

impl Features {
    /// The facts about Python 3 with that minor number.
    #[must_use]
    pub const fn of(minor: u8) -> Self {
        Self { minor }
    }

    /// Whether `sysconfig` has a scheme of the name "venv", and `pyvenv.cfg` has `executable` and `command` (bpo-45413).
    #[must_use]
    pub const fn has_venv_scheme(self) -> bool {
        self.minor >= 11
    }

    /// Whether the child that installs pip runs with `-I`, and the one that upgrades it prints what it does (gh-98251
    /// ended both).
    #[must_use]
    pub const fn isolates_ensurepip(self) -> bool {
        self.minor < 10
    }

    /// Whether the prompt is "(name) " and not the bare name (gh-89427).
    #[must_use]
    pub const fn decorates_prompt(self) -> bool {
        self.minor < 13
    }

    /// Whether the command line asks for a `.gitignore` (gh-83417).
    #[must_use]
    pub const fn ignores_scm_by_default(self) -> bool {
        self.minor >= 13
    }

    /// Whether Windows has its own table of executables (gh-103224).
    #[must_use]
    pub const fn has_windows_table(self) -> bool {
        self.minor >= 13
    }

    /// Whether `include` comes from `sysconfig`, with a folder for the version in it.
    #[must_use]
    pub const fn include_is_versioned(self) -> bool {
        self.minor >= 11 && self.minor < 14
    }

    /// Whether the platlib directory is made. Earlier, a link `lib64` took its place on 64-bit POSIX (bpo-21197,
    /// gh-137139).
    #[must_use]
    pub const fn has_platlib(self) -> bool {
        self.minor >= 15
    }

    /// Whether setuptools comes with pip (gh-101039 ended that).
    #[must_use]
    pub const fn brings_setuptools(self) -> bool {
        self.minor < 12
    }
}
