//! The options of an environment: the parameters of `venv.EnvBuilder`, and those that fastvenv adds.

/// The options of an environment.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "they are the parameters of venv.EnvBuilder")]
pub struct Options {
    /// The packages of the base installation can be imported.
    pub system_site_packages: bool,
    /// The contents of the directory are deleted first.
    pub clear: bool,
    /// With `clear`, the contents are deleted even if the directory is not an environment.
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
    /// A `.gitignore` makes git ignore the environment.
    pub git_ignore: bool,
    /// The shells to write activation scripts for; by default all that the platform has.
    pub activators: Option<Vec<String>>,
    /// The environment can be moved.
    pub relocatable: bool,
}

/// What the prompt shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// The option as it was given, which may be `.`.
    pub given: String,
    /// The text that is shown: for `.`, the name of the current directory.
    pub text: String,
    /// The `repr` of the text, for `pyvenv.cfg`.
    pub representation: String,
}
