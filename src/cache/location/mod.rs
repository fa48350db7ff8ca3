//! The folder of the cache.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::ffi::OsStr;
use std::path::{self, Path, PathBuf};

pub use system::{FOREIGN, directory};

use crate::fs;

/// The folder that `FASTVENV_CACHE_DIR` names; `None` if it is empty, or begins with `~`, which no shell replaced by the home.
///
/// A relative path needs the current directory, which may have been deleted; then there is no folder, either.
fn chosen(value: &OsStr) -> Option<PathBuf> {
    let is_usable = !value.is_empty() && !Path::new(value).starts_with("~");
    let folder = if is_usable { path::absolute(value).ok() } else { None };
    folder.map(|folder| fs::normal(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_that_no_shell_named_is_none() {
        assert_eq!(chosen(OsStr::new("")), None);
        assert_eq!(chosen(OsStr::new("~")), None);
        assert_eq!(chosen(OsStr::new("~/cache")), None);
        assert!(
            chosen(OsStr::new("./~")).is_some_and(|folder| folder.is_absolute() && folder.ends_with("~"))
        );
    }
}
