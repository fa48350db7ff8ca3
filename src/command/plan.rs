//! What an ordinary call asks for: the environments, the interpreter and the options.
//!
//! If any part of a call is not known here, there is no plan, and `python -m fastvenv` handles the call.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::Arguments;
use super::installation::Installation;
use super::options::names;
use super::settings::Settings;
use super::signals::Signals;
use super::{outcome, pythons};
use crate::cache::location;
use crate::cache::records;
use crate::environment::{Options, Prompt, executables};
use crate::fs::{self, LinkMode};
use crate::install::{self, Seed};
use crate::interpreter::Interpreter;
use crate::platform::Platform;
use crate::process::Inherited;

/// Variables of Python that do not change the environments that it makes. If any other variable of Python is set, Python
/// handles the call.
const HARMLESS: [&str; 16] = [
    "PYTHONASYNCIODEBUG",
    "PYTHONBREAKPOINT",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONFAULTHANDLER",
    "PYTHONHASHSEED",
    "PYTHONIOENCODING",
    "PYTHONMALLOC",
    "PYTHONNOUSERSITE",
    "PYTHONPATH",
    "PYTHONSAFEPATH",
    "PYTHONSTARTUP",
    "PYTHONUNBUFFERED",
    "PYTHONUSERBASE",
    "PYTHON_BASIC_REPL",
    "PYTHON_COLORS",
    "PYTHON_HISTORY",
];

/// Other variables that change the environments that Python makes. If one is set, Python handles the call.
const DECISIVE: [&str; 4] = [
    "SOURCE_DATE_EPOCH",
    "__PYVENV_LAUNCHER__",
    "_CONDA_PYTHON_SYSCONFIGDATA_NAME",
    "_PYTHON_SYSCONFIGDATA_NAME",
];

/// Options that are implemented in Python.
const FOR_PYTHON: [&str; 4] = ["dry_run", "redirect", "upgrade_deps", "verbose"];

/// The environments to make, and the interpreter and the options to make them with.
pub(super) struct Plan {
    /// The directories as the user gave them.
    pub(super) names: Vec<String>,
    /// Their absolute, normal paths.
    pub(super) env_dirs: Vec<String>,
    pub(super) interpreter: Arc<Interpreter>,
    pub(super) options: Options,
    pub(super) seed: Option<Seed>,
    /// Whether to report success on a terminal.
    pub(super) reports: bool,
    /// Whether to print JSON.
    pub(super) is_json: bool,
    /// When the report has colours.
    pub(super) color: Option<String>,
    /// The arguments that are no directories.
    pub(super) given: Vec<OsString>,
}

/// There is no interpreter of the requested kind.
pub(super) struct Refusal {
    /// The whole message.
    pub(super) reason: String,
    /// What `--json` prints.
    pub(super) lines: String,
}

impl Plan {
    /// Finds out what the arguments ask for. `None` if Python has to handle the call, or has to print an error.
    ///
    /// # Errors
    /// There is no interpreter of the requested kind.
    pub(super) fn new(
        arguments: &[OsString],
        variables: &Inherited,
        installation: &Installation,
        signals: &Signals,
    ) -> Option<Result<Self, Refusal>> {
        let Installation { python, program } = installation;
        let mut arguments = Arguments::parse(arguments)?;
        if !is_utf8(variables) || variables.iter().any(is_decisive) {
            return None;
        }
        let current = std::env::current_dir().ok()?;
        let env_dirs: Option<Vec<String>> =
            arguments.directories.iter().map(|directory| absolute(&current, directory)).collect();
        let env_dirs = env_dirs?;
        arguments.complete(&settings(&env_dirs, variables, arguments.flag("config", true))?);
        if FOR_PYTHON.iter().any(|flag| arguments.flag(flag, false))
            || arguments.settings.contains_key("pip_wheel")
            || (arguments.flag("upgrade", false) && arguments.flag("clear", false))
        {
            return None;
        }
        let cache = location::directory(|name| variables.get(name))?;
        let cache = arguments.flag("use_cache", true).then_some(cache);
        let is_json = arguments.flag("json", false);
        let interpreter = match interpreter(&arguments, variables, cache.as_deref(), python, signals)? {
            Ok(interpreter) => Arc::new(interpreter),
            // A file `.venv` leads to the directory that the error is about (PEP 832). Python reads it.
            Err(_) if env_dirs.iter().any(|env_dir| Path::new(env_dir).is_file()) => return None,
            Err(reason) => {
                let failed = env_dirs.iter().filter(|_| is_json);
                let lines = failed.map(|env_dir| outcome::refusal(env_dir, &reason)).collect();
                return Some(Err(Refusal { reason, lines }));
            }
        };
        let options = options(&arguments, &interpreter, &current)?;
        if !executables::is_known(&interpreter, options.symlinks) {
            return None;
        }
        // The search for the wheels goes on while the rest is prepared.
        let is_shared = arguments.directories.len() > 1;
        let seed = if options.with_pip {
            Some(seed(&arguments, &interpreter, variables, cache, is_shared)?)
        } else {
            None
        };
        let may_clear = !options.clear || env_dirs.iter().all(|env_dir| spares(env_dir, &[python, program]));
        (may_clear && are_apart(&env_dirs)).then_some(Ok(Self {
            env_dirs,
            interpreter,
            options,
            seed,
            reports: !arguments.flag("quiet", false) && !is_json,
            is_json,
            color: arguments.settings.get("color").cloned(),
            names: arguments.directories,
            given: arguments.options,
        }))
    }
}

