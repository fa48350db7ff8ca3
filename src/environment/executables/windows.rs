//! The files in `Scripts`, and the file that each is linked to or copied from.
//!
//! On Windows an environment holds the launchers that `venv` brings along (they start the base interpreter that
//! `pyvenv.cfg` names), or links to the base executables and their DLLs. Python 3.13 changed how the files are chosen;
//! up to 3.12, `EnvBuilder.symlink_or_copy` is called for each base executable and swaps in the launcher itself.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::fs;
use crate::interpreter::Interpreter;

/// A file of the environment and what it is made from: its name in `Scripts`, and the path of the source.
pub type File = (OsString, PathBuf);

/// What the files depend on: facts about the base interpreter, and the files beside it.
#[derive(Clone, Debug)]
pub struct Base {
    /// The folder of the base executable.
    pub directory: PathBuf,
    /// The folder of the launchers: `venv/scripts/nt` of the standard library, or `directory` in a source build.
    pub launchers: PathBuf,
    /// The minor version of Python 3.
    pub minor: u8,
    /// Whether it is a debug build, whose names end in `_d`.
    pub is_debug: bool,
    /// Whether it is a free-threaded build (`Py_GIL_DISABLED`), which has names with `3.Xt` too.
    pub is_free_threaded: bool,
    /// The names in `directory`.
    pub names: Vec<OsString>,
}

impl Base {
    /// The names of the executables in the environment, each with whether it is the windowed one.
    fn executables(&self) -> Vec<(String, bool)> {
        let debug = if self.is_debug { "_d" } else { "" };
        let mut tags = vec![String::new(), debug.to_owned()];
        if self.is_free_threaded {
            let threaded = format!("3.{}t", self.minor);
            tags.extend([threaded.clone(), threaded + debug]);
        }
        tags.dedup();
        let named = |stem: &str, windowed: bool| {
            tags.iter().map(|tag| (format!("{stem}{tag}.exe"), windowed)).collect::<Vec<_>>()
        };
        let mut executables = named("python", false);
        executables.extend(named("pythonw", true));
        executables.dedup();
        executables
    }

    /// The base executables that the environment's names are links to: the console one and the windowed one.
    fn base_executables(&self) -> [String; 2] {
        let debug = if self.is_debug { "_d" } else { "" };
        let threaded = format!("3.{}t", self.minor);
        // From 3.15 on, an installation with only the free-threaded build may call it python.exe.
        let has_threaded_name = self.minor < 15
            || self.names.iter().any(|name| lowered(name) == format!("python{threaded}{debug}.exe"));
        let tag = if self.is_free_threaded && has_threaded_name { threaded.as_str() } else { "" };
        [format!("python{tag}{debug}.exe"), format!("pythonw{tag}{debug}.exe")]
    }
}

/// The links of an environment made with links: the executables, and every DLL that they load.
#[must_use]
pub fn links(base: &Base) -> Vec<File> {
    let [console, windowed] = base.base_executables().map(|name| base.directory.join(name));
    let source = |is_windowed| if is_windowed { windowed.clone() } else { console.clone() };
    let executables =
        base.executables().into_iter().map(|(name, is_windowed)| (name.into(), source(is_windowed)));
    let libraries = base
        .names
        .iter()
        .filter(|name| is_python_file(name) && extension(name) == ".dll")
        .map(|name| (name.clone(), base.directory.join(name)));
    executables.chain(libraries).collect()
}

/// The copies of an environment made without links: a launcher under each name.
#[must_use]
pub fn copies(base: &Base) -> Vec<File> {
    let threaded = if base.is_free_threaded { "t" } else { "" };
    let debug = if base.is_debug { "_d" } else { "" };
    let launcher = |is_windowed| {
        let stem = if is_windowed { "venvwlauncher" } else { "venvlauncher" };
        base.launchers.join(format!("{stem}{threaded}{debug}.exe"))
    };
    let executables = base.executables().into_iter();
    executables.map(|(name, is_windowed)| (name.into(), launcher(is_windowed))).collect()
}

