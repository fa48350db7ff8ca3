//! The places of Python's packages and programs on POSIX systems.

use std::path::{Path, PathBuf};

use super::library::Library;
use super::{is_for_shims, is_of_users};
use crate::fs;

/// The directory of the programs of an environment.
pub(super) const PROGRAMS: &str = "bin";

/// The interpreter of an environment.
pub(super) const PYTHON: &str = "python";

/// The folders of packages below a prefix that have fastvenv in them.
pub(super) fn libraries(prefix: &Path) -> Vec<Library> {
    let mut libraries = Vec::new();
    // Fedora has extension modules in lib64, which is not a link there.
    let folders = ["lib", "lib64"].map(|name| prefix.join(name));
    for folder in folders.iter().filter(|folder| !fs::is_link(folder)) {
        for name in fs::names(folder).unwrap_or_default() {
            let Some(python) = name.to_str().and_then(|name| python_of(name, prefix)) else { continue };
            // Debian has its own folder for packages. The usual one may exist beside it, for a Python that is not Debian's.
            let packages =
                ["site-packages", "dist-packages"].map(|packages| folder.join(&name).join(packages));
            libraries.extend(packages.into_iter().filter_map(|packages| Library::new(&python, packages)));
        }
    }
    libraries
}

/// The name of the interpreter that has a folder of that name in `lib`.
fn python_of(name: &str, prefix: &Path) -> Option<String> {
    if name == "python" {
        // Packages that a user installs for a Python of macOS: ~/Library/Python/3.13/lib/python/site-packages.
        return Some(format!("python{}", prefix.file_name()?.to_str()?));
    }
    (name.starts_with("python") || name.starts_with("pypy")).then(|| name.to_owned())
}

/// The paths that the interpreter of that folder may have, the likeliest first.
pub(super) fn beside(prefix: &Path, library: &Library) -> impl Iterator<Item = PathBuf> {
    let own = prefix.join("bin");
    // The Python of the system is in the directory above `local`, and its pip installs into `local`.
    let above = prefix.ends_with("local").then(|| prefix.with_file_name("bin"));
    let mut folders = [Some(own), above];
    if library.packages.ends_with("dist-packages") {
        folders.reverse();
    }
    folders.into_iter().flatten().map(|folder| folder.join(&library.python))
}

/// What the message that there is no interpreter says after its path.
pub(super) const NOT_ELSEWHERE: &str = " and none of that name on PATH";

/// The interpreter in another place, which is on `PATH`.
pub(super) fn elsewhere(path: &[PathBuf], library: &Library) -> Option<PathBuf> {
    let (shims, directories): (Vec<_>, Vec<_>) = path.iter().partition(|directory| is_for_shims(directory));
    directories
        .into_iter()
        .chain(shims)
        .filter(|directory| is_of_users(directory))
        .map(|directory| directory.join(&library.python))
        .find(|python| fs::is_program(python))
}
