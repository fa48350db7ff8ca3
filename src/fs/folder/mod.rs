//! An open directory. Its entries are found by their names, so the length of its path does not matter.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::system::is_loop;
use super::{Identity, Ownership, Stamp};
use crate::error::{AtPath, Result};

/// An open directory. It was not opened through a link.
#[derive(Debug)]
pub struct Folder<'a> {
    path: Cow<'a, Path>,
    handle: system::Handle,
}

impl<'a> Folder<'a> {
    /// Opens the directory at `path`.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if there is none, or a link in its place.
    pub fn open(path: &'a Path) -> Result<Self> {
        let handle = system::open_directory(path).at(path)?;
        Ok(Self { path: path.into(), handle })
    }

    /// Opens a directory below it, by the path relative to it; an empty path is the directory itself.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if there is none, or a link in its place.
    pub fn open_in(&self, path: impl AsRef<Path>) -> Result<Folder<'static>> {
        let path = path.as_ref();
        let name = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let whole = self.path.join(path);
        let handle = system::open_directory_in(&self.handle, name).at(&whole)?;
        Ok(Folder { path: whole.into(), handle })
    }

    /// Reads a file in it or below it, by the path relative to it.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if there is no file, or it cannot be read.
    pub fn read(&self, path: &str) -> Result<Vec<u8>> {
        let mut contents = Vec::new();
        self.open_file(path)?.read_to_end(&mut contents).at_with(|| self.path.join(path))?;
        Ok(contents)
    }

    /// Opens a file in it or below it to read it, by the path relative to it.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if there is no file, or a link in its place.
    pub(super) fn open_file(&self, path: &str) -> Result<File> {
        system::open_in(&self.handle, path).at_with(|| self.path.join(path))
    }

    /// Its owner, and whether others may write to it.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if the operating system does not report it.
    pub fn ownership(&self) -> Result<Ownership> {
        system::ownership_of_handle(&self.handle).at(&self.path)
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The same directory, with a path of its own.
    #[must_use]
    pub fn into_owned(self) -> Folder<'static> {
        Folder { path: self.path.into_owned().into(), handle: self.handle }
    }

    /// Its identity.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if the operating system does not report it.
    pub fn identity(&self) -> Result<Identity> {
        system::identity_of_handle(&self.handle).at(&self.path)
    }

    /// The identity of the file of that name in it; `None` if there is no such file.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if the operating system does not report it.
    pub(super) fn identity_of(&self, name: &str) -> Result<Option<Identity>> {
        match system::identity_in(&self.handle, name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            result => result.map(Some).at_with(|| self.path.join(name)),
        }
    }

    /// Whether a name is that of the same file in both directories.
    pub(super) fn has_same_file(&self, name: &str, other: &Folder<'_>) -> bool {
        let own = self.identity_of(name).ok().flatten();
        own.is_some() && own == other.identity_of(name).ok().flatten()
    }

    /// The names in it, in any order.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if it cannot be read.
    pub fn names(&self) -> Result<Vec<OsString>> {
        system::names(&self.handle, OsStr::new(".")).at(&self.path)
    }

    /// The names in a directory in it; none if it is not a directory.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if it cannot be read.
    pub fn names_in(&self, name: &OsStr) -> Result<Vec<OsString>> {
        match system::names(&self.handle, name) {
            Err(error) if error.kind() == io::ErrorKind::NotADirectory || is_loop(&error) => Ok(Vec::new()),
            result => result.at_with(|| self.path.join(name)),
        }
    }

    /// Makes a directory in it that only the user may enter, and opens it.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if it cannot be made, also because something has its name.
    pub(super) fn create_in(&self, name: &OsStr) -> Result<Folder<'static>> {
        system::create_directory_in(&self.handle, name).at_with(|| self.path.join(name))?;
        self.open_in(name)
    }

    /// Moves what has a name in it into another directory, under the same name.
    ///
    /// # Errors
    /// The error of the operating system.
    pub(super) fn rename(&self, name: &OsStr, to: &Folder<'_>) -> io::Result<()> {
        system::rename_in(&self.handle, name, &to.handle)
    }

    /// Removes what has a name in it, a directory with its contents.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be removed.
    pub(super) fn remove(&self, name: &OsStr) -> Result<()> {
        let removed = match self.open_in(name) {
            Ok(folder) => folder.clear().map(|()| system::remove_directory_in(&self.handle, name))?,
            Err(_) => system::remove_file_in(&self.handle, name),
        };
        removed.at_with(|| self.path.join(name))
    }

    /// Keeps it where it is, on a system where it is looked up by its path.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if another directory has its path now.
    pub(super) fn hold(&self) -> Result<impl Sized> {
        system::hold(&self.handle).at(&self.path)
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
    /// [`crate::error::Error::Io`] if there is no file of that name.
    pub fn stamp(&self, name: &str) -> Result<Stamp> {
        system::stamp(&self.handle, name).at_with(|| self.path.join(name))
    }

    /// Gives a file in it a further name in another directory. The name must be free there.
    ///
    /// # Errors
    /// The error of the operating system.
    pub(super) fn hard_link(&self, name: &str, to: &Folder<'_>, new: &OsStr) -> io::Result<()> {
        system::hard_link(&self.handle, name, &to.handle, new)
    }
}
