//! Links, identities, owners and modes on POSIX systems.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode as Permissions, OFlags, openat};

pub(super) use super::tree::remove_tree;
use super::{Identity, Mode, Ownership, Writers, normal};
use crate::error::{AtPath, Result};

/// Makes a symbolic link at `link` that holds the text `target`.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path of the link.
pub fn symlink(target: &Path, link: &Path) -> Result<()> {
    make_symlink(target, link).at(link)
}

/// Makes a symbolic link like [`symlink`].
///
/// # Errors
/// The error of the operating system.
pub(super) fn make_symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

/// Makes `destination` a file that shares the blocks of `source` until one of them is changed, with its time.
///
/// # Errors
/// [`crate::error::Error::Io`] if the file system, or the operating system, cannot do that. Nothing is left in that case.
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(super) fn clone_file(source: &fs::File, destination: &Path, is_executable: bool) -> Result<()> {
    let clone = |writer: &mut fs::File| {
        rustix::fs::ioctl_ficlone(&*writer, source)?;
        if is_executable {
            set_mode_of_file(writer, Mode::Executable)?;
        }
        writer.set_modified(source.metadata()?.modified()?)
    };
    // Most file systems refuse to clone, so the file gets a temporary name first.
    super::replace::replace_aside(destination, clone).map(drop)
}

/// Makes `destination` a file that shares the blocks of `source` until one of them is changed, with its time and mode. A file
/// of the cache that is executable has that mode already.
///
/// # Errors
/// [`crate::error::Error::Io`] if the file system cannot do that. Nothing is left in that case.
#[cfg(target_vendor = "apple")]
pub(super) fn clone_file(source: &fs::File, destination: &Path, _is_executable: bool) -> Result<()> {
    let (Some(directory), Some(name)) = (destination.parent(), destination.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into()).at(destination);
    };
    super::replace::replace_at_once(directory, name, |name| {
        let to = directory.join(name);
        Ok(rustix::fs::fclonefileat(source, CWD, to, rustix::fs::CloneFlags::empty())?)
    })
}

/// Fails, because other systems have no such call.
///
/// # Errors
/// Always [`crate::error::Error::Io`].
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
pub(super) fn clone_file(_source: &fs::File, destination: &Path, _is_executable: bool) -> Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported)).at(destination)
}

/// Gives `path` the mode [`Mode::INTERPRETER`]; a link is left alone, even if it takes the place of a file meanwhile.
///
/// # Errors
/// [`crate::error::Error::Io`] if the file cannot be opened, or its mode cannot be set.
pub fn make_executable(path: &Path) -> Result<()> {
    match open_unfollowed(path) {
        Err(error) if is_loop(&error) || path.is_symlink() => Ok(()),
        opened => opened.and_then(|file| set_mode_of_file(&file, Mode::INTERPRETER)).map(drop).at(path),
    }
}

/// Sets the mode of an open file, and returns the bits that it had: if it was just made, those that the umask left it.
///
/// # Errors
/// The error of the operating system.
pub(super) fn set_mode_of_file(file: &fs::File, wanted: Mode) -> io::Result<u32> {
    let bits = mode(&file.metadata()?);
    let wanted = match wanted {
        Mode::Plain => bits,
        Mode::Executable => bits | 0o111,
        Mode::Script => bits | 0o555,
        Mode::Exactly(wanted) => wanted,
    };
    // Setting a mode takes longer than comparing it.
    if wanted != bits {
        file.set_permissions(fs::Permissions::from_mode(wanted))?;
    }
    Ok(bits)
}

/// The mode of files in the cache: that of a new file under the usual umask, without permission for others to write.
#[must_use]
pub fn shared_mode(is_executable: bool) -> u32 {
    if is_executable { 0o755 } else { 0o644 }
}

/// The permission bits of a file.
pub(super) fn mode(metadata: &fs::Metadata) -> u32 {
    metadata.permissions().mode() & 0o7777
}

/// The permission bits of what is at `path`, links followed.
///
/// # Errors
/// [`crate::error::Error::Io`] if there is nothing.
pub fn mode_of(path: &Path) -> Result<u32> {
    fs::metadata(path).map(|found| mode(&found)).at(path)
}

/// Whether the mode of the file at `path` makes it executable for its owner.
#[must_use]
pub fn has_execute_bit(path: &Path) -> bool {
    mode_of(path).is_ok_and(|mode| mode & 0o100 != 0)
}

/// Whether the file at `path` can be executed, by its owner at least.
#[must_use]
pub fn may_execute(path: &Path) -> bool {
    has_execute_bit(path)
}

/// Makes a directory that only this user can read.
pub(super) fn create_private_directory(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).create(path)
}

/// The owner of the file or directory at `path`, and whether others may write to it.
pub(super) fn ownership(path: &Path) -> io::Result<Ownership> {
    Ok(ownership_of(path, &fs::symlink_metadata(path)?))
}

