//! The places of Python's packages and programs on Windows.

use std::path::{Path, PathBuf};

use super::library::Library;
use super::{is_for_shims, is_of_users, names};
use crate::fs;
use crate::interpreter::search;

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

/// The paths that the interpreter of that folder may have, the likeliest first.
pub(super) fn beside(prefix: &Path, library: &Library) -> impl Iterator<Item = PathBuf> {
    let own = names::programs(&library.packages).into_iter().map(|name| prefix.join(name));
    own.chain(names::of_store(prefix))
}

/// What the message that there is no interpreter says after its path.
pub(super) const NOT_ELSEWHERE: &str = ", and PATH and the registry have none of that version. If it is in another place, run python -m fastvenv with it";

/// The interpreter in another place: the one on `PATH` that has a library of that name beside it, or else the one in the
/// registry.
pub(super) fn elsewhere(path: &[PathBuf], library: &Library) -> Option<PathBuf> {
    let name = library.python.split('-').next().unwrap_or_default();
    let programs = names::programs(&library.packages);
    let on_path = path
        .iter()
        .filter(|directory| is_of_users(directory) && !is_for_shims(directory))
        .filter(|directory| fs::exists(&directory.join(format!("{name}.dll"))))
        .flat_map(|directory| programs.iter().map(|program| directory.join(program)))
        .find(|python| fs::exists(python));
    on_path
        .or_else(|| search::with_user_folder(&library.python).into_iter().find(|python| fs::exists(python)))
}
