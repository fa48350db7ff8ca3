//! An image: a wheel unpacked, with its bytecode, ready to be linked into environments.
//!
//! It is never trusted blindly: it belongs to the user, nobody else may write to it, and each file has the size, time and
//! mode that it had when it was written; otherwise it is made anew.

use std::io;
use std::path::{Path, PathBuf};

use super::manifest::{Manifest, Origin};
use super::wheel::Wheel;
use super::{Distribution, Installed, Scheme, Target, bytecode};
use crate::error::{AtPath, Result};
use crate::fs::{self, Linker, Stamp};
use crate::threads;

const FILES: &str = "files";
const MANIFEST: &str = "manifest";

/// A wheel that was prepared.
#[derive(Debug)]
pub(super) struct Image {
    folder: PathBuf,
    manifest: Manifest,
}

impl Image {
    /// The image in a folder, sound or not; `None` where there is none.
    pub(super) fn open(folder: &Path) -> Option<Self> {
        let text = fs::read(&folder.join(MANIFEST)).ok()?;
        let manifest = Manifest::parse(std::str::from_utf8(&text).ok()?)?;
        Some(Self { folder: folder.to_owned(), manifest })
    }

    /// Whether a folder is an image, of whatever form.
    pub(super) fn is_in(folder: &Path) -> bool {
        fs::read(&folder.join(MANIFEST)).is_ok_and(|text| text.starts_with(b"fastvenv image "))
    }

    /// What is in it.
    pub(super) fn distribution(&self) -> &Distribution {
        &self.manifest.distribution
    }

    /// What it says of itself.
    pub(super) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The contents of one of its files.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where it cannot be read.
    pub(super) fn read(&self, path: &str) -> Result<Vec<u8>> {
        fs::read(&self.folder.join(FILES).join(path))
    }

    /// Links, or copies, those of its files that are wanted to where they go.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be made.
    pub(super) fn place(
        &self,
        scheme: &Scheme<'_>,
        linker: &mut Linker,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let files = self.folder.join(FILES);
        let wanted = self.distribution().files.iter().filter(|file| is_wanted(&file.path));
        let pairs: Vec<_> = wanted.filter_map(|file| Some((file, scheme.linked_path(&file.path)?))).collect();
        let place = |part: &[(&Installed, PathBuf)], linker: &mut Linker| {
            let mut last_parent = Path::new("");
            part.iter().try_for_each(|(file, destination)| {
                if let Some(parent) = destination.parent()
                    && parent != last_parent
                {
                    fs::create_directory(parent)?;
                    last_parent = parent;
                }
                linker.place(&files.join(&file.path), destination, file.is_executable)
            })
        };
        // The first one shows which way works.
        let (first, rest) = pairs.split_at(pairs.len().min(1));
        place(first, linker)?;
        threads::share(rest, |part| place(part, &mut linker.clone()))
    }

    /// Whether every file is what it was, and nobody else could have changed it.
    pub(super) fn is_sound(&self) -> bool {
        let files = self.folder.join(FILES);
        let Manifest { distribution, stamps, .. } = &self.manifest;
        let pairs: Vec<_> = distribution.files.iter().zip(stamps).collect();
        let check = |part: &[(&Installed, &Stamp)]| {
            part.iter().try_for_each(|(file, stamp)| {
                let path = files.join(&file.path);
                if Stamp::of(&path)? == **stamp {
                    Ok(())
                } else {
                    Err(io::Error::from(io::ErrorKind::InvalidData)).at(&path)
                }
            })
        };
        fs::is_private(&self.folder) && threads::share(&pairs, check).is_ok()
    }
}

/// Writes the files, the bytecode if there is a target to make it for, and the manifest of an image.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path that could not be written.
pub(super) fn write(
    folder: &Path,
    origin: &Origin,
    wheel: &Wheel,
    mut distribution: Distribution,
    target: Option<&Target>,
) -> Result<()> {
    let files = folder.join(FILES);
    for file in wheel.files() {
        let path = files.join(&file.path);
        fs::write_with_parents(&path, &file.contents)?;
        fs::set_mode(&path, file.is_executable)?;
    }
    if let Some(target) = target {
        let locate = |path: &str| files.join(path);
        bytecode::make(target, wheel, &wheel.sources().collect::<Vec<_>>(), locate)?;
        for path in bytecode::find(target, wheel, locate)? {
            fs::set_mode(&files.join(&path), false)?;
            distribution.files.push(Installed {
                path,
                hash: String::new(),
                size: None,
                is_executable: false,
            });
        }
    }
    // Folder by folder, which is how they are placed.
    distribution.files.sort_by(|one, other| one.path.rsplit_once('/').cmp(&other.path.rsplit_once('/')));
    fs::write(&folder.join(MANIFEST), Manifest::render(origin, &distribution, &files)?.as_bytes())
}
