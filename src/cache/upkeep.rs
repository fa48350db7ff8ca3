//! The upkeep of the cache: lists what is in it, and removes what is not needed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::image::Found;
use super::manifest::Stamped;
use super::names::{aside, begun, is_image};
use super::{Image, notes, now, trust};
use crate::error::{Result, printable};
use crate::fs;

/// After that time, an image that a process has begun counts as abandoned.
const AN_HOUR: Duration = Duration::from_secs(60 * 60);

/// After that time, an image that is not needed is removed when a new one is made.
const A_MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

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

impl Entry {
    /// The image in a folder. `is_sound` finds out whether its files are as they were written.
    fn of(path: &Path, is_sound: impl Fn(&Image) -> bool) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_linked = Image::is_linked(path);
        let Found::Image(image) = Image::find(path) else {
            let made = time_of(path).as_secs();
            return Self {
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
        Self {
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

    /// Whether it is removed when a new image is made.
    #[must_use]
    pub fn is_due(&self) -> bool {
        let is_useful = self.is_linked || (self.is_needed && self.is_sound);
        !is_useful && is_past(Duration::from_secs(self.made), A_MONTH)
    }
}

/// The images in the cache in a folder, sorted by name.
///
/// # Errors
/// [`crate::error::Error::Io`] if the folder cannot be read.
pub fn entries(folder: &Path) -> Result<Vec<Entry>> {
    Ok(images(folder)?.iter().map(|path| Entry::of(path, Image::is_sound)).collect())
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
pub(super) fn tidy(folder: &Path) {
    let is_due = |path: &Path| Entry::of(path, Image::is_sound).is_due();
    let _ = remove(folder, is_due, A_MONTH);
}

/// Whether an image is needed, and every file of it has its hash.
fn is_whole(path: &Path) -> bool {
    let Entry { is_sound, is_needed, .. } =
        Entry::of(path, |image| image.is_sound() && image.verify().is_ok());
    is_sound && is_needed
}

/// Removes images that are not needed, notes older than that time, and the remains of killed processes.
fn remove(folder: &Path, is_unwanted: impl Fn(&Path) -> bool, age: Duration) -> Result<u64> {
    let mut freed = 0;
    for path in images(folder)?.iter().filter(|path| is_unwanted(path)) {
        freed += Entry::of(path, |_| true).size;
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

/// The paths in the cache in a folder whose names are of one kind, sorted; none if the folder is not a cache.
fn paths(folder: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    if trust::check(folder).is_err() {
        return Ok(Vec::new());
    }
    let names = fs::names(folder)?;
    let wanted = names.iter().filter(|name| name.to_str().is_some_and(&is_wanted));
    let mut paths: Vec<_> = wanted.map(|name| folder.join(name)).collect();
    paths.sort_unstable();
    Ok(paths)
}

/// The folders that are images, of this or another version.
fn images(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = paths(folder, is_image)?;
    paths.retain(|path| Image::may_be_in(path));
    Ok(paths)
}

/// The remains of processes that were killed at least an hour ago.
fn leftovers(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = paths(folder, |name| begun(name).is_some_and(|begun| is_past(begun, AN_HOUR)))?;
    paths.retain(|path| Image::may_be_in(path));
    Ok(paths)
}

/// Whether at least that time has passed since a time, which is counted from 1970.
fn is_past(time: Duration, age: Duration) -> bool {
    now().checked_sub(time).is_some_and(|passed| passed >= age)
}

/// The time of the last change of a file or a folder; the current time if that cannot be found out.
fn time_of(path: &Path) -> Duration {
    fs::modified(path).map_or_else(|_| now(), Duration::from_nanos)
}
