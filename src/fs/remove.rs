//! Removes the contents of a directory, and what a failed call made.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::CONFIGURATION_FILE;
use super::patience::patiently;
use super::system::remove_tree;
use super::{Folder, Identity};
use crate::error::{AtPath, Error, Result};

/// Removes everything in a directory but the directory itself, if a check allows that.
///
/// The directory is opened once, without following a link, and is not looked up by its path again, so the directory that
/// is cleared is the one that was checked. Sockets, FIFOs and devices at the top are left alone, as in `venv`.
/// `pyvenv.cfg` is removed last, so that the directory is recognised as an environment as long as anything is left.
///
/// # Errors
/// [`Error::Io`] with the path that is not a directory, or could not be removed; or the error of the check.
pub fn clear_directory(path: &Path, check: impl FnOnce(&Folder<'_>) -> Result<()>) -> Result<()> {
    let folder = Folder::open(path)?;
    check(&folder)?;
    folder.clear()
}

/// Removes a directory with its contents, following no link. If it does not exist any more, that is not an error.
///
/// # Errors
/// [`Error::Io`] with the path that cannot be removed.
pub fn remove_directory(path: &Path) -> Result<()> {
    match remove_tree(path) {
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Removes a directory if it is empty.
pub fn remove_empty(path: &Path) {
    let _ = fs::remove_dir(path);
}

/// A directory that was made. It is kept open, so that no other directory can get its identity.
#[derive(Debug)]
pub struct Made(Folder<'static>);

impl Made {
    /// Opens the directory at `path`, which was just made.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened.
    pub fn at(path: &Path) -> Result<Self> {
        Folder::open(path).map(|folder| Self(folder.into_owned()))
    }

    /// The path at which it was made.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Removes the directory with its contents. It stays if another file or directory has its name now, or if its configuration
    /// is not the given one, which means that another process uses it.
    ///
    /// # Errors
    /// [`Error::Io`] with the path that cannot be removed.
    pub fn remove(&self, configuration: Option<Identity>) -> Result<()> {
        let is_used =
            self.0.identity_of(CONFIGURATION_FILE)?.is_some_and(|found| Some(found) != configuration);
        if is_used || !self.is_there() {
            return Ok(());
        }
        match self.0.clear().and_then(|()| patiently(|| fs::remove_dir(self.path())).at(self.path())) {
            // Another process removed it first, or uses it now.
            Err(Error::Io { source, .. })
                if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) =>
            {
                Ok(())
            }
            result => result,
        }
    }

    /// Removes the directory, if it is empty and still has its name.
    pub fn remove_empty(&self) {
        if self.is_there() {
            remove_empty(self.path());
        }
    }

    fn is_there(&self) -> bool {
        Identity::of(self.path()).ok() == self.0.identity().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{create_directory, exists, names, write, write_with_parents};

    #[test]
    fn clearing_keeps_the_directory_and_what_links_lead_to() {
        let dir = tempfile::tempdir().unwrap();
        let (env, outside) = (dir.path().join("env"), dir.path().join("outside"));
        write_with_parents(&outside.join("file"), b"").unwrap();
        write_with_parents(&env.join("lib/deep/file"), b"").unwrap();
        write(&env.join("pyvenv.cfg"), b"").unwrap();
        #[cfg(unix)]
        {
            crate::fs::symlink(&outside, &env.join("link")).unwrap();
            crate::fs::symlink(&outside, &env.join("lib/link")).unwrap();
        }
        clear_directory(&env, |_| Ok(())).unwrap();
        assert_eq!(names(&env).unwrap(), [""; 0]);
        assert!(exists(&outside.join("file")));
    }

    fn made(path: &Path) -> Made {
        create_directory(path).unwrap();
        Made::at(path).unwrap()
    }

    #[test]
    fn what_was_made_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let made = made(&dir.path().join("env"));
        write_with_parents(&made.path().join("lib/file"), b"").unwrap();
        made.remove(None).unwrap();
        assert_eq!(names(dir.path()).unwrap(), [""; 0]);
        made.remove(None).unwrap();
    }

    #[test]
    fn what_has_the_name_by_now_stays() {
        let dir = tempfile::tempdir().unwrap();
        let made = made(&dir.path().join("env"));
        fs::rename(made.path(), dir.path().join("aside")).unwrap();
        create_directory(made.path()).unwrap();
        made.remove(None).unwrap();
        made.remove_empty();
        assert!(exists(made.path()));
        fs::remove_dir(made.path()).unwrap();
        #[cfg(unix)]
        {
            crate::fs::symlink(&dir.path().join("aside"), made.path()).unwrap();
            made.remove(None).unwrap();
            assert!(exists(made.path()));
        }
    }

    #[test]
    fn an_environment_of_another_process_stays() {
        let dir = tempfile::tempdir().unwrap();
        let made = made(&dir.path().join("env"));
        let configuration = made.path().join(CONFIGURATION_FILE);
        write(&configuration, b"").unwrap();
        let own = Identity::of(&configuration).unwrap();
        made.remove(None).unwrap();
        write(&configuration, b"").unwrap();
        made.remove(Some(own)).unwrap();
        assert!(exists(&configuration));
        made.remove(Some(Identity::of(&configuration).unwrap())).unwrap();
        assert!(!exists(made.path()));
    }

    #[test]
    fn a_directory_that_is_used_by_now_stays() {
        let dir = tempfile::tempdir().unwrap();
        let made = made(&dir.path().join("parent"));
        write(&made.path().join("others"), b"").unwrap();
        made.remove_empty();
        assert!(exists(made.path()));
        fs::remove_file(made.path().join("others")).unwrap();
        made.remove_empty();
        assert!(!exists(made.path()));
    }
}
