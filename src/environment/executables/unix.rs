//! The interpreter in `bin`: its names, and whether they are links or copies.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs::{self, Mode};

/// The names besides the one by which the base interpreter was started, in `venv`'s order.
///
/// They depend on the minor version of Python 3, on whether it is `PyPy`, whose `venv` adds names of its own, and on
/// whether names on disk are UTF-8 (`sys.getfilesystemencoding()`).
#[must_use]
pub fn names(minor: u8, is_pypy: bool, has_utf8_names: bool) -> Vec<String> {
    let mut names = vec!["python".to_owned(), "python3".to_owned(), format!("python3.{minor}")];
    // Python 3.14 is "π"; 3.15 dropped the name again (python/cpython#134060).
    if minor == 14 && has_utf8_names {
        names.push("\u{1d70b}thon".to_owned());
    }
    if is_pypy {
        names.extend(["pypy3".to_owned(), "pypy".to_owned()]);
    }
    names
}

/// A link that could not be made and became a copy: its target, and its path.
pub type Copied = (PathBuf, PathBuf);

/// Puts the interpreter into the directory of the executables: under the name by which it was started, and by links or copies
/// under its other names. Links of an earlier run that are broken, or that lead to another Python, are made again.
///
/// Returns the links that had to be copies.
///
/// # Errors
/// [`Error::Io`] with the path that could not be made, or with the interpreter if it does not exist.
pub fn place(executable: &Path, env_exe: &Path, names: &[String], symlinks: bool) -> Result<Vec<Copied>> {
    let mut copied = Vec::new();
    let mut put = |source: &Path, text: &Path, path: &Path| -> Result<()> {
        if symlinks && is_linked(text, path) {
            return Ok(());
        }
        if symlinks {
            copied.push((source.to_owned(), path.to_owned()));
        }
        fs::copy_contents(source, path, Mode::INTERPRETER)
    };
    fs::remove_stale_link(env_exe, executable)?;
    put(executable, executable, env_exe)?;
    let own_name = Path::new(env_exe.file_name().unwrap_or_default());
    for name in names {
        let path = env_exe.with_file_name(name);
        fs::remove_stale_link(&path, executable)?;
        if !fs::exists(&path) {
            put(env_exe, own_name, &path)?;
        }
    }
    if fs::try_exists(env_exe)? { Ok(copied) } else { Err(Error::not_found(env_exe)) }
}

/// Makes a link unless there is one, and returns whether there is one now.
fn is_linked(text: &Path, path: &Path) -> bool {
    // Another process may have made it meanwhile.
    fs::is_link(path) || fs::symlink(text, path).is_ok() || fs::is_link(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_its_name() {
        assert_eq!(names(9, false, true), ["python", "python3", "python3.9"]);
        assert_eq!(names(15, false, true), ["python", "python3", "python3.15"]);
    }

    #[test]
    fn pi_is_there_for_one_version_and_where_it_can_be_written() {
        assert_eq!(names(14, false, true), ["python", "python3", "python3.14", "𝜋thon"]);
        assert_eq!(names(14, false, false), ["python", "python3", "python3.14"]);
    }

    #[test]
    fn pypy_has_names_of_its_own() {
        assert_eq!(names(11, true, true), ["python", "python3", "python3.11", "pypy3", "pypy"]);
    }

    #[test]
    #[cfg(unix)]
    fn links_and_copies_are_made_and_mended() {
        let dir = tempfile::tempdir().unwrap();
        let [base, other] = ["base", "other"].map(|name| dir.path().join(name));
        for path in [&base, &other] {
            fs::write(path, b"program").unwrap();
            fs::make_executable(path).unwrap();
        }
        let bin = dir.path().join("bin");
        fs::create_directory(&bin).unwrap();
        let names = ["python".to_owned(), "python3".to_owned()];
        fs::symlink(&other, &bin.join("python3")).unwrap();
        for _ in 0..2 {
            assert_eq!(place(&base, &bin.join("python"), &names, true).unwrap(), []);
            assert!(names.iter().all(|name| fs::is_link(&bin.join(name))));
            assert!(fs::is_same(&bin.join("python3"), &base));
        }
        let copies = dir.path().join("copies");
        fs::create_directory(&copies).unwrap();
        assert_eq!(place(&base, &copies.join("base"), &names, false).unwrap(), []);
        for name in ["base", "python", "python3"] {
            assert!(!fs::is_link(&copies.join(name)) && fs::may_execute(&copies.join(name)));
        }
        let missing = dir.path().join("missing");
        assert!(matches!(place(&missing, &bin.join("x"), &names, true), Err(Error::Io { .. })));
    }
}
