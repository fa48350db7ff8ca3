//! The cache: a folder of images, and of notes.
//!
//! An image is made under a temporary name and then renamed, so that it is whole as soon as it exists, even if several
//! processes make it at once. The cache is never needed: if anything goes wrong with it, the wheel is installed without the
//! cache.

mod image;
pub mod location;
pub(crate) mod manifest;
pub mod notes;
pub mod records;
pub mod trust;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{Error, Result, printable};
use crate::fs::{self, Folder, Identity};
use crate::interpreter::{Compiler, Interpreter};
use crate::wheel::{Distribution, Wheel, installed, record};
use image::Found;
use manifest::{FORMAT, Origin, Stamped};

pub(crate) use image::{Image, Order};

/// The beginning of the name of a folder in which an image is being made or removed.
const MAKING: &str = "making-";

/// The number of digits of a hash at the end of the name of an image.
const DIGITS: usize = 16;

/// After that time, an image that a process has begun counts as abandoned.
const AN_HOUR: Duration = Duration::from_secs(60 * 60);

/// After that time, an image that is not needed is removed when a new one is made.
const A_MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A folder of images, for one interpreter.
#[derive(Debug)]
pub(crate) struct Cache<'a> {
    folder: &'a Path,
    /// The interpreter that the bytecode is for; without it, images have no bytecode.
    interpreter: Option<&'a Interpreter>,
}

/// An image in the cache, as `fastvenv cache info` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name of its folder.
    pub name: String,
    /// The wheel that was unpacked, and its hash, as RECORD has hashes; `None` if the image is damaged, or of another
    /// version of fastvenv.
    pub wheel: Option<(PathBuf, String)>,
    /// The time when it was made, in seconds since 1970.
    pub made: u64,
    /// How many bytes its files have.
    pub size: u64,
    /// The interpreter that the bytecode is for; `None` if there is no bytecode.
    pub interpreter: Option<PathBuf>,
    /// Whether every file is as it was written.
    pub is_sound: bool,
    /// Whether the wheel and the interpreter still exist, unchanged.
    pub is_needed: bool,
    /// Whether environments were given symbolic links to it, and may still have them.
    pub is_linked: bool,
}

/// Why an image could not be put into the cache.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The folder may not be used.
    #[error("{0}")]
    Distrusted(trust::Distrust),
    /// It could not be read or written.
    #[error("{0}")]
    Failed(#[from] Error),
    /// Its file system does not keep the owner, size, time and mode of a file exactly, so a change would not show.
    #[error("files that were written there are not found as they were written")]
    Unsound,
}

impl Entry {
    /// Whether it is removed when a new image is made.
    #[must_use]
    pub fn is_due(&self) -> bool {
        let is_useful = self.is_linked || (self.is_needed && self.is_sound);
        !is_useful && is_past(Duration::from_secs(self.made), A_MONTH)
    }
}

impl<'a> Cache<'a> {
    /// The cache in a folder, which may be missing.
    pub(crate) fn new(folder: &'a Path, interpreter: Option<&'a Interpreter>) -> Self {
        Self { folder, interpreter }
    }

    /// The sound image of a wheel, if there is one; `None` if the folder may not be used. Nothing is changed, because the
    /// process may end while a thread is here.
    pub(crate) fn find(&self, wheel: &Path) -> Option<Image> {
        trust::check(self.folder).ok()?;
        let hash = self.hash_of(wheel).ok()?;
        match Image::find(&self.path(wheel, &hash)?) {
            Found::Image(image) if is_usable(&image, &hash) => Some(*image),
            _ => None,
        }
    }

    /// The sound image in a folder. An image that is not sound is removed, so that it is not used again.
    fn open(&self, path: &Path, hash: &str) -> Option<Image> {
        match Image::find(path) {
            Found::Image(image) if is_usable(&image, hash) => return Some(*image),
            Found::Image(image) => self.discard(image.folder()),
            Found::Damaged(folder) => self.discard(&folder),
            Found::Nothing => {}
        }
        None
    }

