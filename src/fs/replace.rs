//! Puts a file or a link in the place of an existing one, by a rename. The existing file is never written to, and a link is
//! never written through.
//!
//! A reader finds either the old file or the new one, and a failed write leaves the old one. If the path was a hard link to a
//! file in the cache, or a link to another file, that file does not change.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::ffi::{OsStr, OsString};
use std::fmt::Display;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::patience::patiently;
use super::{Identity, system};
use crate::error::{AtPath, Result};

/// The number of attempts to get a temporary name that no other process uses.
const ATTEMPTS: u32 = 100;

/// Makes a file, in place of an existing one if there is one, and lets `put` write into it. Returns the value of `put`, and the file.
///
/// # Errors
/// [`Error::Io`] with the path; what had the name is unchanged.
pub(super) fn replace<T>(path: &Path, put: impl FnOnce(&mut File) -> io::Result<T>) -> Result<(T, File)> {
    match File::create_new(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        result => return filled(result.at(path)?, path, put).at(path),
    }
    replace_aside(path, put)
}

/// Makes a file like [`replace`], but always under a temporary name until it is whole, even if the file does not exist yet. It
/// is for calls that may fail after another process has put its file there.
///
/// # Errors
/// [`Error::Io`] with the path; what had the name is unchanged.
pub(super) fn replace_aside<T>(
    path: &Path,
    put: impl FnOnce(&mut File) -> io::Result<T>,
) -> Result<(T, File)> {
    let (aside, file) = open_aside(path).at(path)?;
    let written = filled(file, &aside, put).at(path)?;
    patiently(|| fs::rename(&aside, path)).inspect_err(|_| discard(&aside)).at(path)?;
    Ok(written)
}

/// Makes something that is complete as soon as it exists, such as a link, and replaces an existing file.
///
/// # Errors
/// [`Error::Io`] with the path; what had the name is unchanged.
pub(super) fn replace_at_once(
    directory: &Path,
    name: &OsStr,
    make: impl Fn(&OsStr) -> io::Result<()>,
) -> Result<()> {
    match make(name) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        result => return result.at_with(|| directory.join(name)),
    }
    let path = directory.join(name);
    // This name differs from that of a file that is being written: only a lock shows that such a file is not left over.
    let aside = name_aside(&path, "link");
    let name_aside = aside.file_name().unwrap_or_default();
    for _ in 0..ATTEMPTS {
        match make(name_aside).and_then(|()| patiently(|| fs::rename(&aside, &path))) {
            // Renaming one name of a file to another name of it does nothing and leaves both.
            Ok(()) => return fs::remove_file(&aside).or_else(absent_is_fine).at(&path),
            // A killed process has left the temporary name, or another process makes the same link.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                fs::remove_file(&aside).or_else(absent_is_fine).at(&path)?;
            }
            // Another process has removed the temporary name, as one that was left by a killed process.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => {
                discard(&aside);
                return Err(error).at(&path);
            }
        }
    }
    Err(ErrorKind::ResourceBusy.into()).at(&path)
}

/// Fills a file that was just made. If that fails, removes it, unless another process has put its own file there.
pub(super) fn filled<T>(
    mut file: File,
    name: &Path,
    put: impl FnOnce(&mut File) -> io::Result<T>,
) -> io::Result<(T, File)> {
    match put(&mut file) {
        Ok(value) => Ok((value, file)),
        Err(error) => {
            if system::identity(name).ok() == system::identity_of_file(&file).ok() {
                discard(name);
            }
            Err(error)
        }
    }
}

/// Removes a file that is not needed. Its error is ignored, because an earlier error is reported.
fn discard(path: &Path) {
    let _ = patiently(|| fs::remove_file(path));
}

/// A new file beside `path`, and its name.
///
/// A process holds a lock on such a file while it writes it. A file without a lock was left by a process that was killed,
/// and is removed.
fn open_aside(path: &Path) -> io::Result<(PathBuf, File)> {
    let mut number = 0;
    for _ in 0..ATTEMPTS {
        let aside = name_aside(path, number);
        match File::create_new(&aside) {
            Ok(file) => {
                // If the file system has no locks, the file is written without one.
                let is_taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
                // Before the file was locked, another process may have removed it as one that was left by a killed process.
                let own = Identity::of_file(&file).inspect_err(|_| discard(&aside))?;
                if !is_taken && system::identity(&aside).ok() == Some(own) {
                    return Ok((aside, file));
                }
            }
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
            Err(_) if remove_abandoned(&aside)? => {}
            Err(_) => number += 1,
        }
    }
    Err(ErrorKind::ResourceBusy.into())
}

