//! Which directories can hold an environment, what is in one, and how a directory is recognised as an environment.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::error::{Error, Result, printable};
use crate::fs;
use crate::platform::Platform;

pub use crate::fs::CONFIGURATION_FILE;

impl Platform {
    /// The separator of the entries of `PATH`, which no entry can contain.
    fn path_separator(self) -> u8 {
        match self {
            Self::Posix => b':',
            Self::Windows => b';',
        }
    }

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

/// Whether an environment has that name in its directory.
#[must_use]
pub fn is_part(name: &OsStr) -> bool {
    let platform = Platform::HOST;
    name == CONFIGURATION_FILE || platform.contents().iter().any(|(known, _)| *known == platform.folded(name))
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

/// Refuses a directory that cannot hold an environment.
///
/// # Errors
/// [`Error::Refused`] for a root, and for a path with a `PATH` separator (bpo-45950: it could not be activated), a
/// line break (`pyvenv.cfg` and the scripts are made of lines) or a NUL.
pub fn check_env_dir(platform: Platform, env_dir: &OsStr) -> Result<()> {
    let separator = platform.path_separator();
    let bytes = env_dir.as_encoded_bytes();
    let reason = if let Some(what) = line_break_or_nul(env_dir) {
        format!("it contains {what}.")
    } else if bytes.contains(&separator) {
        format!("it contains the PATH separator {}.", char::from(separator))
    } else if Path::new(env_dir).has_root() && Path::new(env_dir).parent().is_none() {
        "it is the root of a file system.".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::Refused { action: "create a venv in", path: env_dir.to_owned(), reason })
}

/// Refuses a value that cannot stand on a line of `pyvenv.cfg` or of a script.
///
/// # Errors
/// [`Error::Unwritable`], with `name` for the message.
pub fn check_line(name: &str, value: &OsStr) -> Result<()> {
    match line_break_or_nul(value) {
        Some(what) => Err(Error::Unwritable { name: name.to_owned(), what, value: value.to_owned() }),
        None => Ok(()),
    }
}

/// The character in a value that ends its line for some reader; readers disagree on what ends a line.
fn line_break_or_nul(value: &OsStr) -> Option<&'static str> {
    value.to_string_lossy().chars().find_map(|character| match character {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
            Some("a line break")
        }
        '\0' => Some("an embedded null byte"),
        _ => None,
    })
}

/// Removes everything in a directory but the directory itself, `pyvenv.cfg` last.
///
/// # Errors
/// Those of [`check_clearable`], if the directory `must_be_environment`; [`Error::Io`] with the path that could not be
/// removed.
pub fn clear(env_dir: &Path, must_be_environment: bool) -> Result<()> {
    let check = |folder: &fs::Folder<'_>| {
        if must_be_environment { check_open(env_dir, folder) } else { Ok(()) }
    };
    fs::clear_directory(env_dir, check)
}

/// Refuses to clear an open directory that is not an environment.
fn check_open(env_dir: &Path, folder: &fs::Folder<'_>) -> Result<()> {
    check_clearable(Platform::HOST, env_dir, &folder.names()?, |name| folder.names_in(name))
}

/// Refuses a directory that could not be made or cleared, and writes nothing. Returns whether the directory exists.
///
/// # Errors
/// Those of [`clear`] and [`fs::create_directory`], as far as they can be foreseen.
pub fn check_target(env_dir: &Path, clears: bool, must_be_environment: bool) -> Result<bool> {
    check_env_dir(Platform::HOST, env_dir.as_os_str())?;
    if !fs::is_there(env_dir)? {
        let above = env_dir.ancestors().skip(1).find(|above| fs::exists(above));
        return match above {
            Some(above) if !above.is_dir() => Err(Error::Occupied(above.to_owned())),
            _ => Ok(false),
        };
    }
    if fs::is_link(env_dir) || !env_dir.is_dir() {
        return Err(Error::Occupied(env_dir.to_owned()));
    }
    if clears && must_be_environment {
        check_open(env_dir, &fs::Folder::open(env_dir)?)?;
    }
    Ok(true)
}

/// Makes the link `lib64` that 64-bit systems expect (bpo-21197). If the file system has no links, there is none
/// (cpython#98975).
///
/// # Errors
/// [`Error::Io`] with the link, if it cannot be made for another reason.
pub fn link_lib64(env_dir: &Path) -> Result<()> {
    let path = env_dir.join("lib64");
    if fs::exists(&path) {
        return Ok(());
    }
    match fs::symlink(Path::new("lib"), &path) {
        // Another process may have made it meanwhile.
        Err(Error::Io { source, .. })
            if fs::exists(&path) || (!fs::is_there(&path)? && fs::has_no_links(&source)) =>
        {
            Ok(())
        }
        result => result,
    }
}

/// Refuses to clear a directory that is not an environment.
///
/// A directory is an environment if it is empty, has a `pyvenv.cfg`, or contains only what an environment contains, because a
/// run was interrupted before it wrote that file. `names` are the names in the directory, and `names_in` returns the names
/// in one of them: none for a file or a link.
///
/// # Errors
/// [`Error::Refused`] with some of the names that no environment has; or the error of `names_in`.
pub fn check_clearable(
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

    fn refusal(platform: Platform, env_dir: &str) -> Option<String> {
        check_env_dir(platform, OsStr::new(env_dir)).err().map(|error| error.to_string())
    }

    #[test]
    fn a_path_that_could_not_be_activated_or_written_is_refused() {
        let refused =
            |path: &str, why: &str| Some(format!("Refusing to create a venv in {path} because it {why}."));
        assert_eq!(refusal(Posix, "/a:b"), refused("/a:b", "contains the PATH separator :"));
        assert_eq!(refusal(Windows, "a;b"), refused("a;b", "contains the PATH separator ;"));
        assert_eq!(refusal(Posix, "/"), refused("/", "is the root of a file system"));
        // The message itself has only one line.
        assert_eq!(refusal(Posix, "/a\nb"), refused(r"/a\nb", "contains a line break"));
        assert_eq!(refusal(Posix, "/a\rb"), refused(r"/a\rb", "contains a line break"));
        assert_eq!(refusal(Posix, "/a\u{2028}b"), refused(r"/a\u{2028}b", "contains a line break"));
        assert_eq!(refusal(Posix, "/a\0b"), refused(r"/a\u{0}b", "contains an embedded null byte"));
    }

    #[test]
    fn an_odd_path_is_no_reason() {
        for path in ["/a", "/a;b", "/it's \"x\" $HOME `id` !", "/é", "relative", "-"] {
            assert_eq!(refusal(Posix, path), None);
        }
    }

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
