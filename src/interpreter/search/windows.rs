//! The places of installations on Windows.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use windows_registry::{CURRENT_USER, Key, LOCAL_MACHINE, Type};

use super::registry::{self, Entry};
use super::{Candidate, Collection, Source};
use crate::interpreter::Wanted;

/// The folders of the programs in an environment or an installation.
pub(super) const FOLDERS: &[&str] = &["Scripts", "", "bin"];

/// The places that are searched, as words that follow "in".
pub(in crate::interpreter) const PLACES: &str =
    "the active environment, PATH, pyenv, uv, mise, the registry and the list of the py launcher";

/// The key under which installers register a Python (PEP 514).
const KEY: &str = r"Software\Python";

/// The views of the registry (`KEY_WOW64_64KEY`, `KEY_WOW64_32KEY`): a key of the machine is another one for 32-bit programs.
const VIEWS: [(&Key, u32); 3] = [(CURRENT_USER, 0x0100), (LOCAL_MACHINE, 0x0100), (LOCAL_MACHINE, 0x0200)];

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
    let entries = registry::fitting(registrations(), wanted);
    let listed = std::iter::once_with(|| registry::listed(&launcher_list())).flatten();
    let candidate = |source| move |path| Candidate { path, source };
    entries.into_iter().map(candidate(Source::Registry)).chain(listed.map(candidate(Source::Launcher)))
}

/// The programs of python.org's installers that have the packages of a user in a folder of that name.
#[must_use]
pub fn with_user_folder(name: &str) -> Vec<PathBuf> {
    registry::with_user_folder(&registrations(), name)
}

/// The entries in the registry.
fn registrations() -> Vec<Entry> {
    VIEWS.into_iter().flat_map(|(root, view)| entries_below(root, view)).collect()
}

/// The entries below a root of the registry, in one view of it.
fn entries_below(root: &Key, view: u32) -> Vec<Entry> {
    let open = |key: &Key, path: &str| key.options().read().access(view).open(path).ok();
    let names = |key: &Key| key.keys().map(Iterator::collect::<Vec<String>>).unwrap_or_default();
    let mut entries = Vec::new();
    let Some(python) = open(root, KEY) else { return entries };
    for company in names(&python) {
        let Some(tags) = open(&python, &company) else { continue };
        for tag in names(&tags) {
            let Some(key) = open(&tags, &format!(r"{tag}\InstallPath")) else { continue };
            let (folder, executable) = (text(&key, ""), text(&key, "ExecutablePath"));
            entries.push(Entry { company: company.clone(), tag, folder, executable });
        }
    }
    entries
}

/// A value, if it is a text.
fn text(key: &Key, name: &str) -> Option<String> {
    let value = key.get_value(name).ok()?;
    if value.ty() == Type::String { value.try_into().ok() } else { None }
}

/// The list of the launcher; empty if there is no launcher. It is UTF-8, whatever the code page of the console.
#[expect(clippy::disallowed_methods, reason = "Windows has a lock for the variables")]
fn launcher_list() -> String {
    let output = Command::new("py").arg("-0p").stdin(Stdio::null()).stderr(Stdio::null()).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_registered_is_found_in_any_letters() {
        // The name is short, because another test may be reading names that are no longer than those that it has seen.
        let company = r"Software\Python\Own";
        let path = "C:\\J\u{fc}rgen \u{65e5}\\python.exe";
        let key = CURRENT_USER.create(format!(r"{company}\9.1\InstallPath")).unwrap();
        key.set_string("", "C:\\J\u{fc}rgen").unwrap();
        key.set_string("ExecutablePath", path).unwrap();
        let other = CURRENT_USER.create(format!(r"{company}\9.2\InstallPath")).unwrap();
        other.set_u32("ExecutablePath", 1).unwrap();
        let entries = registrations();
        CURRENT_USER.remove_tree(company).unwrap();
        let found: Vec<_> = entries.iter().filter(|entry| entry.company == "Own").collect();
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].executable.as_deref(), Some(path));
        assert_eq!(found[0].folder.as_deref(), Some("C:\\J\u{fc}rgen"));
        assert_eq!((found[1].executable.as_ref(), found[1].folder.as_ref()), (None, None));
    }
}