    /// Removes the image in an open folder, as far as possible. If another process has replaced the image by a sound one, that
    /// image stays.
    pub(crate) fn discard(&self, folder: &Folder<'_>) {
        let aside = aside(self.folder);
        let is_taken = fs::rename(folder.path(), &aside).is_ok();
        let is_damaged = || Identity::of(&aside).ok() == folder.identity().ok();
        if is_taken && (is_damaged() || fs::rename(&aside, folder.path()).is_err()) {
            let _ = fs::remove_directory(&aside);
        }
    }

    /// Makes the image of a wheel, and the folder of the cache if it is missing. If another process was faster, its image is
    /// used. Returns `None` if the wheel was replaced meanwhile.
    ///
    /// # Errors
    /// Why there is no image: the folder may not be used, or a path could not be read or written, or the interpreter failed.
    pub(crate) fn make(
        &self,
        wheel_path: &Path,
        wheel: &Wheel,
        distribution: &Distribution,
        compiler: Option<Compiler<'_>>,
    ) -> std::result::Result<Option<Image>, Fault> {
        trust::prepare(self.folder).map_err(Fault::Distrusted)?;
        let hash = self.hash_of(wheel_path)?;
        // The image is of that wheel only if the wheel was not replaced since it was read.
        if hash != wheel.hash() {
            return Ok(None);
        }
        let Some(folder) = self.path(wheel_path, &hash) else { return Ok(None) };
        if let Some(image) = self.open(&folder, &hash) {
            // The random check has just found a fault in an image. It could miss the fault this time, so every file is
            // compared.
            if image.verify().is_ok() {
                return Ok(Some(image));
            }
            self.discard(image.folder());
        }
        tidy(self.folder);
        let aside = aside(self.folder);
        let made = fs::create_private_directory(&aside)
            .and_then(|()| self.origin(wheel_path, &hash))
            .and_then(|origin| image::write(&aside, &origin, wheel, distribution.clone(), compiler))
            .and_then(|()| fs::rename(&aside, &folder));
        if let Err(error) = made {
            let _ = fs::remove_directory(&aside);
            // Either the image of another process has the name now, or this is a real error.
            return self.open(&folder, &hash).map_or(Err(error.into()), |image| Ok(Some(image)));
        }
        self.open(&folder, &hash).ok_or(Fault::Unsound).map(Some)
    }

    /// The path of the image of a wheel. Its name is made of everything that the image depends on.
    fn path(&self, wheel: &Path, hash: &str) -> Option<PathBuf> {
        let name = wheel.file_stem()?.to_str()?;
        let bytecode = self.interpreter.map_or_else(String::new, |interpreter| {
            let Interpreter { cache_tag, magic_number, description, .. } = interpreter;
            format!("{cache_tag} {magic_number:?} {description}")
        });
        let digest = record::hash(format!("{FORMAT}\n{name}\n{hash}\n{bytecode}").as_bytes());
        Some(self.folder.join(format!("{name}-{}", digest.get(7..7 + DIGITS)?)))
    }

    /// The hash of a wheel, as RECORD has hashes. It is kept, because it takes long to compute.
    fn hash_of(&self, wheel: &Path) -> Result<String> {
        let file = file_of(wheel);
        let key = format!("hash of {}", trust::version(&file)?);
        if let Some(hash) = notes::recall(self.folder, &key) {
            return Ok(hash);
        }
        let hash = record::hash(&fs::read(&file)?);
        notes::remember(self.folder, &key, &hash);
        Ok(hash)
    }

    fn origin(&self, wheel: &Path, hash: &str) -> Result<Origin> {
        let interpreter = match self.interpreter {
            Some(interpreter) => {
                let executable = Stamped::of(&interpreter.base_executable)?;
                Some((executable, interpreter.description.clone()))
            }
            None => None,
        };
        let wheel = Stamped::of(&file_of(wheel))?;
        Ok(Origin { wheel, hash: hash.to_owned(), made: now().as_secs(), interpreter })
    }
}

/// Whether an image is of the wheel with that hash, and sound.
fn is_usable(image: &Image, hash: &str) -> bool {
    image.manifest().origin.hash == hash && image.is_sound()
}

/// The images in the cache in a folder, sorted by name.
///
/// # Errors
/// [`crate::error::Error::Io`] if the folder cannot be read.
pub fn entries(folder: &Path) -> Result<Vec<Entry>> {
    Ok(images(folder)?.iter().map(|path| entry(path, Image::is_sound)).collect())
}

