//! Every call to the file system. An error has the path of its call.
//!
//! `clippy.toml` bans the functions of [`std::fs`] everywhere else.
#![expect(clippy::disallowed_methods, reason = "this is the module that the ban points to")]

mod claim;
mod folder;
mod identity;
mod link;
mod normal;
mod patience;
mod remove;
mod replace;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;
#[cfg(unix)]
mod tree;
mod write;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::error::{AtPath, Error, Result};

pub use claim::Claimed;
pub use folder::Folder;
pub use identity::{Identity, Ownership};
pub use link::{LinkMode, Linker, Stamp};
pub use normal::normal;
use patience::patiently;
pub use remove::{clear_directory, remove_directory, remove_empty};
pub use replace::{parts_of_aside, remove_leftovers};
pub use system::{
    above, absolute, becomes_own, has_no_links, is_executable, is_own, is_redirected, make_executable,
    may_execute, mode_of, shared_mode, shares_anywhere, symlink, user, version,
};
pub use write::{
    Held, Mode, copy_contents, copy_status, rewrite, write, write_as, write_as_with_parents, write_dated,
    write_with_parents,
};

/// The file that makes a directory an environment (PEP 405). It is removed last.
pub const CONFIGURATION_FILE: &str = "pyvenv.cfg";

/// Makes the directory `path` and the missing directories above it. Returns the directories that it made, the topmost first.
///
/// An existing directory is left alone. A file or a link in its place is refused, as in `venv`: what is written through
/// a link would end up outside the environment.
///
/// # Errors
/// [`Error::Occupied`] for a file or a link that leads somewhere; [`Error::Io`] with the first path that could not
/// be made.
pub fn create_directory(path: &Path) -> Result<Vec<PathBuf>> {
    // Usually one call is enough.
    if fs::create_dir(path).is_ok() {
        return Ok(vec![path.to_owned()]);
    }
    let Ok(found) = fs::symlink_metadata(path) else {
        // `mkdir` accepts no `.` at the end.
        let path: PathBuf = path.components().collect();
        return create_missing(&path, &|path| fs::create_dir(path));
    };
    if found.is_symlink() && !exists(path) {
        // The link cannot be followed: `mkdir` then reports that the name is taken.
        fs::create_dir(path).at(path)?;
    }
    if found.is_symlink() || found.is_file() { Err(Error::Occupied(path.to_owned())) } else { Ok(Vec::new()) }
}

/// Makes a directory that only this user can read, whatever the umask, and the missing directories above it.
///
/// # Errors
/// [`Error::Io`] with the first path that could not be made.
pub fn create_private_directory(path: &Path) -> Result<()> {
    if path.is_dir() { Ok(()) } else { create_missing(path, &system::create_private_directory).map(drop) }
}

/// `mkdir -p`, topmost first, so that an error names the path on which it occurred. Returns the directories that it made. After
/// an error, it removes them.
fn create_missing(path: &Path, create: &impl Fn(&Path) -> io::Result<()>) -> Result<Vec<PathBuf>> {
    let mut made = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() && !exists(parent) => {
            match create_missing(parent, create) {
                // For a broken link, the error of making something below it says most.
                Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => Vec::new(),
                result => result?,
            }
        }
        _ => Vec::new(),
    };
    match create(path) {
        // Another process made it first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(error) => {
            made.iter().rev().for_each(|path| remove_empty(path));
            return Err(error).at(path);
        }
        Ok(()) => made.push(path.to_owned()),
    }
    Ok(made)
}

/// Whether `path` exists, links followed; like Python's `os.path.exists`, `false` if that cannot be found out.
#[must_use]
pub fn exists(path: &Path) -> bool {
    fs::metadata(path).is_ok()
}

/// Whether `path` exists. A link is not followed.
///
/// # Errors
/// [`Error::Io`] if that cannot be found out.
pub fn is_there(path: &Path) -> Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error).at(path),
    }
}

/// Whether `path` is that of a symbolic link.
#[must_use]
pub fn is_link(path: &Path) -> bool {
    path.is_symlink()
}

/// Whether `path` exists, links followed.
///
/// # Errors
/// [`Error::Io`] if that cannot be found out.
pub fn try_exists(path: &Path) -> Result<bool> {
    path.try_exists().at(path)
}

/// `path` with all links resolved.
///
/// # Errors
/// [`Error::Io`] if there is nothing.
pub fn real(path: &Path) -> Result<PathBuf> {
    fs::canonicalize(path).at(path)
}

/// The absolute path with its links resolved. The parts that do not exist stay as they are. So does a link that leads nowhere,
/// which Python's `os.path.realpath` would resolve.
#[must_use]
pub fn real_in_part(path: &Path) -> PathBuf {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Ok(real), ..) => real,
        (Err(_), Some(above), Some(name)) => real_in_part(above).join(name),
        _ => path.to_owned(),
    }
}

