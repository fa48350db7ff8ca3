//! The module `fastvenv._native`: Python's arguments to paths and structs, and [`Error`] to Python's exceptions.
//!
//! A call that uses the disk runs without the GIL. Only calls that also read the variables of the process keep it, because another
//! thread of Python may change these.
#![expect(clippy::needless_pass_by_value, reason = "PyO3 gives paths as values of their own")]

mod environments;
mod error;
mod interpreters;
mod options;

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::cache::{self, location, trust};
use crate::command::{arguments, report};
use crate::environment::activation::{self, Values};
use crate::environment::executables::{unix, windows};
use crate::environment::{self, layout, scripts};
use crate::error::Result;
use crate::fs::LinkMode;
use crate::install;
use crate::platform::Platform;
use crate::{fs, threads};

/// The native part of fastvenv: every access to the disk when a virtual environment is made.
///
/// Paths are `str`, as `os.fsdecode` gives them. A call that the operating system refuses raises `OSError` with its
/// `errno` and `filename`; a value that cannot be used raises `ValueError`.
#[pymodule(gil_used = false)]
mod _native {
    use crate::command::commands::NAMES;

    use super::{
        Bound, CacheEntry, LinkMode, OsStr, OsString, PathBuf, Platform, PyBytes, PyResult, Python, Values,
        activation, arguments, cache, detached, env, environment, fs, install, layout, location, pyfunction,
        report, scripts, threads, trust, unix, windows,
    };

    #[pymodule_export]
    use super::environments::{Creation, Environment, Seed, configuration_entries};
    #[pymodule_export]
    use super::interpreters::{Features, Interpreter, choose_python, find_python, list_pythons};
    #[pymodule_export]
    use super::options::{
        commands, completion, how_to_activate, man_page, options, outcome, parse_arguments, report_line,
        settings,
    };

    /// The version of fastvenv.
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");

    /// The values of `--link-mode`: the ways to place files from the cache.
    #[pymodule_export]
    const LINK_MODES: [&str; 5] = LinkMode::SETTINGS;

    /// Raises `ValueError` for a directory that cannot hold an environment.
    #[pyfunction]
    fn check_env_dir(env_dir: OsString) -> PyResult<()> {
        Ok(layout::check_env_dir(Platform::HOST, &env_dir)?)
    }

