//! Writes and copies whole files, in place of existing ones.
#![expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]

use std::fs::{self, File, FileTimes};
use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::read::no_file;
use super::replace::{filled, replace};
use super::{Identity, is_same, system};
use crate::error::{AtPath, Error, Result};

/// The permission bits of a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The bits that the umask leaves.
    Plain,
    /// Like [`Self::Plain`], and all users may execute it, as pip does for files that a wheel marks as executable.
    Executable,
    /// Like [`Self::Plain`], and all users may read and execute it, as pip does for scripts.
    Script,
    /// These bits, whatever the umask.
    Exactly(u32),
}

impl Mode {
    /// The mode of a copied interpreter, as in `venv`: 0755, whatever the umask.
    pub const INTERPRETER: Self = Self::Exactly(0o755);
}

/// Writes a file in an existing directory, with the permission bits that the umask leaves.
///
/// # Errors
/// [`Error::Io`] with the path; a file that had the name is unchanged.
pub fn write(path: &Path, contents: &[u8]) -> Result<()> {
    replace(path, |file| file.write_all(contents)).map(drop)
}

/// Writes a file like [`write`], and the directories above it that are missing.
///
/// # Errors
/// [`Error::Io`] with the path that could not be made or written.
pub fn write_with_parents(path: &Path, contents: &[u8]) -> Result<()> {
    super::with_parents(path, || write(path, contents))
}

/// Writes a file like [`write`], with other permission bits. Returns those that the umask left.
///
/// # Errors
/// [`Error::Io`] with the path; a file that had the name is unchanged.
pub fn write_as(path: &Path, contents: &[u8], mode: Mode) -> Result<u32> {
    let written = replace(path, |file| {
        file.write_all(contents)?;
        system::set_mode_of_file(file, mode)
    });
    written.map(|(bits, _)| bits)
}

/// Writes a file like [`write_as`], and the directories above it that are missing.
///
/// # Errors
/// [`Error::Io`] with the path that could not be made or written.
pub fn write_as_with_parents(path: &Path, contents: &[u8], mode: Mode) -> Result<u32> {
    super::with_parents(path, || write_as(path, contents, mode))
}

/// Writes a file like [`write_as`] whose last change is at that time, in seconds since 1970, and makes the directories
/// above it that are missing.
///
/// # Errors
/// [`Error::Io`] with the path that could not be made or written.
pub fn write_dated(path: &Path, contents: &[u8], mode: Mode, modified: u64) -> Result<()> {
    super::with_parents(path, || {
        let written = replace(path, |file| {
            file.write_all(contents)?;
            system::set_mode_of_file(file, mode)?;
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(modified))
        });
        written.map(drop)
    })
}

/// Writes an existing file anew, with the same permission bits.
///
/// # Errors
/// [`Error::Io`] with the path, if there is no file or it cannot be written.
pub fn rewrite(path: &Path, contents: &[u8]) -> Result<()> {
    write_as(path, contents, Mode::Exactly(system::mode_of(path)?)).map(drop)
}

/// Copies the contents of one file to another, which is made or replaced, with that mode. Times and attributes are not copied.
///
/// # Errors
/// [`Error::SameFile`] if both are one file; [`Error::Io`] with the path that could not be read or written.
pub fn copy_contents(source: &Path, destination: &Path, mode: Mode) -> Result<()> {
    if is_same(source, destination) {
        return Err(Error::SameFile { source_path: source.to_owned(), destination: destination.to_owned() });
    }
    // As in `venv`, a named pipe is not replaced.
    if fs::metadata(destination).is_ok_and(|found| !found.is_file()) {
        return Err(no_file(destination)).at(destination);
    }
    let mut reader = system::open_to_read(source).at(source)?;
    if !reader.metadata().at(source)?.is_file() {
        return Err(no_file(source)).at(source);
    }
    let mut readable = Ok(());
    let copy = |writer: &mut File| {
        // The error does not say which of the files it is about. If the source has one, reading on shows it.
        io::copy(&mut reader, writer)
            .inspect_err(|_| readable = io::copy(&mut reader, &mut io::sink()).map(drop))?;
        system::set_mode_of_file(writer, mode)
    };
    let copied = replace(destination, copy);
    readable.at(source)?;
    copied.map(drop)
}

