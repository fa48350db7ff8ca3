//! Decides whether the contents of the cache may be used. `docs/trust.md` is the model, and no other file decides.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;

use super::location::FOREIGN;
use crate::error::{Error, Result, strerror};
use crate::fs::{self, LinkMode, Ownership};

/// The file that marks a folder as a cache of fastvenv. Without it, nothing in the folder is used or deleted.
pub const MARKER: &str = ".fastvenv-cache";

/// The number of files of an image that are compared with their hashes in each run.
const SAMPLE: usize = 4;

/// The largest size of such a file, so that each run takes the same time.
pub const LARGEST_IN_SAMPLE: u64 = 16 << 10;

/// Why the cache in a folder is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// There is no folder, or it is empty.
    Absent,
    /// It cannot be read or made; the error.
    Inaccessible(String),
    /// It is a file or a link.
    NoDirectory,
    /// It is not the user's own.
    Foreign,
    /// Other users may write to it; its permission bits.
    Writable(u32),
    /// It contains other files, and is not a cache.
    Unmarked,
}

impl fmt::Display for Distrust {
    /// The reason, and what to do, as words that follow the path and a colon.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => write!(formatter, "it is not there"),
            Self::Inaccessible(error) => formatter.write_str(error),
            Self::NoDirectory => write!(formatter, "it is a file or a link, and has to be a directory"),
            Self::Foreign => {
                write!(formatter, "it {FOREIGN}; set FASTVENV_CACHE_DIR to a directory of your own")
            }
            Self::Writable(mode) => {
                write!(formatter, "other users may write to it (mode {mode:04o}); delete it")
            }
            Self::Unmarked => write!(
                formatter,
                "it holds other files; set FASTVENV_CACHE_DIR to a directory that is empty or does not exist"
            ),
        }
    }
}

/// Checks that the cache in a folder may be used: the folder belongs to this user, no other user may write to it, and it has
/// the mark of a cache.
///
/// # Errors
/// Why it may not be used.
pub fn check(folder: &Path) -> std::result::Result<(), Distrust> {
    let ownership = match Ownership::of(folder) {
        Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            return Err(if fs::becomes_own(folder) { Distrust::Absent } else { Distrust::Foreign });
        }
        result => result.map_err(inaccessible)?,
    };
    if !ownership.is_directory {
        return Err(Distrust::NoDirectory);
    }
    if !ownership.is_own {
        return Err(Distrust::Foreign);
    }
    if ownership.is_writable_by_others() {
        return Err(Distrust::Writable(ownership.mode));
    }
    if fs::exists(&folder.join(MARKER)) {
        return Ok(());
    }
    match fs::names(folder).map_err(inaccessible)? {
        // An empty folder becomes a cache.
        names if names.is_empty() => Err(Distrust::Absent),
        // Another process has marked it meanwhile.
        names if names.iter().any(|name| name == MARKER) => Ok(()),
        _ => Err(Distrust::Unmarked),
    }
}

/// Makes a folder a cache, if it does not exist or is empty.
///
/// # Errors
/// Why the cache may not be used.
pub fn prepare(folder: &Path) -> std::result::Result<(), Distrust> {
    match check(folder) {
        Err(Distrust::Absent) => {
            fs::create_private_directory(folder).map_err(inaccessible)?;
            let mode = fs::Mode::Exactly(fs::shared_mode(false));
            fs::write_as(&folder.join(MARKER), b"", mode).map_err(inaccessible)?;
            check(folder)
        }
        result => result,
    }
}

fn inaccessible(error: Error) -> Distrust {
    Distrust::Inaccessible(match error {
        Error::Io { source, .. } => strerror(&source),
        other => other.to_string(),
    })
}

/// The files of an image that are compared with their hashes in this run: some that follow one another, at random.
pub fn sample(files: usize) -> impl Iterator<Item = usize> {
    let random = usize::try_from(RandomState::new().hash_one(()) >> 32).unwrap_or_default();
    (0..SAMPLE.min(files)).map(move |position| (random % files + position) % files)
}

