//! The stamp of a file, which shows that its contents were changed without reading them.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::system;
use crate::error::{AtPath, Result};

/// Facts about a file that change when its contents are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The size in bytes.
    pub size: u64,
    /// The time of its last change, in nanoseconds since 1970.
    pub modified: u64,
    /// The permission bits; on Windows, whether it can be written.
    pub mode: u32,
    /// Its owner; none on Windows.
    pub owner: u32,
}

impl Stamp {
    /// The stamp of the file at `path`, which must not be a link.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if there is no file.
    pub fn of(path: &Path) -> Result<Self> {
        fs::symlink_metadata(path).and_then(|found| Self::new(&found)).at(path)
    }

    /// The stamp of the file at `path`. Links are followed.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if there is no file.
    pub fn of_target(path: &Path) -> Result<Self> {
        fs::metadata(path).and_then(|found| Self::new(&found)).at(path)
    }

    pub(super) fn new(metadata: &fs::Metadata) -> io::Result<Self> {
        if !metadata.is_file() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(Self {
            size: metadata.len(),
            modified: modified(metadata)?,
            mode: system::mode(metadata),
            owner: system::owner(metadata),
        })
    }
}

/// The time of a file's last change, in nanoseconds since 1970.
pub(super) fn modified(metadata: &fs::Metadata) -> io::Result<u64> {
    let modified = metadata.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Ok(u64::try_from(modified.as_nanos()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::write;
    use super::*;

    #[test]
    fn a_changed_file_has_another_stamp_and_a_folder_has_none() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        write(&file, b"one").unwrap();
        let before = Stamp::of(&file).unwrap();
        write(&file, b"three").unwrap();
        assert_ne!(Stamp::of(&file).unwrap(), before);
        assert!(Stamp::of(dir.path()).is_err());
    }
}
