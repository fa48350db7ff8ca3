//! What the program prints. As Python's, its lines end as those of the system do.

use std::io::{self, IsTerminal, Write};

use crate::platform::Platform;

/// Prints a script as it is, since bash reads none with the line ends of Windows. Returns the status to exit with.
pub(super) fn print(text: &str) -> i32 {
    i32::from(io::stdout().write_all(text.as_bytes()).is_err())
}

/// Prints lines.
///
/// # Errors
/// The operating system's.
pub(super) fn print_lines(lines: &str) -> io::Result<()> {
    io::stdout().write_all(Platform::HOST.lines(lines).as_bytes())
}

/// Tells the user, where standard error can still be written to.
pub(super) fn tell(lines: &str) {
    let _ = io::stderr().write_all(Platform::HOST.lines(lines).as_bytes());
}

/// Tells an error, and returns the status to exit with.
pub(super) fn complain(reason: &str) -> i32 {
    tell(&format!("Error: {reason}\n"));
    1
}

/// Whether Python would write an error as the same bytes. On Windows, it writes to pipes and files in the code page of the
/// system, which only Python knows here.
pub(super) fn is_as_of_python(reason: &str) -> bool {
    Platform::HOST == Platform::Posix || reason.is_ascii() || io::stderr().is_terminal()
}
