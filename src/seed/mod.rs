//! pip in an environment without running pip.
//!
//! What pip leaves behind when `ensurepip` runs it is known: the files of the wheel, a script for each entry point, the
//! bytecode, and RECORD. All of that is read from the wheel itself, down to the text of the scripts, so that it is what
//! that pip would have written. Where a wheel has something that is not known here, nothing is done, and the caller
//! runs `ensurepip`.
//!
//! A wheel is unpacked once, into the cache, and linked from there; without a cache it is unpacked into the environment.

mod bytecode;
mod entry_points;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod image;
mod record;
mod script;
mod wheel;

use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::fs::{self, LinkMode};
use entry_points::EntryPoint;
use image::{Cache, Image};
use record::Record;
use script::ScriptMaker;
use wheel::Wheel;

/// Where the wheels go, and for whom.
#[derive(Clone, Debug)]
pub struct Target {
    /// The directory of the packages (`purelib`).
    pub site_packages: PathBuf,
    /// The directory of the scripts.
    pub scripts: PathBuf,
    /// The path from the one to the other, as RECORD has it.
    pub scripts_in_record: String,
    /// The interpreter of the environment, for the first line of scripts.
    pub python: PathBuf,
    /// The version of that interpreter: major and minor number.
    pub version: (u8, u8),
    /// What the names of bytecode files end in (`sys.implementation.cache_tag`).
    pub cache_tag: String,
    /// What tells whose bytecode it is: the tag, and the interpreter's magic number.
    pub bytecode_tag: String,
}

/// What a wheel becomes when it is installed, but for what differs between environments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Distribution {
    /// The folder of its metadata: `{distribution}-{version}.dist-info`.
    dist_info: String,
    /// The text of the scripts, where it is pip.
    template: Option<String>,
    /// The scripts that it wants.
    entry_points: Vec<EntryPoint>,
    /// The files in `site-packages`.
    files: Vec<Installed>,
}

/// A file in `site-packages`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Installed {
    path: String,
    /// As in RECORD; bytecode has none.
    hash: String,
    size: Option<u64>,
    is_executable: bool,
}

/// A wheel that is to be installed, and what it becomes.
enum Source {
    /// Unpacked in memory.
    Wheel(Wheel, Distribution),
    /// Prepared in the cache.
    Image(Image),
}

/// Installs wheels into a directory that has none of them, as pip does when `ensurepip` calls it.
///
/// Returns whether it did: where a wheel is not one of those whose installation is known here, nothing is written.
///
/// # Errors
/// [`crate::error::Error::Wheel`] for a damaged wheel, before anything is written; [`crate::error::Error::Io`] with the
/// path that could not be read or written.
pub fn install(
    wheels: &[PathBuf],
    target: &Target,
    cache: Option<&Path>,
    link_mode: LinkMode,
) -> Result<bool> {
    let cache = cache.and_then(|folder| Cache::open(folder, &target.bytecode_tag));
    let mut sources = Vec::new();
    for path in wheels {
        match Source::find(path, target, cache.as_ref())? {
            Some(source) => sources.push(source),
            None => return Ok(false),
        }
    }
    let template = sources.iter().find_map(|source| source.distribution().template.as_deref());
    let Some(maker) = template.and_then(|template| ScriptMaker::new(template, target)) else {
        return Ok(false);
    };
    let mut installations: Vec<Installation> = sources.iter().map(Installation::of).collect();
    let mut can_share = true;
    for installation in &mut installations {
        can_share &= installation.write_scripts(&maker, target)?;
    }
    let link_mode = if can_share { link_mode } else { LinkMode::Copy };
    for installation in &mut installations {
        installation.write_files(target, link_mode)?;
    }
    for installation in installations {
        installation.write_metadata(target, link_mode)?;
    }
    Ok(true)
}

