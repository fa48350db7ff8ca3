//! The places of installations on POSIX systems.

use std::iter;
use std::path::{Path, PathBuf};

use super::{Candidate, Collection, Source};
use crate::interpreter::Wanted;

/// The folders of the programs in an environment or an installation.
pub(super) const FOLDERS: &[&str] = &["bin"];

/// The places that are searched, as words that follow "in".
pub(in crate::interpreter) const PLACES: &str =
    "the active environment, PATH, pyenv, uv, asdf, mise, Homebrew and the frameworks of macOS";

/// The folders of Homebrew's packages.
const HOMEBREW: [&str; 3] = ["/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt"];

/// The folders of the versions of a framework: those of python.org, the free-threaded one, and that of Apple's tools.
const FRAMEWORKS: [&str; 3] = [
    "/Library/Frameworks/Python.framework/Versions",
    "/Library/Frameworks/PythonT.framework/Versions",
    "/Library/Developer/CommandLineTools/Library/Frameworks/Python3.framework/Versions",
];

/// The folders of installations, from the folders that variables name.
pub(super) fn collections(variable: &dyn Fn(&str) -> Option<PathBuf>) -> Vec<Collection> {
    let home = variable("HOME");
    let at_home = |path: &str| home.as_ref().map(|home| home.join(path));
    let data = |name: &str| {
        variable("XDG_DATA_HOME").or_else(|| at_home(".local/share")).map(|folder| folder.join(name))
    };
    let managers = [
        (Source::Pyenv, variable("PYENV_ROOT").or_else(|| at_home(".pyenv")), "versions"),
        (Source::Uv, variable("UV_PYTHON_INSTALL_DIR").or_else(|| data("uv/python")), ""),
        (Source::Asdf, variable("ASDF_DATA_DIR").or_else(|| at_home(".asdf")), "installs/python"),
        (Source::Mise, variable("MISE_DATA_DIR").or_else(|| data("mise")), "installs/python"),
    ];
    let managers = managers.into_iter().filter_map(|(source, folder, rest)| {
        folder.map(|folder| Collection { source, folder: folder.join(rest) })
    });
    let fixed = |source| move |folder: &str| Collection { source, folder: Path::new(folder).to_owned() };
    managers
        .chain(HOMEBREW.map(fixed(Source::Homebrew)))
        .chain(FRAMEWORKS.map(fixed(Source::Framework)))
        .collect()
}

/// None: there is no registry.
pub(super) fn registered(_wanted: &Wanted) -> impl Iterator<Item = Candidate> + use<> {
    iter::empty()
}