    /// Raises `ValueError` for a prompt that does not fit on one line.
    #[pyfunction]
    fn check_prompt(prompt: &str) -> PyResult<()> {
        Ok(layout::check_line("prompt", OsStr::new(prompt))?)
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

    /// Whether a file is in a directory, whatever their spelling, links followed.
    #[pyfunction]
    fn is_in(py: Python<'_>, file: PathBuf, directory: PathBuf) -> bool {
        py.detach(|| fs::is_in(&file, &directory))
    }

    /// Removes everything in `path` but the directory itself, `pyvenv.cfg` last; with `must_be_environment`, `ValueError` for a
    /// directory that is not an environment.
    #[pyfunction]
    #[pyo3(signature = (path, *, must_be_environment = false))]
    fn clear_directory(py: Python<'_>, path: PathBuf, must_be_environment: bool) -> PyResult<()> {
        detached(py, || layout::clear(&path, must_be_environment))
    }

    /// Raises the errors that making an environment at an absolute path, or clearing it, would raise, and writes nothing.
    /// Returns whether the directory exists. `interpreter` is the value of `--python`, if there is one.
    #[pyfunction]
    #[pyo3(signature = (path, clears, *, must_be_environment, interpreter = None))]
    fn check_target(
        py: Python<'_>,
        path: PathBuf,
        clears: bool,
        must_be_environment: bool,
        interpreter: Option<&Interpreter>,
    ) -> PyResult<bool> {
        detached(py, || {
            if let Some(Interpreter(interpreter)) = interpreter.filter(|_| clears) {
                environment::check_interpreter_stays(interpreter, &path)?;
            }
            layout::check_target(&path, clears, must_be_environment)
        })
    }

    /// The contents of a file.
    #[pyfunction]
    fn read_file(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, PyBytes>> {
        Ok(PyBytes::new(py, &detached(py, || fs::read(&path))?))
    }

    /// The contents of a file of settings, and why it must not be believed, as words that follow its path; `None` if there is no
    /// file.
    #[pyfunction]
    fn read_settings(
        py: Python<'_>,
        path: PathBuf,
    ) -> PyResult<Option<(Bound<'_, PyBytes>, Option<&'static str>)>> {
        let found = detached(py, || fs::read_settings(&path))?;
        Ok(found.map(|found| (PyBytes::new(py, &found.bytes), found.writers.objection())))
    }

    /// Writes a text file, with the line ends of the system. An existing file is replaced by a rename.
    #[pyfunction]
    fn write_text(py: Python<'_>, path: PathBuf, text: &str) -> PyResult<()> {
        detached(py, || fs::write(&path, Platform::HOST.lines(text).as_bytes()))
    }

    /// The names of the interpreter in `bin` besides the one by which the base interpreter was started.
    #[pyfunction]
    fn executable_names(minor: u8, is_pypy: bool, has_utf8_names: bool) -> Vec<String> {
        unix::names(minor, is_pypy, has_utf8_names)
    }

    /// Makes the link `lib64` of an environment, which 64-bit systems expect. If the file system has no links, it makes none.
    #[pyfunction]
    fn link_lib64(py: Python<'_>, env_dir: PathBuf) -> PyResult<()> {
        detached(py, || layout::link_lib64(&env_dir))
    }

    /// Makes a symbolic link at `link` that holds the text `target`.
    #[pyfunction]
    fn symlink(py: Python<'_>, target: PathBuf, link: PathBuf) -> PyResult<()> {
        detached(py, || fs::symlink(&target, &link))
    }

    /// Removes the link at `path` if it does not lead to the file `target`.
    #[pyfunction]
    fn remove_stale_link(py: Python<'_>, path: PathBuf, target: PathBuf) -> PyResult<()> {
        detached(py, || fs::remove_stale_link(&path, &target))
    }

    /// Copies the contents of a file. Raises `shutil.SameFileError` if both paths are those of one file.
    #[pyfunction]
    fn copy_file(py: Python<'_>, source: PathBuf, destination: PathBuf) -> PyResult<()> {
        detached(py, || fs::copy_contents(&source, &destination, fs::Mode::Plain))
    }

    /// Gives a file the mode 0755, whatever the umask. A link is left alone.
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
            let base = windows::Base { directory, launchers, minor, is_debug, is_free_threaded, names };
            let files = if symlinks { windows::links(&base) } else { windows::copies(&base) };
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

    /// The folder of the cache, which need not exist; `None` if the cache is turned off.
    #[pyfunction]
    fn cache_directory() -> Option<OsString> {
        location::directory(|name| env::var_os(name)).map(PathBuf::into_os_string)
    }

    /// The images in the cache in a folder. Each has its name, its wheel and the hash of the wheel, its time in seconds since
    /// 1970, its size in bytes, the interpreter of its bytecode, whether it is sound, whether the wheel and the interpreter
    /// still exist, and whether the image is removed when the next one is made.
    #[pyfunction]
    fn cache_entries(py: Python<'_>, folder: PathBuf) -> PyResult<Vec<CacheEntry>> {
        detached(py, || Ok(cache::entries(&folder)?.into_iter().map(CacheEntry::from).collect()))
    }

    /// Why the cache in a folder is not used, and what to do; `None` if it is used, or if the folder does not exist yet.
    #[pyfunction]
    fn cache_fault(py: Python<'_>, folder: PathBuf) -> Option<String> {
        match py.detach(|| trust::check(&folder)) {
            Ok(()) | Err(trust::Distrust::Absent) => None,
            Err(distrust) => Some(distrust.to_string()),
        }
    }

    /// Compares every file in the cache in a folder with its hash, and returns what is wrong with each damaged image.
    #[pyfunction]
    fn verify_cache(py: Python<'_>, folder: PathBuf) -> PyResult<Vec<String>> {
        detached(py, || cache::verify(&folder))
    }

    /// Removes every image from the cache in a folder, and returns the number of bytes.
    #[pyfunction]
    fn clear_cache(py: Python<'_>, folder: PathBuf) -> PyResult<u64> {
        detached(py, || cache::clear(&folder))
    }

    /// Removes images that are not needed from the cache in a folder, and returns the number of bytes.
    #[pyfunction]
    fn prune_cache(py: Python<'_>, folder: PathBuf) -> PyResult<u64> {
        detached(py, || cache::prune(&folder))
    }

    /// The script templates in a folder: for each, the parts of its path below the folder. A folder that cannot be listed
    /// raises `OSError`; with `is_lenient`, it is skipped.
    #[pyfunction]
    #[pyo3(signature = (folder, *, is_lenient))]
    fn script_templates(py: Python<'_>, folder: PathBuf, is_lenient: bool) -> PyResult<Vec<Vec<OsString>>> {
        detached(py, || activation::templates(&folder, Platform::HOST, is_lenient))
    }

    /// Ends the process with that status. C code runs what it has registered (`atexit`) and writes its open streams; Python's
    /// own shutdown does not run.
    #[pyfunction]
    fn exit(status: i32) {
        std::process::exit(status)
    }

    /// The template for a prompt that has its parentheses already, as up to Python 3.12.
    #[pyfunction]
    fn without_parentheses(template: &str) -> String {
        activation::without_parentheses(template)
    }

    /// The template for an environment that can be moved: the script finds the directory that it is in.
    #[pyfunction]
    fn without_directory(template: &str, template_name: &str) -> String {
        activation::without_directory(template, template_name)
    }

    /// Makes a script of a template: each placeholder is replaced by its value, quoted for the language of the script.
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

    /// Writes a script and the missing directories above it. The script gets the permission bits of its template; without
    /// `template`, those of fastvenv's own scripts.
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

    /// The script for PowerShell that `venv` has on Windows, if it is signed and does the same as the one of fastvenv.
    /// `library` is the folder of the standard library; `prompt` is the option as it was given, and its `repr`.
    #[pyfunction]
    fn signed_script<'py>(
        py: Python<'py>,
        library: PathBuf,
        env_dir: &str,
        prompt: Option<(String, String)>,
    ) -> Option<Bound<'py, PyBytes>> {
        let prompt = prompt.as_ref().map(|(text, representation)| (text.as_str(), representation.as_str()));
        let script = py.detach(|| scripts::signed(&library, env_dir, prompt))?;
        Some(PyBytes::new(py, &script))
    }

