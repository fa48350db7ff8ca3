//! The command line for Python: the table of options, from which `argparse` and the help are made, and the messages.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::interpreters::Interpreter;
use crate::command::arguments::Arguments;
use crate::command::commands::{COMMANDS, Command};
use crate::command::options::{Action, GROUPS, Scope, Values};
use crate::command::outcome::Outcome;
use crate::command::settings::Settings;
use crate::command::{self, report, shell};

/// Options that belong together, as a dictionary.
#[derive(IntoPyObject)]
pub(super) struct Group {
    /// The headline in the help.
    title: &'static str,
    /// The options.
    options: Vec<OptionSpec>,
}

/// An option, as a dictionary.
#[derive(IntoPyObject)]
pub(super) struct OptionSpec {
    /// Its names: the short one first, if it has one.
    names: Vec<&'static str>,
    /// The name of the flag or the setting that it sets.
    dest: &'static str,
    /// The value that a flag gets; `None` if the option takes an argument.
    value: Option<bool>,
    /// The name of its argument in the help.
    metavar: Option<&'static str>,
    /// The values that it allows; empty if it allows any.
    values: Vec<&'static str>,
    /// Whether its argument is a list of such values, separated by commas.
    is_list: bool,
    /// Whether `venv` has no option of that name.
    is_new: bool,
    /// The variable that sets it.
    variable: String,
    /// The files that can set it: `none`, `user`, or `project`, which is both.
    scope: &'static str,
    /// What it does, for the help. Names in braces stand for values that depend on the Python.
    help: &'static str,
}

/// The options of the command line, in the order of the help.
#[pyfunction]
pub(super) fn options() -> Vec<Group> {
    let group = |group: &command::options::Group| Group {
        title: group.title,
        options: group.options.iter().map(spec).collect(),
    };
    GROUPS.iter().map(group).collect()
}

fn spec(option: &command::options::OptionSpec) -> OptionSpec {
    let (dest, value, metavar, values) = match option.action {
        Action::Set(flag, value) => (flag, Some(value), None, Values::Text),
        Action::Take(setting, metavar, values) => (setting, None, Some(metavar), values),
    };
    OptionSpec {
        names: option.names().collect(),
        dest,
        value,
        metavar,
        values: values.known(),
        is_list: matches!(values, Values::Activators),
        is_new: option.is_new,
        variable: option.variable(),
        scope: match option.scope {
            Scope::Call => "none",
            Scope::User => "user",
            Scope::Project => "project",
        },
        help: option.help,
    }
}

/// A word that follows a command, what it does, and whether it takes `--json`.
type Subcommand = (&'static str, &'static str, bool);

/// The commands other than making environments: for each, what it does, and the words that can follow it.
#[pyfunction]
pub(super) fn commands() -> HashMap<&'static str, (&'static str, Vec<Subcommand>)> {
    let words = |command: &Command| {
        command.subcommands.iter().map(|word| (word.name, word.help, word.has_json)).collect()
    };
    COMMANDS.iter().map(|command| (command.name, (command.help, words(command)))).collect()
}

/// The completion script for a shell; `None` for an unknown shell.
#[pyfunction]
pub(super) fn completion(shell: &str) -> Option<String> {
    command::completion::script(shell)
}

/// The man page.
#[pyfunction]
pub(super) fn man_page() -> String {
    command::man_page::man_page()
}

/// The settings from variables and files for an environment in an absolute directory: the flags, the settings with a value,
/// where each was set, and the user's file if it was not read. `reads_files` is false with `--no-config`.
///
/// # Errors
/// `ValueError`: a setting is unknown or has a wrong value, or a file cannot be read or belongs to another user.
#[pyfunction]
pub(super) fn settings(env_dir: PathBuf, reads_files: bool) -> PyResult<Set> {
    let Settings { flags, settings, origins, unread } =
        Settings::gather(&env_dir, |name| env::var_os(name), reads_files).map_err(PyValueError::new_err)?;
    Ok((flags, settings, origins, unread.map(PathBuf::into_os_string)))
}

/// Flags, settings with a value, where each was set, and the user's file if it was not read.
type Set = (
    HashMap<&'static str, bool>,
    HashMap<&'static str, String>,
    HashMap<&'static str, String>,
    Option<OsString>,
);

/// The command that activates an environment in the running shell, as a sentence.
#[pyfunction]
pub(super) fn how_to_activate(env_dir: &str) -> String {
    shell::how_to_activate(env_dir, |name| env::var_os(name)).map_or_else(
        |shell| format!("Made {env_dir}; it has no activation script for {shell}."),
        |typed| format!("Activate it with: {typed}"),
    )
}

/// The line on a terminal after success: what was made, of which interpreter, in how many seconds, and how to activate it.
#[pyfunction]
pub(super) fn report_line(
    env_dirs: Vec<String>,
    interpreter: &Interpreter,
    seconds: f64,
    color: Option<&str>,
) -> String {
    let elapsed = Duration::try_from_secs_f64(seconds).unwrap_or_default();
    report::line(&env_dirs, &interpreter.0.title(), elapsed, color, |name| env::var_os(name))
}

/// The line of `--json` about an environment in an absolute directory. `wheels` and `way` say from which wheels and how pip was
/// or would be installed; `seconds` is `None` if nothing was made.
#[pyfunction]
pub(super) fn outcome(
    env_dir: &str,
    interpreter: &Interpreter,
    wheels: Vec<PathBuf>,
    way: Option<&str>,
    seconds: Option<f64>,
) -> String {
    let outcome = Outcome {
        env_dir,
        interpreter: &interpreter.0,
        wheels: &wheels,
        way,
        elapsed: seconds.map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or_default()),
    };
    outcome.json()
}

/// The directories, flags and settings of a call.
type Parsed = (Vec<String>, HashMap<&'static str, bool>, HashMap<&'static str, String>);

/// The directories, flags and settings of an ordinary call; `None` if `argparse` has to decide.
#[pyfunction]
pub(super) fn parse_arguments(arguments: Vec<OsString>) -> Option<Parsed> {
    let Arguments { directories, flags, settings, .. } = Arguments::parse(&arguments)?;
    Some((directories, flags, settings))
}
