//! The options of the command line: one table, for the parser here, for `argparse`, and for the help.

use std::collections::HashMap;
use std::ffi::OsString;

use super::report::COLORS;
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
    /// Whether `venv` has none of that name.
    pub is_new: bool,
    /// What it does. In braces are values that depend on the Python: `{deps}`, `{activators}`, `{modes}`.
    pub help: &'static str,
}

/// What an option sets.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// A flag of that name, to a value.
    Set(&'static str, bool),
    /// A setting of that name, to the argument that follows; and what that is called in the help.
    Take(&'static str, Option<&'static str>),
}

use Action::{Set, Take};

/// The first arguments that are no directories, but commands of their own. A directory of such a name is `./cache`.
pub const COMMANDS: [&str; 2] = ["cache", "python"];

/// The directory where none is named.
pub const DEFAULT_DIRECTORY: &str = ".venv";

/// The options, in the order of the help. The two in a row that set the same flag exclude each other.
pub const OPTIONS: [OptionSpec; 20] = [
    OptionSpec {
        alias: Some("-p"),
        ..new(
            "--python",
            Take("python", Some("PYTHON")),
            "the interpreter to make environments of: a path, a name (python3.12), a version (3.12), a range \
             (>=3.11,<3.14) or an implementation (pypy); by default that of fastvenv",
        )
    },
    venv(
        "--system-site-packages",
        Set("system_site_packages", true),
        "let the environment see the packages of the base installation",
    ),
    venv("--symlinks", Set("symlinks", true), "link to the base interpreter (the default but on Windows)"),
    venv("--copies", Set("symlinks", false), "copy the base interpreter (the default on Windows)"),
    venv(
        "--clear",
        Set("clear", true),
        "delete what is in the directory first; refused for a directory that is not an environment",
    ),
    new("--force", Set("force", true), "with --clear, clear any directory"),
    venv(
        "--upgrade",
        Set("upgrade", true),
        "adapt an environment to this Python, after Python was upgraded; repairs its links",
    ),
    venv("--without-pip", Set("with_pip", false), "leave pip out"),
    venv("--prompt", Take("prompt", None), "what the prompt shows in place of the directory's name"),
    venv("--upgrade-deps", Set("upgrade_deps", true), "upgrade {deps} to the newest on the package index"),
    venv("--without-scm-ignore-files", Set("git_ignore", false), "write no .gitignore"),
    new(
        "--no-cache",
        Set("use_cache", false),
        "unpack pip into the environment itself, and keep nothing for the next one",
    ),
    new(
        "--no-compile",
        Set("compile_bytecode", false),
        "leave pip without bytecode: the first pip call is slower then",
    ),
    new(
        "--relocatable",
        Set("relocatable", true),
        "let the environment be moved: its scripts find it by where they lie",
    ),
    OptionSpec {
        alias: Some("-q"),
        ..new("--quiet", Set("quiet", true), "say nothing on a terminal but errors")
    },
    OptionSpec {
        alias: Some("-v"),
        ..new(
            "--verbose",
            Set("verbose", true),
            "say how to activate the environment in the shell that is running",
        )
    },
    new("--color", Take("color", Some("WHEN")), "use colours on a terminal: {colors}"),
    new("--link-mode", Take("link_mode", Some("MODE")), "how pip's files come from the cache: {modes}"),
    new(
        "--pip-wheel",
        Take("pip_wheel", Some("PATH")),
        "a wheel of pip, or a folder with one, in place of the one that Python comes with",
    ),
    new(
        "--activators",
        Take("activators", Some("NAMES")),
        "write the activation scripts of these alone, with commas between: {activators}",
    ),
];

/// An option of `venv`.
const fn venv(name: &'static str, action: Action, help: &'static str) -> OptionSpec {
    OptionSpec { name, alias: None, action, is_new: false, help }
}

/// An option that fastvenv adds.
const fn new(name: &'static str, action: Action, help: &'static str) -> OptionSpec {
    OptionSpec { name, alias: None, action, is_new: true, help }
}

/// What a call asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arguments {
    /// The directories of the environments; [`DEFAULT_DIRECTORY`] where none is named.
    pub directories: Vec<String>,
    /// The flags that were given.
    pub flags: HashMap<&'static str, bool>,
    /// The settings that were given.
    pub settings: HashMap<&'static str, String>,
}

impl Arguments {
    /// Reads the arguments of an ordinary call; `None` where `argparse` has to decide: for abbreviations, directories that
    /// stand apart, help, mistakes, and what is not UTF-8.
    #[must_use]
    pub fn parse(arguments: &[OsString]) -> Option<Self> {
        let mut found = Self::default();
        let mut has_options_behind = false;
        let mut executables = None;
        if arguments.first().is_some_and(|first| COMMANDS.iter().any(|command| first == command)) {
            return None;
        }
        let mut rest = arguments.iter().map(|argument| argument.to_str());
        while let Some(argument) = rest.next() {
            let argument = argument?;
            if !argument.starts_with('-') {
                // A `~` that the shell has left is refused.
                if has_options_behind || argument.starts_with('~') {
                    return None;
                }
                found.directories.push(argument.to_owned());
                continue;
            }
            has_options_behind = !found.directories.is_empty();
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (argument, None),
            };
            let option = OPTIONS.iter().find(|option| option.name == name || option.alias == Some(name))?;
            match option.action {
                Set(..) if value.is_some() => return None,
                Set("symlinks", _) if executables.is_some_and(|other| other != option.name) => return None,
                Set(flag, value) => {
                    if flag == "symlinks" {
                        executables = Some(option.name);
                    }
                    found.flags.insert(flag, value);
                }
                Take(setting, _) => {
                    let value = match value {
                        Some(value) => value,
                        None => rest.next()??,
                    };
                    let is_known = match setting {
                        "link_mode" => LinkMode::of_setting(value).is_some(),
                        "color" => COLORS.contains(&value),
                        _ => true,
                    };
                    if value.starts_with('-') || !is_known {
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

    /// Whether a flag is set, which has a default.
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
