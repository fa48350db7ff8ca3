//! The filesystem: every call that the crate makes, each keeping its path for the error message.
//!
//! `clippy.toml` bans the functions of [`std::fs`] everywhere else.
#![expect(clippy::disallowed_methods, reason = "this is the module that the ban points to")]

mod folder;
mod link;
mod remove;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;
#[cfg(unix)]
mod tree;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{AtPath, Error, Result};

pub use folder::Folder;
pub use link::{LinkMode, Linker, Stamp};
pub use remove::{clear_directory, remove_created, remove_directory};
pub use system::{
    add_execute_permission, copy_mode, has_shared_mode, is_executable, is_private, make_executable,
    make_script, set_mode, symlink,
};

/// Makes `path` a directory, with the missing ones above it, and returns how many directories it made: none where
/// `path` is there, or where somebody else was faster to make it.
///
/// A directory that is there is left alone; a file, or a link to anything, in its place is refused, as `venv` does:
/// what is written through a link would land outside the environment.
///
/// # Errors
/// [`Error::Occupied`] for a file or a link that leads somewhere; [`Error::Io`] with the first path that could not
/// be made.
pub fn create_directory(path: &Path) -> Result<usize> {
    // Most often there is nothing in the way, and one call does it.
    if fs::create_dir(path).is_ok() {
        return Ok(1);
    }
    let Ok(found) = fs::symlink_metadata(path) else { return create_missing(path) };
    if found.is_symlink() && !exists(path) {
        // It cannot be followed: `mkdir` then says that the name is taken.
        fs::create_dir(path).at(path)?;
    }
    if found.is_symlink() || found.is_file() { Err(Error::Occupied(path.to_owned())) } else { Ok(0) }
}

/// Makes a directory where it is missing, and tells whether it is there, this user's, and nobody else may write to it.
#[must_use]
pub fn create_private_directory(path: &Path) -> bool {
    create_directory(path).is_ok() && is_private(path)
}

/// `mkdir -p`, topmost first, so that an error names the path on which it occurred; how many directories it made, or
/// none where somebody else made the last one.
fn create_missing(path: &Path) -> Result<usize> {
    let above = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !exists(parent) => match create_missing(parent) {
            // A link that leads nowhere: that nothing can be made below it is what tells.
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => 0,
            result => result?,
        },
        _ => 0,
    };
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(0),
        result => result.map(|()| above + 1).at(path),
    }
}

/// Whether `path` leads to something, links followed; like Python's `os.path.exists`, `false` where it cannot tell.
#[must_use]
pub fn exists(path: &Path) -> bool {
    fs::metadata(path).is_ok()
}

/// Whether `path` leads to something, links followed.
///
/// # Errors
/// [`Error::Io`] where it cannot tell.
pub fn try_exists(path: &Path) -> Result<bool> {
    path.try_exists().at(path)
}

/// When the file at `path` was last written, in nanoseconds since 1970; `None` where there is none.
#[must_use]
pub fn time_of(path: &Path) -> Option<u64> {
    Stamp::of(path).ok().map(|stamp| stamp.modified)
}

/// The names in a directory, in no order.
///
/// # Errors
/// [`Error::Io`] where `path` is not a directory or cannot be read.
pub fn names(path: &Path) -> Result<Vec<OsString>> {
    fs::read_dir(path).at(path)?.map(|entry| entry.map(|entry| entry.file_name()).at(path)).collect()
}

/// Removes the link at `path` where it does not lead to the file `target`; a path that is no link is left alone.
///
/// # Errors
/// [`Error::Io`] where the link cannot be removed.
pub fn remove_stale_link(path: &Path, target: &Path) -> Result<()> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    if !is_link || !exists(target) || same_file::is_same_file(path, target).unwrap_or(false) {
        return Ok(());
    }
    remove_file(path) // which somebody else may have done by now
}

/// Copies the contents of one file to another, which is made or overwritten; not its mode, times or attributes.
///
/// # Errors
/// [`Error::SameFile`] where both are one file; [`Error::Io`] with the path that could not be read or written.
pub fn copy_contents(source: &Path, destination: &Path) -> Result<()> {
    if same_file::is_same_file(source, destination).unwrap_or(false) {
        return Err(Error::SameFile { source_path: source.to_owned(), destination: destination.to_owned() });
    }
    let mut reader = File::open(source).at(source)?;
    // What cannot be read, as a directory, shows before the destination is touched.
    let mut start = [0; 4096];
    let length = reader.read(&mut start).at(source)?;
    let mut writer = File::create(destination).at(destination)?;
    writer.write_all(&start[..length]).at(destination)?;
    io::copy(&mut reader, &mut writer).map(drop).at(destination)
}

/// The contents of a file.
///
/// # Errors
/// [`Error::Io`] where it cannot be read.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).at(path)
}

/// Gives a file or directory another name, which must not be that of a file or of a directory that is not empty.
///
/// # Errors
/// [`Error::Io`] with the new name.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).at(to)
}

