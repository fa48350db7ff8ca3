//! The command line: the table of options, which `argparse` and the help are made of, too, and what is said.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::time::Duration;

use pyo3::prelude::*;

use super::interpreters::Interpreter;
use crate::command::arguments::{Action, Arguments, OPTIONS};
use crate::command::{report, shell};

/// An option, as a dictionary.
#[derive(IntoPyObject)]
pub(super) struct OptionSpec {
    /// Its names: the short one first, where there is one.
    names: Vec<&'static str>,
    /// What it sets.
    dest: &'static str,
    /// To what; `None` where it takes a value.
    value: Option<bool>,
    /// What its value is called in the help.
    metavar: Option<&'static str>,
    /// Whether `venv` has none of that name.
    is_new: bool,
    /// What it does. In braces are values that depend on the Python.
    help: &'static str,
}

/// The options of the command line, in the order of the help.
#[pyfunction]
pub(super) fn options() -> Vec<OptionSpec> {
    let spec = |option: crate::command::arguments::OptionSpec| {
        let (dest, value, metavar) = match option.action {
            Action::Set(flag, value) => (flag, Some(value), None),
            Action::Take(setting, metavar) => (setting, None, metavar),
        };
        let names = option.alias.into_iter().chain([option.name]).collect();
        OptionSpec { names, dest, value, metavar, is_new: option.is_new, help: option.help }
    };
    OPTIONS.into_iter().map(spec).collect()
}

/// What to type to activate an environment in the shell that is running, as a sentence.
#[pyfunction]
pub(super) fn how_to_activate(env_dir: &str) -> String {
    shell::how_to_activate(env_dir, |name| env::var_os(name)).map_or_else(
        |shell| format!("Made {env_dir}; it has no activation script for {shell}."),
        |typed| format!("Activate it with: {typed}"),
    )
}

/// The line that a terminal shows when it went well: what was made, of which interpreter, in how many seconds, and how to
/// activate it.
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

/// The directories, flags and settings of a call.
type Parsed = (Vec<String>, HashMap<&'static str, bool>, HashMap<&'static str, String>);

/// The directories, flags and settings of an ordinary call; `None` where `argparse` has to decide.
#[pyfunction]
pub(super) fn parse_arguments(arguments: Vec<OsString>) -> Option<Parsed> {
    let Arguments { directories, flags, settings } = Arguments::parse(&arguments)?;
    Some((directories, flags, settings))
}
