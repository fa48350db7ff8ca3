//! An environment for Python: the record of what a call has made, the steps, and pip.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::detached;
use super::interpreters::Interpreter;
use crate::environment::configuration::{self, Configuration};
use crate::environment::{self, Options, Prompt, creation};
use crate::fs::LinkMode;
use crate::install::{self, Way};
use crate::interpreter::Features;
use crate::process::Inherited;

/// What one call of `EnvBuilder.create` has made. If the call fails, it is removed.
#[pyclass(frozen)]
pub(super) struct Creation(creation::Creation);

#[pymethods]
impl Creation {
    /// Begins with nothing.
    #[new]
    fn new() -> Self {
        Self(creation::Creation::default())
    }

    /// Makes the directory of an environment, as `create_directory` does, and records what it made.
    fn create_directory(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        detached(py, || self.0.create_directory(&path))
    }

    /// Writes a `pyvenv.cfg` of these keys and values. If another process wrote one first, the directory is left to that
    /// process.
    fn write_configuration(
        &self,
        py: Python<'_>,
        path: PathBuf,
        entries: Vec<(String, String)>,
    ) -> PyResult<()> {
        detached(py, || self.0.write_configuration(&path, &configuration::render(&entries)?))
    }

    /// Takes a `pyvenv.cfg` that a hook wrote for one that this call wrote.
    fn adopt_configuration(&self, py: Python<'_>, path: PathBuf) {
        py.detach(|| self.0.adopt_configuration(&path));
    }

    /// Forgets everything that was made, so that it stays.
    fn keep(&self) {
        self.0.keep();
    }

    /// Removes the directories that were made, with their contents, unless another process uses them.
    fn take_back(&self, py: Python<'_>) -> PyResult<()> {
        detached(py, || self.0.take_back())
    }
}

/// Wheels to install, as pip installs them for `ensurepip`, in any number of environments. A `.dist-info` folder takes the
/// place of a wheel: it stands for the distribution that is installed there. If `cache` is a folder, files come from there.
#[pyclass(frozen)]
pub(super) struct Seed(install::Seed);

#[pymethods]
impl Seed {
    /// Begins to look for the wheels in the cache. `is_shared` means that several threads install them, each in its own
    /// environment.
    #[new]
    #[pyo3(signature = (wheels, interpreter, *, cache, link_mode, compiles, is_shared = false))]
    fn new(
        wheels: Vec<PathBuf>,
        interpreter: &Interpreter,
        cache: Option<PathBuf>,
        link_mode: &str,
        compiles: bool,
        is_shared: bool,
    ) -> PyResult<Self> {
        let Some(link_modes) = LinkMode::of_setting(link_mode) else {
            return Err(PyValueError::new_err(format!("there is no link mode {link_mode:?}")));
        };
        let options =
            install::Options { cache, link_modes, compiles, is_shared, inherited: Inherited::read() };
        Ok(Self(install::Seed::new(wheels, Arc::clone(&interpreter.0), options)))
    }

    /// The wheels.
    #[getter]
    fn wheels(&self) -> Vec<OsString> {
        self.0.paths().iter().map(|path| path.clone().into_os_string()).collect()
    }

    /// Why the cache was not used when wheels were installed; `None` if it was used, or was turned off.
    #[getter]
    fn fault(&self) -> Option<String> {
        self.0.fault()
    }

    /// Installs the wheels in an environment, and returns how: `present`, `written` or a link mode. Returns `None`, and
    /// installs nothing, for a wheel with parts that are not known here and for an environment that has another version:
    /// `ensurepip` does that. Raises `ValueError` for a damaged wheel.
    #[pyo3(signature = (*, env_dir, purelib, platlib, scripts, python))]
    fn install(
        &self,
        py: Python<'_>,
        env_dir: PathBuf,
        purelib: PathBuf,
        platlib: PathBuf,
        scripts: PathBuf,
        python: PathBuf,
    ) -> PyResult<Option<&'static str>> {
        let interpreter = Arc::clone(self.0.interpreter());
        let target = install::Target { env_dir, purelib, platlib, scripts, python, interpreter };
        Ok(detached(py, || self.0.install(&target))?.map(Way::name))
    }
}