/// Whether a file, or the target of a link, is a directory or in it. Directories are compared by identity, so the spelling of
/// the paths does not matter. `false` if either does not exist.
#[must_use]
pub fn is_in(file: &Path, directory: &Path) -> bool {
    let Ok(wanted) = Identity::of_target(directory) else { return false };
    let is_above = |path: &Path| Identity::of_target(path).is_ok_and(|found| found == wanted);
    let folders = |path: &Path| path.parent().is_some_and(|folder| folder.ancestors().any(is_above));
    // Both places count: that of the link, and that of its target.
    let real = |path: &Path| fs::canonicalize(path).is_ok_and(|path| path.ancestors().any(is_above));
    file.parent().is_some_and(real) || real(file) || folders(file)
}

/// Whether two paths lead to the same file or directory; `false` if either does not exist.
#[must_use]
pub fn is_same(one: &Path, other: &Path) -> bool {
    let found = Identity::of_target(one).ok();
    found.is_some() && found == Identity::of_target(other).ok()
}

/// Whether `path` is a file that can be executed, links followed.
#[must_use]
pub fn is_program(path: &Path) -> bool {
    path.is_file() && may_execute(path)
}

/// Whether `path` is a file that can be read, links followed. The alias of an app of the Store cannot, although it looks like a
/// file.
#[must_use]
pub fn is_readable(path: &Path) -> bool {
    system::open_to_read(path).and_then(|file| file.metadata()).is_ok_and(|found| found.is_file())
}

/// The target of the link at `path`; `None` if there is no link.
#[must_use]
pub fn target(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// The time of the last change of the file or directory at `path`, in nanoseconds since 1970.
///
/// # Errors
/// [`Error::Io`] if there is nothing at `path`.
pub fn modified(path: &Path) -> Result<u64> {
    fs::symlink_metadata(path).and_then(|found| link::modified(&found)).at(path)
}

/// The names in a directory, in any order.
///
/// # Errors
/// [`Error::Io`] if `path` is not a directory or cannot be read.
pub fn names(path: &Path) -> Result<Vec<OsString>> {
    fs::read_dir(path).at(path)?.map(|entry| entry.map(|entry| entry.file_name()).at(path)).collect()
}

/// Removes the link at `path` if it does not lead to the file `target`. Anything but a link is left alone, and so is a
/// link whose target cannot be found out.
///
/// # Errors
/// [`Error::Io`] if the link cannot be removed.
pub fn remove_stale_link(path: &Path, target: &Path) -> Result<()> {
    let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
    let Some(wanted) = is_link.then(|| Identity::of_target(target).ok()).flatten() else { return Ok(()) };
    match Identity::of_target(path) {
        Ok(found) if found != wanted => remove_file(path),
        Err(Error::Io { source, .. }) if leads_nowhere(&source) => remove_file(path),
        _ => Ok(()),
    }
}

/// Whether an error says that a path, or the target of a link, does not exist.
pub(crate) fn leads_nowhere(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory) || system::is_loop(error)
}

/// The contents of a file.
///
/// # Errors
/// [`Error::Io`] if it cannot be read, or is a named pipe or a device, whose contents may never end.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    let found = system::open_to_read(path).and_then(|file| read_open(&file)).at(path)?;
    found.map(|(contents, _)| contents).ok_or_else(|| no_file(path)).at(path)
}

/// The error for a directory, a named pipe or a device in the place of a file.
fn no_file(path: &Path) -> io::Error {
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

/// Renames a file or directory. The new name must not be that of a file, or of a directory that is not empty.
///
/// # Errors
/// [`Error::Io`] with the new name.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    patiently(|| fs::rename(from, to)).at(to)
}

/// Makes a file at `path`, and the missing directories above it.
fn with_parents<T>(path: &Path, mut make: impl FnMut() -> Result<T>) -> Result<T> {
    match make() {
        Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            if let Some(parent) = path.parent().filter(|parent| !exists(parent)) {
                create_missing(parent, &|path| fs::create_dir(path))?;
            }
            make()
        }
        result => result,
    }
}

