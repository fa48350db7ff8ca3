//! The base Python: everything that has to be known of it to make environments, and the bytecode that only it can make.

pub mod bytecode;
mod choice;
mod features;
mod label;
mod probe;
mod record;
mod request;
pub mod search;
mod specifiers;
mod wanted;

use std::path::{Path, PathBuf};

use crate::platform::Platform;
pub use bytecode::Compiler;
pub use choice::{Chosen, Found, NotFound, PassedOver, Reason, choose, list};
pub use features::Features;
pub use label::Implementation;
pub use probe::{Failure, probe};
pub use record::{Fault, OLDEST};
pub use request::{Request, Unclear, is_path};
pub use specifiers::Specifiers;
pub use wanted::Wanted;

/// The record of an interpreter: everything that has to be known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// The path by which it was started (`sys.executable`), which may be that of an environment.
    pub executable: PathBuf,
    /// The interpreter that environments are made of (`sys._base_executable`), with its links not resolved (gh-96861).
    pub base_executable: PathBuf,
    /// `executable` with its links resolved.
    pub real_executable: PathBuf,
    /// The prefixes of the base installation, as the interpreter reports them; settings of the user can change them.
    pub prefixes: Vec<String>,
    /// Its version: major and minor number.
    pub version: (u8, u8),
    /// The third number of its version.
    pub micro: u8,
    /// The implementation: `cpython`, `pypy` (`sys.implementation.name`).
    pub implementation: String,
    /// Its version and its build as text (`sys.version`).
    pub description: String,
    /// The tag in the names of bytecode files (`sys.implementation.cache_tag`); empty if it writes no bytecode.
    pub cache_tag: String,
    /// The first bytes of bytecode (`importlib.util.MAGIC_NUMBER`).
    pub magic_number: Vec<u8>,
    /// Whether it is a 64-bit program.
    pub is_64_bit: bool,
    /// Whether it was built without the global interpreter lock (`Py_GIL_DISABLED`).
    pub is_free_threaded: bool,
    /// Whether it is a debug build.
    pub is_debug: bool,
    /// The paths of the parts of an environment.
    pub paths: Paths,
    /// What `ensurepip` would install, pip first: wheels, or without `ensurepip` the metadata of what is installed; `None` if
    /// only `ensurepip` knows.
    pub wheels: Option<Vec<PathBuf>>,
    /// All files and folders that the record depends on, whether they exist or not.
    pub files: Vec<PathBuf>,
}

/// Paths below an environment, by the scheme "venv" of `sysconfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// The scripts: `bin`.
    pub scripts: String,
    /// The headers.
    pub include: String,
    /// The packages that are pure Python.
    pub purelib: String,
    /// The other packages.
    pub platlib: String,
}

impl Interpreter {
    /// The differences between its `venv` and that of other versions.
    #[must_use]
    pub fn features(&self) -> Features {
        Features::of(self.version.1)
    }

    /// The folder of its standard library, which its record names last.
    #[must_use]
    pub fn library(&self) -> Option<&Path> {
        self.prefixes.last().map(Path::new)
    }

    /// Its name: `CPython 3.13.0, free-threaded`.
    #[must_use]
    pub fn title(&self) -> String {
        let implementation = match self.implementation.as_str() {
            "cpython" => "CPython",
            "pypy" => "PyPy",
            "graalpy" => "GraalPy",
            other => other,
        };
        let kind = if self.is_free_threaded { ", free-threaded" } else { "" };
        format!("{implementation} {}.{}.{}{kind}", self.version.0, self.version.1, self.micro)
    }

    /// Whether it is `PyPy`, whose `venv` does more.
    #[must_use]
    pub fn is_pypy(&self) -> bool {
        self.implementation == "pypy"
    }
}

impl Paths {
    /// The path of that name; `None` if it is not one of the four.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&str> {
        Some(match name {
            "scripts" => &self.scripts,
            "include" => &self.include,
            "purelib" => &self.purelib,
            "platlib" => &self.platlib,
            _ => return None,
        })
    }

    /// The place of a path below an environment, by the layout that `venv` had before Python 3.11 gave `sysconfig` the
    /// scheme "venv". `name` is `scripts`, `include`, `purelib` or `platlib`; other names have no place.
    #[must_use]
    pub fn fixed(name: &str, version: (u8, u8)) -> Option<String> {
        Self::fixed_on(Platform::HOST, name, version)
    }

    fn fixed_on(platform: Platform, name: &str, (major, minor): (u8, u8)) -> Option<String> {
        match (platform, name) {
            (Platform::Posix, "scripts") => Some("bin".to_owned()),
            (Platform::Posix, "include") => Some("include".to_owned()),
            (Platform::Posix, "purelib" | "platlib") => {
                Some(format!("lib/python{major}.{minor}/site-packages"))
            }
            (Platform::Windows, "scripts") => Some("Scripts".to_owned()),
            (Platform::Windows, "include") => Some("Include".to_owned()),
            (Platform::Windows, "purelib" | "platlib") => Some("Lib\\site-packages".to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) use super::record::tests::TEXT;

    #[test]
    fn the_fixed_layout_has_the_four_paths_of_an_environment() {
        let path = |platform, name| Paths::fixed_on(platform, name, (3, 9));
        assert_eq!(path(Platform::Posix, "scripts").unwrap(), "bin");
        assert_eq!(path(Platform::Posix, "include").unwrap(), "include");
        assert_eq!(path(Platform::Posix, "purelib").unwrap(), "lib/python3.9/site-packages");
        assert_eq!(path(Platform::Posix, "platlib"), path(Platform::Posix, "purelib"));
        assert_eq!(path(Platform::Posix, "data"), None);
        assert_eq!(path(Platform::Windows, "scripts").unwrap(), "Scripts");
        assert_eq!(path(Platform::Windows, "include").unwrap(), "Include");
        assert_eq!(path(Platform::Windows, "purelib").unwrap(), "Lib\\site-packages");
    }
}
