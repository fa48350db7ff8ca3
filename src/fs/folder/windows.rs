//! Directories on Windows, where Rust cannot look up names in an open one: a [`Handle`] is a path, and the identity that the
//! directory had. Where the directory must not be exchanged meanwhile, [`hold`] keeps it in its place.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::windows::fs::{FileTypeExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::error::{AtPath, Result};
use crate::fs::patience::patiently;
use crate::fs::system::{DIRECTORIES_TOO, NO_LINK, identity, identity_of_file, is_own, remove_tree};
use crate::fs::{CONFIGURATION_FILE, Identity, Ownership, Stamp};

/// The error for a file or a link in the place of a directory (`ERROR_DIRECTORY`).
const NO_DIRECTORY: i32 = 267;

/// What others may do with an open file or directory (`FILE_SHARE_READ`, `FILE_SHARE_WRITE`).
const MAY_READ_AND_WRITE: u32 = 0x1 | 0x2;

/// The identity of an open directory.
#[derive(Debug)]
pub(super) struct Handle {
    path: PathBuf,
    identity: Identity,
}

/// Opens the directory at `path`.
///
/// # Errors
/// The error of the operating system if there is no directory, or `NotADirectory` for a file or a link in its place.
pub(super) fn open_directory(path: &Path) -> io::Result<Handle> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return Err(io::Error::from_raw_os_error(NO_DIRECTORY));
    }
    Ok(Handle { path: path.to_owned(), identity: identity(path)? })
}

/// Opens a directory like [`open_directory`], by its path relative to another one.
///
/// # Errors
/// The error of the operating system, or `NotADirectory` for a file or a link in its place.
pub(super) fn open_directory_in(directory: &Handle, path: &Path) -> io::Result<Handle> {
    open_directory(&directory.path.join(path))
}

/// Keeps a directory where it is: as long as it is open without leave to delete it (`FILE_SHARE_DELETE`), no process
/// can rename or remove it, so its path leads to it. Nor can a directory be renamed that has an open one in it (MS-FSA,
/// 2.1.5.15.11), except in Wine.
///
/// # Errors
/// The error of the operating system, or `NotADirectory` if its path leads to something else now.
pub(super) fn hold(handle: &Handle) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.read(true).share_mode(MAY_READ_AND_WRITE).custom_flags(DIRECTORIES_TOO | NO_LINK);
    let held = patiently(|| options.open(&handle.path))?;
    // A link may have been found first, and it has a number, too.
    if held.metadata()?.is_dir() && identity_of_file(&held)? == handle.identity {
        Ok(held)
    } else {
        Err(io::Error::from_raw_os_error(NO_DIRECTORY))
    }
}

/// Opens a file to read it, by its path relative to a directory.
///
/// # Errors
/// The error of the operating system.
pub(super) fn open_in(directory: &Handle, path: &str) -> io::Result<fs::File> {
    fs::File::open(directory.path.join(path))
}

/// The names in a directory that is in another one; `NotADirectory` for a link.
///
/// # Errors
/// The error of the operating system.
pub(super) fn names(directory: &Handle, name: &OsStr) -> io::Result<Vec<OsString>> {
    let path = directory.path.join(name);
    if !fs::symlink_metadata(&path)?.is_dir() {
        return Err(io::Error::from_raw_os_error(NO_DIRECTORY));
    }
    fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.file_name())).collect()
}

/// The identity of a directory when it was opened.
#[expect(clippy::unnecessary_wraps, reason = "the signature is the one of the POSIX file")]
pub(super) fn identity_of_handle(handle: &Handle) -> io::Result<Identity> {
    Ok(handle.identity)
}

/// The identity of what has that name in a directory.
pub(super) fn identity_in(directory: &Handle, name: &str) -> io::Result<Identity> {
    identity(&directory.path.join(name))
}

/// The ownership of a directory. Only its place decides ([`is_own`]).
#[expect(clippy::unnecessary_wraps, reason = "the signature is the one of the POSIX file")]
pub(super) fn ownership_of_handle(handle: &Handle) -> io::Result<Ownership> {
    Ok(Ownership { is_directory: true, is_own: is_own(&handle.path), mode: 0 })
}

/// The stamp of a file in a directory, which must not be a link.
///
/// # Errors
/// The error of the operating system, or `InvalidData` if it is not a file.
pub(super) fn stamp(directory: &Handle, name: &str) -> io::Result<Stamp> {
    Stamp::new(&fs::symlink_metadata(directory.path.join(name))?)
}

/// Gives a file in a directory a further name in another directory.
///
/// # Errors
/// The error of the operating system.
pub(super) fn hard_link(directory: &Handle, name: &str, to: &Handle, new: &OsStr) -> io::Result<()> {
    fs::hard_link(directory.path.join(name), to.path.join(new))
}

/// Makes a directory in another one.
///
/// # Errors
/// The error of the operating system.
pub(super) fn create_directory_in(directory: &Handle, name: &OsStr) -> io::Result<()> {
    fs::create_dir(directory.path.join(name))
}

/// Moves what has a name in a directory into another one.
///
/// # Errors
/// The error of the operating system.
pub(super) fn rename_in(directory: &Handle, name: &OsStr, to: &Handle) -> io::Result<()> {
    patiently(|| fs::rename(directory.path.join(name), to.path.join(name)))
}

/// Removes an empty directory in a directory.
///
/// # Errors
/// The error of the operating system.
pub(super) fn remove_directory_in(directory: &Handle, name: &OsStr) -> io::Result<()> {
    patiently(|| fs::remove_dir(directory.path.join(name)))
}

/// Removes a file or a link in a directory.
///
/// # Errors
/// The error of the operating system.
pub(super) fn remove_file_in(directory: &Handle, name: &OsStr) -> io::Result<()> {
    remove_file(&directory.path.join(name))
}

/// Removes a file or a link. A link to a directory is removed like a directory.
fn remove_file(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.file_type().is_symlink_dir() {
        patiently(|| fs::remove_dir(path))
    } else {
        patiently(|| fs::remove_file(path))
    }
}

/// Removes the contents of a directory, but not the directory: the packages before the scripts that need them, and
/// `pyvenv.cfg` last.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path that cannot be removed.
pub(super) fn clear_tree(handle: &Handle, path: &Path) -> Result<()> {
    let _held = hold(handle).at(path)?;
    let mut names = names(handle, OsStr::new(".")).at(path)?;
    names.sort_unstable_by_key(|name| (name == CONFIGURATION_FILE, !name.eq_ignore_ascii_case("lib")));
    for name in names {
        let path = path.join(name);
        if fs::symlink_metadata(&path).at(&path)?.is_dir() {
            remove_tree(&path)?;
        } else {
            remove_file(&path).at(&path)?;
        }
    }
    Ok(())
}
