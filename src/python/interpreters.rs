//! The records of interpreters, and the search for one.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::cache::records;
use crate::command::pythons;
use crate::environment::executables;
use crate::interpreter;

/// What the `venv` of Python 3 with that minor number does that others do not.
#[pyclass(frozen)]
pub(super) struct Features(interpreter::Features);

#[pymethods]
impl Features {
    #[new]
    fn new(minor: u8) -> Self {
        Self(interpreter::Features::of(minor))
    }

    /// `sysconfig` has a scheme of the name "venv", and `pyvenv.cfg` tells `executable` and `command` (bpo-45413).
    #[getter]
    fn has_venv_scheme(&self) -> bool {
        self.0.has_venv_scheme()
    }

    /// The child that installs pip runs with `-I`, and the one that upgrades it prints what it does (gh-98251).
    #[getter]
    fn isolates_ensurepip(&self) -> bool {
        self.0.isolates_ensurepip()
    }

    /// The prompt is "(name) " and not the bare name (gh-89427).
    #[getter]
    fn decorates_prompt(&self) -> bool {
        self.0.decorates_prompt()
    }

    /// The command line asks for a `.gitignore` (gh-83417).
    #[getter]
    fn ignores_scm_by_default(&self) -> bool {
        self.0.ignores_scm_by_default()
    }

    /// Windows has its own table of executables (gh-103224).
    #[getter]
    fn has_windows_table(&self) -> bool {
        self.0.has_windows_table()
    }

    /// `include` comes from `sysconfig`, with a folder for the version in it.
    #[getter]
    fn include_is_versioned(&self) -> bool {
        self.0.include_is_versioned()
    }

    /// The platlib directory is made; before, a link `lib64` stood in for it (gh-137139).
    #[getter]
    fn has_platlib(&self) -> bool {
        self.0.has_platlib()
    }

    /// setuptools comes with pip (gh-101039 ended that).
    #[getter]
    fn brings_setuptools(&self) -> bool {
        self.0.brings_setuptools()
    }
}

/// The record of an interpreter: all that must be known of it to make environments of it.
#[pyclass(frozen)]
pub(super) struct Interpreter(pub(super) Arc<interpreter::Interpreter>);

#[pymethods]
impl Interpreter {
    /// Reads what `_probe.describe` returns. `ValueError` where that is no record.
    #[new]
    fn new(text: &str) -> PyResult<Self> {
        let fault = |_| PyValueError::new_err("what the interpreter says of itself is no record");
        Ok(Self(Arc::new(interpreter::Interpreter::parse(text).map_err(fault)?)))
    }

    /// The record of the interpreter that is started by a path, from the cache in a folder; `None` where there is none,
    /// or something that it depends on has changed.
    #[staticmethod]
    fn recall(py: Python<'_>, folder: PathBuf, executable: PathBuf) -> Option<Self> {
        py.detach(|| records::recall(&folder, &executable)).map(|found| Self(Arc::new(found)))
    }

    /// Keeps it in the cache in a folder, where that can be used.
    fn remember(&self, py: Python<'_>, folder: PathBuf) {
        py.detach(|| records::remember(&folder, &self.0));
    }

    /// How it was started (`sys.executable`).
    #[getter]
    fn executable(&self) -> OsString {
        self.0.executable.clone().into_os_string()
    }

    /// What environments are made of (`sys._base_executable`).
    #[getter]
    fn base_executable(&self) -> OsString {
        self.0.base_executable.clone().into_os_string()
    }

    /// Whether it is known here how its `venv` places it, by links or by copies.
    fn can_be_placed(&self, py: Python<'_>, symlinks: bool) -> bool {
        py.detach(|| executables::is_known(&self.0, symlinks))
    }

    /// What it is called: `CPython 3.13.0`.
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

    /// What runs the code: `cpython`, `pypy` (`sys.implementation.name`).
    #[getter]
    fn implementation(&self) -> &str {
        &self.0.implementation
    }

    /// What the names of bytecode files end in; empty where it writes none.
    #[getter]
    fn cache_tag(&self) -> &str {
        &self.0.cache_tag
    }

    /// What it says about its version and its build (`sys.version`).
    #[getter]
    fn description(&self) -> &str {
        &self.0.description
    }

    /// Where the base installation is, as the interpreter says; settings of the user can change that.
    #[getter]
    fn prefixes(&self) -> Vec<String> {
        self.0.prefixes.clone()
    }

    /// What `ensurepip` would install, pip first; `None` where that is for `ensurepip` to find.
    #[getter]
    fn wheels(&self) -> Option<Vec<OsString>> {
        let path = |path: &PathBuf| path.clone().into_os_string();
        self.0.wheels.as_ref().map(|wheels| wheels.iter().map(path).collect())
    }

    /// The path of that name (`scripts`, `include`, `purelib`, `platlib`), relative to the environment; `None` for
    /// another name.
    fn path(&self, name: &str) -> Option<String> {
        self.0.paths.named(name).map(ToOwned::to_owned)
    }
}

/// Chooses the interpreter that `--python` asks for. `cache` is the folder of the cache, where there is one. `ValueError`
/// where the request cannot be understood, or there is no such interpreter.
#[pyfunction]
pub(super) fn choose_python(
    py: Python<'_>,
    asked: OsString,
    cache: Option<PathBuf>,
) -> PyResult<Interpreter> {
    let chosen = py.detach(|| pythons::choose(&asked, |name| env::var_os(name), cache.as_deref()));
    Ok(Interpreter(Arc::new(chosen.map_err(PyValueError::new_err)?.interpreter)))
}

/// What `fastvenv python find` prints: the path of the interpreter that is taken, and why it is that one.
#[pyfunction]
pub(super) fn find_python(
    py: Python<'_>,
    asked: OsString,
    cache: Option<PathBuf>,
) -> PyResult<(String, String)> {
    let chosen = py.detach(|| pythons::choose(&asked, |name| env::var_os(name), cache.as_deref()));
    let chosen = chosen.map_err(PyValueError::new_err)?;
    Ok((pythons::path(&chosen), pythons::reasons(&chosen)))
}

/// What `fastvenv python list` prints: the interpreters of this machine and this user, as a table or as JSON. `default` is the
/// one that is taken where none is asked for.
#[pyfunction]
#[pyo3(signature = (cache, default, *, as_json))]
pub(super) fn list_pythons(
    py: Python<'_>,
    cache: Option<PathBuf>,
    default: &Interpreter,
    as_json: bool,
) -> String {
    py.detach(|| {
        let found = pythons::list(|name| env::var_os(name), cache.as_deref());
        let write = if as_json { pythons::json } else { pythons::table };
        write(&found, Some(&default.0))
    })
}