/// The ways in which files of the cache may get into an environment.
///
/// If root gives an environment to another user (`chown -R`), the other user also gets the files that it shares with the cache
/// by hard links. On Windows, a user who gets rights to a directory gets them to the files in it, under each of their names. So
/// in both cases `auto` shares no files if the directory, or the one above it, does not belong to the user. On the way there,
/// links are followed, because root may have a link to the directory of another user.
#[must_use]
pub fn link_modes(wanted: &'static [LinkMode], env_dir: &Path) -> &'static [LinkMode] {
    if wanted != LinkMode::AUTO || fs::shares_anywhere() {
        return wanted;
    }
    if fs::is_own(env_dir) && fs::is_own(&fs::above(env_dir)) { wanted } else { LinkMode::UNSHARED }
}

/// Identifies the contents of a file without reading it: a program that changes the file changes this text.
///
/// It has the path, the number and the size of the file, and the times at which its contents and its metadata were changed. No
/// program can set the time of the metadata.
///
/// # Errors
/// [`Error::Io`] if there is no file.
pub fn version(path: &Path) -> Result<String> {
    let [number, size, modified, changed] = fs::version(path)?;
    Ok(format!("{}\n{number} {size} {modified} {changed}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_becomes_a_cache_when_it_is_new_or_empty() {
        let dir = tempfile::tempdir().unwrap();
        let (new, used) = (dir.path().join("a/new"), dir.path().join("used"));
        assert_eq!(check(&new), Err(Distrust::Absent));
        prepare(&new).unwrap();
        prepare(&new).unwrap();
        check(&new).unwrap();
        fs::create_private_directory(&used).unwrap();
        fs::write(&used.join("file"), b"").unwrap();
        assert_eq!(prepare(&used), Err(Distrust::Unmarked));
        assert_eq!(prepare(&used.join("file")), Err(Distrust::NoDirectory));
        assert!(matches!(prepare(&used.join("file/below")), Err(Distrust::Inaccessible(_))));
    }

    #[test]
    #[cfg(unix)]
    fn a_cache_that_others_may_write_to_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("cache");
        prepare(&folder).unwrap();
        for (mode, is_used) in [(0o775, false), (0o702, false), (0o755, true)] {
            #[expect(clippy::disallowed_methods, reason = "a mode that fastvenv never sets")]
            std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(check(&folder).is_ok(), is_used, "{mode:o}");
            assert_eq!(prepare(&folder).is_ok(), is_used, "{mode:o}");
        }
        let link = dir.path().join("link");
        fs::symlink(&folder, &link).unwrap();
        assert_eq!(check(&link), Err(Distrust::NoDirectory));
    }

    #[test]
    fn each_file_is_in_the_sample_at_some_time() {
        let mut seen = std::collections::HashSet::new();
        for _ in 0..1000 {
            let positions: Vec<_> = sample(20).collect();
            assert_eq!(positions.len(), SAMPLE);
            seen.extend(positions);
        }
        assert_eq!(seen.len(), 20);
        let few: std::collections::HashSet<_> = sample(3).collect();
        assert_eq!((few.len(), sample(0).count()), (3, 0));
    }

    #[test]
    fn a_file_that_was_replaced_is_another_version() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wheel");
        fs::write_dated(&path, b"one", fs::Mode::Plain, 1).unwrap();
        let before = version(&path).unwrap();
        assert_eq!(version(&path).unwrap(), before);
        fs::write_dated(&path, b"two", fs::Mode::Plain, 1).unwrap();
        assert_ne!(version(&path).unwrap(), before);
    }

    #[test]
    #[cfg(unix)]
    #[expect(clippy::disallowed_methods, reason = "fastvenv writes to no existing file")]
    fn a_file_that_was_changed_and_put_back_is_another_version() {
        use std::io::Write;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("wheel");
        let write = |contents| {
            let mut file = std::fs::File::create(&path).unwrap();
            file.write_all(contents).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        };
        write(b"one");
        let before = version(&path).unwrap();
        // Only the time at which its metadata was changed differs, by no less than a tick of the clock.
        std::thread::sleep(std::time::Duration::from_millis(50));
        write(b"two");
        assert_ne!(version(&path).unwrap(), before);
    }
}
