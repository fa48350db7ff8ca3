//! Finds out which parts of a distribution an environment has. A whole distribution is left alone, and a damaged one is
//! repaired.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::path::Path;

use super::script::{ScriptMaker, interpreter_of};
use super::{Destination, Source, Target};
use crate::error::Result;
use crate::fs;
use crate::interpreter::{Interpreter, bytecode};
use crate::platform::Platform;
use crate::wheel::{Distribution, DistributionFile, Place, entry_points, record};

/// The parts of a distribution that an environment has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// None of them.
    Absent,
    /// Those of another version.
    AnotherVersion,
    /// All of them.
    Whole,
    /// Some of them: the files that are missing or changed, by their paths in the wheel. If there are none, a script or RECORD is
    /// missing or changed.
    Damaged(HashSet<String>),
}

impl Presence {
    /// Whether there is something to repair.
    pub(crate) fn is_damaged(&self) -> bool {
        matches!(self, Self::Damaged(_))
    }

    /// Whether a file of the wheel is to be written.
    pub(crate) fn wants(&self, path: &str) -> bool {
        match self {
            Self::Absent => true,
            Self::AnotherVersion | Self::Whole => false,
            Self::Damaged(missing) => missing.contains(path),
        }
    }
}

/// Finds out which parts of a distribution an environment has, by the names in the directory of its packages. Without METADATA,
/// which is written last, it counts as nothing: an interrupted run has left the files, and they are written again.
///
/// # Errors
/// [`Error::Io`] with the path that cannot be read.
pub(crate) fn look(
    source: &Source,
    destination: &Destination<'_>,
    target: &Target,
    maker: &ScriptMaker,
    names: &[OsString],
) -> Result<Presence> {
    let distribution = source.distribution();
    let is_another = |name: &OsString| {
        name.to_str().is_some_and(|name| {
            name != distribution.dist_info
                && is_metadata_of(name, distribution.name())
                && !is_unfinished(destination.library, name)
        })
    };
    if names.iter().any(is_another) {
        return Ok(Presence::AnotherVersion);
    }
    if !fs::exists(&destination.library.join(distribution.metadata("METADATA"))) {
        return Ok(Presence::Absent);
    }
    let bytecode = bytecode_in(distribution, destination, &target.interpreter)?;
    let missing = missing(source, destination, &target.interpreter, &bytecode);
    let is_whole = missing.is_empty() && is_recorded(distribution, destination, target, maker, &bytecode);
    Ok(if is_whole { Presence::Whole } else { Presence::Damaged(missing) })
}

/// The bytecode of a distribution's modules in an environment, by its path in the wheel.
fn bytecode_in(
    distribution: &Distribution,
    destination: &Destination<'_>,
    interpreter: &Interpreter,
) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for file in distribution.files().filter(|file| bytecode::is_source(&file.path)) {
        let path = bytecode::path(&file.path, &interpreter.cache_tag);
        if let Some(place) = destination.linked_path(&path)
            && fs::try_exists(&place)?
        {
            found.insert(path);
        }
    }
    Ok(found)
}

/// The files of the wheel that are missing or changed. A module is listed with its bytecode, which is valid for one file
/// only. Missing bytecode is not listed.
fn missing(
    source: &Source,
    destination: &Destination<'_>,
    interpreter: &Interpreter,
    bytecode_there: &HashSet<String>,
) -> HashSet<String> {
    let files = || source.distribution().files();
    let hashes: HashMap<&str, &str> =
        files().filter(|file| file.size.is_none()).map(|file| (&*file.path, &*file.hash)).collect();
    let mut missing = HashSet::new();
    for file in files().filter(|file| file.size.is_some()) {
        let Some(path) = destination.linked_path(&file.path) else { continue };
        let is_sound = fs::read(&path).is_ok_and(|contents| record::fits(&file.hash, &contents))
            && (!file.is_executable || fs::may_execute(&path));
        if !is_sound {
            missing.insert(file.path.to_string());
        }
        if bytecode::is_source(&file.path) {
            let bytecode = bytecode::path(&file.path, &interpreter.cache_tag);
            let expected = hashes
                .get(&*bytecode)
                .filter(|_| source.image().is_some_and(|image| image.has_time_of(&path)));
            let place = destination.linked_path(&bytecode).unwrap_or_default();
            let is_valid = || is_valid(&place, &path, interpreter, expected.copied());
            if !is_sound || (bytecode_there.contains(&bytecode) && !is_valid()) {
                missing.insert(bytecode);
            }
        }
    }
    missing
}