/// Removes a file or a link. If it does not exist any more, that is not an error.
///
/// # Errors
/// [`Error::Io`] if it cannot be removed.
pub fn remove_file(path: &Path) -> Result<()> {
    match patiently(|| fs::remove_file(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.at(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> tempfile::TempDir {
        tempfile::tempdir().unwrap()
    }

    #[cfg(unix)]
    fn errno(error: &Error) -> Option<i32> {
        match error {
            Error::Io { source, .. } => source.raw_os_error(),
            _ => None,
        }
    }

    #[test]
    fn a_directory_is_made_with_its_parents_and_kept_when_there() {
        let dir = temporary();
        let deep = dir.path().join("a/b/c");
        let made = create_directory(&deep).unwrap();
        assert_eq!(made, ["a", "a/b", "a/b/c"].map(|path| dir.path().join(path)));
        write(&deep.join("kept"), b"x").unwrap();
        assert!(create_directory(&deep).unwrap().is_empty());
        assert_eq!(names(&deep).unwrap(), ["kept"]);
        assert_eq!(create_directory(&deep.join("d")).unwrap(), [deep.join("d")]);
    }

    #[test]
    fn a_file_is_in_a_directory_however_both_are_spelt() {
        let dir = temporary();
        let (file, env) = (dir.path().join("env/lib/file"), dir.path().join("env"));
        write_with_parents(&file, b"").unwrap();
        assert!(is_in(&file, &env) && is_in(&file, &dir.path().join("env/../env/.")));
        assert!(is_in(&dir.path().join("env/lib/../lib/file"), &env) && is_in(&env.join("python"), &env));
        assert!(!is_in(&file, &dir.path().join("other")));
        create_directory(&dir.path().join("other")).unwrap();
        assert!(!is_in(&file, &dir.path().join("other")) && is_in(&env, &env));
    }

    #[test]
    fn a_file_in_the_way_is_occupied_and_below_it_nothing_can_be_made() {
        let dir = temporary();
        let file = dir.path().join("file");
        write(&file, b"").unwrap();
        assert!(matches!(create_directory(&file), Err(Error::Occupied(path)) if path == file));
        let Err(Error::Io { path, .. }) = create_directory(&file.join("x/y")) else { panic!("no error") };
        assert_eq!(path, file.join("x"));
    }

    #[test]
    fn a_file_can_be_read_unless_it_cannot_be_opened() {
        let dir = temporary();
        let file = dir.path().join("file");
        assert!(!is_readable(&file) && !is_readable(dir.path()));
        write(&file, b"").unwrap();
        assert!(is_readable(&file));
        // An open file that others may not read stands for an alias, which cannot be opened either.
        #[cfg(windows)]
        {
            use std::os::windows::fs::OpenOptionsExt;
            let _held = fs::OpenOptions::new().read(true).share_mode(0).open(&file).unwrap();
            assert!(file.is_file() && !is_readable(&file));
        }
    }

    #[test]
    #[cfg(unix)]
    fn links_are_occupied_or_taken() {
        let dir = temporary();
        let (link, dangling) = (dir.path().join("link"), dir.path().join("dangling"));
        symlink(dir.path(), &link).unwrap();
        symlink(Path::new("nowhere"), &dangling).unwrap();
        assert!(matches!(create_directory(&link), Err(Error::Occupied(_))));
        assert_eq!(errno(&create_directory(&dangling).unwrap_err()), Some(17));
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_stale_when_it_leads_elsewhere_or_nowhere() {
        let dir = temporary();
        let path = |name| dir.path().join(name);
        for name in ["python", "other"] {
            write(&path(name), b"").unwrap();
        }
        for (name, target) in [("right", "python"), ("wrong", "other"), ("dangling", "gone")] {
            symlink(Path::new(target), &path(name)).unwrap();
            remove_stale_link(&path(name), &path("python")).unwrap();
        }
        remove_stale_link(&path("other"), &path("python")).unwrap();
        assert!(exists(&path("right")) && exists(&path("other")));
        for name in ["wrong", "dangling"] {
            assert!(fs::symlink_metadata(path(name)).is_err(), "{name} is still there");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_kept_when_what_it_should_lead_to_is_missing() {
        let dir = temporary();
        let link = dir.path().join("python");
        symlink(Path::new("gone"), &link).unwrap();
        remove_stale_link(&link, &dir.path().join("gone too")).unwrap();
        assert!(fs::symlink_metadata(&link).is_ok());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_kept_when_it_cannot_be_told_where_it_leads() {
        let dir = temporary();
        let (link, target) = (dir.path().join("python"), dir.path().join("target"));
        write(&target, b"").unwrap();
        // A name that is too long stands for any error.
        symlink(Path::new(&"x".repeat(300)), &link).unwrap();
        remove_stale_link(&link, &target).unwrap();
        assert!(fs::symlink_metadata(&link).is_ok());
        fs::remove_file(&link).unwrap();
        symlink(Path::new("python"), &link).unwrap();
        remove_stale_link(&link, &target).unwrap();
        assert!(fs::symlink_metadata(&link).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_private_directory_is_for_its_user_alone() {
        let dir = temporary();
        let path = dir.path().join("a/b");
        create_private_directory(&path).unwrap();
        create_private_directory(&path).unwrap();
        for made in [dir.path().join("a"), path] {
            assert_eq!(mode_of(&made).unwrap(), 0o700);
        }
    }
}
