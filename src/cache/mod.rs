//! The cache: a folder of images, and of notes. An image is found here, or made; `upkeep.rs` removes it again.
//!
//! An image is made under a temporary name and then renamed, so that it is whole as soon as it exists, even if several
//! processes make it at once. The cache is never needed: if anything goes wrong with it, the wheel is installed without the
//! cache.

mod image;
pub mod location;
pub(crate) mod manifest;
mod names;
pub mod notes;
pub mod records;
pub mod trust;
mod upkeep;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::error::{Error, Result};
use crate::fs::{self, Folder, Identity};
use crate::interpreter::{Compiler, Interpreter};
use crate::wheel::{Distribution, Wheel, installed, record};
use image::Found;
use manifest::{FORMAT, Origin, Stamped};
use names::aside;

pub(crate) use image::{Circumstances, Image};
pub use upkeep::{Entry, clear, entries, prune, verify};

/// A folder of images, for one interpreter.
#[derive(Debug)]
pub(crate) struct Cache<'a> {
    folder: &'a Path,
    /// The interpreter that the bytecode is for; without it, images have no bytecode.
    interpreter: Option<&'a Interpreter>,
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

impl<'a> Cache<'a> {
    /// The cache in a folder, which may be missing.
    pub(crate) fn new(folder: &'a Path, interpreter: Option<&'a Interpreter>) -> Self {
        Self { folder, interpreter }
    }

    /// The sound image of a wheel, if there is one; `None` if the folder may not be used. Unlike [`Self::make`], this removes no
    /// damaged image, because the process may end while a thread is here.
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
        upkeep::tidy(self.folder);
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
        let parts = format!("{FORMAT}\n{name}\n{hash}\n{bytecode}");
        Some(self.folder.join(names::of_image(name, parts.as_bytes())?))
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
}
