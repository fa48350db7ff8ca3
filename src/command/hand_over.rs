//! What the program does not do itself: `python -m fastvenv` does it in its place.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

/// Replaces the process by `python -m fastvenv` with the same arguments; returns the status to exit with, where that cannot
/// be done.
pub(super) fn hand_over(python: &Path, arguments: &[OsString]) -> i32 {
    use std::os::unix::process::CommandExt;
    let error = Command::new(python).args(["-m", "fastvenv"]).args(arguments).exec();
    complain(&format!("{} cannot be started: {error}", python.display()))
}

/// Tells an error, and returns the status to exit with.
#[expect(clippy::print_stderr, reason = "the program's own error")]
pub(super) fn complain(reason: &str) -> i32 {
    eprintln!("Error: {reason}");
    1
}
