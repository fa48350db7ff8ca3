//! Every call to the file system. An error has the path of its call.
//!
//! `clippy.toml` bans the functions of [`std::fs`] everywhere else.
#![expect(clippy::disallowed_methods, reason = "this is the module that the ban points to")]

mod claim;
mod create;
mod folder;
mod identity;
mod link;
mod normal;
mod patience;
#[cfg(windows)]
mod profile;
mod read;
mod remove;
mod replace;
mod stamp;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;
#[cfg(unix)]
mod tree;
mod write;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{AtPath, Error, Result};

pub use claim::Claimed;
use create::with_parents;
pub use create::{create_directory, create_private_directory};
pub use folder::Folder;
pub use identity::{Identity, Ownership};
pub use link::{LinkMode, Linker};
pub use normal::normal;
use patience::patiently;
pub use read::{Contents, Writers, is_closed_by_another_user, read, read_private, read_settings};
pub use remove::{clear_directory, remove_directory, remove_empty};
pub use replace::{parts_of_aside, remove_leftovers};
pub use stamp::Stamp;
pub use system::{
    above, absolute, becomes_own, has_execute_bit, has_no_links, is_own, is_redirected, make_executable,
    may_execute, mode_of, shared_mode, shares_anywhere, symlink, user, version,
};
pub use write::{
    Held, Mode, copy_contents, copy_status, rewrite, write, write_as, write_as_with_parents, write_dated,
    write_with_parents,
};

/// The file that makes a directory an environment (PEP 405). It is removed last.
pub const CONFIGURATION_FILE: &str = "pyvenv.cfg";

/// Whether `path` exists, links followed; like Python's `os.path.exists`, `false` if that cannot be found out.
#[must_use]
pub fn exists(path: &Path) -> bool {
    fs::metadata(path).is_ok()
}

/// Whether `path` exists. A link is not followed.
///
/// # Errors
/// [`Error::Io`] if that cannot be found out.
pub fn is_there(path: &Path) -> Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).at(path),
    }
}

/// Whether `path` is that of a symbolic link.
#[must_use]
pub fn is_link(path: &Path) -> bool {
    path.is_symlink()
}

/// Whether `path` exists, links followed.
///
/// # Errors
/// [`Error::Io`] if that cannot be found out.
pub fn try_exists(path: &Path) -> Result<bool> {
    path.try_exists().at(path)
}

/// `path` with all links resolved.
///
/// # Errors
/// [`Error::Io`] if there is nothing.
pub fn real(path: &Path) -> Result<PathBuf> {
    fs::canonicalize(path).at(path)
}

/// The absolute path with its links resolved. The parts that do not exist stay as they are. So does a link that leads nowhere,
/// which Python's `os.path.realpath` would resolve.
#[must_use]
pub fn real_in_part(path: &Path) -> PathBuf {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(real), ..) => real,
        (Err(_), Some(above), Some(name)) => real_in_part(above).join(name),
        _ => path.to_owned(),
    }
}

/// Whether a file, or the target of a link, is a directory or in it. Directories are compared by identity, so the spelling of
/// the paths does not matter. `false` if either does not exist.
#[must_use]
pub fn is_in(file: &Path, directory: &Path) -> bool {
    let Ok(wanted) = Identity::of_target(directory) else { return false };
    let is_above = |path: &Path| Identity::of_target(path).is_ok_and(|found| found == wanted);
    let folders = |path: &Path| path.parent().is_some_and(|folder| folder.ancestors().any(is_above));
    // Both places count: that of the link, and that of its target.
    let real = |path: &Path| fs::canonicalize(path).is_ok_and(|path| path.ancestors().any(is_above));
    file.parent().is_some_and(real) || real(file) || folders(file)
}

/// Whether two paths lead to the same file or directory; `false` if either does not exist.
#[must_use]
pub fn is_same(one: &Path, other: &Path) -> bool {
    let found = Identity::of_target(one).ok();
    found.is_some() && found == Identity::of_target(other).ok()
}

/// Whether `path` is a file that can be executed, links followed.
#[must_use]
pub fn is_program(path: &Path) -> bool {
    path.is_file() && may_execute(path)
}

/// Whether `path` is a file that can be read, links followed. The alias of an app of the Store cannot, although it looks like a
/// file.
#[must_use]
pub fn is_readable(path: &Path) -> bool {
    system::open_to_read(path).and_then(|file| file.metadata()).is_ok_and(|found| found.is_file())
}

