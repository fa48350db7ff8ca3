//! Links, identities and modes on Windows.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs;
use std::io::{self, ErrorKind};
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf, Prefix};

use winapi_util::file::information;

use super::patience::patiently;
pub use super::profile::{becomes_own, is_own, shares_anywhere};
pub(super) use super::profile::{ownership, ownership_of, writers};
use super::{Identity, Mode, normal};
use crate::error::{AtPath, Result};

/// The flag without which a directory cannot be opened (`FILE_FLAG_BACKUP_SEMANTICS`).
pub(super) const DIRECTORIES_TOO: u32 = 0x0200_0000;

/// The flag with which a link is opened and not followed (`FILE_FLAG_OPEN_REPARSE_POINT`).
pub(super) const NO_LINK: u32 = 0x0020_0000;

/// Makes a symbolic link at `link` that holds the text `target`.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path of the link; without developer mode or the privilege for it, links
/// cannot be made.
pub fn symlink(target: &Path, link: &Path) -> Result<()> {
    make_symlink(target, link).at(link)
}

/// Makes a symbolic link like [`symlink`].
///
/// # Errors
/// The error of the operating system.
pub(super) fn make_symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, link)
}

/// Fails: the file system that can share blocks (`ReFS`) is rarely used for environments.
///
/// # Errors
/// Always [`crate::error::Error::Io`].
pub(super) fn clone_file(_source: &fs::File, destination: &Path, _is_executable: bool) -> Result<()> {
    Err(io::Error::from(ErrorKind::Unsupported)).at(destination)
}

/// The identity of what is at `path`.
pub(super) fn identity(path: &Path) -> io::Result<Identity> {
    identity_of_file(&open(path, DIRECTORIES_TOO | NO_LINK)?)
}

/// The identity of what is at `path`, links followed.
pub(super) fn identity_of_target(path: &Path) -> io::Result<Identity> {
    identity_of_file(&open(path, DIRECTORIES_TOO)?)
}

/// The identity of an open file.
pub(super) fn identity_of_file(file: &fs::File) -> io::Result<Identity> {
    let found = information(file)?;
    Ok(Identity { device: found.volume_serial_number(), number: found.file_index() })
}

/// Returns `None`: on Windows, an open file cannot be replaced on every file system, and its directory cannot be removed. It
/// need not stay open: on NTFS a number counts how often its place was used, so a later file does not get it.
pub(super) fn kept_open(_file: fs::File) -> Option<fs::File> {
    None
}

/// The error for a directory that is read like a file (`ERROR_ACCESS_DENIED`).
pub(super) const IS_DIRECTORY: i32 = 5;

/// Opens a file or a directory, links followed.
pub(super) fn open_to_read(path: &Path) -> io::Result<fs::File> {
    fs::OpenOptions::new().read(true).custom_flags(DIRECTORIES_TOO).open(path)
}

/// Whether the cause of an error may pass: another process has the file open (`ERROR_SHARING_VIOLATION`,
/// `ERROR_LOCK_VIOLATION`), as virus scanners do with new files. An open file cannot be replaced, and it still exists after it
/// was deleted (`ERROR_ACCESS_DENIED`, `ERROR_DIR_NOT_EMPTY`).
pub(super) fn is_passing(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| [5, 32, 33, 145].contains(&code))
}

/// Opens a file to look at it. A link is not followed.
pub(super) fn open_unfollowed(path: &Path) -> io::Result<fs::File> {
    if fs::symlink_metadata(path)?.is_symlink() {
        return Err(ErrorKind::InvalidData.into());
    }
    fs::File::open(path)
}

fn open(path: &Path, flags: u32) -> io::Result<fs::File> {
    fs::OpenOptions::new().access_mode(0).custom_flags(flags).open(path)
}

/// The directory above the one at a path, by its path; the root of a drive is above itself.
#[must_use]
pub fn above(directory: &Path) -> PathBuf {
    directory.parent().unwrap_or(directory).to_owned()
}

/// The absolute path that `os.path.abspath` makes of one, as Windows does: without the dots and spaces at the end of names,
/// and with the drive's own directory for `C:name`. `None` for one that is neither on a drive nor on a share, as that of a device
/// (`NUL`).
#[must_use]
pub fn absolute(_current: &Path, path: &Path) -> Option<PathBuf> {
    let whole = normal(&std::path::absolute(path).ok()?);
    let is_place = matches!(
        whole.components().next(),
        Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::Disk(_) | Prefix::UNC(..))
    );
    is_place.then_some(whole)
}

