//! The filesystem: every call that the crate makes, each keeping its path for the error message.
//!
//! `clippy.toml` bans the functions of [`std::fs`] everywhere else.
#![expect(clippy::disallowed_methods, reason = "this is the module that the ban points to")]

mod remove;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::error::{AtPath, Error, Result};

pub use remove::{clear_directory, remove_created};
pub use system::{copy_mode, make_executable, symlink};

/// Makes `path` a directory, with the missing ones above it.
///
/// A directory that is there is left alone; a file, or a link to anything, in its place is refused, as `venv` does:
/// what is written through a link would land outside the environment.
///
/// # Errors
/// [`Error::Occupied`] for a file or a link that leads somewhere; [`Error::Io`] with the first path that could not
/// be made.
pub fn create_directory(path: &Path) -> Result<()> {
    let Ok(found) = fs::symlink_metadata(path) else { return create_missing(path) };
    if found.is_symlink() {
        // A dangling link cannot be followed: `mkdir` then says that the name is taken.
        return if exists(path) {
            Err(Error::Occupied(path.to_owned()))
        } else {
            fs::create_dir(path).at(path)
        };
    }
    if found.is_file() { Err(Error::Occupied(path.to_owned())) } else { Ok(()) }
}

/// `mkdir -p`, topmost first, so that an error names the path on which it occurred.
fn create_missing(path: &Path) -> Result<()> {
    if let Some(parent) = path.parent()
        && !parent.as_os_str().is_empty()
        && !exists(parent)
    {
        create_missing(parent)?;
    }
    match fs::create_dir(path) {
        // Somebody else made it between our look and our call.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        result => result.at(path),
    }
}

/// The topmost directory that has to be made before `path` can be one; `None` where `path` is there.
#[must_use]
pub fn first_missing(path: &Path) -> Option<PathBuf> {
    path.ancestors()
        .take_while(|ancestor| {
            fs::symlink_metadata(ancestor).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
        })
        .last()
        .map(Path::to_owned)
}

/// Whether `path` leads to something, links followed; like Python's `os.path.exists`, `false` where it cannot tell.
#[must_use]
pub fn exists(path: &Path) -> bool {
    fs::metadata(path).is_ok()
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
    if is_link && exists(target) && !same_file::is_same_file(path, target).unwrap_or(false) {
        fs::remove_file(path).at(path)?;
    }
    Ok(())
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
    let mut writer = File::create(destination).at(destination)?;
    io::copy(&mut reader, &mut writer).map(drop).at(destination)
}

/// Writes a file, made or overwritten, and the directories above it that are missing.
///
/// # Errors
/// [`Error::Io`] with the path that could not be made or written.
pub fn write(path: &Path, contents: &[u8]) -> Result<()> {
    let mut file = match File::create(path) {
        Err(error)
            if error.kind() == io::ErrorKind::NotFound && path.parent().is_some_and(|dir| !exists(dir)) =>
        {
            path.parent().map_or(Ok(()), create_missing)?;
            File::create(path).at(path)?
        }
        result => result.at(path)?,
    };
    file.write_all(contents).at(path)
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
        assert_eq!(first_missing(&deep), Some(dir.path().join("a")));
        create_directory(&deep).unwrap();
        write(&deep.join("kept"), b"x").unwrap();
        create_directory(&deep).unwrap();
        assert_eq!(names(&deep).unwrap(), ["kept"]);
        assert_eq!(first_missing(&deep), None);
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
