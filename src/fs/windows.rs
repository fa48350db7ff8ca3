//! Links and modes on Windows.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs;
use std::path::Path;

use crate::error::{AtPath, Result};

/// Makes a symbolic link at `link` that holds the text `target`.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path of the link; without developer mode or the privilege for it, links
/// cannot be made.
pub fn symlink(target: &Path, link: &Path) -> Result<()> {
    std::os::windows::fs::symlink_file(target, link).at(link)
}

/// Nothing: on Windows the ending of the name makes a file executable.
///
/// # Errors
/// None; the signature is the one of the POSIX file.
pub fn make_executable(_path: &Path) -> Result<()> {
    Ok(())
}

/// Gives `destination` the read-only flag of `source`, the one permission bit that Windows keeps.
///
/// # Errors
/// [`crate::error::Error::Io`] where the flag cannot be read or set.
pub fn copy_mode(source: &Path, destination: &Path) -> Result<()> {
    let mode = fs::metadata(source).at(source)?.permissions();
    fs::set_permissions(destination, mode).at(destination)
}
