//! The table of options, which `argparse` and the help are made of, too.

use std::collections::HashMap;
use std::ffi::OsString;

use pyo3::prelude::*;

use crate::command::arguments::{Action, Arguments, OPTIONS};

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

/// The directories, flags and settings of a call.
type Parsed = (Vec<String>, HashMap<&'static str, bool>, HashMap<&'static str, String>);

/// The directories, flags and settings of an ordinary call; `None` where `argparse` has to decide.
#[pyfunction]
pub(super) fn parse_arguments(arguments: Vec<OsString>) -> Option<Parsed> {
    let Arguments { directories, flags, settings } = Arguments::parse(&arguments)?;
    Some((directories, flags, settings))
}
