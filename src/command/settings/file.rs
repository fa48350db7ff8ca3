//! Settings in TOML files: the user's `fastvenv.toml`, and `[tool.fastvenv]` in the `pyproject.toml` of a project.

use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Settings, Value};
use crate::command::options::{Action, OptionSpec, Scope, Values, options};
use crate::error::printable;
use crate::fs::{self, Contents, Writers};
use crate::interpreter::is_path;

/// Reads the user's file. If the file, or a directory above it that cannot be opened, belongs to another user, it is not read:
/// with `sudo`, the home may be another user's. On Windows the file is in `%APPDATA%`, from which Python itself imports packages
/// that the user has installed.
///
/// # Errors
/// The whole message, with the file and the line; also for a file that every user can change.
pub(super) fn read_user(settings: &mut Settings, path: &Path) -> Result<(), String> {
    let found = match contents(path) {
        Err(_) if fs::is_closed_by_another_user(path) => {
            settings.unread = Some(path.to_owned());
            return Ok(());
        }
        found => found?,
    };
    match found {
        None => Ok(()),
        Some(Contents { writers: Writers::AnotherUser, .. }) => {
            settings.unread = Some(path.to_owned());
            Ok(())
        }
        Some(Contents { bytes, writers }) => {
            check(path, writers)?;
            let source = Source { path, text: &text(path, bytes)?, scope: Scope::User, names_programs: true };
            let document = source.parse()?;
            source.apply(settings, document.get_ref())
        }
    }
}

/// Reads the nearest `pyproject.toml` above an absolute directory.
///
/// # Errors
/// The whole message, with the file and the line. A file with settings that belongs to another user is also an error: the other
/// user could make this user run any program as the interpreter.
pub(super) fn read_project(settings: &mut Settings, env_dir: &Path) -> Result<(), String> {
    for folder in env_dir.ancestors().skip(1) {
        let path = folder.join("pyproject.toml");
        let Some(Contents { bytes, writers }) = contents(&path)? else { continue };
        // A file without the word fastvenv is not parsed, so that its mistakes do not matter.
        if memchr::memmem::find(&bytes, b"fastvenv").is_none() {
            break;
        }
        let names_programs = writers == Writers::Trusted;
        let source =
            Source { path: &path, text: &text(&path, bytes)?, scope: Scope::Project, names_programs };
        let document = source.parse()?;
        let tool = document.get_ref().get("tool").and_then(|tool| tool.get_ref().get("fastvenv"));
        let Some(tool) = tool else { break };
        check(&path, writers)?;
        return match tool.get_ref().as_table() {
            Some(table) => source.apply(settings, table),
            None => Err(source.complaint(tool, "tool.fastvenv must be a table")),
        };
    }
    Ok(())
}

/// Refuses a file with settings that another user can have written.
fn check(path: &Path, writers: Writers) -> Result<(), String> {
    writers.objection().map_or(Ok(()), |objection| {
        Err(format!(
            "{} has settings for fastvenv, and {objection}. Change that, or give --no-config",
            printable(path)
        ))
    })
}

fn contents(path: &Path) -> Result<Option<Contents>, String> {
    fs::read_settings(path).map_err(|error| format!("{error}. With --no-config, fastvenv does not read it"))
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| format!("{} is not UTF-8, as TOML has to be", printable(path)))
}

/// A file of settings.
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
    /// The options that can be set in it.
    scope: Scope,
    /// Whether it can name files that are run: only if no other user can have written it.
    names_programs: bool,
}

