//! An image: a wheel unpacked, with its bytecode, ready to be linked into environments.
//!
//! An image is used only if it belongs to the user, if no other user may write to it, and if each file has the owner, size,
//! time and mode with which it was written. Some files are also compared with their hashes. Otherwise the image is made again.
//!
//! Its folder is opened once, and files are opened from there, because another folder may get the same name later.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use super::manifest::{Manifest, Origin};
use super::trust;
use crate::error::{AtPath, Error, Result};
use crate::fs::{self, Folder, LinkMode, Linker, Mode, Stamp};
use crate::interpreter::{Compiler, bytecode};
use crate::threads;
use crate::wheel::{Distribution, DistributionFile, Wheel, record};

const FILES: &str = "files";
const MANIFEST: &str = "manifest";

/// The name of an empty file in the folder of an image that environments have symbolic links to.
const LINKED: &str = "linked";

/// A wheel that is unpacked and compiled.
#[derive(Debug)]
pub(crate) struct Image {
    folder: Folder<'static>,
    files: Folder<'static>,
    manifest: Manifest,
}

/// The folder that has the name of an image.
#[derive(Debug)]
pub(crate) enum Found {
    /// An image with a whole manifest.
    Image(Box<Image>),
    /// A folder without such a manifest: the power failed, or another version of fastvenv made it.
    Damaged(Folder<'static>),
    /// No folder, or one that cannot be read.
    Nothing,
}

/// What decides in which order files are placed, and by how many threads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// The files repair an environment, which is in use: in their order, an interrupt does no harm at any time.
    pub(crate) is_repair: bool,
    /// Other threads make environments at the same time, so one thread is enough.
    pub(crate) is_shared: bool,
}

impl Image {
    /// Finds out what is in a folder.
    pub(crate) fn find(path: &Path) -> Found {
        let Ok(folder) = Folder::open(path).map(Folder::into_owned) else { return Found::Nothing };
        let read = folder.read(MANIFEST).and_then(|text| Ok((text, folder.open_in(FILES)?)));
        match read {
            Ok((text, files)) => match String::from_utf8(text).ok().and_then(Manifest::parse) {
                Some(manifest) => Found::Image(Box::new(Self { folder, files, manifest })),
                None => Found::Damaged(folder),
            },
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                Found::Damaged(folder)
            }
            Err(_) => Found::Nothing,
        }
    }

    /// Whether a folder contains nothing that an image does not have.
    pub(crate) fn may_be_in(path: &Path) -> bool {
        let is_part = |name: &OsString| [FILES, MANIFEST, LINKED].iter().any(|part| name == part);
        Folder::open(path).and_then(|folder| folder.names()).is_ok_and(|names| names.iter().all(is_part))
    }

    /// Whether an environment was given symbolic links to the image in a folder.
    pub(crate) fn is_linked(path: &Path) -> bool {
        fs::exists(&path.join(LINKED))
    }

    /// Records, as far as possible, that an environment gets symbolic links to it.
    fn record_links(&self) {
        let path = self.folder.path();
        if !Self::is_linked(path) {
            let _ = fs::write_as(&path.join(LINKED), b"", Mode::Exactly(fs::shared_mode(false)));
        }
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Folder<'static> {
        &self.folder
    }

    /// What is in it.
    pub(crate) fn distribution(&self) -> &Distribution {
        &self.manifest.distribution
    }

    /// The rows of RECORD that are the same in every environment, sorted by path, if they were written.
    pub(crate) fn rows(&self) -> Option<&str> {
        self.manifest.rows.as_deref()
    }

    /// Its manifest.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The contents of one of its files.
    ///
    /// # Errors
    /// [`Error::Io`] if it cannot be read.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>> {
        self.files.read(path)
    }

    /// Places the wanted files of some of its folders in an environment, by links or copies.
    ///
    /// # Errors
    /// [`Error::Io`] with the path that could not be made.
    pub(crate) fn place<'a>(
        &self,
        folders: impl IntoIterator<Item = &'a Vec<DistributionFile>>,
        destination: impl Fn(&str) -> Option<PathBuf>,
        linker: &mut Linker,
        circumstances: Circumstances,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let moves = folders.into_iter().filter_map(|folder| {
            let files: Vec<_> = folder.iter().filter(|file| is_wanted(&file.path)).collect();
            let first = files.first()?;
            let to = destination(&first.path)?.parent()?.to_owned();
            Some(Move { from: &self.files, to, files })
        });
        let mut moves: Vec<_> = moves.collect();
        if circumstances.is_repair {
            // Bytecode is placed before its source. If the run is killed between them, the missing source shows that both are wanted.
            moves.reverse();
        }
        let Some((first, rest)) = moves.split_first() else { return Ok(()) };
        if linker.mode() == LinkMode::Symlink {
            self.record_links();
        }
        // The first file shows which way works.
        first.run(linker)?;
        let number = rest.iter().map(|folder| folder.files.len()).sum();
        let threads =
            if circumstances.is_shared || circumstances.is_repair { 1 } else { threads::worth(number) };
        threads::share(rest, threads, |folder| folder.run(&mut linker.clone()))
    }

    /// Whether every file is unchanged, as far as that can be seen without reading all of them, and no other user could change
    /// it.
    pub(crate) fn is_sound(&self) -> bool {
        let is_private =
            self.folder.ownership().is_ok_and(|found| found.is_own && !found.is_writable_by_others());
        is_private && self.check_stamps().is_ok() && self.check_sample().is_ok()
    }

    /// Compares the stamp of each file with its stamp when it was written.
    fn check_stamps(&self) -> Result<()> {
        let Manifest { distribution, stamps, .. } = &self.manifest;
        let mut left = stamps.as_slice();
        let folders = distribution.folders.iter().filter_map(|folder| {
            let (own, others) = left.split_at_checked(folder.len())?;
            left = others;
            Some((folder, own))
        });
        let folders: Vec<_> = folders.collect();
        let check = |(files, stamps): &(&Vec<DistributionFile>, &[Stamp])| {
            let folder = self.files.open_in(files[0].folder())?;
            files.iter().zip(*stamps).try_for_each(|(file, stamp)| {
                if folder.stamp(file.name())? == *stamp { Ok(()) } else { Err(changed()).at(folder.path()) }
            })
        };
        threads::share(&folders, threads::worth(stamps.len()), check)
    }

    /// Compares some files, chosen at random, with their hashes.
    fn check_sample(&self) -> Result<()> {
        let files = self.distribution().files().zip(&self.manifest.stamps);
        let small = files.filter(|(_, stamp)| stamp.size <= trust::LARGEST_IN_SAMPLE);
        let small: Vec<_> = small.map(|(file, _)| file).collect();
        trust::sample(small.len()).try_for_each(|position| self.check_hash(small[position]))
    }

    /// Whether the file at a path has the time of the files of the image. Only then can it come from the image.
    pub(crate) fn has_time_of(&self, path: &Path) -> bool {
        let time = self.manifest.stamps.first().map(|stamp| stamp.modified);
        time.is_some() && fs::modified(path).ok() == time
    }

    /// Compares every file with its hash.
    ///
    /// # Errors
    /// [`Error::Io`] with the first file that was changed or cannot be read.
    pub(crate) fn verify(&self) -> Result<()> {
        let files: Vec<_> = self.distribution().files().collect();
        threads::share(&files, threads::worth(files.len()), |file| self.check_hash(file))
    }

    fn check_hash(&self, file: &DistributionFile) -> Result<()> {
        if record::fits(&file.hash, &self.files.read(&file.path)?) {
            Ok(())
        } else {
            Err(changed()).at_with(|| self.files.path().join(&*file.path))
        }
    }
}

