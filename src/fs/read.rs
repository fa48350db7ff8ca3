//! Reads files, and finds out who can have written them.

use std::fs;
use std::io::{self, Read};
use std::path::Path;

use super::{leads_nowhere, system};
use crate::error::{AtPath, Result};

/// The contents of a file.
///
/// # Errors
/// [`Error::Io`] if it cannot be read, or is a named pipe or a device, whose contents may never end.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let found = system::open_to_read(path).and_then(|file| read_open(&file)).at(path)?;
    found.map(|(contents, _)| contents).ok_or_else(|| no_file(path)).at(path)
}

/// The error for a directory, a named pipe or a device in the place of a file.
pub(super) fn no_file(path: &Path) -> io::Error {
    if path.is_dir() {
        io::Error::from_raw_os_error(system::IS_DIRECTORY)
    } else {
        io::Error::other("it is not a regular file")
    }
}

/// The contents of a file that only this user can have written; `None` if the path is that of a link or a directory, if another
/// user owns the file or may write to it, or if it cannot be read.
#[must_use]
pub fn read_private(path: &Path) -> Option<Vec<u8>> {
    let (contents, metadata) = read_open(&system::open_unfollowed(path).ok()?).ok()??;
    let ownership = system::ownership_of(path, &metadata);
    (ownership.is_own && !ownership.is_writable_by_others()).then_some(contents)
}

/// The contents and the metadata of an open file; `None` for a directory, or another thing that is no file.
fn read_open(file: &fs::File) -> io::Result<Option<(Vec<u8>, fs::Metadata)>> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(None);
    }
    Ok(Some((read_to_end(file, metadata.len())?, metadata)))
}

/// The contents of an open file of that size. [`fs::File::read_to_end`] would ask for the size again.
fn read_to_end(mut file: &fs::File, size: u64) -> io::Result<Vec<u8>> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut contents = Vec::new();
    contents.try_reserve_exact(size)?;
    contents.resize(size, 0);
    let mut length = 0;
    while length < size {
        match file.read(&mut contents[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    contents.truncate(length);
    // The file may have grown, and some files, as those of `/proc`, do not say their size.
    file.take(u64::MAX).read_to_end(&mut contents)?;
    Ok(contents)
}

/// A file of settings.
#[derive(Clone, Debug)]
pub struct Contents {
    /// Its contents.
    pub bytes: Vec<u8>,
    /// The users who can have written it.
    pub writers: Writers,
}

/// The users who can write to a file, as far as the system reports them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writers {
    /// This user, and administrators.
    Trusted,
    /// Another user, who owns it.
    AnotherUser,
    /// Every user.
    Everyone,
    /// The system does not report it.
    Unknown,
}

impl Writers {
    /// Why the file is not believed, as words that follow its path; `None` if other users are not known to write to it.
    #[must_use]
    pub fn objection(self) -> Option<&'static str> {
        match self {
            Self::Trusted | Self::Unknown => None,
            Self::AnotherUser => Some("belongs to another user"),
            Self::Everyone => Some("can be changed by every user"),
        }
    }
}

/// The contents of a file of settings, and the users who can have written them; `None` if the file does not exist.
///
/// # Errors
/// [`Error::Io`] if it cannot be read.
pub fn read_settings(path: &Path) -> Result<Option<Contents>> {
    let file = match system::open_to_read(path) {
        Ok(file) => file,
        Err(error) if leads_nowhere(&error) => return Ok(None),
        Err(error) => return Err(error).at(path),
    };
    let found = read_open(&file).at(path)?;
    Ok(found.map(|(bytes, metadata)| Contents { bytes, writers: system::writers(path, &metadata) }))
}

/// Whether a file cannot be opened because it, or a directory above it, belongs to another user.
#[must_use]
pub fn is_closed_by_another_user(path: &Path) -> bool {
    let is_denied = |error: io::Error| error.kind() == io::ErrorKind::PermissionDenied;
    system::open_to_read(path).is_err_and(is_denied)
        && path
            .ancestors()
            .find_map(|path| system::ownership(path).ok())
            .is_some_and(|ownership| !ownership.is_own)
}