/// Gives a file the times and the permissions of another one, as Python's `shutil.copystat` does.
///
/// # Errors
/// [`Error::Io`] with the path of the file that could not be looked at or changed.
pub fn copy_status(source: &Path, destination: &Path) -> Result<()> {
    let found = fs::metadata(source).at(source)?;
    let times = FileTimes::new()
        .set_accessed(found.accessed().at(source)?)
        .set_modified(found.modified().at(source)?);
    let set = || {
        let file = File::options().write(true).open(destination)?;
        file.set_times(times)?;
        file.set_permissions(found.permissions())
    };
    set().at(destination)
}

/// A file that was written. It is kept open on systems on which another file could get its identity after it is deleted.
#[derive(Debug)]
pub struct Held {
    identity: Option<Identity>,
    _file: Option<File>,
}

impl Held {
    /// Writes a new file; `None` if a file has the name already.
    ///
    /// # Errors
    /// [`Error::Io`] with the path; nothing is left.
    pub fn create(path: &Path, contents: &[u8]) -> Result<Option<Self>> {
        match File::create_new(path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(None),
            result => {
                let filled = filled(result.at(path)?, path, |file| written(file, contents));
                filled.map(|(identity, file)| Some(Self::new(identity, file))).at(path)
            }
        }
    }

    /// Writes a file like [`write`].
    ///
    /// # Errors
    /// [`Error::Io`] with the path; a file that had the name is unchanged.
    pub fn replace(path: &Path, contents: &[u8]) -> Result<Self> {
        replace(path, |file| written(file, contents)).map(|(identity, file)| Self::new(identity, file))
    }

    /// Opens a file that exists; `None` if it cannot be opened.
    #[must_use]
    pub fn open(path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        Some(Self::new(Identity::of_file(&file).ok(), file))
    }

    fn new(identity: Option<Identity>, file: File) -> Self {
        Self { identity, _file: system::kept_open(file) }
    }

    /// The identity of the file; `None` if the operating system does not report it.
    #[must_use]
    pub fn identity(&self) -> Option<Identity> {
        self.identity
    }
}

/// Writes to a file, and returns its identity. Some systems cannot report the identity after the file was renamed.
fn written(file: &mut File, contents: &[u8]) -> io::Result<Option<Identity>> {
    file.write_all(contents)?;
    Ok(Identity::of_file(file).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::names;

    #[test]
    fn a_file_is_only_written_where_its_directory_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b");
        assert!(write(&path, b"").is_err());
        write_with_parents(&path, b"x").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"x");
    }

    #[test]
    fn a_directory_is_not_copied_and_nothing_is_made_in_its_place() {
        let dir = tempfile::tempdir().unwrap();
        let Err(Error::Io { path, .. }) = copy_contents(dir.path(), &dir.path().join("copy"), Mode::Plain)
        else {
            panic!("no error")
        };
        assert_eq!((path.as_path(), names(dir.path()).unwrap().len()), (dir.path(), 0));
    }

    #[test]
    fn a_file_is_never_copied_onto_itself() {
        let dir = tempfile::tempdir().unwrap();
        let [path, other] = ["file", "other"].map(|name| dir.path().join(name));
        write(&path, b"old").unwrap();
        fs::hard_link(&path, &other).unwrap();
        for other in [&path, &other] {
            assert!(matches!(copy_contents(&path, other, Mode::Plain), Err(Error::SameFile { .. })));
        }
        let copy = dir.path().join("copy");
        copy_contents(&path, &copy, Mode::Plain).unwrap();
        assert_eq!((fs::read(&path).unwrap(), fs::read(&copy).unwrap()), (b"old".into(), b"old".into()));
    }
}
