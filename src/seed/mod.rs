//! pip in an environment without running pip.
//!
//! What pip leaves behind when `ensurepip` runs it is known: the files of the wheel, a script for each entry point, the
//! bytecode, and RECORD. All of that is read from the wheel itself, down to the text of the scripts, so that it is what
//! that pip would have written. Where a wheel has something that is not known here, nothing is done, and the caller
//! runs `ensurepip`.

mod bytecode;
mod entry_points;
mod record;
mod script;
mod wheel;

use std::path::PathBuf;

use crate::error::Result;
use crate::fs;
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
}

/// Installs wheels into a directory that has none of them, as pip does when `ensurepip` calls it.
///
/// Returns whether it did: where a wheel is not one of those whose installation is known here, nothing is written.
///
/// # Errors
/// [`crate::error::Error::Wheel`] for a damaged wheel, before anything is written; [`crate::error::Error::Io`] with the
/// path that could not be read or written.
pub fn install(wheels: &[PathBuf], target: &Target) -> Result<bool> {
    let wheels: Vec<Wheel> = wheels.iter().map(|path| Wheel::open(path)).collect::<Result<_>>()?;
    let Some(maker) = wheels.iter().find_map(|wheel| ScriptMaker::of_pip(wheel, target)) else {
        return Ok(false);
    };
    let mut installations = Vec::new();
    for wheel in &wheels {
        match Installation::plan(wheel, &maker, target)? {
            Some(installation) => installations.push(installation),
            None => return Ok(false),
        }
    }
    for installation in &mut installations {
        installation.write(target)?;
    }
    let sources: Vec<&str> = installations.iter().flat_map(Installation::sources).collect();
    bytecode::compile(&target.python, &target.site_packages, &sources)?;
    for installation in installations {
        installation.finish(target)?;
    }
    Ok(true)
}

/// A wheel, and what becomes of it.
struct Installation<'a> {
    wheel: &'a Wheel,
    scripts: Vec<(String, Vec<u8>)>,
    record: Record,
}

impl<'a> Installation<'a> {
    /// What is to be written, or `None` for a wheel with parts that are not known here.
    fn plan(wheel: &'a Wheel, maker: &ScriptMaker, target: &Target) -> Result<Option<Self>> {
        if !wheel.is_plain() {
            return Ok(None);
        }
        let scripts = wheel.entry_points()?.scripts(target.version);
        let scripts = scripts
            .into_iter()
            .map(|entry_point| (entry_point.name.clone(), maker.make(&entry_point)))
            .collect();
        Ok(Some(Self { wheel, scripts, record: Record::default() }))
    }

    /// The modules, each of which gets its bytecode.
    fn sources(&self) -> impl Iterator<Item = &str> {
        self.wheel.files().iter().map(|file| file.path.as_str()).filter(|path| bytecode::is_source(path))
    }

    /// Writes the files and scripts.
    fn write(&mut self, target: &Target) -> Result<()> {
        for file in self.wheel.files() {
            let path = target.site_packages.join(&file.path);
            fs::write_with_parents(&path, &file.contents)?;
            if file.is_executable {
                fs::add_execute_permission(&path)?;
            }
            self.record.add(&file.path, &file.contents);
        }
        for (name, script) in &self.scripts {
            let path = target.scripts.join(name);
            fs::write(&path, script)?;
            fs::add_execute_permission(&path)?;
            self.record.add(&format!("{}/{name}", target.scripts_in_record), script);
        }
        for (name, contents) in [("INSTALLER", &b"pip\n"[..]), ("REQUESTED", b"")] {
            let path = self.wheel.metadata_path(name);
            fs::write(&target.site_packages.join(&path), contents)?;
            self.record.add(&path, contents);
        }
        Ok(())
    }

    /// Writes RECORD, with the bytecode that there is by now.
    fn finish(mut self, target: &Target) -> Result<()> {
        let compiled: Vec<String> =
            self.sources().map(|source| bytecode::path(source, &target.cache_tag)).collect();
        for path in compiled {
            if fs::exists(&target.site_packages.join(&path)) {
                self.record.add_unhashed(&path);
            }
        }
        let path = self.wheel.metadata_path("RECORD");
        self.record.add_unhashed(&path);
        fs::write(&target.site_packages.join(path), &self.record.into_csv())
    }
}
