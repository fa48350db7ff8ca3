//! The search for interpreters, in the order of preference.

mod installed;
mod path;
#[cfg(any(windows, test))]
mod registry;
mod surroundings;
#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::fmt;
use std::iter;
use std::path::{Path, PathBuf};

use super::{Request, Wanted};
pub use surroundings::Surroundings;
pub(super) use system::PLACES;
#[cfg(windows)]
pub use system::with_user_folder;

/// A program that may be the requested interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The path by which it is started.
    pub path: PathBuf,
    /// Where it was found.
    pub source: Source,
}

/// The places in which interpreters are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Its path was given.
    Given,
    /// The environment that is active.
    ActiveEnvironment,
    /// A directory of `PATH`.
    Path,
    /// The installations of pyenv.
    Pyenv,
    /// Those of uv.
    Uv,
    /// Those of asdf.
    Asdf,
    /// Those of mise.
    Mise,
    /// The packages of Homebrew.
    Homebrew,
    /// The frameworks of macOS.
    Framework,
    /// The registry of Windows (PEP 514).
    Registry,
    /// The list of the Python launcher of Windows.
    Launcher,
    /// The Python that runs fastvenv, or that the program was installed for.
    Own,
}

impl fmt::Display for Source {
    /// Its name, for a message.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Given => "as given",
            Self::ActiveEnvironment => "active environment",
            Self::Path => "PATH",
            Self::Pyenv => "pyenv",
            Self::Uv => "uv",
            Self::Asdf => "asdf",
            Self::Mise => "mise",
            Self::Homebrew => "Homebrew",
            Self::Framework => "framework",
            Self::Registry => "registry",
            Self::Launcher => "py launcher",
            Self::Own => "fastvenv's own",
        })
    }
}

/// A folder in which each folder has a Python.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Collection {
    source: Source,
    folder: PathBuf,
}

/// The programs that may be the requested interpreter. Each is looked for when the iterator gets to it, and the same one can
/// occur several times. For a path, it is the program that the path leads to, even if it does not exist.
#[must_use]
pub fn candidates<'a>(
    request: &'a Request,
    surroundings: &'a Surroundings,
) -> Box<dyn Iterator<Item = Candidate> + 'a> {
    match request {
        Request::Path(path) => Box::new(iter::once(given(path))),
        Request::Program(name) => Box::new(path::named(name, surroundings)),
        Request::Python(wanted) => Box::new(pythons(wanted, surroundings)),
    }
}

/// The programs that may fulfil conditions, like [`candidates`].
pub fn pythons<'a>(
    wanted: &'a Wanted,
    surroundings: &'a Surroundings,
) -> impl Iterator<Item = Candidate> + 'a {
    let active = surroundings.active_environment.iter().filter_map(|environment| {
        installed::program_in(environment).map(|path| Candidate { path, source: Source::ActiveEnvironment })
    });
    // The program that a shell would run by that name comes before others that may have the version in it.
    let named = wanted.name().into_iter().flat_map(|name| path::named(name, surroundings));
    let collected =
        surroundings.collections.iter().flat_map(|collection| installed::programs(collection, wanted));
    let registered = iter::once_with(|| system::registered(wanted)).flatten();
    let own = surroundings.own.iter().map(|path| Candidate { path: path.clone(), source: Source::Own });
    active
        .chain(named)
        .chain(path::programs(wanted, surroundings))
        .chain(collected)
        .chain(registered)
        .chain(own)
}

/// The program that a path leads to: the file, or the interpreter in the directory.
fn given(path: &Path) -> Candidate {
    let program = if path.is_dir() {
        installed::program_in(path).unwrap_or_else(|| installed::usual_program_in(path))
    } else {
        // A bare name would be looked for on PATH.
        let is_bare = path.parent().is_some_and(|parent| parent.as_os_str().is_empty());
        if is_bare { Path::new(".").join(path) } else { path.to_owned() }
    };
    Candidate { path: program, source: Source::Given }
}

#[cfg(test)]
mod tests;
