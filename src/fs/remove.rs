//! Removing: the contents of a directory, and what a failed call had made.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::Path;

use super::system::{remove_link, remove_tree};
use crate::error::{AtPath, Error, Result};
use crate::layout::CONFIGURATION_FILE;

/// Removes everything in `directory` but the directory itself.
///
/// Sockets, FIFOs and devices at the top are left alone, as `venv` does.
///
/// # Errors
/// [`Error::Io`] with the path that could not be removed.
pub fn clear_directory(directory: &Path) -> Result<()> {
    for name in in_order(super::names(directory)?) {
        let path = directory.join(name);
        let kind = fs::symlink_metadata(&path).at(&path)?.file_type();
        if kind.is_dir() {
            remove_tree(&path)?;
        } else if kind.is_file() || kind.is_symlink() {
            remove_link(&path).at(&path)?;
        }
    }
    Ok(())
}

/// The order in which names are removed: the packages go before the scripts that need them, so that what is left counts as
/// installed no more; `pyvenv.cfg` goes last, so that as long as anything is left, the directory can be told for an
/// environment.
fn in_order(mut names: Vec<OsString>) -> Vec<OsString> {
    names.sort_by_key(|name| (name == OsStr::new(CONFIGURATION_FILE), !name.eq_ignore_ascii_case("lib")));
    names
}

/// Removes a directory with all that is in it, following no link; one that is gone is no error.
///
/// # Errors
/// [`Error::Io`] with the path that cannot be removed.
pub fn remove_directory(path: &Path) -> Result<()> {
    match remove_tree(path) {
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Undoes what made `env_dir`: removes it with its contents, and of the directories above it as many as were made with
/// it, as far as they are empty.
///
/// # Errors
/// [`Error::Io`] with the path that cannot be removed; a parent that others use by now simply stays.
pub fn remove_created(env_dir: &Path, directories_made: usize) -> Result<()> {
    remove_directory(env_dir)?;
    for parent in env_dir.ancestors().skip(1).take(directories_made.saturating_sub(1)) {
        if fs::remove_dir(parent).is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
            break;
        }
    }
    Ok(())
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
        clear_directory(&env).unwrap();
        assert_eq!(names(&env).unwrap(), [""; 0]);
        assert!(exists(&outside.join("file")));
    }

    #[test]
    fn what_was_made_is_removed_and_what_was_there_stays() {
        let dir = tempfile::tempdir().unwrap();
        let env = dir.path().join("a/b/env");
        let made = create_directory(&env).unwrap();
        create_directory(&env.join("bin")).unwrap();
        remove_created(&env, made).unwrap();
        assert_eq!(names(dir.path()).unwrap(), [""; 0]);
    }

    #[test]
    fn a_parent_that_others_use_by_now_stays() {
        let dir = tempfile::tempdir().unwrap();
        let env = dir.path().join("a/b/env");
        let made = create_directory(&env).unwrap();
        write(&dir.path().join("a/others"), b"").unwrap();
        remove_created(&env, made).unwrap();
        assert_eq!(names(&dir.path().join("a")).unwrap(), ["others"]);
    }

    #[test]
    fn the_configuration_goes_last() {
        let names = |names: &[&str]| in_order(names.iter().map(OsString::from).collect());
        assert_eq!(names(&["pyvenv.cfg", "lib", "bin"]), ["lib", "bin", "pyvenv.cfg"]);
        assert_eq!(names(&["lib", "pyvenv.cfg"]), ["lib", "pyvenv.cfg"]);
    }

    #[test]
    fn a_parent_that_was_there_before_stays() {
        let dir = tempfile::tempdir().unwrap();
        let parent = dir.path().join("empty");
        create_directory(&parent).unwrap();
        let made = create_directory(&parent.join("env")).unwrap();
        remove_created(&parent.join("env"), made).unwrap();
        assert!(exists(&parent));
    }
}
