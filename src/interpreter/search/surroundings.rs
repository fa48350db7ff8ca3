//! What of the process's environment decides where interpreters are looked for.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use super::{Collection, system};

/// The places of this machine and this user in which interpreters are looked for, there or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// The environment that is active.
    pub(super) active_environment: Option<PathBuf>,
    /// The directories of `PATH`.
    pub(super) path: Vec<PathBuf>,
    /// The folders of installations, in the order in which they are looked into.
    pub(super) collections: Vec<Collection>,
}

impl Surroundings {
    /// Reads them from variables. A path that depends on the current directory does not count: what lies there by chance is
    /// not run.
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