/// The error for a file in the cache that was changed.
fn changed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "it was changed since it was written")
}

/// Files of one folder that go to one directory.
struct Move<'a> {
    from: &'a Folder<'static>,
    to: PathBuf,
    files: Vec<&'a DistributionFile>,
}

impl Move<'_> {
    fn run(&self, linker: &mut Linker) -> Result<()> {
        fs::create_directory(&self.to)?;
        let from = self.from.open_in(self.files[0].folder())?;
        let to = Folder::open(&self.to)?;
        self.files.iter().try_for_each(|file| linker.place(file.name(), &from, &to, file.is_executable))
    }
}

/// Writes an image into an existing folder: its files, their bytecode if there is a compiler, and its manifest. The time of
/// the files depends only on the wheel, so that bytecode for one image of the wheel is valid for every other one.
///
/// # Errors
/// [`Error::Io`] with the path that could not be written, or the interpreter that failed.
pub(crate) fn write(
    folder: &Path,
    origin: &Origin,
    wheel: &Wheel,
    mut distribution: Distribution,
    compiler: Option<Compiler<'_>>,
) -> Result<()> {
    let files = folder.join(FILES);
    let time = time_of(&origin.hash);
    let write = |path: &str, contents: &[u8], is_executable: bool| {
        let path = files.join(path);
        if let Some(parent) = path.parent() {
            fs::create_private_directory(parent)?;
        }
        fs::write_dated(&path, contents, Mode::Exactly(fs::shared_mode(is_executable)), time)?;
        Ok(path)
    };
    for file in wheel.files() {
        write(&file.path, &file.contents, file.is_executable)?;
    }
    let mut bytecode_files = Vec::new();
    if let Some(compiler) = compiler {
        let interpreter = compiler.interpreter;
        let modules: Vec<_> = wheel.modules().collect();
        for compiled in compiler.compile(&modules)? {
            let contents = compiled.contents(interpreter, Stamp::of(&files.join(&compiled.source))?);
            let path = bytecode::path(&compiled.source, &interpreter.cache_tag);
            write(&path, &contents, false)?;
            let hash = record::hash(&contents).into();
            bytecode_files.push(DistributionFile::new(path.into(), hash, None, false));
        }
    }
    distribution.add_sorted(bytecode_files);
    let manifest = Manifest::render(origin, &distribution, &files)?;
    fs::write_as(&folder.join(MANIFEST), manifest.as_bytes(), Mode::Exactly(fs::shared_mode(false))).map(drop)
}

/// The time that the files of a wheel get, in seconds since 1970: a time in 2020 that depends on the hash of the wheel, so
/// that bytecode of another version is not valid by chance.
fn time_of(hash: &str) -> u64 {
    const BEGIN: u64 = 1_577_836_800;
    const YEAR: u64 = 366 * 24 * 60 * 60;
    BEGIN + u64::from(rawzip::crc32(hash.as_bytes())) % YEAR
}
