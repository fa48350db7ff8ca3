//! The records of interpreters, and the search for one.

use std::cell::OnceCell;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::cache::records;
use crate::command::pythons;
use crate::environment::executables;
use crate::interpreter;
use crate::process::Inherited;

/// The differences between the `venv` of Python 3 with that minor number and the `venv` of other versions.
#[pyclass(frozen)]
pub(super) struct Features(interpreter::Features);

#[pymethods]
impl Features {
    #[new]
    fn new(minor: u8) -> Self {
        Self(interpreter::Features::of(minor))
    }

    /// Whether `sysconfig` has a scheme of the name "venv", and `pyvenv.cfg` has `executable` and `command` (bpo-45413).
    #[getter]
    fn has_venv_scheme(&self) -> bool {
        self.0.has_venv_scheme()
    }

    /// Whether the child that installs pip runs with `-I`, and the one that upgrades it prints what it does (gh-98251 ended
    /// both).
    #[getter]
    fn isolates_ensurepip(&self) -> bool {
        self.0.isolates_ensurepip()
    }

    /// Whether the prompt is "(name) " and not the bare name (gh-89427).
    #[getter]
    fn decorates_prompt(&self) -> bool {
        self.0.decorates_prompt()
    }

    /// Whether the command line asks for a `.gitignore` (gh-83417).
    #[getter]
    fn ignores_scm_by_default(&self) -> bool {
        self.0.ignores_scm_by_default()
    }

    /// Whether Windows has its own table of executables (gh-103224).
    #[getter]
    fn has_windows_table(&self) -> bool {
        self.0.has_windows_table()
    }

    /// Whether `include` comes from `sysconfig`, with a folder for the version in it.
    #[getter]
    fn include_is_versioned(&self) -> bool {
        self.0.include_is_versioned()
    }

    /// Whether the platlib directory is made. Earlier, a link `lib64` took its place (gh-137139).
    #[getter]
    fn has_platlib(&self) -> bool {
        self.0.has_platlib()
    }

    /// Whether setuptools comes with pip (gh-101039 ended that).
    #[getter]
    fn brings_setuptools(&self) -> bool {
        self.0.brings_setuptools()
    }
}

/// The record of an interpreter: everything that has to be known of it to make environments.
#[pyclass(frozen)]
pub(super) struct Interpreter(pub(super) Arc<interpreter::Interpreter>);

#[pymethods]
impl Interpreter {
    /// Reads what `_probe.describe` returns. Raises `ValueError` if that is not a record.
    #[new]
    fn new(text: &str) -> PyResult<Self> {
        let refused =
            |fault| PyValueError::new_err(format!("cannot use the record of the interpreter: {fault}"));
        Ok(Self(Arc::new(interpreter::Interpreter::parse(text).map_err(refused)?)))
    }

    /// The record of the interpreter that is started by a path, from the cache in a folder; `None` if there is none, or if
    /// something that it depends on has changed.
    #[staticmethod]
    fn recall(py: Python<'_>, folder: PathBuf, executable: PathBuf) -> Option<Self> {
        py.detach(|| records::recall(&folder, &executable)).map(|found| Self(Arc::new(found)))
    }

    /// Keeps the record in the cache in a folder, if the cache can be used.
    fn remember(&self, py: Python<'_>, folder: PathBuf) {
        py.detach(|| records::remember(&folder, &self.0));
    }

    /// The path by which it was started (`sys.executable`).
    #[getter]
    fn executable(&self) -> OsString {
        self.0.executable.clone().into_os_string()
    }

    /// The interpreter that environments are made of (`sys._base_executable`).
    #[getter]
    fn base_executable(&self) -> OsString {
        self.0.base_executable.clone().into_os_string()
    }

    /// Whether fastvenv can place it as its `venv` does, by links or by copies.
    fn can_be_placed(&self, py: Python<'_>, symlinks: bool) -> bool {
        py.detach(|| executables::is_known(&self.0, symlinks))
    }

    /// Its name: `CPython 3.13.0`.
    #[getter]
    fn title(&self) -> String {
        self.0.title()
    }

    /// Its version: three numbers.
    #[getter]
    fn version(&self) -> (u8, u8, u8) {
        let (major, minor) = self.0.version;
        (major, minor, self.0.micro)
    }