impl<'a> Source<'a> {
    fn parse(&self) -> Result<Spanned<DeTable<'a>>, String> {
        DeTable::parse(self.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            self.at(start, error.message())
        })
    }

    /// Sets the options that a table has.
    fn apply(&self, settings: &mut Settings, table: &DeTable<'_>) -> Result<(), String> {
        for (key, value) in table {
            let option = self.option(key)?;
            let origin = format!("{} in {}", option.key(), printable(self.path));
            self.value(option, value)
                .and_then(|value| settings.set(option, value, &origin))
                .map_err(|fault| self.complaint(value, &format!("{} {fault}", option.key())))?;
        }
        Ok(())
    }

    /// The option of that key.
    fn option(&self, key: &Spanned<impl AsRef<str>>) -> Result<&'static OptionSpec, String> {
        let name = key.get_ref().as_ref();
        let can_be_set = |option: &&OptionSpec| match self.scope {
            Scope::Project => option.scope == Scope::Project,
            _ => option.scope != Scope::Call,
        };
        let known = options().find(|option| option.key() == name);
        match known {
            Some(option) if can_be_set(&option) => Ok(option),
            Some(option) => Err(self.complaint(
                key,
                &if option.scope == Scope::Call {
                    format!("{name} is for one call: give {} on the command line", option.name)
                } else {
                    format!("{name} is for the user's fastvenv.toml, not for a project")
                },
            )),
            None => {
                let keys: Vec<_> = options().filter(can_be_set).map(OptionSpec::key).collect();
                Err(self
                    .complaint(key, &format!("there is no setting {name}; there are {}", keys.join(", "))))
            }
        }
    }

    /// The value of an option, from a value of TOML. A relative path starts at the folder of the file.
    fn value(&self, option: &OptionSpec, value: &Spanned<DeValue<'_>>) -> Result<Value, String> {
        let value = value.get_ref();
        match option.action {
            Action::Set(..) => {
                value.as_bool().map(Value::Flag).ok_or_else(|| "must be true or false".to_owned())
            }
            Action::Take(_, _, Values::Activators) => {
                let array = value.as_array().map(|items| items.iter().map(|item| item.get_ref().as_str()));
                let names: Option<Vec<_>> = array.and_then(Iterator::collect);
                names
                    .map(|names| Value::Text(names.join(",")))
                    .ok_or_else(|| "must be an array of strings".to_owned())
            }
            Action::Take(_, _, values) => {
                let text = value.as_str().ok_or_else(|| "must be a string".to_owned())?;
                let names_file = match values {
                    Values::Path => true,
                    Values::Interpreter => is_path(text.as_ref()),
                    _ => false,
                };
                if !names_file {
                    return Ok(Value::Text(text.to_owned()));
                }
                if !self.names_programs {
                    return Err("must not be a path in a file outside of your profile, which others may be able to write \
                                to: give the version, or the path on the command line"
                        .to_owned());
                }
                // If a link leads to the file, it is the folder of the file itself: the link may belong to another user.
                let target =
                    if fs::is_link(self.path) { fs::real(self.path) } else { Ok(self.path.to_owned()) };
                let file = target.map_err(|error| format!("cannot be read: {error}"))?;
                let whole = file.parent().map(|folder| fs::normal(&folder.join(text)));
                Ok(Value::Text(whole.unwrap_or_default().to_string_lossy().into_owned()))
            }
        }
    }

    /// The message about a part of the file.
    fn complaint<T>(&self, part: &Spanned<T>, fault: &str) -> String {
        self.at(part.span().start, fault)
    }

    fn at(&self, position: usize, fault: &str) -> String {
        let line = self.text.bytes().take(position).filter(|byte| *byte == b'\n').count() + 1;
        format!("{}:{line}: {}", printable(self.path), printable(fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, scope: Scope) -> Result<Settings, String> {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        let name = if scope == Scope::Project { "pyproject.toml" } else { "fastvenv.toml" };
        let path = dir.path().join(name);
        fs::write(&path, text.as_bytes()).unwrap();
        let outcome = if scope == Scope::Project {
            read_project(&mut settings, &dir.path().join("a/env"))
        } else {
            read_user(&mut settings, &path)
        };
        let folder = dir.path().display().to_string();
        for value in settings.settings.values_mut().chain(settings.origins.values_mut()) {
            *value = value.replace(&folder, "DIR");
        }
        outcome.map(|()| settings).map_err(|fault| fault.replace(&folder, "DIR"))
    }

    #[test]
    #[cfg(unix)] // what is expected has slashes
    fn a_project_sets_what_belongs_to_it() {
        let found = read(
            "[project]\nname = 'x'\n[tool.fastvenv]\npython = '3.12'\nactivators = ['bash', 'fish']\nwithout-pip = true\n",
            Scope::Project,
        )
        .unwrap();
        assert_eq!(found.settings["python"], "3.12");
        assert_eq!(found.settings["activators"], "bash,fish");
        assert!(!found.flags["with_pip"]);
        assert_eq!(found.origins["with_pip"], "without-pip in DIR/pyproject.toml");
    }

    #[test]
    fn a_file_that_others_may_have_written_names_no_program() {
        let path = Path::new("pyproject.toml");
        let set = |text: &str| {
            let source = Source { path, text, scope: Scope::Project, names_programs: false };
            let mut settings = Settings::default();
            source.apply(&mut settings, source.parse().unwrap().get_ref()).map(|()| settings)
        };
        assert_eq!(set("python = '3.12'\nprompt = 'a/b'\n").unwrap().settings["python"], "3.12");
        for program in ["bin/python", "./python", ".venv", "/usr/bin/python3"] {
            let fault = set(&format!("prompt = 'x'\npython = '{program}'\n")).unwrap_err();
            assert!(fault.starts_with("pyproject.toml:2: python must not be a path"), "{fault}");
        }
    }

    #[test]
    #[cfg(unix)] // what is expected has slashes
    fn paths_are_from_the_folder_of_the_file() {
        let found = read("pip-wheel = 'wheels/../pip.whl'\npython = './bin/python'\n", Scope::User).unwrap();
        assert_eq!(found.settings["pip_wheel"], "DIR/pip.whl");
        assert_eq!(found.settings["python"], "DIR/bin/python");
    }

    #[test]
    fn what_does_not_concern_fastvenv_is_not_looked_at() {
        for text in ["", "what is no TOML", "[tool.ruff]\nx = 'fastvenv'\n", "dependencies = ['fastvenv']\n"]
        {
            assert_eq!(read(text, Scope::Project), Ok(Settings::default()), "{text}");
        }
    }

    #[test]
    #[cfg(unix)] // what is expected has slashes
    fn a_mistake_is_reported_with_its_line() {
        for (scope, text, expected) in [
            (
                Scope::Project,
                "[tool.fastvenv]\n\npromt = 'x'\n",
                "DIR/pyproject.toml:3: there is no setting promt; there are \
              python, system-site-packages, prompt, relocatable, activators, without-pip",
            ),
            (Scope::Project, "[tool]\nfastvenv = 1\n", "DIR/pyproject.toml:2: tool.fastvenv must be a table"),
            (
                Scope::Project,
                "[tool.fastvenv]\nlink-mode = 'copy'\n",
                "DIR/pyproject.toml:2: link-mode is for the user's \
              fastvenv.toml, not for a project",
            ),
            (
                Scope::Project,
                "[tool.fastvenv]\nclear = true\n",
                "DIR/pyproject.toml:2: clear is for one call: give --clear on \
              the command line",
            ),
            (
                Scope::User,
                "clear = true\n",
                "DIR/fastvenv.toml:1: clear is for one call: give --clear on the command line",
            ),
            (Scope::User, "\npython = 3.12\n", "DIR/fastvenv.toml:2: python must be a string"),
            (Scope::User, "no-cache = 'x'\n", "DIR/fastvenv.toml:1: no-cache must be true or false"),
            (
                Scope::User,
                "activators = 'bash'\n",
                "DIR/fastvenv.toml:1: activators must be an array of strings",
            ),
            (
                Scope::User,
                "\nlink-mode = 'x'\n",
                "DIR/fastvenv.toml:2: link-mode must be one of auto, clone, hardlink, copy, \
              symlink, not 'x'",
            ),
        ] {
            assert_eq!(read(text, scope).unwrap_err(), expected);
        }
        assert!(read("x = \n", Scope::User).unwrap_err().starts_with("DIR/fastvenv.toml:1: "));
    }
}
