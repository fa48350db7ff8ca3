//! The files that a wheel becomes in every environment, and whether fastvenv knows all of them.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::mem;
use std::path::Path;

use super::entry_points::{self, EntryPoint};
use super::place::Place;
use super::record::Record;
use super::release::Release;
use super::text::Text;
use super::{Wheel, archive, pip, portable, requires_python};
use crate::error::{Error, Result};
use crate::interpreter::bytecode;

// The names at the top of an environment, on any system. A wheel that has a file with such a name, or data that could replace
// scripts or packages, is left to pip.
const FOLDERS_OF_ENVIRONMENT: &[&str] = &["bin", "scripts", "lib", "lib64", "include", "pyvenv.cfg"];
const SCRIPTS_OF_ENVIRONMENT: &[&str] = &["python", "activate", "deactivate"];

/// The files that a wheel becomes in every environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Distribution {
    /// The folder of its metadata: `{distribution}-{version}.dist-info`.
    pub(crate) dist_info: String,
    /// Whether it is installed in `purelib`.
    pub(crate) is_pure: bool,
    /// The text of the scripts, if the distribution is pip.
    pub(crate) template: Option<String>,
    /// The scripts that it declares.
    pub(crate) entry_points: Vec<EntryPoint>,
    /// Its files, without RECORD, folder by folder.
    pub(crate) folders: Vec<Vec<DistributionFile>>,
}

/// A file of a distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DistributionFile {
    /// The path in the wheel.
    pub(crate) path: Text,
    /// As RECORD has hashes.
    pub(crate) hash: Text,
    /// None for bytecode, which is in RECORD without size and hash.
    pub(crate) size: Option<u64>,
    pub(crate) is_executable: bool,
    /// The position of the slash at the end of its folder.
    slash: Option<usize>,
}

impl Distribution {
    pub(crate) fn name(&self) -> &str {
        self.dist_info.split('-').next().unwrap_or_default()
    }

    /// Its files, without RECORD.
    pub(crate) fn files(&self) -> impl Iterator<Item = &DistributionFile> {
        self.folders.iter().flatten()
    }

    /// The scripts that it brings, each with its path in the directory of the scripts.
    pub(crate) fn scripts(&self) -> impl Iterator<Item = (&DistributionFile, &str)> {
        // All files of a folder have the same place.
        let folders = self.folders.iter().filter(|files| script_name(&files[0].path).is_some());
        folders.flatten().filter_map(|file| Some((file, script_name(&file.path)?)))
    }

    /// Adds a file, to the folder of the file before it or to a new one. Returns whether it is the first of its folder.
    pub(crate) fn add(&mut self, file: DistributionFile) -> bool {
        match self.folders.last_mut() {
            Some(folder) if folder[0].folder() == file.folder() => {
                folder.push(file);
                false
            }
            _ => {
                self.folders.push(vec![file]);
                true
            }
        }
    }

    /// Adds files, and sorts all of them, so that each folder is there once.
    pub(crate) fn add_sorted(&mut self, files: Vec<DistributionFile>) {
        let mut files: Vec<_> = mem::take(&mut self.folders).into_iter().flatten().chain(files).collect();
        files.sort_unstable_by(|one, other| (one.folder(), one.name()).cmp(&(other.folder(), other.name())));
        for file in files {
            self.add(file);
        }
    }

    /// The rows of RECORD for the files in the directory of its packages, which are the same in every environment; `None` if a
    /// row has quotes.
    pub(crate) fn rows(&self) -> Option<String> {
        let mut record = Record::default();
        for file in self.files() {
            if let Some(Place::Library(path)) = Place::of(&file.path) {
                record.add_row(path, file.hash_in_record(), file.size);
            }
        }
        String::from_utf8(record.into_csv()).ok().filter(|rows| !rows.contains('"'))
    }

    /// Whether everything is placed in the directory of the packages, where no file or folder at the top has the same name.
    pub(crate) fn is_apart_from(&self, names: &[OsString]) -> bool {
        let names: HashSet<&OsStr> = names.iter().map(OsString::as_os_str).collect();
        self.folders.iter().all(|files| {
            // All files of a folder have the same place.
            let is_library =
                matches!(Place::of(&files[0].path), Some(Place::Library(path)) if *path == *files[0].path);
            let mut tops = files.iter().filter_map(|file| file.path.split('/').next());
            is_library && (names.is_empty() || !tops.any(|top| names.contains(OsStr::new(top))))
        })
    }

    pub(crate) fn metadata(&self, name: &str) -> String {
        format!("{}/{name}", self.dist_info)
    }
}

impl DistributionFile {
    pub(crate) fn new(path: Text, hash: Text, size: Option<u64>, is_executable: bool) -> Self {
        let slash = memchr::memrchr(b'/', path.as_bytes());
        Self { path, hash, size, is_executable, slash }
    }

