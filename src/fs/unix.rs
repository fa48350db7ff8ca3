//! Links and modes on POSIX systems.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::error::{AtPath, Result};

/// Makes a symbolic link at `link` that holds the text `target`.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path of the link.
pub fn symlink(target: &Path, link: &Path) -> Result<()> {
    std::os::unix::fs::symlink(target, link).at(link)
}

/// Gives `path` mode 0755, whatever the umask, as `venv` does with a copied interpreter; a link is left alone.
///
/// # Errors
/// [`crate::error::Error::Io`] where the mode cannot be read or set.
pub fn make_executable(path: &Path) -> Result<()> {
    if fs::symlink_metadata(path).at(path)?.is_symlink() {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).at(path)
}

/// Gives `destination` the permission bits of `source`.
///
/// # Errors
/// [`crate::error::Error::Io`] where the mode cannot be read or set.
pub fn copy_mode(source: &Path, destination: &Path) -> Result<()> {
    let mode = fs::metadata(source).at(source)?.permissions();
    fs::set_permissions(destination, mode).at(destination)
}
