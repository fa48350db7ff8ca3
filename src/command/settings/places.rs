//! The place of the user's settings.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

/// The user's file, which need not exist: `fastvenv/fastvenv.toml` in the user's folder for settings (`XDG_CONFIG_HOME`,
/// `~/.config`, `~/Library/Application Support`, `%APPDATA%`); `None` if there is no home. `variable` returns the variables of
/// the process.
pub(super) fn user_file(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let folder = if cfg!(windows) {
        absolute("APPDATA")?
    } else if let Some(folder) = absolute("XDG_CONFIG_HOME") {
        folder
    } else {
        let home = absolute("HOME").or_else(env::home_dir)?;
        home.join(if cfg!(target_os = "macos") { "Library/Application Support" } else { ".config" })
    };
    Some(folder.join("fastvenv").join("fastvenv.toml"))
}

#[cfg(test)]
#[cfg(all(unix, not(target_os = "macos")))]
mod tests {
    use super::*;

    #[test]
    fn the_variable_comes_before_the_home() {
        let found = |pairs: &[(&str, &str)]| {
            user_file(|name| {
                pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value))
            })
        };
        let home = ("HOME", "/home/u");
        assert_eq!(found(&[home]), Some("/home/u/.config/fastvenv/fastvenv.toml".into()));
        assert_eq!(found(&[home, ("XDG_CONFIG_HOME", "/c")]), Some("/c/fastvenv/fastvenv.toml".into()));
        assert_eq!(
            found(&[home, ("XDG_CONFIG_HOME", "c")]),
            Some("/home/u/.config/fastvenv/fastvenv.toml".into())
        );
    }
}
