//! Finds the Python that the program was installed for, from the place of the program.
//!
//! Installers copy a program unchanged, so it does not contain the path of its interpreter. If they can, they list it in the
//! RECORD of the package (PEP 376).

mod library;
#[cfg(any(windows, test))]
mod names;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;
mod tools;

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::error::{printable, strerror};
use crate::fs;
use crate::fs::CONFIGURATION_FILE;
use library::Library;

/// The program, and the interpreter that it belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Installation {
    /// The path of the program itself, not of a link to it.
    pub(super) program: PathBuf,
    /// The interpreter that has fastvenv installed.
    pub(super) python: PathBuf,
}

impl Installation {
    /// Finds the interpreter from the place of the program.
    ///
    /// # Errors
    /// A message that says what was looked for, and what to do.
    pub(super) fn find() -> Result<Self, String> {
        let own = env::current_exe().map_err(|error| {
            let started = env::args_os().next().unwrap_or_default();
            format!(
                "fastvenv cannot find itself, which was started as {}: {}",
                printable(&started),
                strerror(&error)
            )
        })?;
        // The real path would be wrong: it also follows directories that are links, and on Windows it has a form that few
        // programs understand.
        let program = links(&own).pop().unwrap_or(own);
        let path = || env::var_os("PATH").map_or_else(Vec::new, |path| env::split_paths(&path).collect());
        let started = || env::args_os().next().map(PathBuf::from);
        let tools = || tools::environments(|name| env::var_os(name));
        Self::of(program, path, started, tools)
    }

    /// Finds the interpreter of a program, whose path is not a link.
    ///
    /// The first of these that has an interpreter decides: the directory of the program; the directories of the links to it,
    /// the last link first, because an installer may link to its cache; and for a copy, the environments of tools that hold the
    /// same program. The closures are called only if they are needed: they return the directories of `PATH`, the path by which
    /// the program was started, and the environments of tools.
    fn of(
        program: PathBuf,
        path: impl Fn() -> Vec<PathBuf>,
        started: impl Fn() -> Option<PathBuf>,
        tools: impl Fn() -> Vec<PathBuf>,
    ) -> Result<Self, String> {
        let of_links = || {
            let start = started().and_then(|started| located(&started, &program, &path()))?;
            links(&start).iter().rev().find_map(|link| python_of(link, &path))
        };
        let of_tools = || tools().iter().find_map(|env_dir| tools::python_of_copy(env_dir, &program));
        let found = python_of(&program, &path).or_else(of_links).or_else(|| of_tools().map(Ok));
        let unknown = || {
            let directory = printable(parent(&program));
            Err(format!(
                "fastvenv cannot tell which Python it was installed for: no Python has the package for the program in \
                 {directory}. To install it again: {}",
                remedy(&program)
            ))
        };
        found.unwrap_or_else(unknown).map(|python| Self { program, python })
    }
}

/// What to do if an interpreter is gone or cannot be started: a command, or some words. `program` is that interpreter, or the
/// program beside it.
pub(super) fn remedy(program: &Path) -> String {
    let env_dir = parent(parent(program));
    if fs::exists(&env_dir.join("pipx_metadata.json")) {
        "pipx reinstall fastvenv".to_owned()
    } else if fs::exists(&env_dir.join("uv-receipt.toml")) {
        "uv tool install --force fastvenv".to_owned()
    } else if is_environment(env_dir) {
        format!("make the environment {} again, and run pip install fastvenv in it", printable(env_dir))
    } else {
        "pip install --force-reinstall fastvenv".to_owned()
    }
}

/// The interpreter that a path of the program belongs to; `None` if no interpreter in that place has the package installed.
fn python_of(program: &Path, path: &impl Fn() -> Vec<PathBuf>) -> Option<Result<PathBuf, String>> {
    let prefix = parent(parent(program));
    match is_there(&prefix.join(CONFIGURATION_FILE), program) {
        Ok(false) => {}
        Ok(true) => return Some(python_beside(program)),
        Err(reason) => return Some(Err(reason)),
    }
    let library = Library::of(program, system::libraries(prefix))?;
    let beside: Vec<_> = system::beside(prefix, &library).collect();
    let found = beside.iter().find(|python| fs::exists(python)).cloned();
    let found = found.or_else(|| system::elsewhere(&path(), &library));
    Some(found.ok_or_else(|| match beside.first() {
        Some(python) => gone(python, system::NOT_ELSEWHERE, program),
        None => gone(Path::new(&library.python), " on PATH", program),
    }))
}

/// The interpreter beside a program in an environment.
fn python_beside(program: &Path) -> Result<PathBuf, String> {
    let python = program.with_file_name(system::PYTHON);
    if is_there(&python, program)? { Ok(python) } else { Err(gone(&python, "", program)) }
}

/// Whether a path exists, which decides for the interpreter of a program. An error does not mean that it does not exist: another
/// interpreter would be taken.
fn is_there(path: &Path, program: &Path) -> Result<bool, String> {
    fs::try_exists(path).map_err(|error| {
        let remedy = remedy(program);
        format!(
            "fastvenv cannot tell which Python it was installed for: {error}. To install it again: {remedy}"
        )
    })
}

fn is_environment(directory: &Path) -> bool {
    fs::exists(&directory.join(CONFIGURATION_FILE))
}

/// The message that the interpreter of a program does not exist. `more` says after its path where else none was found.
fn gone(python: &Path, more: &str, program: &Path) -> String {
    let end = links(python).pop().filter(|end| end != python);
    let end = end.map_or(String::new(), |end| format!(", which leads to {}", printable(&end)));
    let missing = if end.is_empty() { "there is no " } else { "nothing is behind " };
    format!(
        "the Python that fastvenv was installed for is gone: {missing}{}{end}{more}. To install fastvenv again: {}",
        printable(python),
        remedy(program)
    )
}

/// The path by which a program was started, as a shell finds it; `None` if it does not lead to `program`.
fn located(started: &Path, program: &Path, path: &[PathBuf]) -> Option<PathBuf> {
    let program = fs::real(program).ok()?;
    let leads_there = |found: &PathBuf| fs::real(found).is_ok_and(|real| real == program);
    if started.components().count() > 1 {
        let found = env::current_dir().ok()?.join(started);
        return Some(found).filter(leads_there);
    }
    path.iter().map(|directory| directory.join(started)).find(leads_there)
}

/// A path, and the paths that its chain of links leads to, in order.
fn links(start: &Path) -> Vec<PathBuf> {
    /// The number of links that Linux follows.
    const MOST: usize = 40;
    let next = |path: &PathBuf| {
        let target = fs::target(path)?;
        // A `..` in the target means the directory above the one that the link is really in.
        let directory = if target.is_absolute() { None } else { fs::real(parent(path)).ok() };
        Some(fs::normal(&directory.unwrap_or_default().join(target)))
    };
    std::iter::successors(Some(start.to_owned()), next).take(MOST).collect()
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new(""))
}

/// Whether a directory of `PATH` may have an interpreter that uses packages which a user installed. The directory of an
/// environment has none.
fn is_of_users(directory: &Path) -> bool {
    directory.is_absolute() && !is_environment(parent(directory))
}

/// Whether a directory of `PATH` has shims, as those of pyenv and mise: programs that look up which program to run.
fn is_for_shims(directory: &Path) -> bool {
    directory.file_name() == Some(OsStr::new("shims"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