impl Source {
    /// The wheel as it is in the cache, by now at the latest, or else in memory; `None` for one with parts that are not
    /// known here.
    fn find(path: &Path, target: &Target, cache: Option<&Cache<'_>>) -> Result<Option<Self>> {
        if let Some(image) = cache.and_then(|cache| cache.find(path)) {
            return Ok(Some(Self::Image(image)));
        }
        let wheel = Wheel::open(path)?;
        let Some(distribution) = wheel.distribution()? else { return Ok(None) };
        if let Some(cache) = cache
            && let Ok(Some(image)) = cache.make(path, &wheel, &distribution, target)
        {
            return Ok(Some(Self::Image(image)));
        }
        Ok(Some(Self::Wheel(wheel, distribution)))
    }

    fn distribution(&self) -> &Distribution {
        match self {
            Self::Wheel(_, distribution) => distribution,
            Self::Image(image) => image.distribution(),
        }
    }

    /// Writes those of its files that are metadata, or those that are not.
    fn place(&self, target: &Target, link_mode: LinkMode, is_wanted: impl Fn(&str) -> bool) -> Result<()> {
        match self {
            Self::Wheel(wheel, _) => wheel.unpack(&target.site_packages, is_wanted),
            Self::Image(image) => image.place(&target.site_packages, link_mode, is_wanted),
        }
    }
}

/// A wheel on its way into the environment.
///
/// METADATA comes last of all: it is what makes pip, or an installer, take the distribution for installed. A run that is
/// killed before leaves nothing that a later one would be content with.
struct Installation<'a> {
    source: &'a Source,
    record: Record,
}

impl<'a> Installation<'a> {
    fn of(source: &'a Source) -> Self {
        Self { source, record: Record::default() }
    }

    fn metadata(&self, name: &str) -> String {
        format!("{}/{name}", self.source.distribution().dist_info)
    }

    /// Writes the scripts, and tells whether files that are made here get the mode that shared files have.
    fn write_scripts(&mut self, maker: &ScriptMaker, target: &Target) -> Result<bool> {
        let mut can_share = true;
        for entry_point in entry_points::scripts(&self.source.distribution().entry_points, target.version) {
            let script = maker.make(&entry_point);
            let path = target.scripts.join(&entry_point.name);
            fs::write(&path, &script)?;
            can_share &= fs::has_shared_mode(&path)?;
            fs::make_script(&path)?;
            self.record.add(&format!("{}/{}", target.scripts_in_record, entry_point.name), &script);
        }
        Ok(can_share)
    }

    /// Writes the files but the metadata, and the bytecode.
    fn write_files(&mut self, target: &Target, link_mode: LinkMode) -> Result<()> {
        let distribution = self.source.distribution();
        let is_metadata = |path: &str| path.starts_with(&distribution.dist_info);
        self.source.place(target, link_mode, |path| !is_metadata(path))?;
        if let Source::Wheel(wheel, _) = self.source {
            for path in bytecode::compile(target, &target.site_packages, wheel)? {
                self.record.add_unhashed(&path);
            }
        }
        for Installed { path, hash, size, .. } in &distribution.files {
            self.record.add_row(path, hash, *size);
        }
        Ok(())
    }

    /// Writes the metadata.
    fn write_metadata(mut self, target: &Target, link_mode: LinkMode) -> Result<()> {
        let directory = &target.site_packages;
        let [last, record] = ["METADATA", "RECORD"].map(|name| self.metadata(name));
        for (name, contents) in [("INSTALLER", &b"pip\n"[..]), ("REQUESTED", b"")] {
            let path = self.metadata(name);
            fs::write_with_parents(&directory.join(&path), contents)?;
            self.record.add(&path, contents);
        }
        let Self { source, record: mut rows } = self;
        rows.add_unhashed(&record);
        fs::write(&directory.join(record), &rows.into_csv())?;
        let dist_info = &source.distribution().dist_info;
        source.place(target, link_mode, |path| path.starts_with(dist_info) && path != last)?;
        source.place(target, link_mode, |path| path == last)
    }
}
