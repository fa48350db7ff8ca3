//! What a file or a directory is known by, whatever its names, and whose it is.

use std::fs::File;
use std::io;
use std::path::Path;

use super::system;
use crate::error::{AtPath, Result};

/// What a file or a directory is known by as long as it is there: its device and its number on that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub(super) device: u64,
    pub(super) number: u64,
}

impl Identity {
    /// The identity of what has the name `path`, a link not followed.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where nothing has it.
    pub fn of(path: &Path) -> Result<Self> {
        system::identity(path).at(path)
    }

    /// The identity of what `path` leads to, links followed.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where it leads to nothing, or the operating system does not tell.
    pub(super) fn of_target(path: &Path) -> Result<Self> {
        system::identity_of_target(path).at(path)
    }

    /// The identity of an open file.
    ///
    /// # Errors
    /// The operating system's own.
    pub(super) fn of_file(file: &File) -> io::Result<Self> {
        system::identity_of_file(file)
    }
}

/// Whose a directory is, and who may write to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// Whether it is a directory, and no link to one.
    pub is_directory: bool,
    /// Whether it is this user's.
    pub is_own: bool,
    /// The permission bits; none on Windows.
    pub mode: u32,
}

impl Ownership {
    /// The ownership of what has the name `path`.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where nothing has it.
    pub fn of(path: &Path) -> Result<Self> {
        system::ownership(path).at(path)
    }

    /// Whether others than its owner may write to it.
    #[must_use]
    pub fn is_writable_by_others(&self) -> bool {
        self.mode & 0o022 != 0
    }
}
