//! The module `fastvenv._native`: Python's arguments to paths and structs, and [`Error`] to Python's exceptions.
//!
//! Every call that touches the disk runs without the GIL.
#![expect(clippy::needless_pass_by_value, reason = "PyO3 gives paths as values of their own")]

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use pyo3::PyErrArguments;
use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::cache::{self, records, trust};
use crate::environment::activation::{self, Values};
use crate::environment::configuration::Configuration;
use crate::environment::executables::{unix, windows};
use crate::environment::{self, configuration, creation, layout, scripts};
use crate::error::{Error, Result};
use crate::fs::LinkMode;
use crate::install;
use crate::interpreter;
use crate::platform::Platform;
use crate::{fs, threads};

/// The native part of fastvenv: what touches the disk when a virtual environment is made.
///
/// Paths are `str`, as `os.fsdecode` gives them. A call that the operating system refuses raises `OSError` with its
/// `errno` and `filename`; a value that cannot be used raises `ValueError`.
#[pymodule(gil_used = false)]
mod _native {
    use super::{
        Arc, Bound, CacheEntry, Configuration, LinkMode, OsStr, OsString, PathBuf, Platform, PyBytes,
        PyResult, PyValueError, Python, Values, activation, cache, configuration, creation, detached,
        environment, fs, install, interpreter, layout, pyclass, pyfunction, pymethods, records, scripts,
        threads, trust, unix, windows,
    };

    /// The version of fastvenv.
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// The ways to place files from the cache that one can ask for.
    #[pymodule_export]
    const LINK_MODES: [&str; 5] = LinkMode::SETTINGS;

    /// Refuses, with `ValueError`, a directory that cannot hold an environment.
    #[pyfunction]
    fn check_env_dir(env_dir: OsString) -> PyResult<()> {
        Ok(layout::check_env_dir(Platform::HOST, &env_dir)?)
    }

    /// Refuses, with `ValueError`, a prompt that cannot stand on one line.
    #[pyfunction]
    fn check_prompt(prompt: &str) -> PyResult<()> {
        Ok(layout::check_line("prompt", OsStr::new(prompt))?)
    }

    /// What the `venv` of Python 3 with that minor number does that others do not.
    #[pyclass(frozen)]
    struct Features(interpreter::Features);

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
    struct Interpreter(Arc<interpreter::Interpreter>);

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

    /// How many threads can run at the same time.
    #[pyfunction]
    fn available_parallelism() -> usize {
        threads::available()
    }

    /// Makes `path` a directory, with the missing ones above it; `ValueError` for a file or a link in its place.
    #[pyfunction]
    fn create_directory(py: Python<'_>, path: PathBuf) -> PyResult<()> {
        detached(py, || fs::create_directory(&path).map(drop))
    }

    /// What one call of `EnvBuilder.create` makes and may take back.
    #[pyclass(frozen)]
    struct Creation(creation::Creation);

    #[pymethods]
    impl Creation {
        /// Nothing is made yet.
        #[new]
        fn new() -> Self {
            Self(creation::Creation::default())
        }

        /// Makes the directory of an environment, as `create_directory` does, and keeps in mind what it made.
        fn create_directory(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
            detached(py, || self.0.create_directory(&path))
        }

        /// Writes a `pyvenv.cfg` of these keys and values. Where another process wrote one first, the directory is left to
        /// that.
        fn write_configuration(
            &self,
            py: Python<'_>,
            path: PathBuf,
            entries: Vec<(String, String)>,
        ) -> PyResult<()> {
            detached(py, || self.0.write_configuration(&path, &configuration::render(&entries)?))
        }

        /// Lets everything that was made stay, and holds nothing any more.
        fn keep(&self) {
            self.0.keep();
        }

        /// Removes the directories that were made, with all that is in them, unless another process uses them by now.
        fn take_back(&self, py: Python<'_>) -> PyResult<()> {
            detached(py, || self.0.take_back())
        }
    }

    /// Removes everything in `path` but the directory itself, `pyvenv.cfg` last; with `must_be_environment`, `ValueError` for
    /// a directory that is none.
    #[pyfunction]
    #[pyo3(signature = (path, *, must_be_environment = false))]
    fn clear_directory(py: Python<'_>, path: PathBuf, must_be_environment: bool) -> PyResult<()> {
        detached(py, || layout::clear(&path, must_be_environment))
    }

