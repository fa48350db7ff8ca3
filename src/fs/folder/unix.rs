//! Open directories on POSIX systems.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat, fstat, linkat, mkdirat, openat, renameat, statat,
    unlinkat,
};

use crate::fs::system::{UNFOLLOWED, user};
pub(super) use crate::fs::tree::clear_tree;
use crate::fs::{Identity, Ownership, Stamp};

/// An open directory.
pub(super) type Handle = OwnedFd;

/// How a directory is opened to look up names in it. Listing it would need one more permission on Linux.
const HANDLE: OFlags = ACCESS.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
#[cfg(any(target_os = "linux", target_os = "android"))]
const ACCESS: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const ACCESS: OFlags = OFlags::RDONLY;

/// Opens a directory to look up names in it.
///
/// # Errors
/// The error of the operating system if there is no directory, or a link in its place.
pub(super) fn open_directory(path: &Path) -> io::Result<Handle> {
    Ok(openat(CWD, path, HANDLE, Mode::empty())?)
}

/// Opens a directory like [`open_directory`], by its path relative to an open one.
///
/// # Errors
/// The error of the operating system if there is no directory, or a link in its place.
pub(super) fn open_directory_in(directory: &Handle, path: &Path) -> io::Result<Handle> {
    Ok(openat(directory, path, HANDLE, Mode::empty())?)
}

/// Opens a file to read it, by its path relative to an open directory.
///
/// # Errors
/// The error of the operating system if there is no file, or a link in its place.
pub(super) fn open_in(directory: &Handle, path: &str) -> io::Result<File> {
    Ok(openat(directory, path, UNFOLLOWED, Mode::empty())?.into())
}

/// Does nothing: an open directory is not looked up by its path again.
#[expect(clippy::unnecessary_wraps, reason = "the signature is the one of the Windows file")]
pub(super) fn hold(handle: &Handle) -> io::Result<&Handle> {
    Ok(handle)
}

/// The names in a directory that is in an open one, and is not a link.
///
/// # Errors
/// The error of the operating system.
pub(super) fn names(directory: &Handle, name: &OsStr) -> io::Result<Vec<OsString>> {
    let flags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
    let opened = openat(directory, name, flags, Mode::empty())?;
    let mut names = Vec::new();
    for entry in Dir::read_from(opened)? {
        let name = entry?.file_name().to_bytes().to_owned();
        if name != b"." && name != b".." {
            names.push(OsString::from_vec(name));
        }
    }
    Ok(names)
}

/// The identity of an open directory.
pub(super) fn identity_of_handle(handle: &Handle) -> io::Result<Identity> {
    fstat(handle).map(|found| identity_of_stat(&found)).map_err(Into::into)
}

/// The identity of what has that name in an open directory.
pub(super) fn identity_in(directory: &Handle, name: &str) -> io::Result<Identity> {
    statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)
        .map(|found| identity_of_stat(&found))
        .map_err(Into::into)
}

#[allow(
    clippy::cast_sign_loss,
    clippy::unnecessary_cast,
    reason = "the types of these numbers differ between systems"
)]
fn identity_of_stat(found: &Stat) -> Identity {
    Identity { device: found.st_dev as u64, number: found.st_ino as u64 }
}

/// The owner of an open directory, and whether others may write to it.
#[allow(clippy::useless_conversion, reason = "the types of these numbers differ between systems")]
pub(super) fn ownership_of_handle(handle: &Handle) -> io::Result<Ownership> {
    let found = fstat(handle)?;
    Ok(Ownership {
        is_directory: true,
        is_own: found.st_uid == user(),
        mode: u32::from(found.st_mode) & 0o7777,
    })
}

/// The stamp of a file in an open directory, which must not be a link.
///
/// # Errors
/// The error of the operating system, or `InvalidData` if it is not a file.
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
        owner: found.st_uid,
    })
}

/// Gives a file in an open directory a further name in another directory.
///
/// # Errors
/// The error of the operating system.
pub(super) fn hard_link(directory: &Handle, name: &str, to: &Handle, new: &OsStr) -> io::Result<()> {
    Ok(linkat(directory, name, to, new, AtFlags::empty())?)
}

/// Makes a directory in an open one. Only its owner may enter it.
///
/// # Errors
/// The error of the operating system.
pub(super) fn create_directory_in(directory: &Handle, name: &OsStr) -> io::Result<()> {
    Ok(mkdirat(directory, name, Mode::RWXU)?)
}

/// Moves what has a name in an open directory into another one.
///
/// # Errors
/// The error of the operating system.
pub(super) fn rename_in(directory: &Handle, name: &OsStr, to: &Handle) -> io::Result<()> {
    Ok(renameat(directory, name, to, name)?)
}

/// Removes an empty directory in an open one.
///
/// # Errors
/// The error of the operating system.
pub(super) fn remove_directory_in(directory: &Handle, name: &OsStr) -> io::Result<()> {
    Ok(unlinkat(directory, name, AtFlags::REMOVEDIR)?)
}

/// Removes a file or a link in an open directory.
///
/// # Errors
/// The error of the operating system.
pub(super) fn remove_file_in(directory: &Handle, name: &OsStr) -> io::Result<()> {
    Ok(unlinkat(directory, name, AtFlags::empty())?)
}