/// The base files for which `symlink_or_copy` is called up to Python 3.12.
///
/// With links these are all executables and DLLs of the base (in a source build only Python's own, there are others);
/// without links, the names that a base executable can have, whether it exists or not.
#[must_use]
pub fn legacy_names(
    names: &[OsString],
    executable: &OsString,
    symlinks: bool,
    is_source_build: bool,
) -> Vec<OsString> {
    if symlinks {
        let is_wanted = |name: &&OsString| {
            [".exe", ".dll"].contains(&extension(name).as_str()) && (!is_source_build || is_python_file(name))
        };
        return names.iter().filter(is_wanted).cloned().collect();
    }
    let mut wanted: Vec<OsString> =
        ["python.exe", "python_d.exe", "pythonw.exe", "pythonw_d.exe"].map(OsString::from).into();
    if !wanted.contains(executable) {
        wanted.push(executable.clone());
    }
    wanted
}

/// The launcher that takes the place of a base executable up to Python 3.12, beside that executable.
///
/// The debug launcher of `python_d.exe` is `venvlauncher_d.exe`; a file that is not an interpreter is copied itself.
#[must_use]
pub fn legacy_launcher(source: &Path) -> PathBuf {
    let name = source.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let (stem, extension) = name.rfind('.').map_or((name.as_str(), ""), |dot| name.split_at(dot));
    let (stem, debug) = stem.strip_suffix("_d").map_or((stem, ""), |stem| (stem, "_d"));
    let launcher = match stem {
        "python" => "venvlauncher",
        "pythonw" => "venvwlauncher",
        other => other,
    };
    source.with_file_name(format!("{launcher}{debug}{extension}"))
}

/// The folder of the launchers in the standard library of an installation.
fn launcher_folder(interpreter: &Interpreter) -> Option<PathBuf> {
    let library = interpreter.library()?;
    Some(["venv", "scripts", "nt"].iter().fold(library.to_owned(), |path, part| path.join(part)))
}

/// The simplest name of an interpreter. From Python 3.13 on, an environment has this name, whatever the name of the base is.
#[must_use]
pub fn simple_name(base: &Path) -> OsString {
    if is_debug(base) { "python_d.exe".into() } else { "python.exe".into() }
}

fn is_debug(base: &Path) -> bool {
    base.file_stem().is_some_and(|stem| stem.to_string_lossy().to_lowercase().ends_with("_d"))
}

/// The files of an environment without links. Returns `None` if one of them is not in the place that an installation has for
/// it, as in a source build, or if the base cannot be read, as the alias of a Python of the Store.
#[must_use]
pub fn placed_copies(interpreter: &Interpreter) -> Option<Vec<File>> {
    let base = &interpreter.base_executable;
    let (directory, launchers) = (base.parent()?.to_owned(), launcher_folder(interpreter)?);
    let files = if interpreter.features().has_windows_table() {
        copies(&Base {
            directory,
            launchers,
            minor: interpreter.version.1,
            is_debug: is_debug(base),
            is_free_threaded: interpreter.is_free_threaded,
            names: Vec::new(),
        })
    } else {
        let names = legacy_names(&[], &base.file_name()?.to_owned(), false, false);
        let is_there = |name: &OsString| fs::is_there(&directory.join(name)).unwrap_or(false);
        names.into_iter().filter(is_there).map(|name| (name.clone(), launchers.join(name))).collect()
    };
    let are_there = fs::is_readable(base) && files.iter().all(|(_, source)| fs::is_readable(source));
    are_there.then_some(files)
}

