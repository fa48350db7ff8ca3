//! Replaces the process by another program, on POSIX systems.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Replaces the process.
///
/// # Errors
/// The error of the operating system, if the program cannot be started.
pub(super) fn run(mut command: Command) -> io::Result<i32> {
    Err(command.exec())
}
