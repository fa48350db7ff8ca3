//! The parts of the process's environment that decide where interpreters are looked for.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

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
        }
    }
}
