//! Installs one distribution in an environment.
//!
//! METADATA is written last, because pip and other installers treat a distribution with METADATA as installed. If a run is
//! killed earlier, a later run installs the distribution again.

use std::borrow::Cow;
use std::collections::HashSet;
use std::mem;

use super::present::{self, Presence};
use super::script::{self, ScriptMaker};
use super::{Destination, Options, Source, Target};
use crate::cache::Image;
use crate::error::Result;
use crate::fs::{self, Linker, Mode, Stamp};
use crate::interpreter::bytecode::{self, Compiled};
use crate::platform::Platform;
use crate::wheel::record::Record;
use crate::wheel::{Distribution, DistributionFile, Place, entry_points};

/// The contents of INSTALLER: pip takes distributions that it has installed for its own.
const INSTALLER: &[u8] = b"pip\n";

/// A distribution, its place, and the parts of it that the environment has already.
#[derive(Debug)]
pub(crate) struct Installation<'a> {
    source: &'a Source,
    target: &'a Target,
    destination: Destination<'a>,
    presence: Presence,
    /// The bytecode of the modules in a wheel; that in an image is among its files.
    bytecode: Vec<Compiled>,
    record: Record<'a>,
}

impl<'a> Installation<'a> {
    /// Finds out which parts the environment has already. Returns `None` if it has another version, which is left to pip, or if
    /// RECORD cannot name a script.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] if the directory of the packages cannot be read;
    /// [`crate::error::Error::Occupied`] for a link in the place of a directory.
    pub(crate) fn begin(source: &'a Source, target: &'a Target, maker: &ScriptMaker) -> Result<Option<Self>> {
        let distribution = source.distribution();
        let destination = Destination::new(target, distribution.name(), distribution.is_pure);
        let names = fs::names(destination.library)?;
        let presence = present::look(source, &destination, target, maker, &names)?;
        let scripts = entry_points::scripts(&distribution.entry_points, target.interpreter.version);
        let has_path = |name: &str| destination.script(name).is_some();
        let can_be_recorded = scripts.iter().all(|script| has_path(&script.file_name(Platform::HOST)))
            && distribution.folders.iter().all(|files| destination.path_in_record(&files[0].path).is_some());
        if matches!(presence, Presence::AnotherVersion) || !can_be_recorded {
            return Ok(None);
        }
        if !distribution.is_apart_from(&names) {
            destination.check_directories(distribution.files().map(|file| &*file.path))?;
            let sources = distribution.files().filter(|file| bytecode::is_source(&file.path));
            let cache_tag = &target.interpreter.cache_tag;
            destination.check_directories(sources.map(|source| bytecode::path(&source.path, cache_tag)))?;
        }
        // A new environment gets every file.
        let rows = source.image().and_then(Image::rows).filter(|_| matches!(presence, Presence::Absent));
        let record = Record::with(rows.unwrap_or_default());
        Ok(Some(Self { source, target, destination, presence, bytecode: Vec::new(), record }))
    }