/// Whether Python accepts the bytecode for its source, and whether the bytecode has the expected hash, if that is known.
fn is_valid(bytecode: &Path, source: &Path, interpreter: &Interpreter, expected: Option<&str>) -> bool {
    let is_expected = |hash| fs::read(bytecode).is_ok_and(|contents| record::fits(hash, &contents));
    bytecode::is_valid(bytecode, source, &interpreter.magic_number) && expected.is_none_or(is_expected)
}

/// Whether RECORD lists each file and the bytecode, and whether each script is the one that is made here or the one in RECORD. A
/// script of an entry point must be executable, and start an interpreter beside it.
fn is_recorded(
    distribution: &Distribution,
    destination: &Destination<'_>,
    target: &Target,
    maker: &ScriptMaker,
    bytecode: &HashSet<String>,
) -> bool {
    let Ok(text) = fs::read(&destination.library.join(distribution.metadata("RECORD"))) else { return false };
    let Ok(rows) = record::parse(&text) else { return false };
    let hashes: HashMap<&str, &str> = rows.iter().map(|row| (&*row.path, &*row.hash)).collect();
    let has_file = |file: &DistributionFile| {
        let is_script = matches!(Place::of(&file.path), Some(Place::Scripts(_)));
        let path = destination.path_in_record(&file.path);
        is_script || path.is_some_and(|path| hashes.get(&*path) == Some(&&*file.hash))
    };
    let has_script = |name: &str, made: Option<Vec<u8>>| {
        let Some((path, in_record)) = destination.script(name) else { return true };
        let Some(hash) = hashes.get(&*in_record) else { return false };
        // A script that comes in the wheel may start any program.
        let is_moved = |contents: &[u8]| made.is_some() && leads_elsewhere(contents, &path);
        let is_right = |contents: Vec<u8>| {
            made.as_ref() == Some(&contents) || record::fits(hash, &contents) && !is_moved(&contents)
        };
        fs::read(&path).is_ok_and(is_right) && (made.is_none() || fs::may_execute(&path))
    };
    let made = entry_points::scripts(&distribution.entry_points, target.interpreter.version);
    let is_installer_known = fs::read(&destination.library.join(distribution.metadata("INSTALLER")))
        .is_ok_and(|name| !name.is_empty());
    let has_bytecode =
        |path: &String| destination.path_in_record(path).is_some_and(|path| hashes.contains_key(&*path));
    is_installer_known
        && bytecode.iter().all(has_bytecode)
        && distribution.files().filter(|file| file.size.is_some()).all(has_file)
        && made.iter().all(|script| has_script(&script.file_name(Platform::HOST), Some(maker.make(script))))
        && distribution.scripts().all(|(_, name)| has_script(name, None))
}

/// Whether a script starts an interpreter that is not beside it: the environment was moved or copied.
fn leads_elsewhere(script: &[u8], path: &Path) -> bool {
    let folders = interpreter_of(script).and_then(Path::parent).zip(path.parent());
    folders.is_some_and(|(one, other)| !fs::is_same(one, other))
}

/// Whether the metadata of that name was left by an interrupted run, which did not get to METADATA. pip does not take it for a
/// distribution either.
fn is_unfinished(library: &Path, name: &str) -> bool {
    name.ends_with(".dist-info") && !fs::exists(&library.join(name).join("METADATA"))
}

/// Whether a name in a directory of packages is that of the metadata of some version of a distribution.
fn is_metadata_of(name: &str, distribution: &str) -> bool {
    let Some((stem, "dist-info" | "egg-info")) = name.rsplit_once('.') else { return false };
    let project = stem.split('-').next().unwrap_or(stem);
    let normal = |name: &str| name.replace(['-', '.'], "_").to_lowercase();
    normal(project) == normal(distribution)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_recognised_by_its_name() {
        for name in ["pip-23.0.dist-info", "Pip-1.egg-info", "pip.egg-info"] {
            assert!(is_metadata_of(name, "pip"), "{name}");
        }
        for name in ["pip", "pipx-1.dist-info", "pip-1.zip", "pip_a-1.dist-info"] {
            assert!(!is_metadata_of(name, "pip"), "{name}");
        }
        assert!(is_metadata_of("A_b-1.dist-info", "a.B"));
    }
}