/// Compares every file in the cache in a folder with its hash, and returns what is wrong with each damaged image.
///
/// # Errors
/// [`crate::error::Error::Io`] if the folder cannot be read.
pub fn verify(folder: &Path) -> Result<Vec<String>> {
    let fault = |path: &PathBuf| match Image::find(path) {
        Found::Image(image) => image.verify().err().map(|error| error.to_string()),
        Found::Damaged(_) | Found::Nothing => Some(format!("{}: its manifest is damaged", printable(path))),
    };
    Ok(images(folder)?.iter().filter_map(fault).collect())
}

/// Removes every image and every note from the cache in a folder, and returns the number of bytes of the images. Files that
/// fastvenv did not make stay.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path that could not be removed.
pub fn clear(folder: &Path) -> Result<u64> {
    remove(folder, |_| true, Duration::ZERO)
}

/// Removes everything that is not needed from the cache in a folder: images whose wheel or interpreter was changed or removed,
/// images that are damaged or of another version of fastvenv, the remains of killed processes, and all notes, which are quickly
/// made again. Returns the number of bytes of the images.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path that could not be removed.
pub fn prune(folder: &Path) -> Result<u64> {
    remove(folder, |path| !is_whole(path), Duration::ZERO)
}

/// Removes images and notes that were not needed for a long time, as far as possible.
fn tidy(folder: &Path) {
    let is_due = |path: &Path| entry(path, Image::is_sound).is_due();
    let _ = remove(folder, is_due, A_MONTH);
}

/// Whether an image is needed, and every file of it has its hash.
fn is_whole(path: &Path) -> bool {
    let Entry { is_sound, is_needed, .. } = entry(path, |image| image.is_sound() && image.verify().is_ok());
    is_sound && is_needed
}

/// Removes images that are not needed, notes older than that time, and the remains of killed processes.
fn remove(folder: &Path, is_unwanted: impl Fn(&Path) -> bool, age: Duration) -> Result<u64> {
    let mut freed = 0;
    for path in images(folder)?.iter().filter(|path| is_unwanted(path)) {
        freed += entry(path, |_| true).size;
        take_away(folder, path)?;
    }
    for path in leftovers(folder)? {
        fs::remove_directory(&path)?;
    }
    for path in paths(folder, notes::is_note)? {
        if is_past(time_of(&path), age) {
            fs::remove_file(&path)?;
        }
    }
    Ok(freed)
}

/// Removes an image. It is renamed first, because another process may give the name to a new image at any moment.
fn take_away(folder: &Path, path: &Path) -> Result<()> {
    let aside = aside(folder);
    match fs::rename(path, &aside) {
        // Another process removed it first; that counts as success.
        Err(_) if !fs::exists(path) => Ok(()),
        result => result.and_then(|()| fs::remove_directory(&aside)),
    }
}

/// A name for a folder that is being made, or being removed. No other call gets it.
fn aside(folder: &Path) -> PathBuf {
    folder.join(format!("{MAKING}{}-{}", std::process::id(), moment(now())))
}

/// A time in nanoseconds, or the first one after it that no other call has got: a clock may stand still.
fn moment(now: Duration) -> u64 {
    static LAST: AtomicU64 = AtomicU64::new(0);
    let now = u64::try_from(now.as_nanos()).unwrap_or_default();
    let after = |last: u64| now.max(last.saturating_add(1));
    let (Ok(last) | Err(last)) =
        LAST.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(after(last)));
    after(last)
}

/// The paths in the cache in a folder whose names are of one kind, sorted; none if the folder is not a cache.
fn paths(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    if trust::check(folder).is_err() {
        return Ok(Vec::new());
    }
    let mut names = fs::names(folder)?;
    names.sort_unstable();
    Ok(names
        .into_iter()
        .filter(|name| name.to_str().is_some_and(&is_wanted))
        .map(|name| folder.join(name))
        .collect())
}

/// The folders that are images, of this or another version.
fn images(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = paths(folder, |name| is_image(name) && begun(name).is_none())?;
    paths.retain(|path| Image::may_be_in(path));
    Ok(paths)
}