    /// The contents of a file.
    #[pyfunction]
    fn read_file(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyBytes>> {
        Ok(PyBytes::new(py, &detached(py, || fs::read(&path))?))
    }

    /// Writes a text file. A file that has the name is replaced, and not written to.
    #[pyfunction]
    fn write_text(py: Python<'_>, path: PathBuf, text: &str) -> PyResult<()> {
        detached(py, || fs::write(&path, text.as_bytes()))
    }

    /// Writes a file anew, with the mode that it has. It is replaced, and not written to.
    #[pyfunction]
    fn replace_file(py: Python<'_>, path: PathBuf, contents: &[u8]) -> PyResult<()> {
        detached(py, || fs::rewrite(&path, contents))
    }

    /// The names of the interpreter in `bin`, beside the one by which the base interpreter was started.
    #[pyfunction]
    fn executable_names(minor: u8, is_pypy: bool, has_utf8_names: bool) -> Vec<String> {
        unix::names(minor, is_pypy, has_utf8_names)
    }

    /// Makes the link `lib64` of an environment, which 64-bit systems expect; a file system that has no links does without.
    #[pyfunction]
    fn link_lib64(py: Python<'_>, env_dir: PathBuf) -> PyResult<()> {
        detached(py, || layout::link_lib64(&env_dir))
    }

    /// Makes a symbolic link at `link` that holds the text `target`.
    #[pyfunction]
    fn symlink(py: Python<'_>, target: PathBuf, link: PathBuf) -> PyResult<()> {
        detached(py, || fs::symlink(&target, &link))
    }

    /// Removes the link at `path` where it does not lead to the file `target`.
    #[pyfunction]
    fn remove_stale_link(py: Python<'_>, path: PathBuf, target: PathBuf) -> PyResult<()> {
        detached(py, || fs::remove_stale_link(&path, &target))
    }

    /// Copies the contents of a file; `shutil.SameFileError` where both are one file.
    #[pyfunction]
    fn copy_file(py: Python<'_>, source: PathBuf, destination: PathBuf) -> PyResult<()> {
        detached(py, || fs::copy_contents(&source, &destination))
    }

    /// Gives a file that is not a link mode 0755, whatever the umask.
    #[pyfunction]
    fn make_executable(py: Python<'_>, path: PathBuf) -> PyResult<()> {
        detached(py, || fs::make_executable(&path))
    }

    /// The files of `Scripts` on Windows from Python 3.13 on, and what each is made from: links to the base
    /// executables and DLLs with `symlinks`, else copies of the launchers.
    #[pyfunction]
    #[pyo3(signature = (directory, launchers, minor, *, symlinks, is_debug, is_free_threaded))]
    fn windows_files(
        py: Python<'_>,
        directory: PathBuf,
        launchers: PathBuf,
        minor: u8,
        symlinks: bool,
        is_debug: bool,
        is_free_threaded: bool,
    ) -> PyResult<Vec<(OsString, OsString)>> {
        detached(py, || {
            let names = if symlinks { fs::names(&directory)? } else { Vec::new() };
            let interpreter =
                windows::Interpreter { directory, launchers, minor, is_debug, is_free_threaded, names };
            let files = if symlinks { windows::links(&interpreter) } else { windows::copies(&interpreter) };
            Ok(files.into_iter().map(|(name, source)| (name, source.into_os_string())).collect())
        })
    }

    /// The files in the base folder that `symlink_or_copy` is called for on Windows up to Python 3.12.
    #[pyfunction]
    #[pyo3(signature = (directory, executable, *, symlinks, is_source_build))]
    fn windows_legacy_names(
        py: Python<'_>,
        directory: PathBuf,
        executable: OsString,
        symlinks: bool,
        is_source_build: bool,
    ) -> PyResult<Vec<OsString>> {
        detached(py, || {
            let names = if symlinks { fs::names(&directory)? } else { Vec::new() };
            Ok(windows::legacy_names(&names, &executable, symlinks, is_source_build))
        })
    }

    /// The launcher that stands in for a base executable on Windows up to Python 3.12, beside that executable.
    #[pyfunction]
    fn windows_legacy_launcher(source: PathBuf) -> OsString {
        windows::legacy_launcher(&source).into_os_string()
    }

    /// Wheels that are to be installed as `ensurepip` has pip do it, in as many environments as one likes; a `.dist-info`
    /// folder stands for what is installed there. With a `cache`, a folder, files come from there.
    #[pyclass(frozen)]
    struct Seed(install::Seed);

    #[pymethods]
    impl Seed {
        /// Begins to look for the wheels in the cache. Those that are shared are installed by several threads, in an
        /// environment each.
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
            let options = install::Options { cache, link_modes, compiles, is_shared };
            Ok(Self(install::Seed::new(wheels, Arc::clone(&interpreter.0), options)))
        }

        /// Installs the wheels in an environment. Returns whether it did: what is not known here, and an environment with
        /// another version, is left to `ensurepip`. `ValueError` for a wheel that is damaged.
        #[pyo3(signature = (*, env_dir, purelib, platlib, scripts, python))]
        fn install(
            &self,
            py: Python<'_>,
            env_dir: PathBuf,
            purelib: PathBuf,
            platlib: PathBuf,
            scripts: PathBuf,
            python: PathBuf,
        ) -> PyResult<bool> {
            let interpreter = Arc::clone(self.0.interpreter());
            let target = install::Target { env_dir, purelib, platlib, scripts, python, interpreter };
            detached(py, || self.0.install(&target))
        }
    }

