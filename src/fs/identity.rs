//! What a file or a directory is known by, whatever its names.

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
