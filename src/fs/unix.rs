//! Links and modes on POSIX systems.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, linkat, openat, statat};

use super::Stamp;
pub(super) use super::tree::remove_tree;
use crate::error::{AtPath, Result};

/// Makes a symbolic link at `link` that holds the text `target`.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path of the link.
pub fn symlink(target: &Path, link: &Path) -> Result<()> {
    std::os::unix::fs::symlink(target, link).at(link)
}

/// Makes `destination` a file that shares the blocks of `source` until one of them is changed, with its time.
///
/// # Errors
/// [`crate::error::Error::Io`] where the file system, or the operating system, cannot do that; nothing is left then.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn clone_file(source: &Path, destination: &Path) -> Result<()> {
    let reader = fs::File::open(source).at(source)?;
    let writer = fs::File::create_new(destination).at(destination)?;
    let modified = reader.metadata().and_then(|metadata| metadata.modified()).at(source)?;
    let cloned = rustix::fs::ioctl_ficlone(&writer, &reader).map_err(io::Error::from);
    cloned
        .and_then(|()| writer.set_modified(modified))
        .or_else(|error| {
            fs::remove_file(destination)?;
            Err(error)
        })
        .at(destination)
}

/// Makes `destination` a file that shares the blocks of `source` until one of them is changed, with its time and mode.
///
/// # Errors
/// [`crate::error::Error::Io`] where the file system cannot do that; nothing is left then.
#[cfg(target_vendor = "apple")]
pub(super) fn clone_file(source: &Path, destination: &Path) -> Result<()> {
    let reader = fs::File::open(source).at(source)?;
    rustix::fs::fclonefileat(&reader, CWD, destination, rustix::fs::CloneFlags::empty())
        .map_err(io::Error::from)
        .at(destination)
}

/// Nothing: other systems have no such call.
///
/// # Errors
/// Always [`crate::error::Error::Io`].
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(super) fn clone_file(_source: &Path, destination: &Path) -> Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported)).at(destination)
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

/// Lets everybody execute the file at `path`, as pip does with files that a wheel marks so.
///
/// # Errors
/// [`crate::error::Error::Io`] where the mode cannot be read or set.
pub fn add_execute_permission(path: &Path) -> Result<()> {
    add_permissions(path, 0o111)
}

/// Lets everybody read and execute the file at `path`, as pip does with scripts.
///
/// # Errors
/// [`crate::error::Error::Io`] where the mode cannot be read or set.
pub fn make_script(path: &Path) -> Result<()> {
    add_permissions(path, 0o555)
}

fn add_permissions(path: &Path, bits: u32) -> Result<()> {
    let mode = fs::metadata(path).at(path)?.permissions().mode();
    fs::set_permissions(path, fs::Permissions::from_mode(mode | bits)).at(path)
}

/// Gives `destination` the permission bits of `source`.
///
/// # Errors
/// [`crate::error::Error::Io`] where a mode cannot be read or set.
pub fn copy_mode(source: &Path, destination: &Path) -> Result<()> {
    let mode = fs::metadata(source).at(source)?.permissions();
    if fs::metadata(destination).at(destination)?.permissions() == mode {
        return Ok(()); // as it is most often: to set it would cost more than to look
    }
    fs::set_permissions(destination, mode).at(destination)
}

/// The mode that shared files have: what most people's umask makes of a new file.
const SHARED_MODE: u32 = 0o644;

/// The permission bits of a file.
pub(super) fn mode(metadata: &fs::Metadata) -> u32 {
    metadata.permissions().mode() & 0o7777
}

/// Whether the file, which was just made, has the mode that shared files have.
///
/// # Errors
/// [`crate::error::Error::Io`] where the mode cannot be read.
pub fn has_shared_mode(path: &Path) -> Result<bool> {
    Ok(mode(&fs::metadata(path).at(path)?) == SHARED_MODE)
}

/// Gives a file the mode that shared files have, whatever the umask.
///
/// # Errors
/// [`crate::error::Error::Io`] where the mode cannot be set.
pub fn set_mode(path: &Path, is_executable: bool) -> Result<()> {
    let mode = if is_executable { SHARED_MODE | 0o111 } else { SHARED_MODE };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).at(path)
}

/// Whether the file may be executed by its owner.
#[must_use]
pub fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.mode() & 0o100 != 0)
}

/// Whether the directory is this user's, and nobody else may write to it.
#[must_use]
pub fn is_private(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| {
        found.is_dir() && found.uid() == rustix::process::geteuid().as_raw() && found.mode() & 0o022 == 0
    })
}

/// What an open directory is known by.
pub(super) type Handle = OwnedFd;

/// Opens a directory to find what is in it by name; not to list it, which Linux would ask a permission for.
///
/// # Errors
/// The operating system's own, where there is none or a link in its place.
pub(super) fn open_directory(path: &Path) -> io::Result<Handle> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const ACCESS: OFlags = OFlags::PATH;
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const ACCESS: OFlags = OFlags::RDONLY;
    let flags = ACCESS.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
    Ok(openat(CWD, path, flags, Mode::empty())?)
}

/// The stamp of a file in an open directory, which must not be a link.
///
/// # Errors
/// The operating system's own, and `InvalidData` for what is no file.
#[allow(clippy::useless_conversion, reason = "the types of these numbers differ between systems")]
pub(super) fn stamp(directory: &Handle, name: &str) -> io::Result<Stamp> {
    let found = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)?;
    if FileType::from_raw_mode(found.st_mode) != FileType::RegularFile {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let modified = i128::from(found.st_mtime) * 1_000_000_000 + i128::from(found.st_mtime_nsec);
    Ok(Stamp {
        size: u64::try_from(found.st_size).unwrap_or_default(),
        modified: u64::try_from(modified).unwrap_or_default(),
        mode: u32::from(found.st_mode) & 0o7777,
    })
}

/// Gives a file in an open directory the same name in another.
///
/// # Errors
/// The operating system's own.
pub(super) fn hard_link(directory: &Handle, name: &str, to: &Handle) -> io::Result<()> {
    Ok(linkat(directory, name, to, name, AtFlags::empty())?)
}

/// Removes a file or a link.
pub(super) fn remove_link(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}
