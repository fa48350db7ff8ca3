//! Where an environment may lie, what is in it, and how to tell that a directory is one. Pure: nothing is looked up.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The file that makes a directory an environment (PEP 405).
pub const CONFIGURATION_FILE: &str = "pyvenv.cfg";

/// The two shapes of an environment; Python calls them `posix` and `nt` (`os.name`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// `bin`, `include`, `lib/pythonX.Y/site-packages`.
    Posix,
    /// `Scripts`, `Include`, `Lib\site-packages`.
    Windows,
}

impl Platform {
    /// The platform that this code was built for.
    pub const HOST: Self = if cfg!(windows) { Self::Windows } else { Self::Posix };

    /// `os.name`, which is also the name of the folder that holds this platform's script templates.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Posix => "posix",
            Self::Windows => "nt",
        }
    }

    /// What separates the entries of `PATH`, and so can be in none of them.
    fn path_separator(self) -> u8 {
        match self {
            Self::Posix => b':',
            Self::Windows => b';',
        }
    }

    /// Names that hold nothing but an environment's own files, apart from [`CONFIGURATION_FILE`]; what `venv` makes
    /// before it writes that file.
    fn directory_names(self) -> &'static [&'static str] {
        match self {
            Self::Posix => &["bin", "include", "lib", "lib64", ".gitignore"],
            Self::Windows => &["scripts", "include", "lib", ".gitignore"],
        }
    }
}

/// Where a scheme path of an environment lies, by the layout that `venv` had fixed before Python 3.11 gave `sysconfig`
/// a scheme of that name. `name` is one of `scripts`, `include`, `purelib` and `platlib`; others have no place.
#[must_use]
pub fn scheme_path(platform: Platform, env_dir: &Path, name: &str, version: (u8, u8)) -> Option<PathBuf> {
    let (major, minor) = version;
    let below = match (platform, name) {
        (Platform::Posix, "scripts") => "bin".to_owned(),
        (Platform::Posix, "include") => "include".to_owned(),
        (Platform::Posix, "purelib" | "platlib") => format!("lib/python{major}.{minor}/site-packages"),
        (Platform::Windows, "scripts") => "Scripts".to_owned(),
        (Platform::Windows, "include") => "Include".to_owned(),
        (Platform::Windows, "purelib" | "platlib") => "Lib\\site-packages".to_owned(),
        _ => return None,
    };
    Some(env_dir.join(below))
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

fn line_break_or_nul(value: &OsStr) -> Option<&'static str> {
    value.as_encoded_bytes().iter().find_map(|byte| match byte {
        b'\n' | b'\r' => Some("a line break"),
        0 => Some("an embedded null byte"),
        _ => None,
    })
}

/// Whether a directory that holds these names may be cleared without asking.
///
/// It may when it is empty, has a `pyvenv.cfg`, or holds nothing but names that an environment has: then a run was
/// cut short before it wrote that file.
///
/// # Errors
/// [`Error::Refused`] with some of the names that are nobody's business here.
pub fn check_clearable(platform: Platform, env_dir: &Path, names: &[OsString]) -> Result<()> {
    let is_configuration = |name: &OsString| name == CONFIGURATION_FILE;
    let is_foreign = |name: &&OsString| {
        let folded = match platform {
            Platform::Posix => name.to_string_lossy().into_owned(),
            Platform::Windows => name.to_string_lossy().to_lowercase(),
        };
        !platform.directory_names().contains(&folded.as_str())
    };
    if names.iter().any(is_configuration) {
        return Ok(());
    }
    let mut foreign: Vec<String> =
        names.iter().filter(is_foreign).map(|name| format!("'{}'", name.display())).collect();
    if foreign.is_empty() {
        return Ok(());
    }
    foreign.sort();
    let more = if foreign.len() > 3 { ", …" } else { "" };
    foreign.truncate(3);
    Err(Error::Refused {
        action: "clear",
        path: env_dir.into(),
        reason: format!(
            "it is not a virtual environment: it has no {CONFIGURATION_FILE} and holds {}{more}. \
             To delete its contents all the same, add --force.",
            foreign.join(", ")
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
        assert_eq!(refusal(Posix, "/a\nb"), refused("/a\nb", "contains a line break"));
        assert_eq!(refusal(Posix, "/a\rb"), refused("/a\rb", "contains a line break"));
        assert_eq!(refusal(Posix, "/a\0b"), refused("/a\0b", "contains an embedded null byte"));
    }

    #[test]
    fn an_odd_path_is_no_reason() {
        for path in ["/a", "/a;b", "/it's \"x\" $HOME `id` !", "/é", "relative", "-"] {
            assert_eq!(refusal(Posix, path), None);
        }
    }

    #[test]
    fn the_fixed_scheme_has_the_four_paths_of_an_environment() {
        let path = |platform, name| scheme_path(platform, Path::new("e"), name, (3, 9));
        assert_eq!(path(Posix, "scripts"), Some("e/bin".into()));
        assert_eq!(path(Posix, "include"), Some("e/include".into()));
        assert_eq!(path(Posix, "purelib"), Some("e/lib/python3.9/site-packages".into()));
        assert_eq!(path(Posix, "platlib"), path(Posix, "purelib"));
        assert_eq!(path(Posix, "data"), None);
        assert_eq!(path(Windows, "scripts"), Some(Path::new("e").join("Scripts")));
        assert_eq!(path(Windows, "include"), Some(Path::new("e").join("Include")));
        assert_eq!(path(Windows, "purelib"), Some(Path::new("e").join("Lib\\site-packages")));
    }

    fn clearable(platform: Platform, names: &[&str]) -> bool {
        let names: Vec<OsString> = names.iter().map(OsString::from).collect();
        check_clearable(platform, Path::new("/e"), &names).is_ok()
    }

    #[test]
    fn an_environment_whole_or_cut_short_may_be_cleared() {
        assert!(clearable(Posix, &[]));
        assert!(clearable(Posix, &["pyvenv.cfg", "anything"]));
        assert!(clearable(Posix, &["bin", "include", "lib", "lib64", ".gitignore"]));
        assert!(clearable(Windows, &["Scripts", "Include", "Lib", ".gitignore"]));
    }

    #[test]
    fn a_directory_with_other_contents_may_not() {
        for names in
            [&["src"][..], &["bin", "lib", "share"], &[".git"], &["Pyvenv.cfg"], &["BIN"], &["\u{e9}"]]
        {
            assert!(!clearable(Posix, names), "{names:?}");
        }
        assert!(!clearable(Windows, &["bin"]));
    }

    #[test]
    fn the_refusal_names_what_it_found_and_the_way_out() {
        let names: Vec<OsString> = ["d", "c", "b", "a", "lib"].iter().map(OsString::from).collect();
        let message = check_clearable(Posix, Path::new("/home/me"), &names).unwrap_err().to_string();
        assert!(message.starts_with("Refusing to clear /home/me because it is not a virtual environment"));
        assert!(message.contains("holds 'a', 'b', 'c', …") && message.contains("--force"));
    }
}
