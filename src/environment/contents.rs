//! What an environment contains, by which a directory is recognised as one even if `pyvenv.cfg` is missing.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::error::{Error, Result, printable};
use crate::fs::{self, CONFIGURATION_FILE};
use crate::platform::Platform;

impl Platform {
    /// A name as it is compared with others: on Windows, its case does not count.
    fn folded(self, name: &OsStr) -> String {
        let name = name.to_string_lossy();
        if self == Self::Windows { name.to_lowercase() } else { name.into_owned() }
    }

    /// What an environment contains besides [`CONFIGURATION_FILE`]: each name, and the names in it if it is a directory.
    fn contents(self) -> &'static [(&'static str, Names)] {
        const SCRIPTS: Names = Names {
            // Those of 3.9 to 3.15, of PyPy, of older setuptools, and the activation scripts.
            whole: &[
                "python",
                "pythonw",
                "\u{1d70b}thon",
                "pypy",
                "pypyw",
                "pip",
                "easy_install",
                "activate",
                "deactivate",
                "activate_this.py",
            ],
            versioned: &["python", "pythonw", "pypy", "pypyw", "pip", "easy_install"],
            endings: &["exe", "dll", "pdb", "bat", "csh", "fish", "nu", "ps1", "xsh"],
        };
        const VERSIONS: &[&str] = &["python", "pypy"];
        const PACKAGES: Names = Names { whole: &[], versioned: VERSIONS, endings: &[] };
        const HEADERS: Names = Names { whole: &["site"], versioned: VERSIONS, endings: &[] };
        match self {
            Self::Posix => &[
                ("bin", SCRIPTS),
                ("include", HEADERS),
                ("lib", PACKAGES),
                ("lib64", PACKAGES),
                (".gitignore", Names::NONE),
                // Finder writes it into folders that it shows.
                (".DS_Store", Names::NONE),
            ],
            Self::Windows => &[
                ("scripts", SCRIPTS),
                ("include", HEADERS),
                ("lib", Names { whole: &["site-packages"], ..Names::NONE }),
                (".gitignore", Names::NONE),
                // Explorer writes it into folders that it shows.
                ("desktop.ini", Names::NONE),
            ],
        }
    }
}

/// The names in a directory of an environment, in lower case.
#[derive(Debug)]
struct Names {
    /// Names.
    whole: &'static [&'static str],
    /// Names that a version follows, such as `3.13` or `3.13t`.
    versioned: &'static [&'static str],
    /// Endings that a name may have, after a dot.
    endings: &'static [&'static str],
}

impl Names {
    const NONE: Self = Self { whole: &[], versioned: &[], endings: &[] };

    /// Whether a name in lower case is one of them.
    fn contain(&self, name: &str) -> bool {
        let stem = match name.rsplit_once('.') {
            Some((stem, ending)) if self.endings.contains(&ending) => stem,
            _ => name,
        };
        // `python_d.exe` belongs to a debug build.
        let stem = stem.strip_suffix("_d").unwrap_or(stem);
        self.whole.contains(&stem)
            || self.versioned.iter().any(|word| stem.strip_prefix(word).is_some_and(is_version))
    }
}

/// Whether a text is a version as it stands in a name: `3.13`, `313`, `-3.9`, or `3.13t` of a free-threaded build.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let digits = text.strip_suffix(['t', 'd']).unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Whether an environment has that name in its directory.
pub(super) fn is_part(name: &OsStr) -> bool {
    let platform = Platform::HOST;
    name == CONFIGURATION_FILE || platform.contents().iter().any(|(known, _)| *known == platform.folded(name))
}