/// Removes a temporary file if no process writes it, and returns whether the name is free now.
///
/// It is removed only if the name is still that of the locked file, and its lock is held until then: a process that has
/// just made it and not yet locked it finds the lock taken, and one that has finished it has renamed it.
fn remove_abandoned(aside: &Path) -> io::Result<bool> {
    let _lock = match system::open_unfollowed(aside) {
        Ok(file) => {
            let is_locked = file.try_lock().is_ok();
            if !is_locked || system::identity(aside).ok() != Some(Identity::of_file(&file)?) {
                return Ok(false);
            }
            Some(file)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(true),
        // fastvenv makes no link under such a name.
        Err(_) if fs::symlink_metadata(aside).is_ok_and(|found| found.is_symlink()) => None,
        Err(_) => return Ok(false),
    };
    fs::remove_file(aside).or_else(absent_is_fine)?;
    Ok(true)
}

/// Removes the temporary files that killed processes have left in a directory. A file that a process is writing is left alone,
/// and so is a file that cannot be removed: it does no harm.
pub fn remove_leftovers(directory: &Path) {
    let names = super::names(directory).unwrap_or_default();
    let is_file = |name: &&OsString| {
        let parts = name.to_str().and_then(parts_of_aside);
        parts.is_some_and(|(_, number)| number.parse::<u32>().is_ok())
    };
    for name in names.iter().filter(is_file) {
        let _ = remove_abandoned(&directory.join(name));
    }
}

/// The parts of the temporary name of a file that is being written, or was when its process was killed: the name of the file,
/// and the ending. `None` for another name.
#[must_use]
pub fn parts_of_aside(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix('.')?.split_once(".fastvenv-")
}

/// Another process may have removed a file first; that counts as success.
fn absent_is_fine(error: io::Error) -> io::Result<()> {
    if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

/// The temporary name beside `path` under which its replacement is made.
pub(super) fn name_aside(path: &Path, ending: impl Display) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".fastvenv-{ending}"));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::error::Error;
    use crate::fs::{names, write};

    /// A directory with a file `file`, of which `other` is another name.
    fn shared() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        write(&path, b"old").unwrap();
        fs::hard_link(&path, dir.path().join("other")).unwrap();
        (dir, path)
    }

    fn assert_replaced(dir: &Path) {
        assert_eq!(
            (fs::read(dir.join("file")).unwrap(), fs::read(dir.join("other")).unwrap()),
            (b"new".into(), b"old".into())
        );
        let mut found = names(dir).unwrap();
        found.sort();
        assert_eq!(found, ["file", "other"]);
    }

    #[test]
    fn a_file_is_replaced_and_not_written_to() {
        let (dir, path) = shared();
        write(&path, b"new").unwrap();
        assert_replaced(dir.path());
    }

    #[test]
    #[cfg(unix)]
    fn no_link_is_followed() {
        let (dir, path) = shared();
        let outside = dir.path().join("other");
        std::os::unix::fs::symlink(&outside, name_aside(&path, 0)).unwrap();
        write(&path, b"new").unwrap();
        assert_replaced(dir.path());
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&outside, &path).unwrap();
        write(&path, b"new").unwrap();
        assert_replaced(dir.path());
        assert!(!path.is_symlink());
    }

    // On Windows, an open file cannot be replaced.
    #[test]
    #[cfg(unix)]
    fn the_file_of_another_process_stays_where_ours_fails() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        let by_another = |_: &mut File| {
            let other = dir.path().join("other");
            fs::write(&other, b"theirs")?;
            fs::rename(&other, &path)?;
            Err::<(), _>(io::Error::other("ours"))
        };
        replace(&path, by_another).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        fs::remove_file(&path).unwrap();
        replace_aside(&path, by_another).unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        assert_eq!(names(dir.path()).unwrap(), ["file"]);
    }

    // In Wine, at each moment one of the threads has the file open.
    #[test]
    #[cfg(unix)]
    fn many_may_write_the_same_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..500).for_each(|_| write(&path, b"contents").unwrap()));
            }
        });
        assert_eq!(names(dir.path()).unwrap(), ["file"]);
    }

    #[test]
    fn what_a_killed_process_left_is_removed() {
        let (dir, path) = shared();
        fs::write(name_aside(&path, 0), b"half").unwrap();
        write(&path, b"new").unwrap();
        assert_replaced(dir.path());
    }

    #[test]
    fn leftovers_are_removed_from_a_directory_and_nothing_else() {
        let (dir, path) = shared();
        let [left, held] = [0, 1].map(|number| name_aside(&path, number));
        fs::write(&left, b"half").unwrap();
        let file = File::create_new(&held).unwrap();
        file.lock().unwrap();
        for name in ["a.fastvenv-0", ".b.fastvenv-", ".c.fastvenv-x", ".d"] {
            fs::write(dir.path().join(name), b"").unwrap();
        }
        let before = names(dir.path()).unwrap().len();
        remove_leftovers(dir.path());
        assert!(!left.exists() && held.exists());
        assert_eq!(names(dir.path()).unwrap().len(), before - 1);
        remove_leftovers(&dir.path().join("absent"));
    }

    #[test]
    fn a_name_that_another_process_uses_is_left_to_it() {
        let (dir, path) = shared();
        let aside = name_aside(&path, 0);
        let held = File::create_new(&aside).unwrap();
        held.lock().unwrap();
        write(&path, b"new").unwrap();
        assert!(aside.exists());
        drop(held);
        fs::remove_file(aside).unwrap();
        assert_replaced(dir.path());
    }

    #[test]
    fn a_write_that_fails_leaves_what_there_was() {
        let (dir, path) = shared();
        for name in ["file", "fresh"] {
            let failed = replace(&dir.path().join(name), |file| {
                file.write_all(b"half")?;
                Err::<(), _>(io::Error::other("full"))
            });
            assert!(matches!(failed, Err(Error::Io { path, .. }) if path.ends_with(name)));
        }
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(names(dir.path()).unwrap().len(), 2);
    }
}
