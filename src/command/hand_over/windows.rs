//! Another program in place of this one, on Windows, where a process cannot be replaced.

use std::io;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::SIGINT;
use signal_hook::flag;

/// Runs a child, and returns the status that it exited with. Ctrl-C, which the console tells both, is for the child.
///
/// # Errors
/// The operating system's, where it cannot be started.
pub(super) fn run(mut command: Command) -> io::Result<i32> {
    flag::register(SIGINT, Arc::new(AtomicBool::new(false)))?;
    // A child always has a status there.
    Ok(command.status()?.code().unwrap_or(1))
}
