//! The program `fastvenv`: what is plain it does itself, everything else is for `python -m fastvenv`.

pub mod arguments;
mod hand_over;
mod installation;
#[cfg(unix)]
mod plain;
pub mod pythons;
#[cfg(unix)]
mod signals;

use std::ffi::OsString;
use std::path::Path;

use installation::Installation;

/// Runs the program with these arguments, and returns the status to exit with.
#[must_use]
pub fn run(arguments: &[OsString]) -> i32 {
    match Installation::find() {
        Ok(installation) => {
            if is_done(arguments, &installation.python, &installation.program) {
                return 0;
            }
            hand_over::hand_over(&installation, arguments)
        }
        Err(reason) => hand_over::complain(&reason),
    }
}

/// Does what is plain, and tells whether that was all.
#[cfg(unix)]
fn is_done(arguments: &[OsString], python: &Path, program: &Path) -> bool {
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect();
    let Ok(signals) = signals::Signals::heed() else { return false };
    let is_done = plain::run(arguments, &variables, python, program, &signals).is_some();
    signals.end();
    is_done
}

/// On Windows, Python does everything.
#[cfg(windows)]
fn is_done(_arguments: &[OsString], _python: &Path, _program: &Path) -> bool {
    false
}
