//! A distribution on its way into the environment.
//!
//! METADATA comes last of all: it is what makes pip, or an installer, take the distribution for installed. A run that is
//! killed before leaves nothing that a later one would be content with.

use std::borrow::Cow;

use super::installed::{self, Found};
use super::record::Record;
use super::script::{self, ScriptMaker};
use super::{Distribution, Installed, Options, Place, Scheme, Source, Target, bytecode, entry_points};
use crate::error::Result;
use crate::fs::{self, Linker};
use crate::layout::Platform;

/// A distribution, where it goes, and what is there of it.
#[derive(Debug)]
pub(super) struct Installation<'a> {
    source: &'a Source,
    target: &'a Target,
    scheme: Scheme<'a>,
    found: Found,
    record: Record<'a>,
}

impl<'a> Installation<'a> {
    /// Looks what is there; `None` where that is another version, with which it is for pip to deal.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] where the directory of the packages cannot be read.
    pub(super) fn begin(source: &'a Source, target: &'a Target) -> Result<Option<Self>> {
        let scheme = source.distribution().scheme(target);
        let found = installed::look(source.distribution(), &scheme, target)?;
        let is_another = matches!(found, Found::Another);
        Ok((!is_another).then_some(Self { source, target, scheme, found, record: Record::default() }))
    }

    /// Whether everything is there.
    pub(super) fn is_done(&self) -> bool {
        matches!(self.found, Found::Whole)
    }

    fn distribution(&self) -> &'a Distribution {
        self.source.distribution()
    }

    /// Writes the scripts, and tells whether files that are made here get the mode that shared files have.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be read or written.
    pub(super) fn write_scripts(&mut self, maker: &ScriptMaker) -> Result<bool> {
        let mut can_share = true;
        for entry_point in
            entry_points::scripts(&self.distribution().entry_points, self.target.interpreter.version)
        {
            let script = maker.make(&entry_point);
            let Some((path, in_record)) = self.scheme.script(&entry_point.file_name(Platform::HOST)) else {
                continue;
            };
            fs::replace(&path, &script)?;
            can_share &= fs::has_shared_mode(&path)?;
            fs::make_script(&path)?;
            self.record.add(in_record, &script);
        }
        for file in &self.distribution().files {
            if let Some(Place::Scripts(name)) = Place::of(&file.path)
                && let Some((path, in_record)) = self.scheme.script(name)
            {
                let text = script::with_interpreter(self.source.read(&file.path)?, &self.target.python);
                fs::replace_with_parents(&path, &text)?;
                can_share &= fs::has_shared_mode(&path)?;
                if file.is_executable {
                    fs::add_execute_permission(&path)?;
                }
                self.record.add(in_record, &text);
            }
        }
        Ok(can_share)
    }

    /// Writes the files but the metadata, and the bytecode.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be read or written, or the interpreter that failed.
    pub(super) fn write_files(&mut self, options: &Options, linker: &mut Linker) -> Result<()> {
        let distribution = self.distribution();
        let wants = |path: &str| !is_metadata(distribution, path) && self.found.wants(path);
        self.source.place(&self.scheme, linker, options, wants)?;
        if let Source::Wheel(wheel, _) = self.source {
            let locate = |path: &str| self.scheme.path(path).unwrap_or_default();
            if options.compiles {
                let sources: Vec<_> = wheel.sources().filter(|source| wants(source)).collect();
                bytecode::make(self.target, wheel, &sources, locate)?;
            }
            for path in bytecode::find(self.target, wheel, locate)? {
                self.record.add_unhashed(
                    self.scheme.path_in_record(&path).map_or_else(|| path.clone(), Cow::into_owned),
                );
            }
        }
        for Installed { path, hash, size, .. } in &distribution.files {
            let is_there = || self.scheme.path(path).is_some_and(|path| fs::exists(&path));
            // An environment without bytecode does not get some where it is repaired.
            let is_listed = !matches!(Place::of(path), Some(Place::Scripts(_)))
                && (size.is_some() || self.found.wants(path) || is_there());
            if let Some(in_record) = self.scheme.path_in_record(path)
                && is_listed
            {
                self.record.add_row(in_record, hash, *size);
            }
        }
        Ok(())
    }

    /// Writes the metadata.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be read or written.
    pub(super) fn write_metadata(mut self, options: &Options, linker: &mut Linker) -> Result<()> {
        let distribution = self.distribution();
        let [last, record] = ["METADATA", "RECORD"].map(|name| distribution.metadata(name));
        for (name, contents) in [("INSTALLER", &b"pip\n"[..]), ("REQUESTED", b"")] {
            let path = self.scheme.library.join(distribution.metadata(name));
            fs::replace_with_parents(&path, contents)?;
            self.record.add(distribution.metadata(name), contents);
        }
        let Self { source, scheme, found, record: mut rows, .. } = self;
        rows.add_unhashed(record.clone());
        fs::replace(&scheme.library.join(record), &rows.into_csv())?;
        source.place(&scheme, linker, options, |path| {
            is_metadata(distribution, path) && path != last && found.wants(path)
        })?;
        source.place(&scheme, linker, options, |path| path == last && found.wants(path))
    }
}

fn is_metadata(distribution: &Distribution, path: &str) -> bool {
    path.strip_prefix(&distribution.dist_info).is_some_and(|rest| rest.starts_with('/'))
}
