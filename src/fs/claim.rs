//! Takes back what a failed call made in a directory.
//!
//! Another process may use the same directory. If it does, it has written a `pyvenv.cfg` of its own.

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::path::Path;
use std::process;

use super::{CONFIGURATION_FILE, Folder, Identity, remove_empty};
use crate::error::{Error, Result};

/// A directory that a call has made, or has found empty. It is kept open, so that no other directory can get its identity.
#[derive(Debug)]
pub struct Claimed {
    folder: Folder<'static>,
    /// Whether the call has made it.
    is_new: bool,
}

impl Claimed {
    /// Opens the directory at `path`, which was just made.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be opened.
    pub fn new(path: &Path) -> Result<Self> {
        Ok(Self { folder: Folder::open(path)?.into_owned(), is_new: true })
    }

    /// Opens the directory at `path`, which existed before; `None` if it is not empty, or cannot be read.
    #[must_use]
    pub fn empty(path: &Path) -> Option<Self> {
        let folder = Folder::open(path).ok()?.into_owned();
        folder.names().is_ok_and(|names| names.is_empty()).then_some(Self { folder, is_new: false })
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Removes its contents, and the directory if it is new. Of a directory that existed before, only the names that `is_part`
    /// accepts are removed.
    ///
    /// Everything stays if another file or directory has the name of the directory now, or if its `pyvenv.cfg` does not have the
    /// identity `configuration`: then another process uses it. The names are moved aside before they are removed, which takes
    /// longer, so that a process that comes meanwhile finds an empty directory, and loses nothing that it makes.
    ///
    /// # Errors
    /// [`Error::Io`] with the first path that cannot be removed; the other names are removed.
    pub fn take_back(&self, configuration: Option<Identity>, is_part: impl Fn(&OsStr) -> bool) -> Result<()> {
        if !self.is_there() || is_used(&self.folder, configuration)? {
            return Ok(());
        }
        let mut names = self.folder.names()?;
        names.retain(|name| self.is_new || is_part(name));
        // `pyvenv.cfg` is moved first, because another process replaces it. If names cannot be moved, they are removed from the
        // last one on: `lib` first, so that no tool takes pip for whole, and `pyvenv.cfg` last.
        names.sort_unstable_by_key(|name| (name != CONFIGURATION_FILE, name.eq_ignore_ascii_case("lib")));
        let Some(names) = self.move_aside(names, configuration)? else { return Ok(()) };
        let mut outcome = Ok(());
        for name in names.iter().rev() {
            outcome = outcome.and(self.folder.remove(name).or_else(accept_other_process));
        }
        self.remove_empty();
        outcome
    }

    /// Moves what has these names into a new directory in it, and returns the names to remove: that of the new directory, and
    /// those that could not be moved. `None` if another process uses the directory: then everything is moved back.
    ///
    /// # Errors
    /// [`Error::Io`] if the system does not report whether the directory is used.
    fn move_aside(
        &self,
        names: Vec<OsString>,
        configuration: Option<Identity>,
    ) -> Result<Option<Vec<OsString>>> {
        let aside = OsString::from(format!(".removed.fastvenv-{}", process::id()));
        // The disk may be too full for another directory.
        let Ok(folder) = self.folder.create_in(&aside) else { return Ok(Some(names)) };
        // Windows moves no directory with an open file in it.
        let (moved, mut left): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|name| self.folder.rename(name, &folder).is_ok());
        if is_used(&folder, configuration)? {
            // The other process wrote its file just before that file was moved.
            for name in &moved {
                let _ = folder.rename(name, &self.folder);
            }
            remove_empty(folder.path());
            return Ok(None);
        }
        left.insert(0, aside);
        Ok(Some(left))
    }

    /// Removes the directory, if it is new, is empty, and still has its name.
    pub fn remove_empty(&self) {
        if self.is_new && self.is_there() {
            remove_empty(self.path());
        }
    }

    fn is_there(&self) -> bool {
        Identity::of(self.path()).ok() == self.folder.identity().ok()
    }
}

/// Whether a directory has a `pyvenv.cfg` of another identity.
fn is_used(folder: &Folder<'_>, configuration: Option<Identity>) -> Result<bool> {
    Ok(folder.identity_of(CONFIGURATION_FILE)?.is_some_and(|found| Some(found) != configuration))
}

/// Accepts an error which means that another process has removed something first, or uses a directory now.
fn accept_other_process(error: Error) -> Result<()> {
    match error {
        Error::Io { source, .. }
            if matches!(source.kind(), ErrorKind::NotFound | ErrorKind::DirectoryNotEmpty) =>
        {
            Ok(())
        }
        error => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{create_directory, exists, names, remove_directory, rename, write, write_with_parents};

    fn made(path: &Path) -> Claimed {
        create_directory(path).unwrap();
        Claimed::new(path).unwrap()
    }

    fn take_back(claimed: &Claimed, configuration: Option<Identity>) {
        claimed.take_back(configuration, |name| name == "lib" || name == CONFIGURATION_FILE).unwrap();
    }

    #[test]
    fn what_was_made_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let made = made(&dir.path().join("env"));
        write_with_parents(&made.path().join("lib/file"), b"").unwrap();
        take_back(&made, None);
        assert_eq!(names(dir.path()).unwrap(), [""; 0]);
        take_back(&made, None);
    }

    #[test]
    fn if_nothing_can_be_moved_it_is_removed_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let made = made(&dir.path().join("env"));
        write_with_parents(&made.path().join("lib/file"), b"").unwrap();
        write(&made.path().join(format!(".removed.fastvenv-{}", process::id())), b"").unwrap();
        take_back(&made, None);
        assert_eq!(names(dir.path()).unwrap(), [""; 0]);
    }

    #[test]
    fn a_directory_that_was_empty_stays_with_what_is_no_part() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Claimed::empty(&dir.path().join("none")).is_none());
        let empty = Claimed::empty(dir.path()).unwrap();
        write_with_parents(&dir.path().join("lib/file"), b"").unwrap();
        write(&dir.path().join("precious"), b"").unwrap();
        assert!(Claimed::empty(dir.path()).is_none());
        take_back(&empty, None);
        assert_eq!(names(dir.path()).unwrap(), ["precious"]);
    }

    #[test]
    fn what_has_the_name_by_now_stays() {
        let dir = tempfile::tempdir().unwrap();
        let made = made(&dir.path().join("env"));
        rename(made.path(), &dir.path().join("aside")).unwrap();
        create_directory(made.path()).unwrap();
        take_back(&made, None);
        made.remove_empty();
        assert!(exists(made.path()));
        remove_directory(made.path()).unwrap();
        #[cfg(unix)]
        {
            crate::fs::symlink(&dir.path().join("aside"), made.path()).unwrap();
            take_back(&made, None);
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
        take_back(&made, None);
        write(&configuration, b"").unwrap();
        take_back(&made, Some(own));
        assert!(exists(&configuration));
        take_back(&made, Some(Identity::of(&configuration).unwrap()));
        assert!(!exists(made.path()));
    }

    #[test]
    fn a_directory_that_is_used_by_now_stays() {
        let dir = tempfile::tempdir().unwrap();
        let made = made(&dir.path().join("parent"));
        write(&made.path().join("others"), b"").unwrap();
        made.remove_empty();
        assert!(exists(made.path()));
        remove_directory(&made.path().join("others")).unwrap_err();
        take_back(&made, None);
        assert!(!exists(made.path()));
    }
}