/// Whether the system keeps a directory elsewhere, as for a Python of the Store, or below a junction (bpo-45337). A difference in
/// case does not count. A short name (`RUNNER~1`) does, although it leads to the same place.
#[must_use]
pub fn is_redirected(directory: &Path) -> bool {
    let text = |path: &Path| path.to_string_lossy().to_lowercase();
    let Ok(real) = fs::canonicalize(directory) else { return true };
    let real = text(&real);
    // Rust writes it as a path that Windows takes as it is.
    let real = match real.strip_prefix(r"\\?\unc\") {
        Some(share) => format!(r"\\{share}"),
        None => real.strip_prefix(r"\\?\").unwrap_or(&real).to_owned(),
    };
    real != text(directory)
}

/// Always false: Windows says that such a link cannot be followed, but not why.
pub(super) fn is_loop(_error: &io::Error) -> bool {
    false
}

/// Always false: fastvenv makes no link `lib64` on Windows.
#[must_use]
pub fn has_no_links(_error: &io::Error) -> bool {
    false
}

/// What shows a change of a file or a directory: its number, its size, and the times when it was changed and made.
///
/// # Errors
/// [`crate::error::Error::Io`] if there is nothing.
pub fn version(path: &Path) -> Result<[i128; 4]> {
    let found = open(path, DIRECTORIES_TOO).and_then(|file| information(&file)).at(path)?;
    let times =
        [found.last_write_time(), found.creation_time()].map(|time| i128::from(time.unwrap_or_default()));
    Ok([found.file_index().into(), found.file_size().into(), times[0], times[1]])
}

/// Does nothing: on Windows the extension makes a file executable.
///
/// # Errors
/// None; the signature is the one of the POSIX file.
pub fn make_executable(_path: &Path) -> Result<()> {
    Ok(())
}

/// Sets the mode of an open file that was just made: whether it can be written, the one permission that Windows keeps.
/// Returns the mode that it had.
///
/// # Errors
/// The error of the operating system.
pub(super) fn set_mode_of_file(file: &fs::File, wanted: Mode) -> io::Result<u32> {
    if wanted == Mode::Exactly(READ_ONLY) {
        let mut permissions = file.metadata()?.permissions();
        permissions.set_readonly(true);
        file.set_permissions(permissions)?;
    }
    Ok(shared_mode(false))
}

/// The mode of a file that cannot be written.
const READ_ONLY: u32 = 1;

/// The mode of files in the cache: they can be written.
#[must_use]
pub fn shared_mode(_is_executable: bool) -> u32 {
    0
}

/// Whether a file can be written, the one permission that Windows keeps with it.
pub(super) fn mode(metadata: &fs::Metadata) -> u32 {
    if metadata.permissions().readonly() { READ_ONLY } else { 0 }
}

/// The mode of what is at `path`, links followed.
///
/// # Errors
/// [`crate::error::Error::Io`] if there is nothing.
pub fn mode_of(path: &Path) -> Result<u32> {
    fs::metadata(path).map(|found| mode(&found)).at(path)
}

/// Always false: on Windows a file has no such bit, and its extension makes it executable.
#[must_use]
pub fn has_execute_bit(_path: &Path) -> bool {
    false
}

/// Always true: on Windows a file needs no permission for that.
#[must_use]
pub fn may_execute(_path: &Path) -> bool {
    true
}

/// Makes a directory. It gets the permissions of the directory above it.
pub(super) fn create_private_directory(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// None: users have no numbers on Windows.
#[must_use]
pub fn user() -> u32 {
    0
}

/// The owner of a file, which has no number on Windows.
pub(super) fn owner(_metadata: &fs::Metadata) -> u32 {
    0
}

/// Removes a directory with its contents; [`std::fs::remove_dir_all`] does not follow links.
pub(super) fn remove_tree(path: &Path) -> Result<()> {
    patiently(|| fs::remove_dir_all(path)).at_with(|| first_in(path))
}

/// The first file in a directory or below it; the directory itself if there is none.
fn first_in(path: &Path) -> PathBuf {
    let is_directory = fs::symlink_metadata(path).is_ok_and(|found| found.is_dir());
    let mut entries = is_directory.then(|| fs::read_dir(path).ok()).flatten().into_iter().flatten();
    entries.next().and_then(io::Result::ok).map_or_else(|| path.to_owned(), |entry| first_in(&entry.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_what_windows_makes_of_them() {
        for (path, expected) in [
            (r"C:\a\b. .", Some(r"C:\a\b")),
            ("C:/a//x/../b/", Some(r"C:\a\b")),
            (r"\\server\share\a", Some(r"\\server\share\a")),
            (r"C:\..", Some(r"C:\")),
            ("NUL", None),
            (r"\\?\C:\a", None),
            (r"\\.\pipe\a", None),
            ("", None),
        ] {
            let found = absolute(Path::new("unused"), Path::new(path));
            assert_eq!(found.as_deref(), expected.map(Path::new), "{path}");
        }
    }

    #[test]
    fn a_path_in_another_case_leads_where_it_says() {
        let dir = tempfile::tempdir().unwrap();
        let found = fs::canonicalize(&dir).unwrap();
        let real = PathBuf::from(found.to_str().unwrap().strip_prefix(r"\\?\").unwrap());
        let upper = PathBuf::from(real.to_str().unwrap().to_uppercase());
        assert!(!is_redirected(&real) && !is_redirected(&upper));
        assert!(is_redirected(&real.join("none")) && is_redirected(&real.join("x/..")));
    }
}