/// The ownership of the file or directory at `path`, which has this metadata.
pub(super) fn ownership_of(_path: &Path, found: &fs::Metadata) -> Ownership {
    Ownership { is_directory: found.is_dir(), is_own: found.uid() == user(), mode: mode(found) }
}

/// Whether what is at a path belongs to this user, links followed.
#[must_use]
pub fn is_own(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.uid() == user())
}

/// The directory above the one at a path. If the path is that of a link, it is the one above the link's target.
#[must_use]
pub fn above(directory: &Path) -> PathBuf {
    directory.join("..")
}

/// Always true: a directory that is made at a path belongs to the user.
#[must_use]
pub fn becomes_own(_path: &Path) -> bool {
    true
}

/// The absolute path that `os.path.abspath` makes of one that starts in the current directory.
#[must_use]
pub fn absolute(current: &Path, path: &Path) -> Option<PathBuf> {
    Some(normal(&current.join(path)))
}

/// Always false: a path leads where it says, or through links that a user has made.
#[must_use]
pub fn is_redirected(_directory: &Path) -> bool {
    false
}

/// The number of the effective user.
#[must_use]
pub fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether files may be shared with any directory. An ordinary user cannot give a file to another user; root can.
#[must_use]
pub fn shares_anywhere() -> bool {
    user() != 0
}

/// What shows a change of a file: its number, its size, and the times of the last change of its contents and metadata.
///
/// # Errors
/// [`crate::error::Error::Io`] if there is no file.
pub fn version(path: &Path) -> Result<[i128; 4]> {
    let found = fs::metadata(path).at(path)?;
    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    Ok([
        found.ino().into(),
        found.len().into(),
        nanoseconds(found.mtime(), found.mtime_nsec()),
        nanoseconds(found.ctime(), found.ctime_nsec()),
    ])
}

/// Whether an error says that links form a circle.
pub(super) fn is_loop(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
}

/// Whether an error says that the file system has no symbolic links.
#[must_use]
pub fn has_no_links(error: &io::Error) -> bool {
    use rustix::io::Errno;
    [Errno::PERM, Errno::NOSYS, Errno::NOTSUP, Errno::OPNOTSUPP, Errno::NODATA]
        .iter()
        .any(|errno| error.raw_os_error() == Some(errno.raw_os_error()))
}

/// The identity of what is at `path`.
pub(super) fn identity(path: &Path) -> io::Result<Identity> {
    fs::symlink_metadata(path).map(|found| identity_of(&found))
}

/// The identity of what is at `path`, links followed.
pub(super) fn identity_of_target(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|found| identity_of(&found))
}

/// The identity of an open file.
pub(super) fn identity_of_file(file: &fs::File) -> io::Result<Identity> {
    file.metadata().map(|found| identity_of(&found))
}

/// The open file. As long as it is open, no other file gets its number.
#[expect(clippy::unnecessary_wraps, reason = "the signature is the one of the Windows file")]
pub(super) fn kept_open(file: fs::File) -> Option<fs::File> {
    Some(file)
}

fn identity_of(found: &fs::Metadata) -> Identity {
    Identity { device: found.dev(), number: found.ino() }
}

/// The error for a directory that is read like a file (`EISDIR`).
pub(super) const IS_DIRECTORY: i32 = rustix::io::Errno::ISDIR.raw_os_error();

/// Opens a file to read it, links followed.
pub(super) fn open_to_read(path: &Path) -> io::Result<fs::File> {
    // With `NONBLOCK`, a FIFO is opened at once.
    let flags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);
    Ok(openat(CWD, path, flags, Permissions::empty())?.into())
}

/// The users who can write to a file. They are trusted if the owner is this user or root, and if only the owner and the group
/// may write.
pub(super) fn writers(_path: &Path, metadata: &fs::Metadata) -> Writers {
    if ![0, user()].contains(&metadata.uid()) {
        Writers::AnotherUser
    } else if mode(metadata) & 0o002 != 0 {
        Writers::Everyone
    } else {
        Writers::Trusted
    }
}

/// Always false: on POSIX systems, an open file does not block a call.
pub(super) fn is_passing(_error: &io::Error) -> bool {
    false
}

/// How a file is opened to read it if a link is not to be followed. With `NONBLOCK`, a FIFO is opened at once, and is empty.
pub(super) const UNFOLLOWED: OFlags =
    OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// Opens a file to read it. A link is not followed.
pub(super) fn open_unfollowed(path: &Path) -> io::Result<fs::File> {
    Ok(openat(CWD, path, UNFOLLOWED, Permissions::empty())?.into())
}

/// The owner of a file.
pub(super) fn owner(metadata: &fs::Metadata) -> u32 {
    metadata.uid()
}
