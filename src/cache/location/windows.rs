//! Where the cache is on Windows.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::fs;

/// The folder of the cache, which need not exist; `None` if the cache is turned off.
///
/// `FASTVENV_CACHE_DIR` names the folder, and turns the cache off if it is empty or not in the user's profile: only a folder
/// there counts as the user's own. Otherwise the folder is in `%LOCALAPPDATA%`. `variable` gives the variables of the process.
#[must_use]
pub fn directory(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let Some(chosen) = variable("FASTVENV_CACHE_DIR") else {
        return Some(folder("LOCALAPPDATA")?.join("fastvenv").join("cache"));
    };
    if chosen.is_empty() {
        return None;
    }
    let chosen = fs::normal(&env::current_dir().ok()?.join(chosen));
    let profile = ["LOCALAPPDATA", "USERPROFILE"].into_iter().filter_map(folder);
    let place = comparable(&chosen);
    profile.map(|folder| comparable(&folder)).any(|folder| place.starts_with(folder)).then_some(chosen)
}

/// The path in lower case, with the links of its existing part resolved.
fn comparable(path: &Path) -> PathBuf {
    let resolved = path.ancestors().find_map(|part| {
        let rest = path.strip_prefix(part).ok()?;
        Some(fs::real(part).ok()?.join(rest))
    });
    resolved.as_deref().unwrap_or(path).to_string_lossy().to_lowercase().into()
}