    /// What is in the cache in a folder: for each image its name, its wheel and the hash of that, when it was made in
    /// seconds since 1970, its size in bytes, the interpreter of its bytecode, whether it is sound, whether that wheel
    /// and that interpreter are still there, and whether it is removed when the next image is made.
    #[pyfunction]
    fn cache_entries(py: Python<'_>, folder: PathBuf) -> PyResult<Vec<CacheEntry>> {
        detached(py, || Ok(cache::entries(&folder)?.into_iter().map(CacheEntry::from).collect()))
    }

    /// Why the cache in a folder is not used, and what to do; `None` where it is used, and where there is no folder yet.
    #[pyfunction]
    fn cache_fault(py: Python<'_>, folder: PathBuf) -> Option<String> {
        match py.detach(|| trust::check(&folder)) {
            Ok(()) | Err(trust::Distrust::Absent) => None,
            Err(distrust) => Some(distrust.to_string()),
        }
    }

    /// Compares every file in the cache in a folder with its hash: what is wrong, for each image that is damaged.
    #[pyfunction]
    fn verify_cache(py: Python<'_>, folder: PathBuf) -> PyResult<Vec<String>> {
        detached(py, || cache::verify(&folder))
    }

    /// Removes every image from the cache in a folder, and returns how many bytes they had.
    #[pyfunction]
    fn clear_cache(py: Python<'_>, folder: PathBuf) -> PyResult<u64> {
        detached(py, || cache::clear(&folder))
    }

    /// Removes what nobody needs from the cache in a folder, and returns how many bytes it had.
    #[pyfunction]
    fn prune_cache(py: Python<'_>, folder: PathBuf) -> PyResult<u64> {
        detached(py, || cache::prune(&folder))
    }

    /// The script templates in a folder: the parts of the path of each below it. What cannot be listed raises `OSError`,
    /// or is passed over.
    #[pyfunction]
    #[pyo3(signature = (folder, *, is_lenient))]
    fn script_templates(py: Python<'_>, folder: PathBuf, is_lenient: bool) -> PyResult<Vec<Vec<OsString>>> {
        detached(py, || activation::templates(&folder, Platform::HOST, is_lenient))
    }

    /// Ends the process with that status, after what C code wants to do at its end (`atexit`, open streams); Python takes
    /// nothing apart.
    #[pyfunction]
    fn exit(status: i32) {
        std::process::exit(status)
    }

    /// The template as it is where the prompt comes with its parentheses, as it does up to Python 3.12.
    #[pyfunction]
    fn without_parentheses(template: &str) -> String {
        activation::without_parentheses(template)
    }

    /// The template of an environment that can be moved: its script takes the directory it lies in.
    #[pyfunction]
    fn without_directory(template: &str, template_name: &str) -> String {
        activation::without_directory(template, template_name)
    }

    /// The script that a template becomes: each placeholder replaced by its value, quoted for the script's language.
    #[pyfunction]
    #[pyo3(signature = (template, template_name, *, dir, name, prompt, bin_name, python))]
    fn render_script(
        template: &str,
        template_name: &str,
        dir: &str,
        name: &str,
        prompt: &str,
        bin_name: &str,
        python: &str,
    ) -> PyResult<String> {
        Ok(activation::render(template, template_name, Values { dir, name, prompt, bin_name, python })?)
    }

