//! An environment (PEP 405): what is in it, and how it is made.
//!
//! [`create`] runs the steps for the command and for interpreters other than the running one, where no hook can be overridden.
//! The hooks of `fastvenv.EnvBuilder` call the same steps one by one, in `venv`'s order. Without hooks, the activation scripts
//! are written before pip, while a thread searches the cache for it.

pub mod activation;
pub mod configuration;
mod contents;
pub mod creation;
pub mod executables;
pub mod layout;
mod options;
pub mod scripts;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::{Error, Result, printable};
use crate::fs;
use crate::install::{self, Seed, Target, Way};
use crate::interpreter::Interpreter;
use crate::platform::Platform;
use activation::Values;
use configuration::Configuration;
use creation::Creation;
pub use options::{Options, Prompt};
use scripts::Activation;

/// The contents of `.gitignore`: git ignores the whole environment.
pub const GIT_IGNORE: &str = "# Created by venv; see https://docs.python.org/3/library/venv.html\n*\n";

/// An environment, which has to be finished after pip is installed.
#[derive(Debug)]
pub struct Environment {
    /// Its directory, absolute and normal.
    pub env_dir: String,
    /// Its interpreter.
    pub python: PathBuf,
    /// How pip was installed; `None` if there is no pip, or if `ensurepip` has to install it before the environment is finished.
    pub pip: Option<Way>,
    /// The links to the interpreter that had to be copies.
    pub copied: Vec<executables::Copied>,
    /// The directory of its scripts.
    pub bin: PathBuf,
    /// The directory of its packages that are pure Python.
    pub purelib: PathBuf,
    /// The directory of its other packages.
    pub platlib: PathBuf,
    interpreter: Arc<Interpreter>,
    options: Options,
}

/// Makes an environment, except for the steps that only its own Python can do: `ensurepip`, and upgrading pip.
///
/// # Errors
/// As from [`Environment::begin`].
pub fn create(
    creation: &Creation,
    env_dir: &str,
    interpreter: &Arc<Interpreter>,
    options: &Options,
    seed: Option<&Seed>,
) -> Result<Environment> {
    let environment = Environment::begin(creation, env_dir, interpreter, options, seed)?;
    environment.finish(creation)?;
    Ok(environment)
}

/// Refuses to clear a directory that has the base interpreter in it.
///
/// # Errors
/// [`Error::Refused`] with the directory.
pub fn check_interpreter_stays(interpreter: &Interpreter, env_dir: &Path) -> Result<()> {
    let executable = &interpreter.base_executable;
    if !fs::is_in(executable, env_dir) {
        return Ok(());
    }
    let reason = format!("the interpreter {} is in it", printable(executable));
    Err(Error::Refused { action: "clear", path: env_dir.into(), reason })
}

/// Refuses a directory or a prompt that is not possible, and an interpreter that does not exist.
fn check(env_dir: &str, interpreter: &Interpreter, options: &Options) -> Result<()> {
    layout::check_env_dir(Platform::HOST, OsStr::new(env_dir))?;
    if let Some(prompt) = &options.prompt {
        layout::check_line("prompt", OsStr::new(&prompt.text))?;
    }
    // Without this check, the environment would be made, and would fail only when it is used.
    let executable = &interpreter.base_executable;
    if fs::try_exists(executable)? { Ok(()) } else { Err(Error::not_found(executable)) }
}

/// Removes the contents of an existing directory.
fn clear(env_dir: &Path, interpreter: &Interpreter, force: bool) -> Result<()> {
    if fs::is_link(env_dir) {
        // This refuses a link, before the contents of its target are lost.
        fs::create_directory(env_dir)?;
    }
    check_interpreter_stays(interpreter, env_dir)?;
    layout::clear(env_dir, !force)
}

impl Environment {
    /// Makes the directories, the interpreter, the activation scripts and pip.
    ///
    /// `env_dir` is absolute and normal. `creation` records what is made, and can remove it. Without a `seed`, pip is left to
    /// `ensurepip`. The caller has checked [`executables::is_known`].
    ///
    /// # Errors
    /// [`Error::Refused`], [`Error::Occupied`] and [`Error::Unwritable`] for a directory or a prompt that is not possible;
    /// [`Error::Io`] with the path that could not be made.
    pub fn begin(
        creation: &Creation,
        env_dir: &str,
        interpreter: &Arc<Interpreter>,
        options: &Options,
        seed: Option<&Seed>,
    ) -> Result<Self> {
        let mut environment = Self::prepare(creation, env_dir, interpreter, options)?;
        if options.git_ignore {
            let text = Platform::HOST.lines(GIT_IGNORE);
            fs::write(&environment.path().join(".gitignore"), text.as_bytes())?;
        }
        // pip must not find itself in the base installation, or it would not be installed (bpo-24875).
        environment.write_configuration(creation, false)?;
        environment.copied = executables::place(interpreter, &environment.python, options.symlinks)?;
        if !options.upgrade {
            environment.write_scripts()?;
        }
        if let Some(seed) = seed.filter(|_| options.with_pip) {
            environment.pip = seed.install(&environment.target())?;
        }
        Ok(environment)
    }

