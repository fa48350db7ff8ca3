//! The options of an environment: the parameters of `venv.EnvBuilder`, and those that fastvenv adds.

/// The options of an environment.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are the parameters of venv.EnvBuilder")]
pub struct Options {
    /// The packages of the base installation can be imported.
    pub system_site_packages: bool,
    /// The contents of the directory are deleted first.
    pub clear: bool,
    /// They are deleted even if the directory is not an environment.
    pub force: bool,
    /// The base interpreter is linked, not copied.
    pub symlinks: bool,
    /// An existing environment is adapted to this Python.
    pub upgrade: bool,
    /// pip is installed.
    pub with_pip: bool,
    /// pip is upgraded from the package index.
    pub upgrade_deps: bool,
    /// What the prompt shows; the directory's name by default.
    pub prompt: Option<Prompt>,
    /// git is told to ignore the environment.
    pub git_ignore: bool,
    /// The shells to write activation scripts for; by default all that the platform has.
    pub activators: Option<Vec<String>>,
    /// The environment can be moved.
    pub relocatable: bool,
}

/// What the prompt shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// As it was given, which may be `.`.
    pub given: String,
    /// What is shown: for `.`, the name of the current directory.
    pub text: String,
    /// As Python's `repr` writes it, for `pyvenv.cfg`.
    pub representation: String,
}
