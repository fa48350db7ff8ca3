//! The program `fastvenv`. It handles ordinary calls itself, and runs `python -m fastvenv` for all others.

pub mod arguments;
pub mod commands;
pub mod completion;
mod hand_over;
mod installation;
pub mod json;
pub mod man_page;
pub mod outcome;
#[cfg(unix)]
mod plain;
pub mod pythons;
pub mod report;
pub mod settings;
pub mod shell;
#[cfg(unix)]
mod signals;

use std::ffi::OsString;

use installation::Installation;

/// Runs the program with these arguments, and returns the status to exit with.
#[must_use]
pub fn run(arguments: &[OsString]) -> i32 {
    if let Some(text) = printed(arguments) {
        return hand_over::print(&text);
    }
    match Installation::find() {
        Ok(installation) => match itself(arguments, &installation) {
            Some(Ok(())) => 0,
            Some(Err(reason)) => hand_over::complain(&reason),
            None => hand_over::hand_over(&installation, arguments),
        },
        Err(reason) => hand_over::complain(&reason),
    }
}

/// The output of a call that only prints, and needs no Python; `None` for another call.
fn printed(arguments: &[OsString]) -> Option<String> {
    match arguments {
        [command, shell] if command == "completion" => completion::script(shell.to_str()?),
        _ => None,
    }
}

/// Handles an ordinary call. Returns `None` if Python has to handle it, and a whole message as the error.
#[cfg(unix)]
fn itself(arguments: &[OsString], installation: &Installation) -> Option<Result<(), String>> {
    let variables =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect();
    let signals = signals::Signals::heed().ok()?;
    let outcome = plain::run(arguments, &variables, &installation.python, &installation.program, &signals);
    signals.end();
    outcome
}

/// On Windows, Python does everything.
#[cfg(windows)]
fn itself(_arguments: &[OsString], _installation: &Installation) -> Option<Result<(), String>> {
    None
}