    /// Makes the rest after pip is installed: the final `pyvenv.cfg`, and scripts that can be moved.
    ///
    /// # Errors
    /// As from [`Self::begin`].
    pub fn finish(&self, creation: &Creation) -> Result<()> {
        if self.options.system_site_packages {
            self.write_configuration(creation, true)?;
        }
        if self.options.relocatable {
            install::relocate_scripts(&self.bin, &self.purelib, &self.python)?;
        }
        Ok(())
    }

    /// Whether `ensurepip` has to install the pip that was asked for.
    #[must_use]
    pub fn lacks_pip(&self) -> bool {
        self.options.with_pip && self.pip.is_none()
    }

    fn path(&self) -> &Path {
        Path::new(&self.env_dir)
    }

    /// The place that pip is installed in.
    fn target(&self) -> Target {
        Target {
            env_dir: self.path().to_owned(),
            purelib: self.purelib.clone(),
            platlib: self.platlib.clone(),
            scripts: self.bin.clone(),
            python: self.python.clone(),
            interpreter: Arc::clone(&self.interpreter),
        }
    }

    /// Checks the options, clears the directory if that is asked for, and makes the directories.
    fn prepare(
        creation: &Creation,
        env_dir: &str,
        interpreter: &Arc<Interpreter>,
        options: &Options,
    ) -> Result<Self> {
        check(env_dir, interpreter, options)?;
        let path = Path::new(env_dir);
        if options.clear && fs::is_there(path)? {
            clear(path, interpreter, options.force)?;
        }
        creation.create_directory(path)?;
        layout::make_directories(path, interpreter)?;
        let paths = &interpreter.paths;
        let bin = path.join(&paths.scripts);
        Ok(Self {
            env_dir: env_dir.to_owned(),
            python: bin.join(executables::name(interpreter)),
            pip: None,
            copied: Vec::new(),
            bin,
            purelib: path.join(&paths.purelib),
            platlib: path.join(&paths.platlib),
            interpreter: Arc::clone(interpreter),
            options: options.clone(),
        })
    }

    fn write_configuration(&self, creation: &Creation, system_site_packages: bool) -> Result<()> {
        let Self { interpreter, options, .. } = self;
        let (major, minor) = interpreter.version;
        let configuration = Configuration {
            home: interpreter.base_executable.parent().unwrap_or(Path::new("")).as_os_str(),
            version: &format!("{major}.{minor}.{}", interpreter.micro),
            features: interpreter.features(),
            executable: interpreter.executable.as_os_str(),
            real_executable: interpreter.real_executable.as_os_str(),
            env_dir: OsStr::new(&self.env_dir),
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
        let path = self.path().join(fs::CONFIGURATION_FILE);
        let entries = configuration.entries();
        let entries: Vec<_> = entries.iter().map(|(key, value)| (*key, value.to_string_lossy())).collect();
        creation.write_configuration(&path, &configuration::render(&entries)?)
    }

    fn write_scripts(&self) -> Result<()> {
        let Self { interpreter, options, .. } = self;
        let name = self.path().file_name().and_then(OsStr::to_str).unwrap_or_default();
        let prompt = options.prompt.as_ref().map_or(name, |prompt| &prompt.text);
        let decorates_prompt = interpreter.features().decorates_prompt();
        let values = Values {
            dir: &self.env_dir,
            name,
            prompt: &if decorates_prompt { format!("({prompt}) ") } else { prompt.to_owned() },
            bin_name: &interpreter.paths.scripts,
            python: &self.python.to_string_lossy(),
        };
        let prompt = options.prompt.as_ref().map(|prompt| (&*prompt.text, &*prompt.representation));
        let signed = match Platform::HOST {
            Platform::Posix => None,
            Platform::Windows => {
                interpreter.library().and_then(|library| scripts::signed(library, &self.env_dir, prompt))
            }
        };
        let activation = Activation {
            values,
            decorates_prompt,
            is_relocatable: options.relocatable,
            activators: options.activators.as_deref(),
            signed: signed.as_deref(),
        };
        scripts::write(&self.bin, activation)
    }
}
