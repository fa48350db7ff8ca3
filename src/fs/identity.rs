//! The identity of a file or a directory, which does not depend on its names, and its owner.

use std::fs::File;
use std::io;
use std::path::Path;

use super::system;
use crate::error::{AtPath, Result};

/// Identifies a file or a directory as long as it exists: its device, and its number on that device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub(super) device: u64,
    pub(super) number: u64,
}

impl Identity {
    /// The identity of the file, directory or link at `path`. A link is not followed.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if there is nothing at `path`.
    pub fn of(path: &Path) -> Result<Self> {
        system::identity(path).at(path)
    }

    /// The identity of the file or directory at `path`. Links are followed.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if there is nothing, or the operating system does not say.
    pub(super) fn of_target(path: &Path) -> Result<Self> {
        system::identity_of_target(path).at(path)
    }

    /// The identity of an open file.
    ///
    /// # Errors
    /// The error of the operating system.
    pub(super) fn of_file(file: &File) -> io::Result<Self> {
        system::identity_of_file(file)
    }
}

/// The owner of a file or directory, and whether others may write to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// Whether it is a directory, and not a link to one.
    pub is_directory: bool,
    /// Whether it belongs to this user.
    pub is_own: bool,
    /// The permission bits; none on Windows.
    pub mode: u32,
}

impl Ownership {
    /// The ownership of the file or directory at `path`.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if there is nothing at `path`.
    pub fn of(path: &Path) -> Result<Self> {
        system::ownership(path).at(path)
    }

    /// Whether other users than the owner may write to it.
    #[must_use]
    pub fn is_writable_by_others(&self) -> bool {
        self.mode & 0o022 != 0
    }
}
