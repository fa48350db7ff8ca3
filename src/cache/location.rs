//! Where the cache is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::fs;

/// What tells where it is: variables, and the user's home.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// `FASTVENV_CACHE_DIR`.
    pub chosen: Option<OsString>,
    /// `XDG_CACHE_HOME`.
    pub caches: Option<OsString>,
    /// The home of the user, where there is one.
    pub home: Option<PathBuf>,
    /// The current directory.
    pub current: Option<PathBuf>,
}

/// The folder of the cache on POSIX, there or not; `None` where there is to be none.
///
/// `FASTVENV_CACHE_DIR` names it, and turns it off when it is empty. Else it is in the user's folder for caches
/// (`XDG_CACHE_HOME`, `~/.cache`, `~/Library/Caches`), if that is the user's own: with `sudo`, it may be another user's, and
/// there may be no home at all.
#[must_use]
pub fn directory(surroundings: Surroundings) -> Option<PathBuf> {
    let Surroundings { chosen, caches, home, current } = surroundings;
    if let Some(chosen) = chosen {
        return if chosen.is_empty() { None } else { Some(fs::normal(&current?.join(chosen))) };
    }
    let (folder, owned) =
        if let Some(folder) = caches.map(PathBuf::from).filter(|folder| folder.is_absolute()) {
            let owned = folder.parent().unwrap_or(&folder).to_owned();
            (folder, owned)
        } else {
            let home = home?;
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
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_come_before_the_home() {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().to_owned();
        let surroundings = Surroundings {
            chosen: None,
            caches: None,
            home: Some(home.clone()),
            current: Some(PathBuf::from("/here")),
        };
        let below = if cfg!(target_os = "macos") { "Library/Caches/fastvenv" } else { ".cache/fastvenv" };
        assert_eq!(directory(surroundings.clone()), Some(home.join(below)));
        let caches = Surroundings { caches: Some(home.join("c").into()), ..surroundings.clone() };
        assert_eq!(directory(caches.clone()), Some(home.join("c/fastvenv")));
        let relative = Surroundings { caches: Some("c".into()), ..surroundings.clone() };
        assert_eq!(directory(relative), Some(home.join(below)));
        let chosen = Surroundings { chosen: Some("x/../y".into()), ..caches };
        assert_eq!(directory(chosen.clone()), Some(PathBuf::from("/here/y")));
        assert_eq!(directory(Surroundings { chosen: Some("".into()), ..chosen }), None);
        assert_eq!(directory(Surroundings { home: None, ..surroundings.clone() }), None);
        if !fs::is_root() {
            assert_eq!(directory(Surroundings { caches: Some("/root/x".into()), ..surroundings }), None);
        }
    }
}
