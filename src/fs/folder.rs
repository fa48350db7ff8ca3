//! A directory that is open: what is in it is found by its name, however long its path.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use super::{Identity, Ownership, Stamp, system};
use crate::error::{AtPath, Result};

/// An open directory, which is no link.
#[derive(Debug)]
pub struct Folder<'a> {
    path: Cow<'a, Path>,
    handle: system::Handle,
}

impl<'a> Folder<'a> {
    /// The directory at `path`.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where there is none, or a link in its place.
    pub fn open(path: &'a Path) -> Result<Self> {
        let handle = system::open_directory(path).at(path)?;
        Ok(Self { path: path.into(), handle })
    }

    /// A directory below it, by its path from here, which is empty for the directory itself.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where there is none, or a link in its place.
    pub fn open_in(&self, path: &str) -> Result<Folder<'static>> {
        let name = if path.is_empty() { "." } else { path };
        let whole = self.path.join(path);
        let handle = system::open_directory_in(&self.handle, name).at(&whole)?;
        Ok(Folder { path: whole.into(), handle })
    }

    /// The contents of a file in it or below it, by its path from here.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where there is no file, or it cannot be read.
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        system::read_in(&self.handle, path).at_with(|| self.path.join(path))
    }

    /// Whose it is, and who may write to it.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where the operating system does not tell.
    pub fn ownership(&self) -> Result<Ownership> {
        system::ownership_of_handle(&self.handle).at(&self.path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The same for as long as it is wanted.
    #[must_use]
    pub fn into_owned(self) -> Folder<'static> {
        Folder { path: self.path.into_owned().into(), handle: self.handle }
    }

    /// What it is known by.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where the operating system does not tell.
    pub fn identity(&self) -> Result<Identity> {
        system::identity_of_handle(&self.handle).at(&self.path)
    }

    /// What the file of a name in it is known by; none where there is none.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where the operating system does not tell.
    pub(super) fn identity_of(&self, name: &str) -> Result<Option<Identity>> {
        match system::identity_in(&self.handle, name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            result => result.map(Some).at_with(|| self.path.join(name)),
        }
    }

    /// Whether a name is that of one file in both directories.
    pub(super) fn has_same_file(&self, name: &str, other: &Folder<'_>) -> bool {
        let own = self.identity_of(name).ok().flatten();
        own.is_some() && own == other.identity_of(name).ok().flatten()
    }

    /// The names in it, in no order.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where it cannot be read.
    pub fn names(&self) -> Result<Vec<OsString>> {
        system::names(&self.handle, OsStr::new(".")).at(&self.path)
    }

    /// The names in a directory in it; none for what is no directory.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where it cannot be read.
    pub fn names_in(&self, name: &OsStr) -> Result<Vec<OsString>> {
        match system::names(&self.handle, name) {
            Err(error) if error.kind() == io::ErrorKind::NotADirectory || system::is_loop(&error) => {
                Ok(Vec::new())
            }
            result => result.at_with(|| self.path.join(name)),
        }
    }

    /// Removes everything in it, but not itself.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be removed.
    pub(super) fn clear(&self) -> Result<()> {
        system::clear_tree(&self.handle, &self.path)
    }

    /// The stamp of a file in it, which must not be a link.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where there is no file of that name.
    pub fn stamp(&self, name: &str) -> Result<Stamp> {
        system::stamp(&self.handle, name).at_with(|| self.path.join(name))
    }

    /// Gives a file in it another name in another directory, where nothing may have that.
    ///
    /// # Errors
    /// The operating system's own.
    pub(super) fn hard_link(&self, name: &str, to: &Folder<'_>, new: &OsStr) -> io::Result<()> {
        system::hard_link(&self.handle, name, &to.handle, new)
    }
}
