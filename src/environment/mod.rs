//! An environment (PEP 405): what is in it, and how it is made.
//!
//! [`create`] runs the steps in `venv`'s order, where nobody can override one: for the command, and for interpreters other
//! than the running one. The hooks of `fastvenv.EnvBuilder` call the same steps one by one.

pub mod activation;
pub mod configuration;
pub mod creation;
pub mod executables;
pub mod layout;
mod options;
pub mod scripts;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::fs;
use crate::install::{Seed, Target};
use crate::interpreter::Interpreter;
use crate::platform::Platform;
use activation::Values;
use configuration::Configuration;
use creation::Creation;
pub use options::{Options, Prompt};

/// What `.gitignore` holds: git ignores the whole environment.
pub const GIT_IGNORE: &str = "# Created by venv; see https://docs.python.org/3/library/venv.html\n*\n";

/// An environment that was made.
#[derive(Debug)]
pub struct Environment {
    /// Its interpreter.
    pub python: PathBuf,
    /// Whether it lacks the pip that was asked for: that is for `ensurepip` to install.
    pub lacks_pip: bool,
    /// The links to the interpreter that had to be copies.
    pub copied: Vec<executables::unix::Copied>,
}

/// Makes an environment, but for what only its own Python can do: `ensurepip`, and upgrading pip.
///
/// `env_dir` is absolute and normal. What is made is kept in mind by `creation`, which can take it back. Without a `seed`, pip
/// is left to `ensurepip`. The interpreter is one of POSIX.
///
/// # Errors
/// [`Error::Refused`], [`Error::Occupied`] and [`Error::Unwritable`] for a directory or a prompt that cannot be;
/// [`Error::Io`] with the path that could not be made.
pub fn create(
    creation: &Creation,
    env_dir: &str,
    interpreter: &Arc<Interpreter>,
    options: &Options,
    seed: Option<&Seed>,
) -> Result<Environment> {
    let places = prepare(creation, env_dir, interpreter, options)?;
    if options.git_ignore {
        fs::write(&places.env_dir.join(".gitignore"), GIT_IGNORE.as_bytes())?;
    }
    // pip must not find itself in the base installation, or it would not be installed (bpo-24875).
    write_configuration(creation, &places, interpreter, options, false)?;
    let names = executables::unix::names(interpreter.version.1, interpreter.is_pypy(), true);
    let executable = &interpreter.base_executable;
    let copied = executables::unix::place(executable, &places.python, &names, options.symlinks)?;
    let lacks_pip =
        options.with_pip && !seed.map_or(Ok(false), |seed| seed.install(&places.target(interpreter)))?;
    if !options.upgrade {
        write_scripts(&places, interpreter, options)?;
    }
    if options.system_site_packages {
        write_configuration(creation, &places, interpreter, options, true)?;
    }
    Ok(Environment { python: places.python, lacks_pip, copied })
}

/// The places in an environment, as the context that the hooks of `venv` get.
#[derive(Debug)]
struct Places<'a> {
    env_dir: &'a Path,
    /// The same, as text.
    text: &'a str,
    bin: PathBuf,
    purelib: PathBuf,
    platlib: PathBuf,
    python: PathBuf,
}

impl Places<'_> {
    fn target(&self, interpreter: &Arc<Interpreter>) -> Target {
        Target {
            env_dir: self.env_dir.to_owned(),
            purelib: self.purelib.clone(),
            platlib: self.platlib.clone(),
            scripts: self.bin.clone(),
            python: self.python.clone(),
            interpreter: Arc::clone(interpreter),
        }
    }

    /// The name of the environment: the last part of its path.
    fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }
}

/// Checks what is wanted, clears the directory where that is, and makes the directories.
fn prepare<'a>(
    creation: &Creation,
    env_dir: &'a str,
    interpreter: &Interpreter,
    options: &Options,
) -> Result<Places<'a>> {
    layout::check_env_dir(Platform::HOST, OsStr::new(env_dir))?;
    if let Some(prompt) = &options.prompt {
        layout::check_line("prompt", OsStr::new(&prompt.text))?;
    }
    // A link to an interpreter that is gone would only fail when it is used.
    let executable = &interpreter.base_executable;
    if !fs::try_exists(executable)? {
        return Err(Error::Io { path: executable.clone(), source: std::io::ErrorKind::NotFound.into() });
    }
    let path = Path::new(env_dir);
    if options.clear && fs::is_there(path)? {
        if fs::is_link(path) {
            // It is refused before what it leads to is lost.
            fs::create_directory(path)?;
        }
        layout::clear(path, !options.force)?;
    }
    creation.create_directory(path)?;
    let paths = &interpreter.paths;
    let bin = path.join(&paths.scripts);
    let places = Places {
        env_dir: path,
        text: env_dir,
        python: bin.join(executable.file_name().unwrap_or_default()),
        bin,
        purelib: path.join(&paths.purelib),
        platlib: path.join(&paths.platlib),
    };
    let features = interpreter.features();
    let include = if features.include_is_versioned() { &paths.include } else { "include" };
    fs::create_directory(&path.join(include))?;
    fs::create_directory(&places.purelib)?;
    if features.has_platlib() {
        fs::create_directory(&places.platlib)?;
    } else if interpreter.is_64_bit && !cfg!(target_os = "macos") {
        layout::link_lib64(path)?;
    }
    fs::create_directory(&places.bin)?;
    Ok(places)
}

fn write_configuration(
    creation: &Creation,
    places: &Places<'_>,
    interpreter: &Interpreter,
    options: &Options,
    system_site_packages: bool,
) -> Result<()> {
    let (major, minor) = interpreter.version;
    let configuration = Configuration {
        home: interpreter.base_executable.parent().unwrap_or(Path::new("")).as_os_str(),
        version: &format!("{major}.{minor}.{}", interpreter.micro),
        features: interpreter.features(),
        executable: interpreter.executable.as_os_str(),
        real_executable: interpreter.real_executable.as_os_str(),
        env_dir: places.env_dir.as_os_str(),
        prompt: options.prompt.as_ref().map(|prompt| &*prompt.representation),
        given_prompt: options.prompt.as_ref().map(|prompt| OsStr::new(&prompt.given)),
        system_site_packages,
        symlinks: options.symlinks,
        with_pip: options.with_pip,
        clear: options.clear,
        upgrade: options.upgrade,
        upgrade_deps: options.upgrade_deps,
        scm_ignore: options.git_ignore,
        relocatable: options.relocatable,
    };
    let path = places.env_dir.join(layout::CONFIGURATION_FILE);
    let entries = configuration.entries();
    let entries: Vec<_> = entries.iter().map(|(key, value)| (*key, value.to_string_lossy())).collect();
    creation.write_configuration(&path, &configuration::render(&entries)?)
}

fn write_scripts(places: &Places<'_>, interpreter: &Interpreter, options: &Options) -> Result<()> {
    let name = places.name();
    let prompt = options.prompt.as_ref().map_or(name, |prompt| &prompt.text);
    let decorates_prompt = interpreter.features().decorates_prompt();
    let values = Values {
        dir: places.text,
        name,
        prompt: &if decorates_prompt { format!("({prompt}) ") } else { prompt.to_owned() },
        bin_name: &interpreter.paths.scripts,
        python: &places.python.to_string_lossy(),
    };
    scripts::write(&places.bin, values, decorates_prompt, options.relocatable, options.activators.as_deref())
}