/// The target of the link at `path`; `None` if there is no link.
#[must_use]
pub fn target(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// The time of the last change of the file or directory at `path`, in nanoseconds since 1970.
///
/// # Errors
/// [`Error::Io`] if there is nothing at `path`.
pub fn modified(path: &Path) -> Result<u64> {
    fs::symlink_metadata(path).and_then(|found| stamp::modified(&found)).at(path)
}

/// The names in a directory, in any order.
///
/// # Errors
/// [`Error::Io`] if `path` is not a directory or cannot be read.
pub fn names(path: &Path) -> Result<Vec<OsString>> {
    fs::read_dir(path).at(path)?.map(|entry| entry.map(|entry| entry.file_name()).at(path)).collect()
}

/// Removes the link at `path` if it does not lead to the file `target`. Anything but a link is left alone, and so is a
/// link whose target cannot be found out.
///
/// # Errors
/// [`Error::Io`] if the link cannot be removed.
pub fn remove_stale_link(path: &Path, target: &Path) -> Result<()> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let Some(wanted) = is_link.then(|| Identity::of_target(target).ok()).flatten() else { return Ok(()) };
    match Identity::of_target(path) {
        Ok(found) if found != wanted => remove_file(path),
        Err(Error::Io { source, .. }) if leads_nowhere(&source) => remove_file(path),
        _ => Ok(()),
    }
}

/// Whether an error says that a path, or the target of a link, does not exist.
pub(crate) fn leads_nowhere(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory) || system::is_loop(error)
}

/// Renames a file or directory. The new name must not be that of a file, or of a directory that is not empty.
///
/// # Errors
/// [`Error::Io`] with the new name.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    patiently(|| fs::rename(from, to)).at(to)
}

/// Removes a file or a link. If it does not exist any more, that is not an error.
///
/// # Errors
/// [`Error::Io`] if it cannot be removed.
pub fn remove_file(path: &Path) -> Result<()> {
    match patiently(|| fs::remove_file(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.at(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[test]
    fn a_file_is_in_a_directory_however_both_are_spelt() {
        let dir = temporary();
        let (file, env) = (dir.path().join("env/lib/file"), dir.path().join("env"));
        write_with_parents(&file, b"").unwrap();
        assert!(is_in(&file, &env) && is_in(&file, &dir.path().join("env/../env/.")));
        assert!(is_in(&dir.path().join("env/lib/../lib/file"), &env) && is_in(&env.join("python"), &env));
        assert!(!is_in(&file, &dir.path().join("other")));
        create_directory(&dir.path().join("other")).unwrap();
        assert!(!is_in(&file, &dir.path().join("other")) && is_in(&env, &env));
    }

    #[test]
    fn a_file_can_be_read_unless_it_cannot_be_opened() {
        let dir = temporary();
        let file = dir.path().join("file");
        assert!(!is_readable(&file) && !is_readable(dir.path()));
        write(&file, b"").unwrap();
        assert!(is_readable(&file));
        // An open file that others may not read stands for an alias, which cannot be opened either.
        #[cfg(windows)]
        {
            use std::os::windows::fs::OpenOptionsExt;
            let _held = fs::OpenOptions::new().read(true).share_mode(0).open(&file).unwrap();
            assert!(file.is_file() && !is_readable(&file));
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_stale_when_it_leads_elsewhere_or_nowhere() {
        let dir = temporary();
        let path = |name| dir.path().join(name);
        for name in ["python", "other"] {
            write(&path(name), b"").unwrap();
        }
        for (name, target) in [("right", "python"), ("wrong", "other"), ("dangling", "gone")] {
            symlink(Path::new(target), &path(name)).unwrap();
            remove_stale_link(&path(name), &path("python")).unwrap();
        }
        remove_stale_link(&path("other"), &path("python")).unwrap();
        assert!(exists(&path("right")) && exists(&path("other")));
        for name in ["wrong", "dangling"] {
            assert!(fs::symlink_metadata(path(name)).is_err(), "{name} is still there");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_kept_when_what_it_should_lead_to_is_missing() {
        let dir = temporary();
        let link = dir.path().join("python");
        symlink(Path::new("gone"), &link).unwrap();
        remove_stale_link(&link, &dir.path().join("gone too")).unwrap();
        assert!(fs::symlink_metadata(&link).is_ok());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_kept_when_it_cannot_be_told_where_it_leads() {
        let dir = temporary();
        let (link, target) = (dir.path().join("python"), dir.path().join("target"));
        write(&target, b"").unwrap();
        // A name that is too long stands for any error.
        symlink(Path::new(&"x".repeat(300)), &link).unwrap();
        remove_stale_link(&link, &target).unwrap();
        assert!(fs::symlink_metadata(&link).is_ok());
        fs::remove_file(&link).unwrap();
        symlink(Path::new("python"), &link).unwrap();
        remove_stale_link(&link, &target).unwrap();
        assert!(fs::symlink_metadata(&link).is_err());
    }
}
