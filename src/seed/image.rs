//! An image: a wheel unpacked, with its bytecode, ready to be linked into environments.
//!
//! It is never trusted blindly: it belongs to the user, nobody else may write to it, and each file has the size, time and
//! mode that it had when it was written; otherwise it is made anew.

use std::io;
use std::path::{Path, PathBuf};

use super::manifest::{Manifest, Origin};
use super::wheel::Wheel;
use super::{Distribution, Installed, Options, Scheme, Target, bytecode};
use crate::error::{AtPath, Result};
use crate::fs::{self, Folder, Linker, Stamp};
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
        options: &Options,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let moves = self.distribution().folders().filter_map(|folder| {
            let files: Vec<_> = folder.iter().filter(|file| is_wanted(&file.path)).collect();
            let first = files.first()?;
            let to = scheme.linked_path(&first.path)?.parent()?.to_owned();
            Some(Move { from: self.folder.join(FILES).join(first.folder()), to, files })
        });
        let moves: Vec<_> = moves.collect();
        let Some((first, rest)) = moves.split_first() else { return Ok(()) };
        // It shows which way works.
        first.run(linker)?;
        let number = rest.iter().map(|folder| folder.files.len()).sum();
        let threads = if options.is_shared { 1 } else { threads::worth(number) };
        threads::share(rest, threads, |folder| folder.run(&mut linker.clone()))
    }

    /// Whether every file is what it was, and nobody else could have changed it.
    pub(super) fn is_sound(&self) -> bool {
        let files = self.folder.join(FILES);
        let Manifest { distribution, stamps, .. } = &self.manifest;
        let mut left = stamps.as_slice();
        let folders = distribution.folders().filter_map(|folder| {
            let (own, others) = left.split_at_checked(folder.len())?;
            left = others;
            Some((folder, own))
        });
        let folders: Vec<_> = folders.collect();
        let check = |(files_in, stamps): &(&[Installed], &[Stamp])| {
            let path = files.join(files_in[0].folder());
            let folder = Folder::open(&path)?;
            files_in.iter().zip(*stamps).try_for_each(|(file, stamp)| {
                if folder.stamp(file.name())? == *stamp {
                    Ok(())
                } else {
                    Err(io::Error::from(io::ErrorKind::InvalidData)).at(&path)
                }
            })
        };
        let threads = threads::worth(distribution.files.len());
        fs::is_private(&self.folder) && threads::share(&folders, threads, check).is_ok()
    }
}

/// Files of one folder that go to one directory.
struct Move<'a> {
    from: PathBuf,
    to: PathBuf,
    files: Vec<&'a Installed>,
}

impl Move<'_> {
    fn run(&self, linker: &mut Linker) -> Result<()> {
        fs::create_directory(&self.to)?;
        let (from, to) = (Folder::open(&self.from)?, Folder::open(&self.to)?);
        self.files.iter().try_for_each(|file| linker.place(file.name(), &from, &to, file.is_executable))
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