/// Writes a file, made or overwritten, in a directory that is there.
///
/// # Errors
/// [`Error::Io`] with the path.
pub fn write(path: &Path, contents: &[u8]) -> Result<()> {
    File::create(path).and_then(|mut file| file.write_all(contents)).at(path)
}

/// Writes a file like [`write`], and the directories above it that are missing.
///
/// # Errors
/// [`Error::Io`] with the path that could not be made or written.
pub fn write_with_parents(path: &Path, contents: &[u8]) -> Result<()> {
    with_parents(path, || write(path, contents))
}

/// Writes a file in a directory that is there; a file that has the name is replaced and not written to: it may be shared.
///
/// # Errors
/// [`Error::Io`] with the path.
pub fn replace(path: &Path, contents: &[u8]) -> Result<()> {
    let make = || File::create_new(path).and_then(|mut file| file.write_all(contents)).at(path);
    replacing(|| path.to_owned(), make)
}

/// Writes a file like [`replace`], and the directories above it that are missing.
///
/// # Errors
/// [`Error::Io`] with the path that could not be made or written.
pub fn replace_with_parents(path: &Path, contents: &[u8]) -> Result<()> {
    with_parents(path, || replace(path, contents))
}

/// Makes something at `path`; where the directories above it are missing, after those.
fn with_parents(path: &Path, make: impl Fn() -> Result<()>) -> Result<()> {
    match make() {
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            create_parents(path)?;
            make()
        }
        result => result,
    }
}

/// Makes the directories above `path` that are missing.
///
/// # Errors
/// [`Error::Io`] with the path that could not be made.
fn create_parents(path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) if !exists(parent) => create_missing(parent).map(drop),
        _ => Ok(()),
    }
}

/// Makes something that must not be there yet, after what has its name is removed.
fn replacing(path: impl FnOnce() -> PathBuf, make: impl Fn() -> Result<()>) -> Result<()> {
    match make() {
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
            remove_file(&path())?;
            make()
        }
        result => result,
    }
}

/// Removes a file or a link; one that is gone is no error.
///
/// # Errors
/// [`Error::Io`] where it cannot be removed.
pub fn remove_file(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
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

    fn errno(error: &Error) -> Option<i32> {
        match error {
            Error::Io { source, .. } => source.raw_os_error(),
            _ => None,
        }
    }

    #[test]
    fn a_directory_is_made_with_its_parents_and_kept_when_there() {
        let dir = temporary();
        let deep = dir.path().join("a/b/c");
        assert_eq!(create_directory(&deep).unwrap(), 3);
        write(&deep.join("kept"), b"x").unwrap();
        assert_eq!(create_directory(&deep).unwrap(), 0);
        assert_eq!(names(&deep).unwrap(), ["kept"]);
        assert_eq!(create_directory(&deep.join("d")).unwrap(), 1);
    }

    #[test]
    fn a_file_in_the_way_is_occupied_and_below_it_nothing_can_be_made() {
        let dir = temporary();
        let file = dir.path().join("file");
        write(&file, b"").unwrap();
        assert!(matches!(create_directory(&file), Err(Error::Occupied(path)) if path == file));
        let Err(Error::Io { path, .. }) = create_directory(&file.join("x/y")) else { panic!("no error") };
        assert_eq!(path, file.join("x"));
    }

    #[test]
    #[cfg(unix)]
    fn links_are_occupied_or_taken() {
        let dir = temporary();
        let (link, dangling) = (dir.path().join("link"), dir.path().join("dangling"));
        symlink(dir.path(), &link).unwrap();
        symlink(Path::new("nowhere"), &dangling).unwrap();
        assert!(matches!(create_directory(&link), Err(Error::Occupied(_))));
        assert_eq!(errno(&create_directory(&dangling).unwrap_err()), Some(17));
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
    fn a_file_is_only_written_where_its_directory_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        assert!(write(&path, b"").is_err());
        write_with_parents(&path, b"x").unwrap();
        assert_eq!(read(&path).unwrap(), b"x");
    }

    #[test]
    fn a_directory_is_not_copied_and_nothing_is_made_in_its_place() {
        let dir = temporary();
        let Err(Error::Io { path, .. }) = copy_contents(dir.path(), &dir.path().join("copy")) else {
            panic!("no error")
        };
        assert_eq!((path.as_path(), names(dir.path()).unwrap().len()), (dir.path(), 0));
    }

    #[test]
    fn a_file_is_never_copied_onto_itself() {
        let dir = temporary();
        let file = dir.path().join("file");
        write(&file, b"contents").unwrap();
        assert!(matches!(copy_contents(&file, &file), Err(Error::SameFile { .. })));
        assert_eq!(fs::read(&file).unwrap(), b"contents");
        let copy = dir.path().join("copy");
        copy_contents(&file, &copy).unwrap();
        assert_eq!(fs::read(&copy).unwrap(), b"contents");
    }
}
