//! The options of the command line: one table, for the parser of the program, for `argparse`, for the help, and for settings.

use super::report::COLORS;
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
