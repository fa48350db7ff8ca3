//! Runs `python -m fastvenv` for the calls that the program does not handle itself.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::env;
use std::ffi::OsString;
use std::process::Command;

use super::installation::{Installation, remedy};
use super::output::print_error;
use crate::error::{printable, strerror};

/// The variable that keeps Python from importing modules from the current directory, where a file may have the name of a module
/// that is needed. Before Python 3.11 it has no effect.
const SAFE_PATH: &str = "PYTHONSAFEPATH";

/// The value that the program gives it. By this value, `python/fastvenv/__main__.py` takes it back, because what Python starts
/// has to get the variables of the user.
const BY_PROGRAM: &str = "fastvenv";

/// Replaces the process by `python -m fastvenv` with the same arguments. Returns the status to exit with.
#[expect(clippy::disallowed_methods, reason = "no other thread changes the variables of the program")]
pub(super) fn hand_over(installation: &Installation, arguments: &[OsString]) -> i32 {
    let mut command = Command::new(&installation.python);
    command.args(["-m", "fastvenv"]).args(arguments);
    // Python ignores an empty value.
    if env::var_os(SAFE_PATH).is_none_or(|value| value.is_empty()) {
        command.env(SAFE_PATH, BY_PROGRAM);
    }
    match system::run(command) {
        Ok(status) => status,
        Err(error) => print_error(&format!(
            "the Python that fastvenv was installed for cannot be started: {}: {}. To install fastvenv again: {}",
            printable(&installation.python),
            strerror(&error),
            remedy(&installation.python)
        )),
    }
}