/// Whether Python would decode file names as UTF-8: in a UTF-8 locale, in the locales C and POSIX (PEP 538, PEP 540), and on
/// Windows (PEP 529).
fn is_utf8(variables: &Inherited) -> bool {
    if Platform::HOST == Platform::Windows {
        return true;
    }
    let set = |name| variables.get(name).filter(|value| !value.is_empty());
    let Some(locale) = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set) else { return true };
    let locale = locale.to_string_lossy().to_ascii_lowercase().replace('-', "");
    locale == "c" || locale == "posix" || locale.ends_with("utf8")
}

/// Whether a variable may change the environment that Python would make. On Windows, the case of its name does not matter.
fn is_decisive((name, value): (&OsStr, &OsStr)) -> bool {
    let Some(name) = name.to_str().filter(|_| !value.is_empty()) else { return false };
    let name = if cfg!(windows) { name.to_uppercase() } else { name.to_owned() };
    let is_pythons = name.starts_with("PYTHON") && !HARMLESS.contains(&name.as_str());
    is_pythons || DECISIVE.contains(&name.as_str())
}

/// The settings for all environments; `None` if they are wrong, or differ between environments.
fn settings(env_dirs: &[String], variables: &Inherited, reads_files: bool) -> Option<Settings> {
    let mut parents: Vec<_> = env_dirs.iter().map(Path::new).collect();
    parents.dedup_by_key(|env_dir| env_dir.parent());
    let variable = |name: &str| variables.get(name);
    let mut found = parents.into_iter().map(|env_dir| Settings::gather(env_dir, variable, reads_files).ok());
    let first = found.next()??;
    found.all(|other| other.as_ref() == Some(&first)).then_some(first)
}

/// The requested interpreter, by default the one that the program was installed for. `None` if that one has no record, or if no
/// cache is used: Python has to make the record.
fn interpreter(
    arguments: &Arguments,
    variables: &Inherited,
    cache: Option<&Path>,
    python: &Path,
    signals: &Signals,
) -> Option<Result<Interpreter, String>> {
    let Some(asked) = arguments.settings.get("python") else {
        return records::recall(cache?, python).map(Ok);
    };
    let chosen = pythons::choose(OsStr::new(asked), variables, cache, Some(python), &|| !signals.has_come());
    Some(chosen.map(|chosen| chosen.interpreter))
}

fn options(arguments: &Arguments, interpreter: &Interpreter, current: &Path) -> Option<Options> {
    let prompt = match arguments.settings.get("prompt") {
        Some(given) => Some(prompt(given, current)?),
        None => None,
    };
    let activators = arguments.settings.get("activators");
    let activators = activators.map(|value| names(value).map(ToOwned::to_owned).collect());
    Some(Options {
        system_site_packages: arguments.flag("system_site_packages", false),
        clear: arguments.flag("clear", false),
        force: arguments.flag("force", false),
        symlinks: arguments.flag("symlinks", Platform::HOST == Platform::Posix),
        upgrade: arguments.flag("upgrade", false),
        with_pip: arguments.flag("with_pip", true),
        upgrade_deps: false,
        prompt,
        git_ignore: arguments.flag("git_ignore", interpreter.features().ignores_scm_by_default()),
        activators,
        relocatable: arguments.flag("relocatable", false),
    })
}

fn prompt(given: &str, current: &Path) -> Option<Prompt> {
    let text = if given == "." { current.file_name().unwrap_or_default().to_str()? } else { given };
    Some(Prompt { given: given.to_owned(), text: text.to_owned(), representation: representation(text)? })
}

/// The result of Python's `repr` for a text of printable ASCII; `None` for any other text.
fn representation(text: &str) -> Option<String> {
    let is_printable = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    let escaped = text.replace('\\', "\\\\");
    let quoted = if text.contains('\'') && !text.contains('"') {
        format!("\"{escaped}\"")
    } else {
        format!("'{}'", escaped.replace('\'', "\\'"))
    };
    is_printable.then_some(quoted)
}

