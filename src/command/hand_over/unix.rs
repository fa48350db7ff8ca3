//! Another program in place of this one, on POSIX systems.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Replaces the process.
///
/// # Errors
/// The operating system's, where it cannot be replaced.
pub(super) fn run(mut command: Command) -> io::Result<i32> {
    Err(command.exec())
}
