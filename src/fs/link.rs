//! Files that come from elsewhere as they are: shared by a hard link, or copied where that cannot be.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::time::SystemTime;

use super::system;
use crate::error::{AtPath, Result};

/// What tells that a file is still the one that was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The size in bytes.
    pub size: u64,
    /// When it was changed, in nanoseconds since 1970.
    pub modified: u128,
    /// The permission bits; on Windows, whether it can be written.
    pub mode: u32,
}

impl Stamp {
    /// The stamp of the file at `path`, which must not be a link.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where there is no file.
    pub fn of(path: &Path) -> Result<Self> {
        let metadata = fs::symlink_metadata(path).at(path)?;
        if !metadata.is_file() {
            return Err(io::Error::from(io::ErrorKind::InvalidData)).at(path);
        }
        let modified =
            metadata.modified().at(path)?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Ok(Self { size: metadata.len(), modified: modified.as_nanos(), mode: system::mode(&metadata) })
    }
}

/// How files get to where they belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkMode {
    /// By another name for the same file.
    HardLink,
    /// By a file of its own.
    Copy,
}

/// Places files one after the other; where one cannot be linked, it and those after it are copied.
#[derive(Debug)]
pub struct Linker {
    mode: LinkMode,
}

impl Linker {
    /// A linker that begins with the given way.
    #[must_use]
    pub fn new(mode: LinkMode) -> Self {
        Self { mode }
    }

    /// Makes `destination` the same as the file `source`, with its time, so that bytecode stays valid.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be read or written.
    pub fn place(&mut self, source: &Path, destination: &Path, is_executable: bool) -> Result<()> {
        if self.mode == LinkMode::HardLink {
            match fs::hard_link(source, destination) {
                // Another file system, too many links, or no links at all here. What else can be wrong, a copy tells.
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => self.mode = LinkMode::Copy,
                result => return result.at(destination),
            }
        }
        let mut reader = File::open(source).at(source)?;
        let modified = reader.metadata().and_then(|metadata| metadata.modified()).at(source)?;
        let mut writer = File::create(destination).at(destination)?;
        io::copy(&mut reader, &mut writer).at(destination)?;
        writer.set_modified(modified).at(destination)?;
        if is_executable { super::add_execute_permission(destination) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{read, write};

    #[test]
    fn a_copy_has_the_time_and_a_link_is_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name| dir.path().join(name);
        write(&path("source"), b"contents").unwrap();
        for (mode, name) in [(LinkMode::HardLink, "link"), (LinkMode::Copy, "copy")] {
            Linker::new(mode).place(&path("source"), &path(name), false).unwrap();
            assert_eq!(read(&path(name)).unwrap(), b"contents");
            assert_eq!(Stamp::of(&path(name)).unwrap(), Stamp::of(&path("source")).unwrap());
        }
        assert!(same_file::is_same_file(path("source"), path("link")).unwrap());
        assert!(!same_file::is_same_file(path("source"), path("copy")).unwrap());
    }

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
