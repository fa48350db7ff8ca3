//! The program `fastvenv`. It handles ordinary calls itself, and runs `python -m fastvenv` for all others.

pub mod arguments;
pub mod commands;
pub mod completion;
mod hand_over;
mod installation;
pub mod json;
pub mod man_page;
pub mod options;
pub mod outcome;
mod output;
mod plain;
mod plan;
pub mod pythons;
pub mod report;
pub mod settings;
pub mod shell;
mod signals;

use std::ffi::OsString;

use installation::Installation;
use plain::Course;

use crate::process::Inherited;

/// Runs the program with these arguments, and returns the status to exit with.
#[must_use]
pub fn run(arguments: &[OsString]) -> i32 {
    if let Some(text) = printed(arguments) {
        return output::print(&text);
    }
    match Installation::find() {
        Ok(installation) => match plain::run(arguments, &Inherited::read(), &installation) {
            Course::Done => 0,
            Course::Failed(reason) => output::print_error(&reason),
            Course::HandedOver(arguments) => hand_over::hand_over(&installation, &arguments),
        },
        Err(reason) => output::print_error(&reason),
    }
}

/// The output of a call that only prints, and needs no Python; `None` for another call.
fn printed(arguments: &[OsString]) -> Option<String> {
    match arguments {
        [command, shell] if command == "completion" => completion::script(shell.to_str()?),
        _ => None,
    }
}
