//! The places of installations on Windows.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::{Candidate, Collection, Source, registry};
use crate::interpreter::Wanted;

/// The folders of the programs in an environment or an installation.
pub(super) const FOLDERS: &[&str] = &["Scripts", "", "bin"];

/// The places that are searched, as words that follow "in".
pub(in crate::interpreter) const PLACES: &str =
    "the active environment, PATH, pyenv, uv, mise, the registry and the list of the py launcher";

/// The keys under which installers register a Python (PEP 514), and the view of the registry for each.
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

/// The Pythons of the registry, and then those of the launcher.
pub(super) fn registered(wanted: &Wanted) -> impl Iterator<Item = Candidate> + use<> {
    let entries =
        KEYS.iter().flat_map(|[key, view]| registry::entries(&output("reg", &["query", key, "/s", view])));
    let entries = registry::fitting(entries.collect(), wanted);
    let listed = std::iter::once_with(|| registry::listed(&output("py", &["-0p"]))).flatten();
    let candidate = |source| move |path| Candidate { path, source };
    entries.into_iter().map(candidate(Source::Registry)).chain(listed.map(candidate(Source::Launcher)))
}

/// The output of a program; empty if it cannot be run.
fn output(program: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(program);
    let output = command.args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}