    /// Whether the environment has the whole distribution already.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.presence, Presence::Whole)
    }

    /// Removes the temporary files of a repair that was killed while it wrote scripts or metadata again. If the distribution is
    /// whole, no later run writes these files.
    pub(crate) fn remove_leftovers(&self) {
        let metadata = self.destination.library.join(&self.distribution().dist_info);
        for folder in [&self.target.scripts, &metadata] {
            fs::remove_leftovers(folder);
        }
    }

    /// Checks the source of a repair: the cause that damaged the environment may have damaged the cache, too.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the file in the cache that was changed.
    pub(crate) fn check_source(&self) -> Result<()> {
        if self.presence.is_damaged() { self.source.verify() } else { Ok(()) }
    }

    /// Compiles the modules in a wheel, if their bytecode is wanted.
    ///
    /// # Errors
    /// Those of [`crate::interpreter::Compiler::compile`].
    pub(crate) fn compile(&mut self, options: &Options) -> Result<()> {
        if let Source::Wheel(wheel, _) = self.source
            && options.compiles
        {
            let wanted = wheel.modules().filter(|(source, _)| self.presence.wants(&self.bytecode_of(source)));
            self.bytecode = self.target.compiler(&options.inherited).compile(&wanted.collect::<Vec<_>>())?;
        }
        Ok(())
    }

    /// The path in the wheel of the bytecode of a module.
    fn bytecode_of(&self, source: &str) -> String {
        bytecode::path(source, &self.target.interpreter.cache_tag)
    }

    fn distribution(&self) -> &'a Distribution {
        self.source.distribution()
    }

    /// Writes the scripts, and returns the permission bits that the umask left each.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be read or written.
    pub(crate) fn write_scripts(&mut self, maker: &ScriptMaker) -> Result<Vec<u32>> {
        let mut modes = Vec::new();
        for entry_point in
            entry_points::scripts(&self.distribution().entry_points, self.target.interpreter.version)
        {
            let script = maker.make(&entry_point);
            let Some((path, in_record)) = self.destination.script(&entry_point.file_name(Platform::HOST))
            else {
                continue;
            };
            modes.push(fs::write_as(&path, &script, Mode::Script)?);
            self.record.add(in_record, &script);
        }
        for (file, name) in self.distribution().scripts() {
            let Some((path, in_record)) = self.destination.script(name) else { continue };
            let text = script::with_interpreter(self.source.read(&file.path)?, &self.target.python);
            let mode = if file.is_executable { Mode::Executable } else { Mode::Plain };
            modes.push(fs::write_as_with_parents(&path, &text, mode)?);
            self.record.add(in_record, &text);
        }
        Ok(modes)
    }

    /// Writes the first file of the metadata, and returns the permission bits that the umask left it.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be written.
    pub(crate) fn write_installer(&self) -> Result<u32> {
        let path = self.destination.library.join(self.distribution().metadata("INSTALLER"));
        fs::write_as_with_parents(&path, INSTALLER, Mode::Plain)
    }

    /// Writes all files except the metadata, and the bytecode.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be read or written.
    pub(crate) fn write_files(&mut self, options: &Options, linker: &mut Linker) -> Result<()> {
        let distribution = self.distribution();
        let folders = distribution.folders.iter().filter(|files| !is_metadata(distribution, files));
        self.remove_invalid_bytecode()?;
        self.place(folders, options, linker, |_| true)?;
        self.write_bytecode()?;
        self.record_files()?;
        // In a new environment, all bytecode comes from the image.
        if matches!(self.presence, Presence::Absent) && self.source.image().is_some() {
            return Ok(());
        }
        self.record_bytecode()
    }

    /// Places files of some folders: those that are wanted, and that the environment needs.
    fn place(
        &self,
        folders: impl Iterator<Item = &'a Vec<DistributionFile>>,
        options: &Options,
        linker: &mut Linker,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<()> {
        let is_repair = self.presence.is_damaged();
        let needs = |path: &str| is_wanted(path) && self.presence.wants(path);
        self.source.place(folders, &self.destination, linker, options, is_repair, needs)
    }

    /// Removes damaged bytecode that the source of the repair does not have: damaged bytecode is worse than none.
    fn remove_invalid_bytecode(&self) -> Result<()> {
        let Presence::Damaged(wanted) = &self.presence else { return Ok(()) };
        let own = self.paths();
        let invalid = wanted.iter().filter(|path| !own.contains(path.as_str()));
        invalid.filter_map(|path| self.destination.path(path)).try_for_each(|path| fs::remove_file(&path))
    }

    /// Writes the bytecode that was compiled.
    fn write_bytecode(&self) -> Result<()> {
        let place = |path: &str| self.destination.path(path).unwrap_or_default();
        for compiled in &self.bytecode {
            let contents = compiled.contents(&self.target.interpreter, Stamp::of(&place(&compiled.source))?);
            fs::write_with_parents(&place(&self.bytecode_of(&compiled.source)), &contents)?;
        }
        Ok(())
    }

    /// Records the files of the distribution, apart from those whose rows the image has, and from scripts, which are recorded when
    /// they are written.
    fn record_files(&mut self) -> Result<()> {
        let has_library = self.record.has_library();
        let is_recorded = |files: &&Vec<DistributionFile>| match Place::of(&files[0].path) {
            Some(Place::Library(_)) => has_library,
            place => matches!(place, Some(Place::Scripts(_))),
        };
        let folders = self.distribution().folders.iter().filter(|files| !is_recorded(files));
        for file in folders.flatten() {
            let path = &file.path;
            // If an environment has no bytecode, a repair does not add any.
            let is_listed = file.size.is_some()
                || self.presence.wants(path)
                || fs::try_exists(&self.destination.path(path).unwrap_or_default())?;
            if let Some(in_record) = self.destination.path_in_record(path)
                && is_listed
            {
                self.record.add_row(in_record, file.hash_in_record(), file.size);
            }
        }
        Ok(())
    }

    /// Records existing bytecode that is not among the files of the distribution.
    fn record_bytecode(&mut self) -> Result<()> {
        let own = self.paths();
        let sources = self.distribution().files().filter(|file| bytecode::is_source(&file.path));
        for path in sources.map(|source| bytecode::path(&source.path, &self.target.interpreter.cache_tag)) {
            if !own.contains(path.as_str())
                && fs::try_exists(&self.destination.path(&path).unwrap_or_default())?
            {
                let in_record = self.destination.path_in_record(&path).map(Cow::into_owned);
                self.record.add_unhashed(in_record.unwrap_or(path));
            }
        }
        Ok(())
    }

    /// The paths of the files of the distribution.
    fn paths(&self) -> HashSet<&'a str> {
        self.distribution().files().map(|file| &*file.path).collect()
    }

    /// Writes the metadata.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be read or written.
    pub(crate) fn write_metadata(mut self, options: &Options, linker: &mut Linker) -> Result<()> {
        let distribution = self.distribution();
        let [last, record] = ["METADATA", "RECORD"].map(|name| distribution.metadata(name));
        for (name, contents) in [("INSTALLER", INSTALLER), ("REQUESTED", b"")] {
            let path = self.destination.library.join(distribution.metadata(name));
            fs::write_with_parents(&path, contents)?;
            self.record.add(distribution.metadata(name), contents);
        }
        self.record.add_unhashed(record.clone());
        let text = mem::take(&mut self.record).into_csv();
        fs::write(&self.destination.library.join(record), &text)?;
        let folders = || distribution.folders.iter().filter(|files| is_metadata(distribution, files));
        self.place(folders(), options, linker, |path| path != last)?;
        self.place(folders(), options, linker, |path| path == last)
    }
}

/// Whether the files of a folder are metadata.
fn is_metadata(distribution: &Distribution, files: &[DistributionFile]) -> bool {
    files[0].path.strip_prefix(&distribution.dist_info).is_some_and(|rest| rest.starts_with('/'))
}
