//! The parts of the process's environment that decide where interpreters are looked for.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{Collection, system};

/// The places of this machine and this user in which interpreters are looked for. They need not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The environment that is active.
    pub(super) active_environment: Option<PathBuf>,
    /// The directories of `PATH`.
    pub(super) path: Vec<PathBuf>,
    /// The folders of installations, in the order in which they are searched.
    pub(super) collections: Vec<Collection>,
    /// The Python that runs fastvenv, or that the program was installed for.
    pub(super) own: Option<PathBuf>,
}

impl Surroundings {
    /// Reads them from variables. A relative path is ignored, so that no program of the current directory is run by chance.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = variable("PATH").unwrap_or_default();
        let folder = |name: &str| variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
        Self {
            active_environment: folder("VIRTUAL_ENV"),
            path: env::split_paths(&path).filter(|directory| directory.is_absolute()).collect(),
            collections: system::collections(&folder),
            own: None,
        }
    }

    /// The same places, and the Python that runs fastvenv, or that the program was installed for.
    #[must_use]
    pub fn with_own(self, own: Option<&Path>) -> Self {
        Self { own: own.map(Path::to_owned), ..self }
    }
}