    /// Writes a script with the permission bits of its template, and the directories above it that are missing; without a
    /// template, one of fastvenv's own.
    #[pyfunction]
    #[pyo3(signature = (path, script, template = None))]
    fn write_script(py: Python<'_>, path: PathBuf, script: &[u8], template: Option<PathBuf>) -> PyResult<()> {
        detached(py, || {
            let mode = match template {
                Some(template) => fs::Mode::Exactly(fs::mode_of(&template)?),
                None => scripts::MODE,
            };
            fs::write_as_with_parents(&path, script, mode).map(drop)
        })
    }

    /// The scripts of each activator; the names are those of `virtualenv --activators`.
    #[pymodule_export]
    const ACTIVATORS: [(&str, &[&str]); 8] = scripts::ACTIVATORS;

    /// What `.gitignore` holds in an environment.
    #[pymodule_export]
    const GIT_IGNORE: &str = environment::GIT_IGNORE;

    /// The keys and values of `pyvenv.cfg`, in the order of `venv`.
    #[pyfunction]
    #[pyo3(signature = (
        *, home, version, executable, real_executable, env_dir, prompt, given_prompt, system_site_packages, symlinks,
        with_pip, clear, upgrade, upgrade_deps, scm_ignore, relocatable
    ))]
    fn configuration_entries(
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
            features: interpreter::Features::of(minor),
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
}

/// A [`cache::Entry`], which Python sees as a dictionary.
#[derive(IntoPyObject)]
struct CacheEntry {
    name: String,
    wheel: Option<OsString>,
    hash: Option<String>,
    made: u64,
    size: u64,
    interpreter: Option<OsString>,
    sound: bool,
    needed: bool,
    due: bool,
}

impl From<cache::Entry> for CacheEntry {
    fn from(entry: cache::Entry) -> Self {
        let due = entry.is_due();
        let cache::Entry { name, wheel, made, size, interpreter, is_sound: sound, is_needed: needed } = entry;
        let interpreter = interpreter.map(PathBuf::into_os_string);
        let (wheel, hash) = wheel.map(|(path, hash)| (path.into_os_string(), hash)).unzip();
        Self { name, wheel, hash, made, size, interpreter, sound, needed, due }
    }
}

/// Runs what touches the disk without the GIL.
fn detached<T: Send>(py: Python<'_>, call: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    Ok(py.detach(call)?)
}

impl From<Error> for PyErr {
    /// `OSError` with `errno`, `strerror` and `filename`, as Python raises it (and so `FileNotFoundError`, …), and
    /// `ValueError` in the words of `venv`, where it has some.
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
            Error::Unwritable { .. } | Error::Template { .. } | Error::Wheel { .. } => {
                PyValueError::new_err(error.to_string())
            }
            Error::SameFile { source_path, destination } => {
                Python::attach(|py| same_file_error(py, source_path.into(), destination.into()))
            }
        }
    }
}

/// `(errno, strerror, filename)`, of which `OSError` makes the right subclass. The file name is an `OsString`, since a
/// `PathBuf` would become a `pathlib.Path`.
struct OsErrorArguments {
    path: OsString,
    source: io::Error,
}

impl PyErrArguments for OsErrorArguments {
    fn arguments(self, py: Python<'_>) -> Py<PyAny> {
        let arguments = || -> PyResult<_> {
            let Some(errno) = self.source.raw_os_error() else {
                // Not from the operating system: the standard library found the path unusable.
                let message = format!("{}: {}", self.path.display(), self.source);
                return (message,).into_pyobject(py);
            };
            let strerror = py.import("os")?.getattr("strerror")?.call1((errno,))?;
            (errno, strerror, &self.path).into_pyobject(py)
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

/// `shutil.SameFileError`, which `shutil` is imported for only here.
fn same_file_error(py: Python<'_>, source: OsString, destination: OsString) -> PyErr {
    let error = || -> PyResult<PyErr> {
        let [source, destination] =
            [source.into_pyobject(py)?.repr()?, destination.into_pyobject(py)?.repr()?];
        let message = format!("{source} and {destination} are the same file");
        Ok(PyErr::from_value(py.import("shutil")?.getattr("SameFileError")?.call1((message,))?))
    };
    error().unwrap_or_else(|error| error)
}
