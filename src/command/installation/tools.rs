//! The environments that pipx and uv make for a program that they install.
//!
//! If they cannot link to the program in the environment, as on most Windows systems, they copy it to another place.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::system;
use crate::fs;

/// The folders of their environments: a variable, and the path below the folder that it names.
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

/// The environments in which they install fastvenv.
pub(super) fn environments(variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let place = |(name, folder): &(&str, &str)| {
        let base = variable(name).filter(|value| !value.is_empty())?;
        Some(PathBuf::from(base).join(folder).join("fastvenv"))
    };
    PLACES.iter().filter_map(place).collect()
}

/// The interpreter of an environment; `None` if `copy` is not a copy of the program in it.
pub(super) fn python_of_copy(env_dir: &Path, copy: &Path) -> Option<PathBuf> {
    let original = env_dir.join(system::PROGRAMS).join(copy.file_name()?);
    let python = original.with_file_name(system::PYTHON);
    let is_copy = fs::read(&original).ok()? == fs::read(copy).ok()?;
    (is_copy && fs::exists(&python)).then_some(python)
}
