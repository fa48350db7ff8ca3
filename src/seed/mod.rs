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
    for source in &sources {
        source.install(&maker, target, link_mode)?;
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

    /// Puts it into the environment: files, scripts, metadata, and last of all RECORD.
    fn install(&self, maker: &ScriptMaker, target: &Target, link_mode: LinkMode) -> Result<()> {
        let distribution = self.distribution();
        let metadata = |name: &str| format!("{}/{name}", distribution.dist_info);
        let mut record = Record::default();
        for (name, contents) in [("INSTALLER", &b"pip\n"[..]), ("REQUESTED", b"")] {
            let path = metadata(name);
            fs::write_with_parents(&target.site_packages.join(&path), contents)?;
            record.add(&path, contents);
        }
        let own_file = target.site_packages.join(metadata("INSTALLER"));
        match self {
            Self::Image(image) => {
                // Files are shared only where a file that is made here would have the same mode.
                let link_mode = if fs::has_shared_mode(&own_file)? { link_mode } else { LinkMode::Copy };
                image.place(&target.site_packages, link_mode)?;
            }
            Self::Wheel(wheel, _) => {
                wheel.unpack(&target.site_packages)?;
                for path in bytecode::compile(target, &target.site_packages, wheel)? {
                    record.add_unhashed(&path);
                }
            }
        }
        for Installed { path, hash, size, .. } in &distribution.files {
            record.add_row(path, hash, *size);
        }
        for entry_point in entry_points::scripts(&distribution.entry_points, target.version) {
            let script = maker.make(&entry_point);
            let path = target.scripts.join(&entry_point.name);
            fs::write(&path, &script)?;
            fs::make_script(&path)?;
            record.add(&format!("{}/{}", target.scripts_in_record, entry_point.name), &script);
        }
        record.add_unhashed(&metadata("RECORD"));
        fs::write(&target.site_packages.join(metadata("RECORD")), &record.into_csv())
    }
}
