//! Links and modes on Windows.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Stamp;
use crate::error::{AtPath, Result};

/// Makes a symbolic link at `link` that holds the text `target`.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path of the link; without developer mode or the privilege for it, links
/// cannot be made.
pub fn symlink(target: &Path, link: &Path) -> Result<()> {
    std::os::windows::fs::symlink_file(target, link).at(link)
}

/// What an open directory is known by: its path, since names are looked up by nothing else here.
pub(super) type Handle = PathBuf;

/// The directory at `path`.
///
/// # Errors
/// Those of the operating system, where there is none, and `InvalidData` for a file or a link in its place.
pub(super) fn open_directory(path: &Path) -> io::Result<Handle> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(path.to_owned())
}

/// The stamp of a file in a directory, which must not be a link.
///
/// # Errors
/// The operating system's own, and `InvalidData` for what is no file.
pub(super) fn stamp(directory: &Handle, name: &str) -> io::Result<Stamp> {
    Stamp::new(&fs::symlink_metadata(directory.join(name))?)
}

/// Gives a file in a directory the same name in another.
///
/// # Errors
/// The operating system's own.
pub(super) fn hard_link(directory: &Handle, name: &str, to: &Handle) -> io::Result<()> {
    fs::hard_link(directory.join(name), to.join(name))
}

/// Nothing: what can share blocks here (`ReFS`) is not where people have their environments.
///
/// # Errors
/// Always [`crate::error::Error::Io`].
pub(super) fn clone_file(_source: &Path, destination: &Path) -> Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported)).at(destination)
}

/// Nothing: on Windows the ending of the name makes a file executable.
///
/// # Errors
/// None; the signature is the one of the POSIX file.
pub fn make_executable(_path: &Path) -> Result<()> {
    Ok(())
}

/// Nothing: on Windows the ending of the name makes a file executable.
///
/// # Errors
/// None; the signature is the one of the POSIX file.
pub fn add_execute_permission(_path: &Path) -> Result<()> {
    Ok(())
}

/// Nothing: on Windows the ending of the name makes a file executable.
///
/// # Errors
/// None; the signature is the one of the POSIX file.
pub fn make_script(_path: &Path) -> Result<()> {
    Ok(())
}

/// Gives `destination` the read-only flag of `source`, the one permission bit that Windows keeps.
///
/// # Errors
/// [`crate::error::Error::Io`] where the flag cannot be read or set.
pub fn copy_mode(source: &Path, destination: &Path) -> Result<()> {
    let mode = fs::metadata(source).at(source)?.permissions();
    if fs::metadata(destination).at(destination)?.permissions() == mode {
        return Ok(()); // as it is most often: to set it would cost more than to look
    }
    fs::set_permissions(destination, mode).at(destination)
}

/// Whether a file can be written, the one permission that Windows keeps with it.
pub(super) fn mode(metadata: &fs::Metadata) -> u32 {
    u32::from(metadata.permissions().readonly())
}

/// Always: files have no mode here.
///
/// # Errors
/// None; the signature is the one of the POSIX file.
pub fn has_shared_mode(_path: &Path) -> Result<bool> {
    Ok(true)
}

/// Nothing: files have no mode here.
///
/// # Errors
/// None; the signature is the one of the POSIX file.
pub fn set_mode(_path: &Path, _is_executable: bool) -> Result<()> {
    Ok(())
}

/// Never: on Windows the ending of the name makes a file executable.
#[must_use]
pub fn is_executable(_path: &Path) -> bool {
    false
}

/// Whether it is a directory: the folders for caches are a user's own on Windows.
#[must_use]
pub fn is_private(path: &Path) -> bool {
    path.is_dir()
}

/// Removes a file or a link; a link to a directory goes like a directory.
pub(super) fn remove_link(path: &Path) -> io::Result<()> {
    fs::remove_file(path).or_else(|_| fs::remove_dir(path))
}

/// Removes a directory with all that is in it; [`std::fs::remove_dir_all`] follows no link.
pub(super) fn remove_tree(path: &Path) -> Result<()> {
    fs::remove_dir_all(path).at(path)
}
