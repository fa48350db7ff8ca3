//! What is installed already: in the environment, where it is not installed again, and elsewhere, where it can stand in
//! for a wheel.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;

use super::archive::File;
use super::wheel::Wheel;
use super::{Distribution, Place, Scheme, Target, bytecode, entry_points, record};
use crate::error::{Error, Result};
use crate::fs;
use crate::layout::Platform;

/// What there is of a distribution in an environment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// Another version.
    Another,
    /// All of it.
    Whole,
    /// Parts; what is missing or changed, by its path in the wheel.
    Damaged(HashSet<String>),
}

impl Found {
    /// Whether a file of the wheel is to be written.
    pub(super) fn wants(&self, path: &str) -> bool {
        match self {
            Self::Nothing => true,
            Self::Another | Self::Whole => false,
            Self::Damaged(missing) => missing.contains(path),
        }
    }
}

/// Looks what there is of a distribution in an environment. Without METADATA, which is written last, it counts as nothing:
/// whatever a run that was cut short has left is written anew.
///
/// # Errors
/// [`Error::Io`] where the directory of the packages cannot be read.
pub(super) fn look(distribution: &Distribution, scheme: &Scheme<'_>, target: &Target) -> Result<Found> {
    let is_another = |name: &OsString| {
        name.to_str()
            .is_some_and(|name| name != distribution.dist_info && is_metadata_of(name, distribution.name()))
    };
    if fs::names(scheme.library)?.iter().any(is_another) {
        return Ok(Found::Another);
    }
    if !fs::exists(&scheme.library.join(distribution.metadata("METADATA"))) {
        return Ok(Found::Nothing);
    }
    let missing = missing(distribution, scheme, &target.interpreter.cache_tag);
    let scripts = entry_points::scripts(&distribution.entry_points, target.interpreter.version);
    let has_scripts = scripts.iter().all(|script| {
        scheme.script(&script.file_name(Platform::HOST)).is_some_and(|(path, _)| fs::exists(&path))
    });
    let is_whole = missing.is_empty()
        && has_scripts
        && fs::exists(&scheme.library.join(distribution.metadata("RECORD")));
    Ok(if is_whole { Found::Whole } else { Found::Damaged(missing) })
}

/// The files of the wheel that are not there, or not as they should be; with each module its bytecode, since that is
/// valid for one file only. Bytecode alone is no loss.
fn missing(distribution: &Distribution, scheme: &Scheme<'_>, cache_tag: &str) -> HashSet<String> {
    let mut missing = HashSet::new();
    for file in distribution.files.iter().filter(|file| file.size.is_some()) {
        let is_sound = scheme.path(&file.path).is_some_and(|path| match Place::of(&file.path) {
            Some(Place::Scripts(_)) => fs::exists(&path),
            _ => fs::read(&path).is_ok_and(|contents| record::fits(&file.hash, &contents)),
        });
        if !is_sound {
            missing.insert(file.path.clone());
            missing.insert(bytecode::path(&file.path, cache_tag));
        }
    }
    missing
}

/// Whether a path is that of the metadata of something that is installed.
pub(super) fn is_metadata_folder(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "dist-info")
}

/// Whether a name in a directory of packages is that of the metadata of some version of a distribution.
fn is_metadata_of(name: &str, distribution: &str) -> bool {
    let Some((stem, "dist-info" | "egg-info")) = name.rsplit_once('.') else { return false };
    let project = stem.split('-').next().unwrap_or(stem);
    let normal = |name: &str| name.replace(['-', '.'], "_").to_lowercase();
    normal(project) == normal(distribution)
}

/// A wheel of the files of a distribution that is installed, each checked against its RECORD.
///
/// What was made when it was installed (scripts, bytecode, RECORD) is made anew, and is not among them.
///
/// # Errors
/// [`Error::Io`] where a file cannot be read; [`Error::Wheel`] for one that is not as RECORD says.
pub(super) fn read(dist_info: &Path) -> Result<Wheel> {
    let refused = |entry: Option<&str>, reason: &str| Error::wheel(dist_info, entry, reason);
    let (Some(name), Some(library)) =
        (dist_info.file_name().and_then(|name| name.to_str()), dist_info.parent())
    else {
        return Err(refused(None, "its name is not that of a folder of metadata"));
    };
    let rows = record::parse(&fs::read(&dist_info.join("RECORD"))?)
        .map_err(|reason| refused(Some("RECORD"), &reason))?;
    let is_made = |path: &str| {
        let own = path.strip_prefix(name).and_then(|rest| rest.strip_prefix('/'));
        Path::new(path).is_absolute()
            || path.split('/').any(|part| matches!(part, ".." | "__pycache__"))
            || own.is_some_and(|own| matches!(own, "RECORD" | "INSTALLER" | "REQUESTED" | "direct_url.json"))
    };
    let mut files = Vec::new();
    for row in rows.into_iter().filter(|row| !is_made(&row.path)) {
        let path = library.join(&*row.path);
        let contents = fs::read(&path)?;
        if !record::fits(&row.hash, &contents) {
            return Err(refused(Some(&row.path), &record::misfit(&row.hash)));
        }
        let is_executable = fs::is_executable(&path);
        files.push(File {
            path: row.path.into_owned(),
            contents,
            hash: row.hash.into_owned(),
            is_executable,
        });
    }
    Ok(Wheel::new(dist_info, name, files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_told_by_its_name() {
        for name in ["pip-23.0.dist-info", "Pip-1.egg-info", "pip.egg-info"] {
            assert!(is_metadata_of(name, "pip"), "{name}");
        }
        for name in ["pip", "pipx-1.dist-info", "pip-1.zip", "pip_a-1.dist-info"] {
            assert!(!is_metadata_of(name, "pip"), "{name}");
        }
        assert!(is_metadata_of("A_b-1.dist-info", "a.B"));
    }

    #[test]
    fn what_is_installed_is_read_without_what_installing_made() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write_with_parents(&path("a/b.py"), b"b").unwrap();
        let hash = record::hash(b"b");
        let text =
            format!("a/b.py,{hash},1\na/__pycache__/b.pyc,,\n../bin/a,{hash},1\na-1.dist-info/RECORD,,\n");
        fs::write_with_parents(&path("a-1.dist-info/RECORD"), text.as_bytes()).unwrap();
        let wheel = read(&path("a-1.dist-info")).unwrap();
        assert_eq!(wheel.files().iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a/b.py"]);
        fs::write(&path("a/b.py"), b"c").unwrap();
        assert!(matches!(read(&path("a-1.dist-info")), Err(Error::Wheel { .. })));
        assert!(matches!(read(&path("b-1.dist-info")), Err(Error::Io { .. })));
    }
}
