//! Installs pip in an environment without running pip.
//!
//! If `ensurepip` runs pip, pip writes the files of the wheel, a script for each entry point, the bytecode, and RECORD. All
//! of that follows from the wheel, even the text of the scripts, so the same files are written here. If a wheel has parts
//! that are not known here, nothing is done, and the caller runs `ensurepip`.
//!
//! A wheel is unpacked once, into the cache, and linked from there. Without a cache, it is unpacked into the environment.
//! An installed pip can take the place of a wheel.

mod destination;
mod installation;
mod launcher;
mod present;
mod relocation;
mod script;

use std::fmt::Display;
use std::iter::repeat_with;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::cache::{Cache, Circumstances, Fault, Image, trust};
use crate::error::{Error, Result};
use crate::fs::{self, LinkMode, Linker};
use crate::interpreter::{Compiler, Interpreter};
use crate::platform::Platform;
use crate::process::Inherited;
use crate::wheel::{Distribution, DistributionFile, Wheel, installed};
use destination::Destination;
use installation::Installation;
pub use relocation::relocate_scripts;
use script::ScriptMaker;

/// The environment that wheels are installed in.
#[derive(Clone, Debug)]
pub struct Target {
    /// The environment.
    pub env_dir: PathBuf,
    /// The directory of the packages that are pure Python.
    pub purelib: PathBuf,
    /// The directory of the other packages.
    pub platlib: PathBuf,
    /// The directory of the scripts.
    pub scripts: PathBuf,
    /// The interpreter of the environment, for the first line of scripts.
    pub python: PathBuf,
    /// The base interpreter of the environment.
    pub interpreter: Arc<Interpreter>,
}

/// How wheels are installed.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the cache.
    pub cache: Option<PathBuf>,
    /// The ways to place a file from the cache, best first.
    pub link_modes: &'static [LinkMode],
    /// Whether modules get their bytecode.
    pub compiles: bool,
    /// Whether other threads make environments at the same time, so that one thread is enough for each.
    pub is_shared: bool,
    /// The variables that the compiler inherits.
    pub inherited: Inherited,
}

/// How the distributions got into an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// They were in the environment, and whole.
    Present,
    /// Their files were written, because there is no cache.
    Written,
    /// Their files were placed from the cache, the last of them in this way.
    Placed(LinkMode),
}

impl Way {
    /// Its name: `present`, `written`, or the name of the link mode.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Present => "present",
            Self::Written => "written",
            Self::Placed(mode) => mode.name(),
        }
    }
}

/// A distribution that is to be installed.
#[derive(Debug)]
#[cfg_attr(windows, expect(clippy::large_enum_variant, reason = "there are two of them"))]
enum Source {
    /// A wheel that is unpacked in memory.
    Wheel(Wheel, Distribution),
    /// An image in the cache.
    Image(Image),
}

/// Distributions to install, each from a wheel or from the `.dist-info` folder of an installed one, in any number of
/// environments.
///
/// A thread looks for them in the cache and checks them, once, while the environment is begun.
#[derive(Debug)]
pub struct Seed {
    request: Arc<Request>,
    search: Mutex<Search>,
    /// Why the cache was not used, as text.
    fault: Mutex<Option<String>>,
}

/// The wheels or folders, and how they are installed.
#[derive(Debug)]
struct Request {
    paths: Vec<PathBuf>,
    interpreter: Arc<Interpreter>,
    options: Options,
}

/// The state of the search for the distributions.
#[derive(Debug)]
enum Search {
    /// A thread is searching the cache; `None` if the search was not begun.
    Begun(Option<JoinHandle<Vec<Option<Image>>>>),
    /// All of them; `None` if one has parts that are not known here.
    Done(Option<Arc<[Source]>>),
}

impl Seed {
    /// Begins to look for the distributions in the cache.
    #[must_use]
    pub fn new(paths: Vec<PathBuf>, interpreter: Arc<Interpreter>, options: Options) -> Self {
        let request = Arc::new(Request { paths, interpreter, options });
        let looking = Arc::clone(&request);
        let thread = thread::Builder::new().spawn(move || looking.look_into_cache());
        Self { request, search: Mutex::new(Search::Begun(thread.ok())), fault: Mutex::default() }
    }

    /// The interpreter that they are installed for.
    #[must_use]
    pub fn interpreter(&self) -> &Arc<Interpreter> {
        &self.request.interpreter
    }

