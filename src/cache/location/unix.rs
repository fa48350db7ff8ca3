//! The folder of the cache on POSIX systems.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::fs;

/// What is wrong with a folder that is not the user's own, as words that follow "it".
pub const FOREIGN: &str = "belongs to another user";

/// The folder of the cache, which need not exist; `None` if the cache is turned off.
///
/// `FASTVENV_CACHE_DIR` names the folder, and turns the cache off if it is empty. Otherwise the folder is in the user's folder
/// for caches (`XDG_CACHE_HOME`, `~/.cache`, `~/Library/Caches`), if that belongs to the user: with `sudo`, it may belong to
/// another user, or there may be no home. `variable` returns the variables of the process.
#[must_use]
pub fn directory(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(chosen) = variable("FASTVENV_CACHE_DIR") {
        return super::chosen(&chosen);
    }
    let caches = variable("XDG_CACHE_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    let (folder, owned) = if let Some(folder) = caches {
        let owned = folder.parent().unwrap_or(&folder).to_owned();
        (folder, owned)
    } else {
        let home = variable("HOME").map(PathBuf::from).or_else(env::home_dir)?;
        let below = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
        (home.join(below), home)
    };
    let is_ours = is_own(&folder) || (!fs::exists(&folder) && is_own(&owned));
    is_ours.then(|| folder.join("fastvenv"))
}

fn is_own(folder: &Path) -> bool {
    folder.is_absolute() && fs::is_own(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_come_before_the_home() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().to_str().unwrap();
        let found = |pairs: &[(&str, &str)]| {
            let value = |name: &str| {
                let (_, value) = pairs.iter().rev().find(|(other, _)| *other == name)?;
                Some(OsString::from(value))
            };
            directory(value)
        };
        let below = if cfg!(target_os = "macos") { "Library/Caches/fastvenv" } else { ".cache/fastvenv" };
        let (home, caches) = (("HOME", home), format!("{home}/c"));
        let expected = Path::new(home.1).join(below);
        assert_eq!(found(&[home]), Some(expected.clone()));
        assert_eq!(
            found(&[home, ("XDG_CACHE_HOME", &caches)]),
            Some(PathBuf::from(&caches).join("fastvenv"))
        );
        assert_eq!(found(&[home, ("XDG_CACHE_HOME", "c")]), Some(expected));
        let chosen = ("FASTVENV_CACHE_DIR", "x/../y");
        assert_eq!(found(&[home, chosen]), Some(env::current_dir().unwrap().join("y")));
        assert_eq!(found(&[home, ("FASTVENV_CACHE_DIR", "")]), None);
        assert_eq!(found(&[("HOME", "")]), None);
        assert_eq!(found(&[("HOME", "relative")]), None);
        if fs::user() != 0 {
            assert_eq!(found(&[home, ("XDG_CACHE_HOME", "/usr/x")]), None);
        }
    }
}