fn seed(
    arguments: &Arguments,
    interpreter: &Arc<Interpreter>,
    variables: &Inherited,
    cache: Option<PathBuf>,
    is_shared: bool,
) -> Option<Seed> {
    let wheels = interpreter.wheels.clone().filter(|_| !interpreter.cache_tag.is_empty())?;
    let mode = arguments.settings.get("link_mode").map_or("auto", String::as_str);
    let link_modes = LinkMode::of_setting(mode)?;
    let compiles = arguments.flag("compile_bytecode", true);
    let options = install::Options { cache, link_modes, compiles, is_shared, inherited: variables.clone() };
    Some(Seed::new(wheels, Arc::clone(interpreter), options))
}

/// The absolute path of a directory; `None` if the path is empty or invalid, or is not UTF-8.
fn absolute(current: &Path, directory: &str) -> Option<String> {
    let path = fs::absolute(current, Path::new(directory))?;
    path.to_str().filter(|_| !directory.is_empty()).map(ToOwned::to_owned)
}

/// Whether none of the files is in the directory. A running interpreter or program must not be cleared.
fn spares(env_dir: &str, files: &[&Path]) -> bool {
    !files.iter().any(|file| fs::is_in(file, Path::new(env_dir)))
}

/// Whether no directory is the same as, or inside, another one.
fn are_apart(env_dirs: &[String]) -> bool {
    if env_dirs.len() == 1 {
        return true;
    }
    let mut paths: Vec<PathBuf> = env_dirs
        .iter()
        .map(|env_dir| {
            let path = Path::new(env_dir);
            let parent = path.parent().map(fs::real_in_part).unwrap_or_default();
            let name = path.file_name().unwrap_or(OsStr::new(""));
            // On some file systems, names that differ in case only are the same.
            PathBuf::from(parent.join(name).to_string_lossy().to_lowercase())
        })
        .collect();
    paths.sort_unstable();
    !paths.windows(2).any(|pair| pair[1].starts_with(&pair[0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::tests::inherited;

    #[test]
    fn the_representation_is_pythons() {
        for (text, expected) in [
            ("", Some("''")),
            ("a b", Some("'a b'")),
            ("it's", Some("\"it's\"")),
            ("\"it's\"", Some("'\"it\\'s\"'")),
            ("a\\b", Some("'a\\\\b'")),
            ("ä", None),
            ("a\tb", None),
        ] {
            assert_eq!(representation(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    #[cfg(unix)] // Windows has no such variables
    fn a_locale_that_is_not_utf8_is_for_python() {
        for (pairs, expected) in [
            (&[][..], true),
            (&[("LANG", "C")], true),
            (&[("LANG", "en_US.UTF-8")], true),
            (&[("LANG", "de_DE.utf8")], true),
            (&[("LANG", "de_DE.ISO-8859-1")], false),
            (&[("LANG", "de_DE")], false),
            (&[("LC_ALL", ""), ("LANG", "de_DE")], false),
            (&[("LC_ALL", "C.UTF-8"), ("LANG", "de_DE")], true),
            (&[("LC_ALL", "de_DE"), ("LANG", "C.UTF-8")], false),
        ] {
            assert_eq!(is_utf8(&inherited(pairs)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn a_setting_that_matters_is_for_python() {
        let is_plain = |name, value| !inherited(&[(name, value)]).iter().any(is_decisive);
        assert!(is_plain("PYTHONHOME", "") && is_plain("PYTHONUNBUFFERED", "1") && is_plain("PATH", "/bin"));
        for name in ["PYTHONHOME", "PYTHONOPTIMIZE", "PYTHONNEW", "SOURCE_DATE_EPOCH", "__PYVENV_LAUNCHER__"]
        {
            assert!(!is_plain(name, "1"), "{name}");
        }
    }

    #[test]
    fn directories_that_may_be_one_are_not_apart() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        let apart = |names: &[&str]| are_apart(&names.iter().map(|name| path(name)).collect::<Vec<_>>());
        assert!(apart(&["a"]) && apart(&["a", "b", "a2"]));
        assert!(!apart(&["a", "b", "a"]) && !apart(&["a", "A"]) && !apart(&["a/b", "a"]));
    }

    #[test]
    #[cfg(unix)] // on Windows, links need a privilege
    fn directories_behind_a_link_are_not_apart() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_directory(&dir.path().join("real")).unwrap();
        fs::symlink(Path::new("real"), &dir.path().join("link")).unwrap();
        for names in [["real/x", "link/x"], ["real/x/y", "link/x"], ["real/a/x", "link/a/x"]] {
            let paths = names.map(|name| dir.path().join(name).to_str().unwrap().to_owned());
            assert!(!are_apart(&paths), "{names:?}");
        }
    }

    #[test]
    fn what_is_running_is_not_cleared() {
        let dir = tempfile::tempdir().unwrap();
        let python = dir.path().join("env/bin/python");
        fs::write_with_parents(&python, b"").unwrap();
        let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        assert!(!spares(&path("env"), &[&python]) && !spares(&path("."), &[&python]));
        assert!(spares(&path("other"), &[&python]) && spares(&path("env/lib"), &[&python]));
    }
}
