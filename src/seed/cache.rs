//! The cache: a folder of images.
//!
//! An image is made aside and renamed into place, so that it is there whole or not at all, however many processes make it
//! at once. The cache is never needed: whatever goes wrong with it, the wheel is installed without.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::image::{self, Image};
use super::manifest::{FORMAT, Manifest, Origin, Stamped};
use super::wheel::Wheel;
use super::{Distribution, Interpreter, Target, installed, record};
use crate::error::Result;
use crate::{fs, memory};

/// How the name of a folder begins in which an image is being made.
const MAKING: &str = "making-";

/// A folder of images, for one interpreter.
#[derive(Debug)]
pub(super) struct Cache<'a> {
    folder: &'a Path,
    /// Whom the bytecode is for; without, there is none.
    interpreter: Option<&'a Interpreter>,
}

/// What is in the cache, as `python -m fastvenv.cache info` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name of its folder.
    pub name: String,
    /// The wheel that was unpacked.
    pub wheel: PathBuf,
    /// The hash of that wheel, as RECORD has hashes.
    pub hash: String,
    /// When it was made, in seconds since 1970.
    pub made: u64,
    /// How many bytes its files have.
    pub size: u64,
    /// The interpreter that the bytecode is for; none where there is no bytecode.
    pub interpreter: Option<PathBuf>,
    /// Whether every file is as it was written.
    pub is_sound: bool,
    /// Whether the wheel and the interpreter are still there, as they were.
    pub is_needed: bool,
}

impl<'a> Cache<'a> {
    /// The cache in a folder, which may be missing.
    pub(super) fn new(folder: &'a Path, interpreter: Option<&'a Interpreter>) -> Self {
        Self { folder, interpreter }
    }

    /// The image of a wheel, where there is a sound one; none where the folder is somebody else's, or others may write to
    /// it.
    pub(super) fn find(&self, wheel: &Path) -> Option<Image> {
        if !fs::is_private(self.folder) {
            return None;
        }
        let folder = self.path(wheel)?;
        let image = Image::open(&folder);
        if image.as_ref().is_some_and(Image::is_sound) {
            return image;
        }
        // What was changed is not used again by anybody.
        let _ = fs::remove_directory(&folder);
        None
    }

    /// Makes the image of a wheel, in the folder that is made where it is missing; somebody else's, where that was there
    /// first; none where the folder cannot be used.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where it cannot be made.
    pub(super) fn make(
        &self,
        path: &Path,
        wheel: &Wheel,
        distribution: &Distribution,
        target: Option<&Target>,
    ) -> Result<Option<Image>> {
        let Some(folder) = self.path(path).filter(|_| fs::create_private_directory(self.folder)) else {
            return Ok(None);
        };
        for leftover in leftovers(self.folder) {
            let _ = fs::remove_directory(&leftover);
        }
        let staging = self.folder.join(format!("{MAKING}{}-{}", std::process::id(), now().as_nanos()));
        let made = self
            .origin(path)
            .and_then(|origin| image::write(&staging, &origin, wheel, distribution.clone(), target))
            .and_then(|()| fs::rename(&staging, &folder));
        if let Err(error) = made {
            let _ = fs::remove_directory(&staging);
            // Somebody else's has the name by now, or there is a real reason.
            return self.find(path).map_or(Err(error), |image| Ok(Some(image)));
        }
        Ok(self.find(path))
    }

    /// Where the image of a wheel lies: under a name made of all that it depends on.
    fn path(&self, wheel: &Path) -> Option<PathBuf> {
        let Stamped { size, modified, .. } = Stamped::of(&file_of(wheel)).ok()?;
        let name = wheel.file_stem()?.to_str()?;
        let bytecode = self.interpreter.map_or_else(String::new, |interpreter| {
            let Interpreter { cache_tag, magic_number, description, .. } = interpreter;
            format!("{cache_tag} {magic_number:?} {description}")
        });
        let hash = record::hash(format!("{FORMAT}\n{name}\n{size}\n{modified}\n{bytecode}").as_bytes());
        Some(self.folder.join(format!("{name}-{}", hash.get(7..23)?)))
    }

