//! The interpreter of an environment or of an installation, and folders full of installations.

use std::path::{Path, PathBuf};

use super::{Candidate, Collection, Source, path, system};
use crate::fs;
use crate::interpreter::Wanted;
use crate::interpreter::label::Label;

/// The names of interpreters, the one to take first: `python` alone may be Python 2.
const NAMES: [&str; 4] = ["python3", "python", "pypy3", "pypy"];

/// The interpreter in the directory of an environment or of an installation, if there is one.
pub(super) fn program_in(directory: &Path) -> Option<PathBuf> {
    let folders = || system::FOLDERS.iter().map(|folder| directory.join(folder));
    let usual = folders().find_map(|folder| NAMES.iter().find_map(|name| path::program(&folder, name)));
    // If there are several installations, one may have only names with a version.
    usual.or_else(|| {
        folders().find_map(|folder| path::versions(&folder, &Wanted::everything()).into_iter().next())
    })
}

/// The usual path of the interpreter in a directory.
pub(super) fn usual_program_in(directory: &Path) -> PathBuf {
    directory.join(system::FOLDERS[0]).join(format!("python{}", std::env::consts::EXE_SUFFIX))
}

/// The interpreters in a collection that may fulfil conditions: the newest first, and last those whose folders have no version
/// in their names.
pub(super) fn programs(collection: &Collection, wanted: &Wanted) -> impl Iterator<Item = Candidate> + use<> {
    let Collection { source, folder } = collection.clone();
    let names = fs::names(&folder).unwrap_or_default();
    let names = names.into_iter().filter_map(|name| name.into_string().ok());
    let mut found: Vec<_> = names
        .filter(|name| !name.starts_with('.') && (source != Source::Homebrew || is_package_of_python(name)))
        .map(|name| (Label::parse(&name), name))
        .filter(|(label, _)| label.as_ref().is_none_or(|label| wanted.may_be(label)))
        .collect();
    found.sort_by_cached_key(|(label, name)| {
        (label.is_none(), label.as_ref().map(|label| wanted.rank(label)), name.clone())
    });
    found
        .into_iter()
        .filter_map(move |(_, name)| program_in(&folder.join(name)).map(|path| Candidate { path, source }))
}

/// Whether a package of Homebrew may be a Python, by its name.
fn is_package_of_python(name: &str) -> bool {
    ["python", "pypy"].iter().any(|begin| name.starts_with(begin))
}
