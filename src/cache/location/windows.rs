//! The folder of the cache on Windows.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::fs;

/// What is wrong with a folder that is not the user's own, as words that follow "it".
pub const FOREIGN: &str = "is not in your profile, and elsewhere others may be able to write to it";

/// The folder of the cache, which need not exist; `None` if the cache is turned off.
///
/// `FASTVENV_CACHE_DIR` names the folder, and turns the cache off if it is empty. Otherwise the folder is in `%LOCALAPPDATA%`.
/// `variable` returns the variables of the process.
#[must_use]
pub fn directory(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(chosen) = variable("FASTVENV_CACHE_DIR") {
        return super::chosen(&chosen);
    }
    let local = variable("LOCALAPPDATA").map(PathBuf::from).filter(|folder| folder.is_absolute())?;
    Some(fs::normal(&local.join("fastvenv").join("cache")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_comes_before_the_folder_of_the_system() {
        let found = |pairs: &[(&str, &str)]| {
            directory(|name| pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| value.into()))
        };
        let local = ("LOCALAPPDATA", r"C:\Users\u\AppData\Local");
        assert_eq!(found(&[local]), Some(r"C:\Users\u\AppData\Local\fastvenv\cache".into()));
        assert_eq!(found(&[local, ("FASTVENV_CACHE_DIR", r"D:\x\..\y")]), Some(r"D:\y".into()));
        assert_eq!(found(&[local, ("FASTVENV_CACHE_DIR", "")]), None);
        assert_eq!(found(&[("LOCALAPPDATA", "relative")]), None);
        assert_eq!(found(&[]), None);
    }
}