    fn origin(&self, wheel: &Path) -> Result<Origin> {
        let file = file_of(wheel);
        let interpreter = match self.interpreter {
            Some(interpreter) => {
                let executable = Stamped::of(&interpreter.executable)?;
                Some((executable, interpreter.description.clone()))
            }
            None => None,
        };
        let hash = record::hash(&fs::read(&file)?);
        Ok(Origin { wheel: Stamped::of(&file)?, hash, made: now().as_secs(), interpreter })
    }
}

/// What is in the cache in a folder, by name.
///
/// # Errors
/// [`crate::error::Error::Io`] where the folder cannot be read.
pub fn entries(folder: &Path) -> Result<Vec<Entry>> {
    let mut entries: Vec<Entry> = images(folder)?.iter().filter_map(|path| entry(path)).collect();
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

/// Removes every image from the cache in a folder, and returns how many bytes their files had. What is not an image
/// stays.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path that could not be removed.
pub fn clear(folder: &Path) -> Result<u64> {
    remove(folder, |_| true)
}

/// Removes from the cache in a folder what nobody needs: images of a wheel or for an interpreter that is gone or was
/// changed, those that are damaged or of another version of fastvenv, and what killed processes left. Returns how many
/// bytes their files had.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path that could not be removed.
pub fn prune(folder: &Path) -> Result<u64> {
    remove(folder, |entry| !(entry.is_needed && entry.is_sound))
}

fn remove(folder: &Path, is_unwanted: impl Fn(&Entry) -> bool) -> Result<u64> {
    let mut freed = 0;
    for path in images(folder)? {
        let entry = entry(&path);
        if entry.as_ref().is_none_or(&is_unwanted) {
            fs::remove_directory(&path)?;
            freed += entry.map_or(0, |entry| entry.size);
        }
    }
    for leftover in leftovers(folder) {
        fs::remove_directory(&leftover)?;
    }
    // Notes are made again in no time, and nothing tells whose they are.
    for name in fs::names(folder)?.iter().filter(|name| name.to_str().is_some_and(memory::is_note)) {
        fs::remove_file(&folder.join(name))?;
    }
    Ok(freed)
}

/// The folders that are images, of this or another version.
fn images(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = fs::names(folder)?.into_iter().map(|name| folder.join(name));
    Ok(paths.filter(|path| Image::is_in(path) && !is_being_made(path)).collect())
}

fn entry(path: &Path) -> Option<Entry> {
    let image = Image::open(path)?;
    let Manifest { origin, .. } = image.manifest();
    let is_current = |(interpreter, _): &(Stamped, String)| interpreter.is_current();
    Some(Entry {
        name: path.file_name()?.to_string_lossy().into_owned(),
        wheel: origin.wheel.path.clone(),
        hash: origin.hash.clone(),
        made: origin.made,
        size: image.manifest().size(),
        interpreter: origin.interpreter.as_ref().map(|(interpreter, _)| interpreter.path.clone()),
        is_sound: image.is_sound(),
        is_needed: origin.wheel.is_current() && origin.interpreter.as_ref().is_none_or(is_current),
    })
}

/// What processes that were killed have left, an hour after.
fn leftovers(folder: &Path) -> Vec<PathBuf> {
    let an_hour_ago = now().saturating_sub(Duration::from_secs(3600)).as_nanos();
    let is_old = |path: &PathBuf| begun(path).is_some_and(|begun| begun < an_hour_ago);
    let names = fs::names(folder).unwrap_or_default();
    names.into_iter().map(|name| folder.join(name)).filter(is_old).collect()
}

fn is_being_made(path: &Path) -> bool {
    begun(path).is_some()
}

/// When the making of an image began in a folder, in nanoseconds since 1970; `None` for another folder.
fn begun(path: &Path) -> Option<u128> {
    let (_, begun) = path.file_name()?.to_str()?.strip_prefix(MAKING)?.split_once('-')?;
    begun.parse().ok()
}

/// The file that changes with a wheel, or with what is installed.
fn file_of(wheel: &Path) -> PathBuf {
    if installed::is_metadata_folder(wheel) { wheel.join("RECORD") } else { wheel.to_owned() }
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