/// Copies the files of [`placed_copies`] into the directory of an executable. From Python 3.13 on, they have the times and
/// attributes of the launchers.
///
/// # Errors
/// [`Error::Io`] with the path that could not be made, or with the folder that lacks a launcher.
pub fn place(interpreter: &Interpreter, env_exe: &Path) -> Result<()> {
    let Some(files) = placed_copies(interpreter) else {
        return Err(Error::not_found(&launcher_folder(interpreter).unwrap_or_default()));
    };
    let keeps_status = interpreter.features().has_windows_table();
    files.iter().try_for_each(|(name, source)| {
        let destination = env_exe.with_file_name(name);
        fs::copy_contents(source, &destination, fs::Mode::Plain)?;
        if keeps_status { fs::copy_status(source, &destination) } else { Ok(()) }
    })
}

/// Whether the name is one of Python's own files or of the C runtime that it needs.
fn is_python_file(name: &OsString) -> bool {
    let name = lowered(name);
    name.starts_with("python") || name.starts_with("vcruntime")
}

fn extension(name: &OsString) -> String {
    let name = lowered(name);
    name.rfind('.').map_or(String::new(), |dot| name[dot..].to_owned())
}

/// The name as Windows compares it.
fn lowered(name: &OsString) -> String {
    name.to_string_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interpreter(minor: u8, is_debug: bool, is_free_threaded: bool, names: &[&str]) -> Base {
        Base {
            directory: "base".into(),
            launchers: "nt".into(),
            minor,
            is_debug,
            is_free_threaded,
            names: names.iter().map(OsString::from).collect(),
        }
    }

    fn files(pairs: &[(&str, &str)]) -> Vec<File> {
        pairs.iter().map(|(name, source)| (name.into(), source.split('/').collect())).collect()
    }

    #[test]
    fn an_environment_of_copies_holds_launchers() {
        let plain = [("python.exe", "nt/venvlauncher.exe"), ("pythonw.exe", "nt/venvwlauncher.exe")];
        assert_eq!(copies(&interpreter(13, false, false, &[])), files(&plain));
        let threaded_debug = [
            ("python.exe", "nt/venvlaunchert_d.exe"),
            ("python_d.exe", "nt/venvlaunchert_d.exe"),
            ("python3.13t.exe", "nt/venvlaunchert_d.exe"),
            ("python3.13t_d.exe", "nt/venvlaunchert_d.exe"),
            ("pythonw.exe", "nt/venvwlaunchert_d.exe"),
            ("pythonw_d.exe", "nt/venvwlaunchert_d.exe"),
            ("pythonw3.13t.exe", "nt/venvwlaunchert_d.exe"),
            ("pythonw3.13t_d.exe", "nt/venvwlaunchert_d.exe"),
        ];
        assert_eq!(copies(&interpreter(13, true, true, &[])), files(&threaded_debug));
    }

    #[test]
    fn an_environment_of_links_has_the_libraries_too() {
        let names = ["python.exe", "Python313.DLL", "vcruntime140.dll", "other.dll", "python.txt"];
        let expected = [
            ("python.exe", "base/python.exe"),
            ("pythonw.exe", "base/pythonw.exe"),
            ("Python313.DLL", "base/Python313.DLL"),
            ("vcruntime140.dll", "base/vcruntime140.dll"),
        ];
        assert_eq!(links(&interpreter(13, false, false, &names)), files(&expected));
    }

    #[test]
    fn a_free_threaded_base_may_have_a_plain_name_from_3_15_on() {
        let source = |minor, names: &[&str]| links(&interpreter(minor, false, true, names))[0].1.clone();
        assert_eq!(source(14, &[]), Path::new("base").join("python3.14t.exe"));
        assert_eq!(source(15, &["python3.15t.exe"]), Path::new("base").join("python3.15t.exe"));
        assert_eq!(source(15, &["python.exe"]), Path::new("base").join("python.exe"));
    }

    #[test]
    fn up_to_3_12_links_are_made_to_every_executable_of_the_base() {
        let names: Vec<OsString> = ["python.exe", "tool.EXE", "a.dll", "a.txt"].map(OsString::from).into();
        assert_eq!(legacy_names(&names, &"python.exe".into(), true, false), names[..3]);
        assert_eq!(legacy_names(&names, &"python.exe".into(), true, true), names[..1]);
        let fixed = ["python.exe", "python_d.exe", "pythonw.exe", "pythonw_d.exe"];
        assert_eq!(legacy_names(&names, &"python.exe".into(), false, false), fixed);
        assert_eq!(legacy_names(&names, &"py.exe".into(), false, false)[4], "py.exe");
    }

    /// The record of an installation in a folder. Makes these files in it, each with its own name as its contents.
    fn installation(folder: &Path, minor: u8, base: &str, files: &[&str]) -> Interpreter {
        for name in files {
            fs::write_with_parents(&folder.join(name), name.as_bytes()).unwrap();
        }
        let mut found = Interpreter::parse(crate::interpreter::tests::TEXT).unwrap();
        found.version = (3, minor);
        found.base_executable = folder.join(base);
        found.prefixes = vec![folder.join("Lib").to_string_lossy().into_owned()];
        found
    }

    #[test]
    fn an_installation_has_its_launchers_in_its_library() {
        let dir = tempfile::tempdir().unwrap();
        let (new, old) = (dir.path().join("new"), dir.path().join("old"));
        let nt = "Lib/venv/scripts/nt";
        let launchers = [format!("{nt}/venvlauncher.exe"), format!("{nt}/venvwlauncher.exe")];
        let new = installation(&new, 13, "py.exe", &["py.exe", &launchers[0], &launchers[1]]);
        let launchers =
            [format!("{nt}/python.exe"), format!("{nt}/pythonw.exe"), format!("{nt}/python_d.exe")];
        let files = ["python.exe", "pythonw.exe", &launchers[0], &launchers[1], &launchers[2]];
        let old = installation(&old, 12, "python.exe", &files);
        for (found, expected) in [
            (&new, [("python.exe", "venvlauncher.exe"), ("pythonw.exe", "venvwlauncher.exe")]),
            (&old, [("python.exe", "python.exe"), ("pythonw.exe", "pythonw.exe")]),
        ] {
            let scripts = dir.path().join(format!("env{}", found.version.1));
            fs::create_directory(&scripts).unwrap();
            place(found, &scripts.join("python.exe")).unwrap();
            assert_eq!(fs::names(&scripts).unwrap().len(), 2);
            for (name, launcher) in expected {
                assert_eq!(fs::read(&scripts.join(name)).unwrap(), format!("{nt}/{launcher}").as_bytes());
            }
        }
        assert_eq!(simple_name(&new.base_executable), "python.exe");
    }

    #[test]
    fn where_a_launcher_or_the_base_is_missing_the_files_are_not_known() {
        let dir = tempfile::tempdir().unwrap();
        let launchers = ["Lib/venv/scripts/nt/venvlauncher.exe", "Lib/venv/scripts/nt/venvwlauncher.exe"];
        for (minor, files) in [(12, &["python.exe"][..]), (13, &["python.exe"]), (13, &launchers)] {
            let folder = dir.path().join(format!("{minor} {}", files.len()));
            let found = installation(&folder, minor, "python.exe", files);
            assert_eq!(placed_copies(&found), None);
            assert!(matches!(place(&found, &dir.path().join("python.exe")), Err(Error::Io { .. })));
        }
    }

    #[test]
    fn up_to_3_12_a_launcher_stands_in_for_its_interpreter() {
        for (source, launcher) in [
            ("python.exe", "venvlauncher.exe"),
            ("pythonw_d.exe", "venvwlauncher_d.exe"),
            ("tool.exe", "tool.exe"),
            ("tool_d.exe", "tool_d.exe"),
        ] {
            assert_eq!(legacy_launcher(&Path::new("base").join(source)), Path::new("base").join(launcher));
        }
    }
}
