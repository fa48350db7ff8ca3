//! The places of the files of a wheel in an environment (binary distribution format, "The .data directory").

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use super::Target;
use crate::error::{Error, Result};
use crate::fs;
use crate::wheel::Place;

/// The directories of one distribution in one environment.
#[derive(Clone, Debug)]
pub(crate) struct Destination<'a> {
    /// The directory of its packages and its metadata, to which the paths in its RECORD are relative.
    pub(crate) library: &'a Path,
    scripts: &'a Path,
    headers: PathBuf,
    data: &'a Path,
}

impl<'a> Destination<'a> {
    /// The directories of a distribution with that name.
    pub(crate) fn new(target: &'a Target, name: &str, is_pure: bool) -> Self {
        let (major, minor) = target.interpreter.version;
        Self {
            library: if is_pure { &target.purelib } else { &target.platlib },
            scripts: &target.scripts,
            // pip chooses this folder in an environment; `sysconfig` has none for the headers of distributions.
            headers: target.env_dir.join(format!("include/site/python{major}.{minor}")).join(name),
            data: &target.env_dir,
        }
    }

    /// The place of a file of the wheel; `None` if the format does not know its category.
    pub(crate) fn path(&self, path: &str) -> Option<PathBuf> {
        Some(match Place::of(path)? {
            Place::Library(path) => self.library.join(path),
            Place::Scripts(path) => self.scripts.join(path),
            Place::Headers(path) => self.headers.join(path),
            Place::Data(path) => self.data.join(path),
        })
    }

    /// Like [`Self::path`], for a file that is the same in every environment: `None` for a script.
    pub(crate) fn linked_path(&self, path: &str) -> Option<PathBuf> {
        if matches!(Place::of(path), Some(Place::Scripts(_))) { None } else { self.path(path) }
    }

    /// The path of a file of the wheel as RECORD has it once it is installed.
    pub(crate) fn path_in_record<'p>(&self, path: &'p str) -> Option<Cow<'p, str>> {
        match Place::of(path)? {
            Place::Library(path) => Some(path.into()),
            _ => relative(self.library, &self.path(path)?).map(Cow::from),
        }
    }

    /// Refuses links in the place of directories for files of the wheel, because a file written through a link would end up
    /// outside the environment. (pip follows such links.)
    ///
    /// # Errors
    /// [`Error::Occupied`] with the link.
    pub(crate) fn check_directories(&self, paths: impl Iterator<Item = impl AsRef<str>>) -> Result<()> {
        let bases = [self.library, self.scripts, self.data];
        let mut checked = HashSet::new();
        for path in paths.filter_map(|path| self.path(path.as_ref())) {
            let is_below = |path: &&Path| !bases.contains(path) && path.starts_with(self.data);
            for directory in path.ancestors().skip(1).take_while(is_below) {
                if !checked.insert(directory.to_owned()) {
                    break;
                }
                if fs::is_link(directory) {
                    return Err(Error::Occupied(directory.to_owned()));
                }
            }
        }
        Ok(())
    }

    /// The path of a script, and that path as RECORD has it.
    pub(crate) fn script(&self, name: &str) -> Option<(PathBuf, String)> {
        let path = self.scripts.join(name);
        let in_record = relative(self.library, &path)?;
        Some((path, in_record))
    }
}

/// The path of a file relative to a directory, both absolute and without links; with `/`, as RECORD has it. `None` if there
/// is no such path (other drives), or if it is not Unicode.
pub(super) fn relative(directory: &Path, file: &Path) -> Option<String> {
    let mut from = directory.components().peekable();
    let mut to = file.components().peekable();
    if from.peek() != to.peek() {
        return None;
    }
    while from.peek().is_some() && from.peek() == to.peek() {
        from.next();
        to.next();
    }
    let up = from.map(|_| Some(".."));
    let down = to.map(|component| match component {
        Component::Normal(name) => name.to_str(),
        _ => None,
    });
    Some(up.chain(down).collect::<Option<Vec<_>>>()?.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_are_those_of_record() {
        let path = |from: &str, to: &str| relative(Path::new(from), Path::new(to));
        assert_eq!(path("/e/lib/p/s", "/e/bin/pip").unwrap(), "../../../bin/pip");
        assert_eq!(path("/e/lib", "/e/lib/a/b").unwrap(), "a/b");
        assert_eq!(path("/e", "e/a"), None);
    }
}
