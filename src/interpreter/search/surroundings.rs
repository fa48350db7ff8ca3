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
    /// The directories of `PATH`. Those that depend on the current directory are not among them: what lies there by chance
    /// is not run.
    pub(super) path: Vec<PathBuf>,
    /// The folders of installations, in the order in which they are looked into.
    pub(super) collections: Vec<Collection>,
}

impl Surroundings {
    /// Reads them from variables; one that is empty counts as one that is not set.
    pub fn read(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let path = variable("PATH").unwrap_or_default();
        Self {
            active_environment: variable("VIRTUAL_ENV").map(PathBuf::from),
            path: env::split_paths(&path).filter(|directory| directory.is_absolute()).collect(),
            collections: system::collections(&|name| variable(name).map(PathBuf::from)),
        }
    }
}
