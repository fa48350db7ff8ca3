//! The places of Python's packages and programs on Windows.

use std::path::{Path, PathBuf};

use super::library::Library;
use super::{is_for_shims, is_of_users};
use crate::fs;

/// The directory of the programs of an environment.
pub(super) const PROGRAMS: &str = "Scripts";

/// The interpreter of an environment.
pub(super) const PYTHON: &str = "python.exe";

/// The folders of packages below a prefix that have fastvenv in them: of a Python, or of a user, whose packages for a Python
/// are in a folder with its version in the name (`Python313`).
pub(super) fn libraries(prefix: &Path) -> Vec<Library> {
    let name = prefix.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    let packages = ["Lib/site-packages", "site-packages"].map(|packages| prefix.join(packages));
    packages.into_iter().filter_map(|packages| Library::new(&name, packages)).collect()
}

/// The paths that the interpreter of that folder may have.
pub(super) fn beside(prefix: &Path, _library: &Library) -> impl Iterator<Item = PathBuf> {
    [prefix.join(PYTHON)].into_iter()
}

/// The interpreter on `PATH` that has a library of that name beside it.
pub(super) fn on_path(path: &[PathBuf], library: &Library) -> Option<PathBuf> {
    let name = library.python.split('-').next().unwrap_or_default();
    path.iter()
        .filter(|directory| is_of_users(directory) && !is_for_shims(directory))
        .filter(|directory| fs::exists(&directory.join(format!("{name}.dll"))))
        .map(|directory| directory.join(PYTHON))
        .find(|python| fs::exists(python))
}
