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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::installation::Installation;

    /// Makes empty files in a folder.
    fn make(folder: &Path, names: &[&str]) {
        for name in names {
            fs::write_with_parents(&folder.join(name), b"").unwrap();
        }
    }

    fn found(program: PathBuf, path: &[PathBuf]) -> Result<PathBuf, String> {
        Installation::of(program, || path.to_owned(), || None, Vec::new).map(|found| found.python)
    }

    #[test]
    fn what_only_a_free_threaded_python_can_load_is_for_it() {
        let dir = tempfile::tempdir().unwrap();
        let prefix = dir.path().join("Python313");
        let package = "Lib/site-packages/fastvenv";
        let tagged = format!("{package}/_native.cp313t-win_amd64.pyd");
        make(&prefix, &["Scripts/fastvenv.exe", "python.exe", &format!("{package}/__init__.py"), &tagged]);
        let python = || found(prefix.join("Scripts/fastvenv.exe"), &[]).unwrap();
        assert_eq!(python(), prefix.join("python.exe"));
        make(&prefix, &["python3.13t.exe"]);
        assert_eq!(python(), prefix.join("python3.13t.exe"));
        make(&prefix, &[&format!("{package}/_native.pyd")]);
        assert_eq!(python(), prefix.join("python.exe"));
    }

    #[test]
    fn what_a_user_installs_is_for_a_python_in_another_place() {
        let dir = tempfile::tempdir().unwrap();
        // No registry has that version.
        let user = dir.path().join("Python399");
        make(&user, &["Scripts/fastvenv.exe", "site-packages/fastvenv/__init__.py"]);
        let program = user.join("Scripts/fastvenv.exe");
        let reason = found(program.clone(), &[]).unwrap_err();
        assert!(reason.contains("Python399\\python.exe, and PATH and the registry have none"), "{reason}");
        let base = dir.path().join("base");
        make(&base, &["python.exe", "python399.dll"]);
        assert_eq!(found(program, std::slice::from_ref(&base)), Ok(base.join("python.exe")));
    }

    #[test]
    fn what_a_user_installs_for_a_python_of_the_store_is_for_its_alias() {
        let dir = tempfile::tempdir().unwrap();
        let user = "Packages/Python.3.99_x/LocalCache/local-packages/Python399";
        make(&dir.path().join(user), &["Scripts/fastvenv.exe", "site-packages/fastvenv/__init__.py"]);
        make(dir.path(), &["Microsoft/WindowsApps/Python.3.99_x/python.exe"]);
        let python = found(dir.path().join(user).join("Scripts/fastvenv.exe"), &[]).unwrap();
        assert_eq!(python, dir.path().join("Microsoft/WindowsApps/Python.3.99_x/python.exe"));
    }
}