    /// The implementation: `cpython`, `pypy` (`sys.implementation.name`).
    #[getter]
    fn implementation(&self) -> &str {
        &self.0.implementation
    }

    /// The tag in the names of bytecode files (`sys.implementation.cache_tag`); empty if it writes no bytecode.
    #[getter]
    fn cache_tag(&self) -> &str {
        &self.0.cache_tag
    }

    /// Its version and its build as text (`sys.version`).
    #[getter]
    fn description(&self) -> &str {
        &self.0.description
    }

    /// The prefixes of the base installation, as the interpreter reports them; settings of the user can change them.
    #[getter]
    fn prefixes(&self) -> Vec<String> {
        self.0.prefixes.clone()
    }

    /// The wheels that `ensurepip` would install, pip first; `None` if only `ensurepip` knows them.
    #[getter]
    fn wheels(&self) -> Option<Vec<OsString>> {
        let path = |path: &PathBuf| path.clone().into_os_string();
        self.0.wheels.as_ref().map(|wheels| wheels.iter().map(path).collect())
    }

    /// A path by its name (`scripts`, `include`, `purelib`, `platlib`), relative to the environment; `None` for another name.
    fn path(&self, name: &str) -> Option<String> {
        self.0.paths.named(name).map(ToOwned::to_owned)
    }
}

/// Chooses the interpreter that `--python` asks for. `cache` is the folder of the cache, if there is one, and `own` the running
/// Python. Raises `ValueError` if the request cannot be understood, or if there is no such interpreter.
#[pyfunction]
pub(super) fn choose_python(
    py: Python<'_>,
    asked: OsString,
    cache: Option<PathBuf>,
    own: Option<PathBuf>,
) -> PyResult<Interpreter> {
    Ok(Interpreter(Arc::new(choose(py, &asked, cache.as_deref(), own.as_deref())?.interpreter)))
}

/// What `fastvenv python find` prints: the path of the chosen interpreter, and the reasons for the choice. The arguments are those
/// of `choose_python`.
#[pyfunction]
pub(super) fn find_python(
    py: Python<'_>,
    asked: OsString,
    cache: Option<PathBuf>,
    own: Option<PathBuf>,
) -> PyResult<(String, String)> {
    let chosen = choose(py, &asked, cache.as_deref(), own.as_deref())?;
    Ok((pythons::path(&chosen), pythons::reasons(&chosen)))
}

/// What `fastvenv python list` prints: the interpreters of this machine and this user, as a table or as JSON. `default` is the
/// interpreter that is used without `--python`.
#[pyfunction]
#[pyo3(signature = (cache, default, *, as_json))]
pub(super) fn list_pythons(
    py: Python<'_>,
    cache: Option<PathBuf>,
    default: &Interpreter,
    as_json: bool,
) -> PyResult<String> {
    let inherited = Inherited::read();
    let own = Some(&*default.0.executable);
    let found = interruptible(py, |may_go_on| pythons::list(&inherited, cache.as_deref(), own, may_go_on))?;
    let write = if as_json { pythons::json } else { pythons::table };
    Ok(write(&found, Some(&default.0)))
}

fn choose(
    py: Python<'_>,
    asked: &OsStr,
    cache: Option<&Path>,
    own: Option<&Path>,
) -> PyResult<interpreter::Chosen> {
    let inherited = Inherited::read();
    let chosen = interruptible(py, |may_go_on| pythons::choose(asked, &inherited, cache, own, may_go_on))?;
    chosen.map_err(PyValueError::new_err)
}

/// Runs a search without the GIL. Python handles signals each time when the search asks whether it may go on.
///
/// # Errors
/// The exception of a handler, which ends the search.
fn interruptible<T: Send>(py: Python<'_>, search: impl FnOnce(&dyn Fn() -> bool) -> T + Send) -> PyResult<T> {
    py.detach(|| {
        let raised = OnceCell::new();
        let may_go_on = || {
            raised.get().is_none()
                && Python::attach(|py| py.check_signals().map_err(|error| raised.set(error)).is_ok())
        };
        let found = search(&may_go_on);
        raised.into_inner().map_or(Ok(found), Err)
    })
}