    /// Its hash as RECORD has it, which has none for bytecode.
    pub(crate) fn hash_in_record(&self) -> &str {
        if self.size.is_some() { &self.hash } else { "" }
    }

    /// The path of the folder that it is in, which is empty for that of the wheel.
    pub(crate) fn folder(&self) -> &str {
        self.slash.map_or("", |position| &self.path[..position])
    }

    pub(crate) fn name(&self) -> &str {
        self.slash.map_or(&self.path, |position| &self.path[position + 1..])
    }
}

impl Wheel {
    /// The distribution that the wheel becomes; `None` if the wheel has parts that are not known here.
    ///
    /// # Errors
    /// [`Error::Wheel`] if it is not for this version of Python, or if its `entry_points.txt` cannot be read.
    pub(crate) fn distribution(&self, version: (u8, u8)) -> Result<Option<Distribution>> {
        let Some(is_pure) = self.field("WHEEL", "Root-Is-Purelib").filter(|_| self.is_known()) else {
            return Ok(None);
        };
        let refused = |entry: Option<&str>, reason: &str| Error::wheel(&self.path, entry, reason);
        if let Some(needed) = self.field("METADATA", "Requires-Python") {
            match requires_python::allows(&needed, version) {
                Some(true) => {}
                Some(false) => {
                    let (major, minor) = version;
                    return Err(refused(
                        None,
                        &format!("it needs Python {needed}, and this is {major}.{minor}"),
                    ));
                }
                None => return Ok(None),
            }
        }
        let path = self.metadata_path("entry_points.txt");
        let text = match (self.file(&path), self.text(&path)) {
            (Some(_), None) => return Err(refused(Some(&path), "it is not UTF-8")),
            (_, text) => text.unwrap_or_default(),
        };
        let entry_points = entry_points::parse(text).map_err(|reason| refused(Some(&path), &reason))?;
        // Scripts of entry points that are already in the wheel are made anew.
        let is_wrapper = |path: &str| {
            script_name(path).is_some_and(|name| entry_points.iter().any(|script| script.is_made_by(name)))
        };
        let paths = self.files.iter().map(|file| file.path.as_str());
        let brought = paths.filter(|path| !is_wrapper(path)).filter_map(script_name);
        let made = entry_points.iter().map(|entry_point| entry_point.name.as_str());
        if entry_points.iter().any(is_special) || !portable::are_apart(made.chain(brought)) {
            return Ok(None);
        }
        let mut distribution = Distribution {
            dist_info: self.dist_info.clone(),
            is_pure: is_pure.eq_ignore_ascii_case("true"),
            template: pip::script_template(self),
            ..Distribution::default()
        };
        for file in self.files.iter().filter(|file| !is_wrapper(&file.path)) {
            let [path, hash] = [&file.path, &file.hash].map(|text| text.clone().into());
            let size = Some(file.contents.len() as u64);
            distribution.add(DistributionFile::new(path, hash, size, file.is_executable));
        }
        distribution.entry_points = entry_points;
        Ok(Some(distribution))
    }

    /// Whether the place of each file is certain: the version of the format and the categories of files (`*.data`) are known,
    /// no two files have the same place, and no module is in the metadata, which is written after the bytecode.
    pub(super) fn is_known(&self) -> bool {
        let paths = || self.files.iter().map(|file| file.path.as_str());
        self.is_plain
            && is_for_every_system(&self.path)
            && self.field("WHEEL", "Wheel-Version").is_some_and(|version| version.starts_with("1."))
            && !self.modules().any(|(path, _)| path.starts_with(&self.dist_info))
            && paths().all(|path| self.has_known_place(path))
            && portable::are_apart(paths().map(in_library))
    }

    /// Whether the place of a file is certain, and no other file can be in it.
    fn has_known_place(&self, path: &str) -> bool {
        // The bytecode that pip writes may be in the same place.
        let is_bytecode = path.split('/').any(|part| part == "__pycache__");
        let has_place = match Place::of(path) {
            // pip compiles modules among the scripts, after it has written their first line. fastvenv does not.
            Some(Place::Scripts(name)) => !bytecode::is_source(name) && !is_of_environment(name),
            // The path has the name of the distribution, which pip writes in different ways unless it is simple.
            Some(Place::Headers(_)) => is_simple(&self.dist_info),
            Some(Place::Data(path)) => {
                let folder = path.split('/').next().unwrap_or(path);
                !FOLDERS_OF_ENVIRONMENT.iter().any(|name| name.eq_ignore_ascii_case(folder))
            }
            Some(Place::Library(_)) => true,
            None => false,
        };
        // The RECORD of an installed distribution may have paths that the archive of a wheel may not.
        let is_of_wheel = archive::fault_of(path).is_none();
        has_place && !is_bytecode && is_of_wheel && portable::is_portable(path)
    }
}

