//! [`Error`] as Python's exceptions.

use std::ffi::OsString;
use std::io;

use pyo3::PyErrArguments;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use crate::error::{Error, printable, strerror};

impl From<Error> for PyErr {
    /// `OSError` with `errno`, `strerror` and `filename`, and `winerror` on Windows, as Python raises it (and so
    /// `FileNotFoundError`, …), and `ValueError` with the message of `venv`, if `venv` has one.
    fn from(error: Error) -> Self {
        match error {
            Error::Io { path, source } => PyOSError::new_err(OsErrorArguments { path: path.into(), source }),
            Error::Occupied(path) => PyValueError::new_err(Occupied(path.into())),
            Error::Refused { action, path, reason } => {
                let mut message = OsString::from(format!("Refusing to {action} "));
                message.push(path);
                message.push(format!(" because {reason}"));
                Self::new::<PyValueError, _>(message)
            }
            Error::Unwritable { .. }
            | Error::Template { .. }
            | Error::Wheel { .. }
            | Error::OtherPython(_) => PyValueError::new_err(error.to_string()),
            Error::SameFile { source_path, destination } => {
                Python::attach(|py| same_file_error(py, source_path.into(), destination.into()))
            }
        }
    }
}

/// `(errno, strerror, filename, winerror)`, from which `OSError` makes the right subclass. On Windows it derives `errno` from
/// `winerror`; on other systems it ignores `winerror`. The file name is an `OsString`, because a `PathBuf` would become a
/// `pathlib.Path`.
struct OsErrorArguments {
    path: OsString,
    source: io::Error,
}

impl PyErrArguments for OsErrorArguments {
    fn arguments(self, py: Python<'_>) -> Py<PyAny> {
        let arguments = || -> PyResult<_> {
            let Some(code) = self.source.raw_os_error() else {
                // The error is not from the operating system: the standard library rejected the path.
                let message = format!("{}: {}", printable(&self.path), self.source);
                return (message,).into_pyobject(py);
            };
            (code, strerror(&self.source), &self.path, code).into_pyobject(py)
        };
        arguments().map_or_else(
            |error| error.into_value(py).into_any(),
            |tuple: Bound<'_, PyTuple>| tuple.into_any().unbind(),
        )
    }
}

/// The message of `venv` for a file in the way, with the path as Python's `repr` shows it.
struct Occupied(OsString);

impl PyErrArguments for Occupied {
    fn arguments(self, py: Python<'_>) -> Py<PyAny> {
        let message = || -> PyResult<_> {
            let path = self.0.into_pyobject(py)?;
            Ok(PyString::new(py, &format!("Unable to create directory {}", path.repr()?)))
        };
        message().map_or_else(|error| error.into_value(py).into_any(), |text| text.into_any().unbind())
    }
}

/// `shutil.SameFileError`. Only this function imports `shutil`.
fn same_file_error(py: Python<'_>, source: OsString, destination: OsString) -> PyErr {
    let error = || -> PyResult<PyErr> {
        let [source, destination] =
            [source.into_pyobject(py)?.repr()?, destination.into_pyobject(py)?.repr()?];
        let message = format!("{source} and {destination} are the same file");
        Ok(PyErr::from_value(py.import("shutil")?.getattr("SameFileError")?.call1((message,))?))
    };
    error().unwrap_or_else(|error| error)
}
