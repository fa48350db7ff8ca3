//! The Python that the program was installed for, found from where the program lies.
//!
//! Installers put a program into a directory as it is, and tell it nothing; where they can, they list it in the RECORD of the
//! package (PEP 376).

mod library;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;
mod tools;

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::fs;
use crate::fs::CONFIGURATION_FILE;
use library::Library;

/// Where the program is, and whose it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Installation {
    /// The program, no link to it.
    pub(super) program: PathBuf,
    /// The interpreter that has fastvenv installed.
    pub(super) python: PathBuf,
}

impl Installation {
    /// Finds the interpreter from where the program lies.
    ///
    /// # Errors
    /// What was looked for, and what to do.
    pub(super) fn find() -> Result<Self, String> {
        let own = env::current_exe().map_err(|error| format!("fastvenv cannot find itself: {error}"))?;
        // Not the real path, in which directories that are links are followed, too: on Windows that is one that few programs
        // understand.
        let program = links(&own).pop().unwrap_or(own);
        let path = || env::var_os("PATH").map_or_else(Vec::new, |path| env::split_paths(&path).collect());
        let started = || env::args_os().next().map(PathBuf::from);
        let tools = || tools::environments(|name| env::var_os(name));
        Self::of(program, path, started, tools)
    }

    /// Finds the interpreter of a program, which is no link.
    ///
    /// The first that knows it decides: the directory of the program; those of the links to it, the last one first, for an
    /// installer may link to its cache; and for a copy, the environments that hold it, as tools make them. What is not known
    /// about the process, most calls do not need: the directories of `PATH`, how the program was started, and where tools
    /// have their environments.
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
            let directory = parent(&program).display();
            Err(format!(
                "fastvenv cannot tell which Python it was installed for: no Python has the package for the program in \
                 {directory}. To install it again: {}",
                remedy(&program)
            ))
        };
        found.unwrap_or_else(unknown).map(|python| Self { program, python })
    }
}

/// What to do about an interpreter that is gone, or cannot be started, as a command or some words. `program` is that
/// interpreter, or the program beside it.
pub(super) fn remedy(program: &Path) -> String {
    let env_dir = parent(parent(program));
    if fs::exists(&env_dir.join("pipx_metadata.json")) {
        "pipx reinstall fastvenv".to_owned()
    } else if fs::exists(&env_dir.join("uv-receipt.toml")) {
        "uv tool install --force fastvenv".to_owned()
    } else if is_environment(env_dir) {
        format!("make the environment {} again, and run pip install fastvenv in it", env_dir.display())
    } else {
        "pip install --force-reinstall fastvenv".to_owned()
    }
}

/// The interpreter that a path of the program belongs to; `None` where no package is installed for one that lies there.
fn python_of(program: &Path, path: &impl Fn() -> Vec<PathBuf>) -> Option<Result<PathBuf, String>> {
    let prefix = parent(parent(program));
    if is_environment(prefix) {
        let python = program.with_file_name(system::PYTHON);
        return Some(if fs::exists(&python) { Ok(python) } else { Err(gone(&python, "", program)) });
    }
    let library = Library::of(program, system::libraries(prefix))?;
    let beside: Vec<_> = system::beside(prefix, &library).collect();
    let found = beside.iter().find(|python| fs::exists(python)).cloned();
    let found = found.or_else(|| system::on_path(&path(), &library));
    Some(found.ok_or_else(|| match beside.first() {
        Some(python) => gone(python, " and none of that name on PATH", program),
        None => gone(Path::new(&library.python), " on PATH", program),
    }))
}

fn is_environment(directory: &Path) -> bool {
    fs::exists(&directory.join(CONFIGURATION_FILE))
}

fn gone(python: &Path, more: &str, program: &Path) -> String {
    let end = links(python).pop().filter(|end| end != python);
    let end = end.map_or(String::new(), |end| format!(", which leads to {}", end.display()));
    let is_link = if end.is_empty() { "there is no " } else { "nothing is behind " };
    format!(
        "the Python that fastvenv was installed for is gone: {is_link}{}{end}{more}. To install fastvenv again: {}",
        python.display(),
        remedy(program)
    )
}

/// The path by which a program was started, where it leads to `program`: found as shells find it.
fn located(started: &Path, program: &Path, path: &[PathBuf]) -> Option<PathBuf> {
    let program = fs::real(program).ok()?;
    let leads_there = |found: &PathBuf| fs::real(found).is_ok_and(|real| real == program);
    if started.components().count() > 1 {
        let found = env::current_dir().ok()?.join(started);
        return Some(found).filter(leads_there);
    }
    path.iter().map(|directory| directory.join(started)).find(leads_there)
}

/// A path, and those that the links there lead to, one after the other.
fn links(start: &Path) -> Vec<PathBuf> {
    /// As many as Linux follows.
    const MOST: usize = 40;
    let next = |path: &PathBuf| {
        let target = fs::target(path)?;
        // `..` in it is above the directory that the link really lies in.
        let directory = if target.is_absolute() { None } else { fs::real(parent(path)).ok() };
        Some(fs::normal(&directory.unwrap_or_default().join(target)))
    };
    std::iter::successors(Some(start.to_owned()), next).take(MOST).collect()
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new(""))
}

/// Whether a directory of `PATH` may have an interpreter that sees what a user installs: not that of an environment.
fn is_of_users(directory: &Path) -> bool {
    directory.is_absolute() && !is_environment(parent(directory))
}

/// Whether a directory of `PATH` has programs that look up which program to run, as those of pyenv and mise.
fn is_for_shims(directory: &Path) -> bool {
    directory.file_name() == Some(OsStr::new("shims"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
