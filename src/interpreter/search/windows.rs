//! Where installations are on Windows.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Candidate, Collection, Source, registry};
use crate::interpreter::Wanted;

/// Where the programs of an environment or of an installation are.
pub(super) const FOLDERS: &[&str] = &["Scripts", "", "bin"];

/// The places that are looked into, as words behind "in".
pub(in crate::interpreter) const PLACES: &str =
    "the active environment, PATH, pyenv, uv, mise, the registry and the list of the py launcher";

/// The keys under which installers tell of a Python (PEP 514), and which view of the registry each is in.
const KEYS: [[&str; 2]; 3] = [
    [r"HKCU\Software\Python", "/reg:64"],
    [r"HKLM\Software\Python", "/reg:64"],
    [r"HKLM\Software\Python", "/reg:32"],
];

/// The folders of installations, from the folders that variables name.
pub(super) fn collections(variable: &dyn Fn(&str) -> Option<PathBuf>) -> Vec<Collection> {
    let below = |name: &str, path: &str| variable(name).map(|folder| folder.join(path));
    let managers = [
        // pyenv-win has a variable of its own.
        (
            Source::Pyenv,
            variable("PYENV")
                .or_else(|| variable("PYENV_ROOT"))
                .or_else(|| below("USERPROFILE", r".pyenv\pyenv-win")),
            "versions",
        ),
        (Source::Uv, variable("UV_PYTHON_INSTALL_DIR").or_else(|| below("APPDATA", r"uv\data\python")), ""),
        (
            Source::Mise,
            variable("MISE_DATA_DIR").or_else(|| below("LOCALAPPDATA", "mise")),
            r"installs\python",
        ),
    ];
    let found = managers.into_iter().filter_map(|(source, folder, rest)| {
        folder.map(|folder| Collection { source, folder: folder.join(rest) })
    });
    found.collect()
}

/// What the registry tells of, and then what the launcher lists.
pub(super) fn registered(wanted: &Wanted) -> impl Iterator<Item = Candidate> + use<> {
    let entries =
        KEYS.iter().flat_map(|[key, view]| registry::entries(&output("reg", &["query", key, "/s", view])));
    let entries = registry::fitting(entries.collect(), wanted);
    let listed = std::iter::once_with(|| registry::listed(&output("py", &["-0p"]))).flatten();
    let candidate = |source| move |path| Candidate { path, source };
    entries.into_iter().map(candidate(Source::Registry)).chain(listed.map(candidate(Source::Launcher)))
}

/// What a program prints; nothing where it cannot be run.
fn output(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    let output = command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}