/// The keys and values of `pyvenv.cfg`, in the order of `venv`.
#[pyfunction]
#[pyo3(signature = (
    *, home, version, executable, real_executable, env_dir, prompt, given_prompt, system_site_packages, symlinks,
    with_pip, clear, upgrade, upgrade_deps, scm_ignore, relocatable
))]
pub(super) fn configuration_entries(
    home: OsString,
    version: (u8, u8, u8),
    executable: OsString,
    real_executable: OsString,
    env_dir: OsString,
    prompt: Option<&str>,
    given_prompt: Option<OsString>,
    system_site_packages: bool,
    symlinks: bool,
    with_pip: bool,
    clear: bool,
    upgrade: bool,
    upgrade_deps: bool,
    scm_ignore: bool,
    relocatable: bool,
) -> Vec<(&'static str, OsString)> {
    let (major, minor, micro) = version;
    let configuration = Configuration {
        home: &home,
        version: &format!("{major}.{minor}.{micro}"),
        features: Features::of(minor),
        executable: &executable,
        real_executable: &real_executable,
        env_dir: &env_dir,
        prompt,
        given_prompt: given_prompt.as_deref(),
        system_site_packages,
        symlinks,
        with_pip,
        clear,
        upgrade,
        upgrade_deps,
        scm_ignore,
        relocatable,
    };
    configuration.entries()
}

/// An environment of an interpreter that is not the running one, made by the steps of `venv`.
#[pyclass(frozen)]
pub(super) struct Environment(environment::Environment);

#[pymethods]
impl Environment {
    /// Makes everything that can precede `ensurepip`. `creation` records what is made. `prompt` is the option as it was given,
    /// the text that is shown, and the `repr` of that text.
    #[new]
    #[pyo3(signature = (
        creation, env_dir, interpreter, *, seed, prompt, system_site_packages, symlinks, with_pip, clear, force, upgrade,
        upgrade_deps, git_ignore, activators, relocatable
    ))]
    fn new(
        py: Python<'_>,
        creation: &Creation,
        env_dir: &str,
        interpreter: &Interpreter,
        seed: Option<&Seed>,
        prompt: Option<(String, String, String)>,
        system_site_packages: bool,
        symlinks: bool,
        with_pip: bool,
        clear: bool,
        force: bool,
        upgrade: bool,
        upgrade_deps: bool,
        git_ignore: bool,
        activators: Option<Vec<String>>,
        relocatable: bool,
    ) -> PyResult<Self> {
        let prompt = prompt.map(|(given, text, representation)| Prompt { given, text, representation });
        let options = Options {
            system_site_packages,
            clear,
            force,
            symlinks,
            upgrade,
            with_pip,
            upgrade_deps,
            prompt,
            git_ignore,
            activators,
            relocatable,
        };
        let seed = seed.map(|seed| &seed.0);
        let begin = || environment::Environment::begin(&creation.0, env_dir, &interpreter.0, &options, seed);
        Ok(Self(detached(py, begin)?))
    }

    /// Makes the rest after pip is installed: the final `pyvenv.cfg`, and scripts that can be moved.
    fn finish(&self, py: Python<'_>, creation: &Creation) -> PyResult<()> {
        detached(py, || self.0.finish(&creation.0))
    }

    /// Its interpreter.
    #[getter]
    fn python(&self) -> OsString {
        self.0.python.clone().into_os_string()
    }

    /// How pip was installed: `present`, `written` or a link mode; `None` if there is no pip, or not yet.
    #[getter]
    fn pip(&self) -> Option<&'static str> {
        self.0.pip.map(Way::name)
    }

    /// Whether `ensurepip` has to install pip before the environment is finished.
    #[getter]
    fn lacks_pip(&self) -> bool {
        self.0.lacks_pip()
    }

    /// The links to the interpreter that had to be copies, each with the target that it would have had.
    #[getter]
    fn copied(&self) -> Vec<(OsString, OsString)> {
        let copied = self.0.copied.iter().cloned();
        copied.map(|(source, path)| (source.into_os_string(), path.into_os_string())).collect()
    }

    /// The directory of its scripts.
    #[getter]
    fn bin_path(&self) -> OsString {
        self.0.bin.clone().into_os_string()
    }

    /// The directory of its packages that are pure Python.
    #[getter]
    fn lib_path(&self) -> OsString {
        self.0.purelib.clone().into_os_string()
    }
}
