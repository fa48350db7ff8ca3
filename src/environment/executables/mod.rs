//! The interpreter in `bin` or `Scripts`: its names, and the files that it is made of. One file for each platform.

pub mod unix;
pub mod windows;

use std::ffi::OsString;
use std::path::Path;

use crate::error::Result;
use crate::interpreter::Interpreter;
use crate::platform::Platform;
pub use unix::Copied;

/// Whether fastvenv can place an interpreter as its `venv` does. It cannot for copies of `PyPy`, and on Windows not for any
/// `PyPy`, not for links, and not for a Python whose launchers are not in the place that an installation has for them.
#[must_use]
pub fn is_known(interpreter: &Interpreter, symlinks: bool) -> bool {
    match Platform::HOST {
        Platform::Posix => symlinks || !interpreter.is_pypy(),
        Platform::Windows => {
            !symlinks && !interpreter.is_pypy() && windows::placed_copies(interpreter).is_some()
        }
    }
}

/// The main name of the interpreter in an environment.
#[must_use]
pub fn name(interpreter: &Interpreter) -> OsString {
    match Platform::HOST {
        Platform::Windows if interpreter.features().has_windows_table() => {
            windows::simple_name(&interpreter.base_executable)
        }
        _ => interpreter.base_executable.file_name().unwrap_or_default().to_owned(),
    }
}

/// Puts the interpreter into the directory of the executables, under that name and its other ones. Returns the links that had to
/// be copies.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path that could not be made.
pub fn place(interpreter: &Interpreter, env_exe: &Path, symlinks: bool) -> Result<Vec<Copied>> {
    match Platform::HOST {
        Platform::Posix => {
            let names = unix::names(interpreter.version.1, interpreter.is_pypy(), true);
            unix::place(&interpreter.base_executable, env_exe, &names, symlinks)
        }
        Platform::Windows => windows::place(interpreter, env_exe).map(|()| Vec::new()),
    }
}