/// The name of a script that a wheel brings; `None` for other files.
fn script_name(path: &str) -> Option<&str> {
    match Place::of(path) {
        Some(Place::Scripts(name)) => Some(name),
        _ => None,
    }
}

/// Whether a script of that name could replace the interpreter or an activation script.
fn is_of_environment(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SCRIPTS_OF_ENVIRONMENT.iter().any(|beginning| name.starts_with(beginning))
}

/// Whether pip treats an entry point in a way that fastvenv does not: pip uses only the end of a name with a space, it makes
/// several scripts of `easy_install`, and its version of Python decides which characters beyond ASCII are letters.
fn is_special(entry_point: &EntryPoint) -> bool {
    let EntryPoint { name, module, function, .. } = entry_point;
    name.contains(' ')
        || name.starts_with("easy_install")
        || is_of_environment(name)
        || !portable::is_portable(name)
        || !module.is_ascii()
        || !function.is_ascii()
}

/// The path of a file, with the same text for `purelib` and `platlib`, which are one folder in an environment.
fn in_library(path: &str) -> &str {
    if let Some(Place::Library(path)) = Place::of(path) { path } else { path }
}

/// Whether a name with a version can be written in one way only.
fn is_simple(dist_info: &str) -> bool {
    let name = dist_info.split('-').next().unwrap_or_default();
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

/// Whether the tags in a wheel's name say that it is for every system and every Python 3. An installed distribution has no
/// tags.
fn is_for_every_system(path: &Path) -> bool {
    let Some(name) =
        path.file_name().and_then(|name| name.to_str()).filter(|name| Release::of_wheel(name).is_some())
    else {
        return true;
    };
    let pythons = name.strip_suffix("-none-any.whl").and_then(|name| name.rsplit('-').next());
    pythons.is_some_and(|pythons| pythons.split('.').any(|python| python == "py3"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::wheel;
    use super::*;

    #[test]
    fn tags_show_which_systems_a_wheel_is_for() {
        for name in
            ["a-1-py3-none-any.whl", "a-1-py2.py3-none-any.whl", "a-1-1-py3-none-any.whl", "a-1.dist-info"]
        {
            assert!(is_for_every_system(Path::new(name)), "{name}");
        }
        for name in ["a-1-py2-none-any.whl", "a-1-cp39-abi3-any.whl", "a-1-py3-none-linux_x86_64.whl"] {
            assert!(!is_for_every_system(Path::new(name)), "{name}");
        }
    }

    #[test]
    fn rows_of_packages_are_sorted_and_have_no_quotes() {
        let file = |path: &str, size| {
            let [path, hash] = [path, "sha256=x"].map(|text| text.to_owned().into());
            DistributionFile::new(path, hash, size, false)
        };
        let mut distribution = Distribution::default();
        distribution.add(file("b.py", Some(1)));
        let others = ["a-1.data/purelib/d.py", "a-1.data/scripts/c", "a-1.data/data/share/c", "c/a.py"];
        let others = others.map(|path| file(path, Some(1))).into_iter().chain([file("c/a.pyc", None)]);
        distribution.add_sorted(others.collect());
        let rows = ["b.py,sha256=x,1\r\n", "c/a.py,sha256=x,1\r\n", "c/a.pyc,,\r\n", "d.py,sha256=x,1\r\n"];
        assert_eq!(distribution.rows(), Some(rows.concat()));
        assert_eq!(distribution.folders.len(), 5);
        distribution.add(file("a,b.py", Some(1)));
        assert_eq!(distribution.rows(), None);
    }

    #[test]
    fn where_files_go_has_to_be_clear() {
        let is_known = |paths: &[&'static str]| {
            let files: Vec<_> = paths.iter().map(|path| (*path, &b""[..])).collect();
            wheel(&files, |record| record).unwrap().is_known()
        };
        assert!(is_known(&["a-1.data/scripts/x", "a-1.data/data/share/x", "a-1.data/headers/x.h", "x"]));
        assert!(!is_known(&["a-1.data/scripts/x.py"]));
        assert!(!is_known(&["a-1.data/other/x"]));
        assert!(
            is_simple("pip3-1.dist-info") && !is_simple("a_b-1.dist-info") && !is_simple("A-1.dist-info")
        );
        assert!(!is_known(&["a-1.data/purelib/x", "x"]));
        assert!(!is_known(&["a-1.dist-info/x.py"]));
        assert!(!is_known(&["x/__pycache__/x.pyc"]));
        assert!(
            !is_known(&["x", "X"])
                && !is_known(&["x", "X/y"])
                && !is_known(&["é"])
                && !is_known(&["nul.txt"])
        );
        assert!(!is_known(&["a-1.data/scripts/python3.13"]) && !is_known(&["a-1.data/scripts/Activate.ps1"]));
        assert!(!is_known(&["a-1.data/data/bin/x"]) && !is_known(&["a-1.data/data/pyvenv.cfg"]));
    }
}
