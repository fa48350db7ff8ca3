//! The layout of an environment: the directories in it, and which directories can hold one.

use std::ffi::OsStr;
use std::path::Path;

use super::contents::check_clearable;
use crate::error::{Error, Result};
use crate::fs;
use crate::interpreter::{Interpreter, Paths};
use crate::platform::Platform;

impl Platform {
    /// The separator of the entries of `PATH`, which no entry can contain.
    fn path_separator(self) -> u8 {
        match self {
            Self::Posix => b':',
            Self::Windows => b';',
        }
    }
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

/// Makes the directories for headers, packages and scripts, in the order of `venv`.
///
/// # Errors
/// Those of [`fs::create_directory`].
pub fn make_directories(env_dir: &Path, interpreter: &Interpreter) -> Result<()> {
    let Interpreter { paths, version, .. } = interpreter;
    let features = interpreter.features();
    let fixed = Paths::fixed("include", *version).unwrap_or_default();
    let include = if features.include_is_versioned() { &paths.include } else { &fixed };
    fs::create_directory(&env_dir.join(include))?;
    fs::create_directory(&env_dir.join(&paths.purelib))?;
    if features.has_platlib() {
        fs::create_directory(&env_dir.join(&paths.platlib))?;
    } else if interpreter.is_64_bit && Platform::HOST == Platform::Posix && !cfg!(target_os = "macos") {
        link_lib64(env_dir)?;
    }
    fs::create_directory(&env_dir.join(&paths.scripts)).map(drop)
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
}