/// Whether a name is that of an image: of a wheel or of metadata, and digits of a hash.
fn is_image(name: &str) -> bool {
    let split = name.len().checked_sub(DIGITS + 1).and_then(|position| name.split_at_checked(position));
    split.is_some_and(|(wheel, digits)| {
        let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        wheel.contains('-') && digits.starts_with('-') && digits.bytes().all(is_digit)
    })
}

fn entry(path: &Path, is_sound: impl Fn(&Image) -> bool) -> Entry {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_linked = Image::is_linked(path);
    let Found::Image(image) = Image::find(path) else {
        let made = time_of(path).as_secs();
        return Entry {
            name,
            wheel: None,
            made,
            size: 0,
            interpreter: None,
            is_sound: false,
            is_needed: false,
            is_linked,
        };
    };
    let origin = &image.manifest().origin;
    let is_current = |(interpreter, _): &(Stamped, String)| interpreter.is_current();
    Entry {
        name,
        wheel: Some((origin.wheel.path.clone(), origin.hash.clone())),
        made: origin.made,
        size: image.manifest().size(),
        interpreter: origin.interpreter.as_ref().map(|(interpreter, _)| interpreter.path.clone()),
        is_sound: is_sound(&image),
        is_needed: origin.wheel.is_current() && origin.interpreter.as_ref().is_none_or(is_current),
        is_linked,
    }
}

/// The remains of processes that were killed at least an hour ago.
fn leftovers(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = paths(folder, |name| begun(name).is_some_and(|begun| is_past(begun, AN_HOUR)))?;
    paths.retain(|path| Image::may_be_in(path));
    Ok(paths)
}

/// The time when an image was begun in a folder of that name; `None` if it is another name.
fn begun(name: &str) -> Option<Duration> {
    let (process, begun) = name.strip_prefix(MAKING)?.split_once('-')?;
    process.parse::<u32>().ok()?;
    begun.parse().ok().map(Duration::from_nanos)
}

/// Whether a time since 1970 is at least that long ago.
fn is_past(time: Duration, age: Duration) -> bool {
    now().checked_sub(time).is_some_and(|passed| passed >= age)
}

/// The time of the last change of a file or a folder; the current time if that cannot be found out.
fn time_of(path: &Path) -> Duration {
    fs::modified(path).map_or_else(|_| now(), Duration::from_nanos)
}

/// The file that changes with a wheel, or with what is installed.
fn file_of(wheel: &Path) -> PathBuf {
    if installed::is_metadata_folder(wheel) { wheel.join("RECORD") } else { wheel.to_owned() }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_that_another_process_has_put_into_its_place_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (path, replaced) = (dir.path().join("image"), dir.path().join("replaced"));
        let cache = Cache { folder: dir.path(), interpreter: None };
        fs::create_directory(&path).unwrap();
        let damaged = Folder::open(&path).unwrap();
        fs::rename(&path, &replaced).unwrap();
        fs::write_with_parents(&path.join("manifest"), b"").unwrap();
        cache.discard(&damaged);
        assert!(fs::exists(&path.join("manifest")));
        cache.discard(&Folder::open(&path).unwrap());
        assert_eq!(fs::names(dir.path()).unwrap(), ["replaced"]);
    }

    #[test]
    fn no_two_folders_are_begun_at_the_same_moment() {
        let now = now();
        let mut moments: Vec<_> = (0..100).map(|_| moment(now)).collect();
        assert!(moments[0] >= u64::try_from(now.as_nanos()).unwrap());
        moments.dedup();
        assert_eq!(moments.len(), 100);
        assert!(moments.is_sorted());
    }

    #[test]
    fn names_show_what_fastvenv_made() {
        assert!(is_image("pip-24.2-py3-none-any-aB3_-bCdEfGh01x9"));
        for name in [
            "pip-24.2",
            "project-0123456789abcde",
            "0123456789abcdefg",
            "making-coffee-2024",
            "p-1\u{e9}-0123456789abcde",
        ] {
            assert!(!is_image(name), "{name}");
        }
        assert_eq!(begun("making-12-1700000000000000000"), Some(Duration::from_secs(1_700_000_000)));
        for name in ["making-coffee-2024", "making-1", "making-1-x", "making--1-5", "other"] {
            assert_eq!(begun(name), None, "{name}");
        }
    }
}
