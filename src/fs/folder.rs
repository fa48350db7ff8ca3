//! A directory that is open: what is in it is found by its name, however long its path.

use std::path::Path;

use super::{Stamp, system};
use crate::error::{AtPath, Result};

/// An open directory, which is no link.
#[derive(Debug)]
pub struct Folder<'a> {
    path: &'a Path,
    handle: system::Handle,
}

impl<'a> Folder<'a> {
    /// The directory at `path`.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where there is none, or a link in its place.
    pub fn open(path: &'a Path) -> Result<Self> {
        let handle = system::open_directory(path).at(path)?;
        Ok(Self { path, handle })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.path
    }

    /// The stamp of a file in it, which must not be a link.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where there is no file of that name.
    pub fn stamp(&self, name: &str) -> Result<Stamp> {
        system::stamp(&self.handle, name).at_with(|| self.path.join(name))
    }

    /// Gives a file in it the same name in another directory, where nothing may have it.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the new name.
    pub(super) fn hard_link(&self, name: &str, to: &Folder<'_>) -> Result<()> {
        system::hard_link(&self.handle, name, &to.handle).at_with(|| to.path.join(name))
    }
}
