//! The arguments of an ordinary call. All others are left to `argparse`.

use std::collections::HashMap;
use std::ffi::OsString;

use super::commands;
use super::options::Action::{Set, Take};
use super::options::options;
use super::settings::Settings;

/// The default directory.
pub const DEFAULT_DIRECTORY: &str = ".venv";

/// What a call asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The directories of the environments; [`DEFAULT_DIRECTORY`] if none was given.
    pub directories: Vec<String>,
    /// The flags that were given.
    pub flags: HashMap<&'static str, bool>,
    /// The settings that were given.
    pub settings: HashMap<&'static str, String>,
    /// The arguments that are no directories.
    pub options: Vec<OsString>,
}

impl Arguments {
    /// Reads the arguments of an ordinary call. Returns `None` if `argparse` has to decide: for abbreviations, directories
    /// before and after an option, help, mistakes, and arguments that are not UTF-8.
    #[must_use]
    pub fn parse(arguments: &[OsString]) -> Option<Self> {
        let mut found = Self::default();
        let mut has_options_behind = false;
        if arguments.first().and_then(|first| first.to_str()).and_then(commands::named).is_some() {
            return None;
        }
        let mut rest = arguments.iter().map(|argument| argument.to_str());
        while let Some(argument) = rest.next() {
            let argument = argument?;
            if !argument.starts_with('-') {
                // A `~` that the shell has not replaced is refused.
                if has_options_behind || argument.starts_with('~') {
                    return None;
                }
                found.directories.push(argument.to_owned());
                continue;
            }
            has_options_behind = !found.directories.is_empty();
            found.options.push(argument.into());
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (argument, None),
            };
            let option = options().find(|option| option.name == name || option.alias == Some(name))?;
            match option.action {
                Set(..) if value.is_some() => return None,
                Set(flag, value) => {
                    // Another option has set the opposite.
                    if found.flags.insert(flag, value).is_some_and(|earlier| earlier != value) {
                        return None;
                    }
                }
                Take(setting, _, values) => {
                    let value = if let Some(value) = value {
                        value
                    } else {
                        let value = rest.next()??;
                        found.options.push(value.into());
                        value
                    };
                    if value.starts_with('-') || !values.allow(value) {
                        return None;
                    }
                    found.settings.insert(setting, value.to_owned());
                }
            }
        }
        if found.directories.is_empty() {
            found.directories.push(DEFAULT_DIRECTORY.to_owned());
        }
        Some(found)
    }

    /// Adds what variables and files set, without changing what the arguments set.
    pub fn complete(&mut self, settings: &Settings) {
        for (flag, value) in &settings.flags {
            self.flags.entry(flag).or_insert(*value);
        }
        for (setting, value) in &settings.settings {
            self.settings.entry(setting).or_insert_with(|| value.clone());
        }
    }

    /// The value of a flag, or its default.
    #[must_use]
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.flags.get(name).copied().unwrap_or(default)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Option<Arguments> {
        Arguments::parse(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn an_ordinary_call_is_understood() {
        let found = parse(&["--clear", "-q", "--prompt", "x y", "--link-mode=copy", "a", "b"]).unwrap();
        assert_eq!(found.directories, ["a", "b"]);
        assert_eq!(found.options, ["--clear", "-q", "--prompt", "x y", "--link-mode=copy"]);
        assert_eq!(found.flags, HashMap::from([("clear", true), ("quiet", true)]));
        assert_eq!(found.settings["prompt"], "x y");
        assert_eq!(found.settings["link_mode"], "copy");
        assert!(found.flag("clear", false) && found.flag("with_pip", true) && !found.flag("force", false));
        assert_eq!(parse(&["a", "--without-pip"]).unwrap().flags, HashMap::from([("with_pip", false)]));
        assert_eq!(
            parse(&["a", "--copies", "--copies"]).unwrap().flags,
            HashMap::from([("symlinks", false)])
        );
    }

    #[test]
    fn without_a_directory_it_is_the_usual_one() {
        assert_eq!(parse(&[]).unwrap().directories, [".venv"]);
        assert_eq!(parse(&["-p", "3.12"]).unwrap().directories, [".venv"]);
        assert_eq!(parse(&["./cache", "python"]).unwrap().directories, ["./cache", "python"]);
    }

    #[test]
    fn what_is_doubtful_is_for_argparse() {
        for arguments in [
            &["python"][..],
            &["cache", "info"],
            &["a", "--clear", "b"],
            &["--cle", "a"],
            &["--clear=1", "a"],
            &["a", "--prompt"],
            &["--prompt", "-x", "a"],
            &["--link-mode", "none", "a"],
            &["--activators", "bash,none", "a"],
            &["--symlinks", "--copies", "a"],
            &["-h"],
            &["-qv", "a"],
            &["--", "a"],
            &["~/a"],
            &["-", "a"],
            &["a", "--version"],
        ] {
            assert_eq!(parse(arguments), None, "{arguments:?}");
        }
    }
}
