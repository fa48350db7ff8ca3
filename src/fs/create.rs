//! Makes directories, with the missing ones above them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{exists, remove_empty, system};
use crate::error::{AtPath, Error, Result};

/// Makes the directory `path` and the missing directories above it. Returns the directories that it made, the topmost first.
///
/// An existing directory is left alone. A file or a link in its place is refused, as in `venv`: what is written through
/// a link would end up outside the environment.
///
/// # Errors
/// [`Error::Occupied`] for a file or a link that leads somewhere; [`Error::Io`] with the first path that could not
/// be made.
pub fn create_directory(path: &Path) -> Result<Vec<PathBuf>> {
    // Usually one call is enough.
    if fs::create_dir(path).is_ok() {
        return Ok(vec![path.to_owned()]);
    }
    let Ok(found) = fs::symlink_metadata(path) else {
        // `mkdir` accepts no `.` at the end.
        let path: PathBuf = path.components().collect();
        return create_missing(&path, &|path| fs::create_dir(path));
    };
    if found.is_symlink() && !exists(path) {
        // The link cannot be followed: `mkdir` then reports that the name is taken.
        fs::create_dir(path).at(path)?;
    }
    if found.is_symlink() || found.is_file() { Err(Error::Occupied(path.to_owned())) } else { Ok(Vec::new()) }
}

/// Makes a directory that only this user can read, whatever the umask, and the missing directories above it.
///
/// # Errors
/// [`Error::Io`] with the first path that could not be made.
pub fn create_private_directory(path: &Path) -> Result<()> {
    if path.is_dir() { Ok(()) } else { create_missing(path, &system::create_private_directory).map(drop) }
}

/// `mkdir -p`, topmost first, so that an error names the path on which it occurred. Returns the directories that it made. After
/// an error, it removes them.
fn create_missing(path: &Path, create: &impl Fn(&Path) -> io::Result<()>) -> Result<Vec<PathBuf>> {
    let mut made = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !exists(parent) => {
            match create_missing(parent, create) {
                // For a broken link, the error of making something below it says most.
                Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => Vec::new(),
                result => result?,
            }
        }
        _ => Vec::new(),
    };
    match create(path) {
        // Another process made it first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(error) => {
            made.iter().rev().for_each(|path| remove_empty(path));
            return Err(error).at(path);
        }
        Ok(()) => made.push(path.to_owned()),
    }
    Ok(made)
}

/// Makes a file at `path`, and the missing directories above it.
pub(super) fn with_parents<T>(path: &Path, mut make: impl FnMut() -> Result<T>) -> Result<T> {
    match make() {
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            if let Some(parent) = path.parent().filter(|parent| !exists(parent)) {
                create_missing(parent, &|path| fs::create_dir(path))?;
            }
            make()
        }
        result => result,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(unix)]
    use crate::fs::{mode_of, symlink};
    use crate::fs::{names, write};

    fn temporary() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[cfg(unix)]
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
        let made = create_directory(&deep).unwrap();
        assert_eq!(made, ["a", "a/b", "a/b/c"].map(|path| dir.path().join(path)));
        write(&deep.join("kept"), b"x").unwrap();
        assert!(create_directory(&deep).unwrap().is_empty());
        assert_eq!(names(&deep).unwrap(), ["kept"]);
        assert_eq!(create_directory(&deep.join("d")).unwrap(), [deep.join("d")]);
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
    fn a_private_directory_is_for_its_user_alone() {
        let dir = temporary();
        let path = dir.path().join("a/b");
        create_private_directory(&path).unwrap();
        create_private_directory(&path).unwrap();
        for made in [dir.path().join("a"), path] {
            assert_eq!(mode_of(&made).unwrap(), 0o700);
        }
    }
}
