//! The options of the command line: one table, for the parser here, for `argparse`, and for the help.

use std::collections::HashMap;
use std::ffi::OsString;

use super::commands;
use super::report::COLORS;
use super::settings::Settings;
use crate::environment::scripts::ACTIVATORS;
use crate::fs::LinkMode;

/// An option.
#[derive(Clone, Copy, Debug)]
pub struct OptionSpec {
    /// Its name, with the two hyphens.
    pub name: &'static str,
    /// Its short name.
    pub alias: Option<&'static str>,
    /// What it sets.
    pub action: Action,
    /// Whether `venv` has no option of that name.
    pub is_new: bool,
    /// The files in which it can be set, besides the command line and its variable.
    pub scope: Scope,
    /// What it does, for the help. Names in braces stand for values that depend on the Python: `{deps}`.
    pub help: &'static str,
}

/// What an option sets.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// It sets the flag of that name to that value.
    Set(&'static str, bool),
    /// It sets the setting of that name to its argument; the name of the argument in the help, and the values that it allows.
    Take(&'static str, &'static str, Values),
}

/// The arguments that an option allows.
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// Any text.
    Text,
    /// A path.
    Path,
    /// An interpreter, as `--python` names it.
    Interpreter,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Names of activators, separated by commas.
    Activators,
}

/// In which files an option can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In no file: it is for one call.
    Call,
    /// In the user's file: it depends on the user or the machine.
    User,
    /// In the user's file and in the project's file: it belongs to the environment of the project.
    Project,
}

/// Options that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The headline in the help.
    pub title: &'static str,
    /// The options, in the order of the help. Two adjacent options that set the same flag exclude each other.
    pub options: &'static [OptionSpec],
}

use Action::{Set, Take};

/// The default directory.
pub const DEFAULT_DIRECTORY: &str = ".venv";

/// The options, in the order of the help.
pub const GROUPS: [Group; 4] = [
    Group {
        title: "interpreter",
        options: &[
            new(
                "--python",
                Take("python", "PYTHON", Values::Interpreter),
                "the interpreter to take in place of that of fastvenv: a path, a name, a version (3.12), a range (>=3.11,<3.14), \
                 or an implementation (pypy)",
            )
            .short("-p")
            .settable(Scope::Project),
            venv(
                "--system-site-packages",
                Set("system_site_packages", true),
                "let the environment see the base's packages",
            )
            .settable(Scope::Project),
            venv("--symlinks", Set("symlinks", true), "link to the base interpreter (the default but on Windows)")
                .settable(Scope::User),
            venv("--copies", Set("symlinks", false), "copy the base interpreter (the default on Windows)")
                .settable(Scope::User),
        ],
    },
    Group {
        title: "directory",
        options: &[
            venv(
                "--clear",
                Set("clear", true),
                "delete what is in the directory first, if it is an environment",
            ),
            new("--force", Set("force", true), "with --clear, clear any directory"),
            venv(
                "--upgrade",
                Set("upgrade", true),
                "adapt an environment to an upgraded Python",
            ),
            venv(
                "--prompt",
                Take("prompt", "PROMPT", Values::Text),
                "what the prompt shows; by default the directory's name",
            )
            .settable(Scope::Project),
            new(
                "--relocatable",
                Set("relocatable", true),
                "let the environment be moved",
            )
            .settable(Scope::Project),
            new(
                "--activators",
                Take("activators", "NAMES", Values::Activators),
                "write only these activation scripts",
            )
            .settable(Scope::Project),
            new("--redirect", Set("redirect", true), "let a file .venv lead to it (PEP 832)"),
            venv("--without-scm-ignore-files", Set("git_ignore", false), "write no .gitignore")
                .settable(Scope::User),
        ],
    },
    Group {
        title: "pip",
        options: &[
            venv("--without-pip", Set("with_pip", false), "leave pip out").settable(Scope::Project),
            venv(
                "--upgrade-deps",
                Set("upgrade_deps", true),
                "upgrade {deps} to the newest on the package index",
            )
            .settable(Scope::User),
            new(
                "--pip-wheel",
                Take("pip_wheel", "PATH", Values::Path),
                "a wheel of pip, or a folder with one, in place of Python's own",
            )
            .settable(Scope::User),
            new(
                "--link-mode",
                Take("link_mode", "MODE", Values::OneOf(&LinkMode::SETTINGS)),
                "how pip's files come from the cache",
            )
            .settable(Scope::User),
            new("--no-cache", Set("use_cache", false), "use no cache")
                .settable(Scope::User),
            new(
                "--no-compile",
                Set("compile_bytecode", false),
                "leave pip without bytecode",
            )
            .settable(Scope::User),
        ],
    },
    Group {
        title: "output and settings",
        options: &[
            new("--quiet", Set("quiet", true), "say nothing on a terminal but errors")
                .short("-q")
                .settable(Scope::User),
            new(
                "--verbose",
                Set("verbose", true),
                "say how to activate it, what it was made of, and why it took long",
            )
            .short("-v")
            .settable(Scope::User),
            new("--color", Take("color", "WHEN", Values::OneOf(&COLORS)), "use colours on a terminal")
                .settable(Scope::User),
            new("--json", Set("json", true), "print a line of JSON for each environment"),
            new("--dry-run", Set("dry_run", true), "say what would be made, and make nothing"),
            new("--no-config", Set("config", false), "read no files of settings"),
        ],
    },
];

/// All options, in the order of the help.
pub fn options() -> impl Iterator<Item = &'static OptionSpec> {
    GROUPS.iter().flat_map(|group| group.options)
}

/// An option of `venv`.
const fn venv(name: &'static str, action: Action, help: &'static str) -> OptionSpec {
    OptionSpec { name, alias: None, action, is_new: false, scope: Scope::Call, help }
}

/// An option that fastvenv adds.
const fn new(name: &'static str, action: Action, help: &'static str) -> OptionSpec {
    OptionSpec { name, alias: None, action, is_new: true, scope: Scope::Call, help }
}

impl OptionSpec {
    const fn short(self, alias: &'static str) -> Self {
        Self { alias: Some(alias), ..self }
    }

    const fn settable(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// Its names: the short one first, if it has one.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.alias.into_iter().chain([self.name])
    }

    /// Its name in files.
    #[must_use]
    pub fn key(&self) -> &'static str {
        self.name.trim_start_matches('-')
    }

    /// The variable that sets it.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("FASTVENV_{}", self.key().to_uppercase().replace('-', "_"))
    }
}

impl Values {
    /// The values that it allows; empty if it allows any.
    #[must_use]
    pub fn known(self) -> Vec<&'static str> {
        match self {
            Self::Text | Self::Path | Self::Interpreter => Vec::new(),
            Self::OneOf(values) => values.to_vec(),
            Self::Activators => ACTIVATORS.iter().map(|(name, _)| *name).collect(),
        }
    }

    /// Whether it allows a value.
    #[must_use]
    pub fn allow(self, value: &str) -> bool {
        match self {
            Self::Text | Self::Path | Self::Interpreter => true,
            Self::OneOf(values) => values.contains(&value),
            Self::Activators => {
                let known = self.known();
                names(value).all(|name| known.contains(&name))
            }
        }
    }
}

/// The names in a value, separated by commas, with or without spaces.
pub fn names(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty())
}

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
        let mut executables = None;
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
                Set("symlinks", _) if executables.is_some_and(|other| other != option.name) => return None,
                Set(flag, value) => {
                    if flag == "symlinks" {
                        executables = Some(option.name);
                    }
                    found.flags.insert(flag, value);
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