    /// The wheels, or `.dist-info` folders.
    #[must_use]
    pub fn paths(&self) -> &[PathBuf] {
        &self.request.paths
    }

    /// Why the cache was not used when a distribution was last installed; `None` if it was used, or was turned off.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Records why the cache was not used.
    fn record_fault(&self, fault: &impl Display) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault.to_string());
    }

    /// Installs the distributions as pip does when `ensurepip` calls it. A distribution that the environment has is left alone,
    /// or repaired if it is damaged.
    ///
    /// Returns how they were installed. If the environment has another version or another Python, or if a wheel has parts that
    /// are not known here, nothing is written, and the result is `None`.
    ///
    /// # Errors
    /// [`Error::Wheel`] for a damaged wheel, before anything is written; [`Error::Io`] with the path that could not be
    /// read or written.
    pub fn install(&self, target: &Target) -> Result<Option<Way>> {
        let options = &self.request.options;
        let from = |sources: Option<Arc<[Source]>>| {
            sources.map_or(Ok(None), |sources| install(&sources, target, options))
        };
        let installed = match self.sources(target).and_then(from) {
            // Another process has just cleared the cache, or the cache is damaged or cannot be read. The wheel is installed
            // without it.
            Err(error) if self.is_about_cache(&error) => {
                self.record_fault(&error);
                self.forget_damaged();
                self.completed(Vec::new(), None, target).and_then(from)
            }
            result => result,
        };
        if let Err(Error::OtherPython(_)) = installed { Ok(None) } else { installed }
    }

    /// Whether an error is about a path in the cache.
    fn is_about_cache(&self, error: &Error) -> bool {
        let cache = self.request.options.cache.as_ref();
        matches!(error, Error::Io { path, .. } if cache.is_some_and(|cache| path.starts_with(cache)))
    }

    /// Removes damaged images from the cache, and lets the next environment look for others.
    fn forget_damaged(&self) {
        let mut search = self.search.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Search::Done(Some(sources)), Some(cache)) = (&*search, self.request.cache()) {
            let images = sources.iter().filter_map(Source::image);
            images.filter(|image| image.verify().is_err()).for_each(|image| cache.discard(image.folder()));
        }
        *search = Search::Begun(None);
    }

    /// The distributions. They are looked for once.
    fn sources(&self, target: &Target) -> Result<Option<Arc<[Source]>>> {
        let mut search = self.search.lock().unwrap_or_else(PoisonError::into_inner);
        let thread = match &mut *search {
            Search::Done(sources) => return Ok(sources.clone()),
            Search::Begun(thread) => thread.take(),
        };
        let images = match thread {
            // If the thread panics, so does the call.
            Some(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            None => self.request.look_into_cache(),
        };
        let sources = self.completed(images, self.request.cache().as_ref(), target)?;
        *search = Search::Done(sources.clone());
        Ok(sources)
    }

    /// The distributions: their images, which are made in the cache if they are missing, or else unpacked in memory; `None` if
    /// one has parts that are not known here.
    fn completed(
        &self,
        images: Vec<Option<Image>>,
        cache: Option<&Cache<'_>>,
        target: &Target,
    ) -> Result<Option<Arc<[Source]>>> {
        let mut sources = Vec::new();
        for (path, image) in self.request.paths.iter().zip(images.into_iter().chain(repeat_with(|| None))) {
            let found = match image {
                Some(image) => Some(Source::Image(image)),
                None => self.unpack(path, cache, target)?,
            };
            let Some(source) = found else { return Ok(None) };
            sources.push(source);
        }
        Ok(Some(sources.into()))
    }

    /// The distribution in a wheel or in a folder of metadata, through the cache if there is one; `None` if it has parts that
    /// are not known here.
    fn unpack(&self, path: &Path, cache: Option<&Cache<'_>>, target: &Target) -> Result<Option<Source>> {
        let wheel =
            if installed::is_metadata_folder(path) { installed::read(path)? } else { Wheel::open(path)? };
        let Some(distribution) = wheel.distribution(target.interpreter.version)? else { return Ok(None) };
        if let Some(cache) = cache {
            let compiler =
                self.request.options.compiles.then(|| target.compiler(&self.request.options.inherited));
            match cache.make(path, &wheel, &distribution, compiler) {
                Ok(Some(image)) => return Ok(Some(Source::Image(image))),
                Ok(None) => {}
                Err(Fault::Failed(error @ Error::OtherPython(_))) => return Err(error),
                Err(fault) => self.record_fault(&fault),
            }
        }
        Ok(Some(Source::Wheel(wheel, distribution)))
    }
}

