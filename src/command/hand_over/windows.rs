//! Runs another program in place of this one, on Windows, where a process cannot be replaced.

use std::io;
use std::process::Command;

use crate::command::signals::Signals;

/// Runs a child, and returns its exit status. The console sends Ctrl-C to both; only the child handles it.
///
/// # Errors
/// The error of the operating system, if the child cannot be started.
pub(super) fn run(mut command: Command) -> io::Result<i32> {
    let _handled = Signals::handle()?;
    // On Windows, a child always has an exit status.
    Ok(command.status()?.code().unwrap_or(1))
}
