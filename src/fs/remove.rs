//! Removing: the contents of a directory, and what a failed call had made.
//!
//! [`std::fs::remove_dir_all`] never follows a link, not even one that is swapped in while it runs, so nothing
//! outside the directory can be reached.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;

use crate::error::{AtPath, Result};
use crate::layout::CONFIGURATION_FILE;

/// Removes everything in `directory` but the directory itself.
///
/// `pyvenv.cfg` goes last: as long as anything is left, the directory can be told for an environment. Sockets, FIFOs
/// and devices at the top are left alone, as `venv` does.
///
/// # Errors
/// [`crate::error::Error::Io`] with the entry that could not be removed.
pub fn clear_directory(directory: &Path) -> Result<()> {
    let mut entries = super::names(directory)?;
    entries.sort_by_key(|name| name == OsStr::new(CONFIGURATION_FILE));
    for name in entries {
        let path = directory.join(name);
        let kind = fs::symlink_metadata(&path).at(&path)?.file_type();
        if kind.is_dir() {
            fs::remove_dir_all(&path).at(&path)?;
        } else if kind.is_file() || kind.is_symlink() {
            remove_file_or_link(&path).at(&path)?;
        }
    }
    Ok(())
}

/// Removes a file or a link; on Windows, a link to a directory goes like a directory.
fn remove_file_or_link(path: &Path) -> io::Result<()> {
    fs::remove_file(path).or_else(|error| if cfg!(windows) { fs::remove_dir(path) } else { Err(error) })
}

/// Undoes what made `env_dir`: removes it with its contents, and the directories above it up to `first_made`, as
/// far as they are empty.
///
/// # Errors
/// [`crate::error::Error::Io`] where `env_dir` cannot be removed; a parent that others use by now simply stays.
pub fn remove_created(first_made: &Path, env_dir: &Path) -> Result<()> {
    match fs::remove_dir_all(env_dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        result => result.at(env_dir)?,
    }
    for parent in env_dir.ancestors().skip(1).take_while(|parent| parent.starts_with(first_made)) {
        if fs::remove_dir(parent).is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{create_directory, exists, first_missing, names, write};

    #[test]
    fn clearing_keeps_the_directory_and_what_links_lead_to() {
        let dir = tempfile::tempdir().unwrap();
        let (env, outside) = (dir.path().join("env"), dir.path().join("outside"));
        write(&outside.join("file"), b"").unwrap();
        write(&env.join("pyvenv.cfg"), b"").unwrap();
        write(&env.join("lib/deep/file"), b"").unwrap();
        #[cfg(unix)]
        crate::fs::symlink(&outside, &env.join("link")).unwrap();
        clear_directory(&env).unwrap();
        assert_eq!(names(&env).unwrap(), [""; 0]);
        assert!(exists(&outside.join("file")));
    }

    #[test]
    fn what_was_made_is_removed_and_what_was_there_stays() {
        let dir = tempfile::tempdir().unwrap();
        let env = dir.path().join("a/b/env");
        let first = first_missing(&env).unwrap();
        create_directory(&env.join("bin")).unwrap();
        remove_created(&first, &env).unwrap();
        assert_eq!(names(dir.path()).unwrap(), [""; 0]);
    }

    #[test]
    fn a_parent_that_others_use_by_now_stays() {
        let dir = tempfile::tempdir().unwrap();
        let env = dir.path().join("a/b/env");
        let first = first_missing(&env).unwrap();
        create_directory(&env).unwrap();
        write(&dir.path().join("a/others"), b"").unwrap();
        remove_created(&first, &env).unwrap();
        assert_eq!(names(&dir.path().join("a")).unwrap(), ["others"]);
    }
}