/// Refuses to clear a directory that is not an environment.
///
/// A directory is an environment if it is empty, has a `pyvenv.cfg`, or contains only what an environment contains, because a
/// run was interrupted before it wrote that file. `names` are the names in the directory, and `names_in` returns the names
/// in one of them: none for a file or a link.
///
/// # Errors
/// [`Error::Refused`] with some of the names that no environment has; or the error of `names_in`.
pub(super) fn check_clearable(
    platform: Platform,
    env_dir: &Path,
    names: &[OsString],
    names_in: impl Fn(&OsStr) -> Result<Vec<OsString>>,
) -> Result<()> {
    if names.iter().any(|name| name == CONFIGURATION_FILE) {
        return Ok(());
    }
    let mut foreign = Vec::new();
    // A process that was killed may have left a temporary name.
    let is_aside = |name: &OsStr| name.to_str().and_then(fs::parts_of_aside).is_some();
    for name in names.iter().filter(|name| !is_aside(name)) {
        match platform.contents().iter().find(|(known, _)| *known == platform.folded(name)) {
            None => foreign.push(printable(name)),
            Some((_, known)) => foreign.extend(
                names_in(name)?
                    .into_iter()
                    .filter(|inner| !is_aside(inner))
                    .filter(|inner| !known.contain(&inner.to_string_lossy().to_lowercase()))
                    .map(|inner| printable(format!("{}/{}", name.display(), inner.display()))),
            ),
        }
    }
    if foreign.is_empty() {
        return Ok(());
    }
    foreign.sort_unstable();
    let more = if foreign.len() > 3 { ", …" } else { "" };
    foreign.truncate(3);
    Err(Error::Refused {
        action: "clear",
        path: env_dir.into(),
        reason: format!(
            "it is not a virtual environment: it has no {CONFIGURATION_FILE} and holds '{}'{more}. \
             To delete its contents all the same, add --force.",
            foreign.join("', '")
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Platform::{Posix, Windows};

    fn clearable(platform: Platform, paths: &[&str]) -> Result<()> {
        let split = |path: &&str| {
            path.split_once('/')
                .map_or((path.to_string(), None), |(top, name)| (top.into(), Some(name.to_owned())))
        };
        let pairs: Vec<(String, Option<String>)> = paths.iter().map(split).collect();
        let names: Vec<OsString> = pairs.iter().map(|(top, _)| top.into()).collect();
        let names_in = |wanted: &OsStr| {
            let inner = pairs
                .iter()
                .filter(|(top, _)| OsStr::new(top) == wanted)
                .filter_map(|(_, name)| name.clone());
            Ok(inner.map(OsString::from).collect())
        };
        check_clearable(platform, Path::new("/home/me"), &names, names_in)
    }

    #[test]
    fn an_environment_whole_or_cut_short_may_be_cleared() {
        assert!(clearable(Posix, &[]).is_ok());
        assert!(clearable(Posix, &["pyvenv.cfg", "anything", "lib/main.c"]).is_ok());
        assert!(clearable(Posix, &["bin", "include", "lib", "lib64", ".gitignore"]).is_ok());
        assert!(
            clearable(Posix, &["bin/python3", "bin/Activate.ps1", "lib/python3.13", "include/site"]).is_ok()
        );
        let scripts =
            ["python", "python3.13t", "\u{1d70b}thon", "pypy3.11", "pip3.9", "pip-3.9", "easy_install-3.9"];
        let activation =
            ["activate", "activate.csh", "activate.fish", "activate.nu", "activate.xsh", "activate_this.py"];
        for name in scripts.iter().chain(&activation) {
            assert!(clearable(Posix, &[&format!("bin/{name}")]).is_ok(), "{name}");
        }
        for name in [
            "pythonw_d.exe",
            "python3.13t.exe",
            "python313.dll",
            "pip3.exe",
            "Activate.ps1",
            "deactivate.bat",
        ] {
            assert!(clearable(Windows, &[&format!("Scripts/{name}")]).is_ok(), "{name}");
        }
        assert!(clearable(Posix, &["lib/pypy3.11", "lib64/python3.13t", "include/python3.9d"]).is_ok());
        assert!(clearable(Posix, &[".removed.fastvenv-7", "bin/.pip3.fastvenv-0"]).is_ok());
        assert!(clearable(Posix, &[".DS_Store"]).is_ok() && clearable(Windows, &["Desktop.ini"]).is_ok());
        assert!(
            clearable(Windows, &["Scripts/python.exe", "Include", "Lib/site-packages", ".gitignore"]).is_ok()
        );
    }

    #[test]
    fn a_directory_with_other_contents_may_not() {
        let projects =
            [&["src"][..], &["bin", "lib", "share"], &[".git"], &["Pyvenv.cfg"], &["BIN"], &["\u{e9}"]];
        for paths in projects.iter().chain(&[
            &["bin", "lib/main.c"][..],
            &["bin/tool", "lib/python3.13"],
            &["lib64/main.c"],
            &[".gitignore/file"],
            &[".DS_Store", "notes"],
            &["lib/python"],
            &["lib/python-tools"],
            &["lib/python3.13-notes"],
            &["bin/python-fmt.sh"],
            &["bin/pip.conf"],
            &["bin/activate_all.py"],
            &["include/pythonic"],
            &["include/site.h"],
        ]) {
            assert!(clearable(Posix, paths).is_err(), "{paths:?}");
        }
        assert!(clearable(Windows, &["bin"]).is_err());
    }

    #[test]
    fn the_refusal_names_what_it_found_and_the_way_out() {
        let message = clearable(Posix, &["d", "lib/c", "b", "a", "bin"]).unwrap_err().to_string();
        assert!(message.starts_with("Refusing to clear /home/me because it is not a virtual environment"));
        assert!(message.contains("holds 'a', 'b', 'd', …") && message.contains("--force"), "{message}");
    }

    #[test]
    fn the_refusal_shows_no_name_that_a_terminal_would_obey() {
        let message = clearable(Posix, &["bin/x\ny\u{1b}[31mz", "\u{202e}a", "é b"]).unwrap_err().to_string();
        assert!(message.contains(r"holds '\u{202e}a', 'bin/x\ny\u{1b}[31mz', 'é b'."), "{message}");
    }
}
