//! The environments that pipx and uv make for a program that they install.
//!
//! Where they cannot link to the program in it, as on most Windows systems, they copy it, and the copy lies elsewhere.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::system;
use crate::fs;

/// Where they have their environments: in a folder of what a variable says.
const PLACES: [(&str, &str); 11] = [
    ("UV_TOOL_DIR", ""),
    ("XDG_DATA_HOME", "uv/tools"),
    ("HOME", ".local/share/uv/tools"),
    ("APPDATA", "uv/tools"),
    ("APPDATA", "uv/data/tools"),
    ("PIPX_HOME", "venvs"),
    ("XDG_DATA_HOME", "pipx/venvs"),
    ("HOME", ".local/share/pipx/venvs"),
    ("HOME", ".local/pipx/venvs"),
    ("USERPROFILE", "pipx/venvs"),
    ("LOCALAPPDATA", "pipx/pipx/venvs"),
];

/// The environments that they would make for fastvenv.
pub(super) fn environments(variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let place = |(name, folder): &(&str, &str)| {
        let base = variable(name).filter(|value| !value.is_empty())?;
        Some(PathBuf::from(base).join(folder).join("fastvenv"))
    };
    PLACES.iter().filter_map(place).collect()
}

/// The interpreter of an environment, where the program in it is the one that this is a copy of.
pub(super) fn python_of_copy(env_dir: &Path, copy: &Path) -> Option<PathBuf> {
    let original = env_dir.join(system::PROGRAMS).join(copy.file_name()?);
    let python = original.with_file_name(system::PYTHON);
    let is_copy = fs::read(&original).ok()? == fs::read(copy).ok()?;
    (is_copy && fs::exists(&python)).then_some(python)
}
