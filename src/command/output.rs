//! The output of the program. As in Python, its line ends are those of the system.

use std::io::{self, IsTerminal, Write};

use crate::error::strerror;
use crate::platform::Platform;

/// Prints a script unchanged, because bash cannot read the line ends of Windows. Returns the status to exit with.
pub(super) fn print(text: &str) -> i32 {
    match io::stdout().write_all(text.as_bytes()) {
        Ok(()) => 0,
        Err(error) => print_error(&unprinted(&error)),
    }
}

/// Why nothing was printed.
pub(super) fn unprinted(error: &io::Error) -> String {
    format!("cannot write to standard output: {}", strerror(error))
}

/// Prints lines.
///
/// # Errors
/// The operating system's.
pub(super) fn print_lines(lines: &str) -> io::Result<()> {
    io::stdout().write_all(Platform::HOST.lines(lines).as_bytes())
}

/// Prints lines to standard error. An error is ignored, because there is no other place to report it.
pub(super) fn print_to_stderr(lines: &str) {
    let _ = io::stderr().write_all(Platform::HOST.lines(lines).as_bytes());
}

/// Prints an error. Returns the status to exit with.
pub(super) fn print_error(reason: &str) -> i32 {
    print_to_stderr(&format!("Error: {reason}\n"));
    1
}

/// Whether Python would write an error as the same bytes. On Windows, it writes to pipes and files in the code page of the
/// system, which this program does not know.
pub(super) fn is_as_of_python(reason: &str) -> bool {
    Platform::HOST == Platform::Posix || reason.is_ascii() || io::stderr().is_terminal()
}