    /// Changes the scripts in a directory that run an interpreter, so that they find it beside them, and RECORD accordingly.
    #[pyfunction]
    fn relocate_scripts(py: Python<'_>, scripts: PathBuf, library: PathBuf, python: PathBuf) -> PyResult<()> {
        detached(py, || install::relocate_scripts(&scripts, &library, &python))
    }

    /// The scripts of each activator; the names are those of `virtualenv --activators`.
    #[pymodule_export]
    const ACTIVATORS: [(&str, &[&str]); 8] = scripts::ACTIVATORS;

    /// The message after an interrupt.
    #[pymodule_export]
    const INTERRUPTED: &str = report::INTERRUPTED;

    /// The values of `--color`: when a terminal gets colours.
    #[pymodule_export]
    const COLORS: [&str; 3] = report::COLORS;

    /// The first arguments that are commands, not directories.
    #[pymodule_export]
    const COMMANDS: [&str; NAMES.len()] = NAMES;

    /// The default directory of an environment.
    #[pymodule_export]
    const DEFAULT_DIRECTORY: &str = arguments::DEFAULT_DIRECTORY;

    /// The contents of `.gitignore` in an environment.
    #[pymodule_export]
    const GIT_IGNORE: &str = environment::GIT_IGNORE;
}

/// A [`cache::Entry`], as a dictionary for Python.
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
        let cache::Entry { name, wheel, made, size, interpreter, is_sound: sound, is_needed: needed, .. } =
            entry;
        let interpreter = interpreter.map(PathBuf::into_os_string);
        let (wheel, hash) = wheel.map(|(path, hash)| (path.into_os_string(), hash)).unzip();
        Self { name, wheel, hash, made, size, interpreter, sound, needed, due }
    }
}

/// Runs a call that uses the disk, without the GIL.
fn detached<T: Send>(py: Python<'_>, call: impl FnOnce() -> Result<T> + Send) -> PyResult<T> {
    Ok(py.detach(call)?)
}