impl Request {
    /// The cache, if one is wanted.
    fn cache(&self) -> Option<Cache<'_>> {
        let interpreter = self.options.compiles.then_some(&*self.interpreter);
        self.options.cache.as_deref().map(|folder| Cache::new(folder, interpreter))
    }

    /// The image of each distribution, if there is a sound one.
    fn look_into_cache(&self) -> Vec<Option<Image>> {
        let cache = self.cache();
        self.paths.iter().map(|path| cache.as_ref().and_then(|cache| cache.find(path))).collect()
    }
}

fn install(sources: &[Source], target: &Target, options: &Options) -> Result<Option<Way>> {
    let Some(maker) = ScriptMaker::new(sources, target, Platform::HOST) else { return Ok(None) };
    let mut installations = Vec::new();
    for source in sources {
        match Installation::begin(source, target, &maker)? {
            Some(installation) => installations.push(installation),
            None => return Ok(None),
        }
    }
    let (whole, mut installations): (Vec<_>, Vec<_>) =
        installations.into_iter().partition(Installation::is_done);
    whole.iter().for_each(Installation::remove_leftovers);
    if installations.is_empty() {
        return Ok(Some(Way::Present));
    }
    installations.iter().try_for_each(Installation::check_source)?;
    installations.iter_mut().try_for_each(|installation| installation.compile(options))?;
    let can_share = write_scripts(&mut installations, &maker)?;
    let mut linker = if can_share {
        Linker::new(trust::link_modes(options.link_modes, &target.env_dir))
    } else {
        Linker::copying()
    };
    for installation in &mut installations {
        installation.write_files(options, &mut linker)?;
    }
    for installation in installations {
        installation.write_metadata(options, &mut linker)?;
    }
    let is_cached = sources.iter().any(|source| source.image().is_some());
    Ok(Some(if is_cached { Way::Placed(linker.mode()) } else { Way::Written }))
}

/// Writes all scripts, and returns whether new files get the mode that shared files have. Without any script, another file that
/// is written anyway shows that.
fn write_scripts(installations: &mut [Installation], maker: &ScriptMaker) -> Result<bool> {
    let mut modes = Vec::new();
    for installation in &mut *installations {
        modes.extend(installation.write_scripts(maker)?);
    }
    if let (true, Some(installation)) = (modes.is_empty(), installations.first()) {
        modes.push(installation.write_installer()?);
    }
    Ok(modes.iter().all(|mode| *mode == fs::shared_mode(false)))
}

impl Target {
    /// The compiler of the modules for the environment.
    fn compiler<'a>(&'a self, inherited: &'a Inherited) -> Compiler<'a> {
        Compiler { python: &self.python, interpreter: &self.interpreter, inherited }
    }
}

impl Source {
    fn distribution(&self) -> &Distribution {
        match self {
            Self::Wheel(_, distribution) => distribution,
            Self::Image(image) => image.distribution(),
        }
    }

    /// The contents of one of its files.
    fn read(&self, path: &str) -> Result<Vec<u8>> {
        match self {
            Self::Wheel(wheel, _) => Ok(wheel.file(path).map_or_else(Vec::new, |file| file.contents.clone())),
            Self::Image(image) => image.read(path),
        }
    }

    fn image(&self) -> Option<&Image> {
        match self {
            Self::Wheel(..) => None,
            Self::Image(image) => Some(image),
        }
    }

    /// Compares files from the cache with their hashes. Files from a wheel were compared already.
    fn verify(&self) -> Result<()> {
        self.image().map_or(Ok(()), Image::verify)
    }

    /// Writes the files of some folders that are wanted.
    fn place<'a>(
        &self,
        folders: impl Iterator<Item = &'a Vec<DistributionFile>>,
        destination: &Destination<'_>,
        linker: &mut Linker,
        options: &Options,
        is_repair: bool,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        match self {
            Self::Wheel(wheel, _) => {
                let paths = folders.flatten().map(|file| &*file.path).filter(|path| is_wanted(path));
                wheel.unpack(paths, |path| destination.linked_path(path))
            }
            Self::Image(image) => {
                let circumstances = Circumstances { is_repair, is_shared: options.is_shared };
                image.place(folders, |path| destination.linked_path(path), linker, circumstances, is_wanted)
            }
        }
    }
}
