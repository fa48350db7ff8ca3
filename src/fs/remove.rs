//! Removes directories and their contents.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs;
use std::io;
use std::path::Path;

use super::Folder;
use super::system::remove_tree;
use crate::error::{Error, Result};

/// Removes everything in a directory but the directory itself, if a check allows that.
///
/// The directory is opened once, without following a link, and is not looked up by its path again; on Windows, it cannot be
/// renamed or removed meanwhile. So the directory that is cleared is the one that was checked. Sockets, FIFOs and devices at the
/// top are left alone, as in `venv`. `pyvenv.cfg` is removed last, so that the directory is recognised as an
/// environment as long as anything is left.
///
/// # Errors
/// [`Error::Io`] with the path that is not a directory, or could not be removed; or the error of the check.
pub fn clear_directory(path: &Path, check: impl FnOnce(&Folder<'_>) -> Result<()>) -> Result<()> {
    let folder = Folder::open(path)?;
    let _held = folder.hold()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{exists, names, write, write_with_parents};

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

    #[test]
    #[cfg(windows)]
    fn what_is_cleared_on_windows_stays_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let (env, aside) = (dir.path().join("env"), dir.path().join("aside"));
        write_with_parents(&env.join("lib/file"), b"").unwrap();
        let check = |_: &Folder<'_>| {
            assert!(fs::rename(&env, &aside).is_err(), "it was renamed");
            assert!(fs::remove_dir(&env).is_err(), "it was removed");
            Ok(())
        };
        clear_directory(&env, check).unwrap();
        assert_eq!(names(&env).unwrap(), [""; 0]);
        fs::rename(&env, &aside).unwrap();
    }

    #[test]
    #[cfg(windows)]
    fn what_has_the_path_of_another_directory_is_not_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let (env, aside) = (dir.path().join("env"), dir.path().join("aside"));
        write_with_parents(&env.join("mine"), b"").unwrap();
        let folder = Folder::open(&env).unwrap();
        fs::rename(&env, &aside).unwrap();
        write_with_parents(&env.join("yours"), b"").unwrap();
        assert!(folder.clear().is_err());
        assert!(exists(&env.join("yours")) && exists(&aside.join("mine")));
    }
}
