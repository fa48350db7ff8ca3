//! The values of options that the command line does not give: from variables, then the project's file, then the user's file.

mod file;
mod places;

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::options::{Action, OptionSpec, options};

/// The options that were set, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The flags.
    pub flags: HashMap<&'static str, bool>,
    /// The settings that have a value.
    pub settings: HashMap<&'static str, String>,
    /// Where each flag and each setting was set: the name of a variable, or the key and the file.
    pub origins: HashMap<&'static str, String>,
    /// The user's file, if it was not read because it belongs to another user.
    pub unread: Option<PathBuf>,
}

/// The words that set a flag, and those that unset it.
const WORDS: [(&str, bool); 8] = [
    ("1", true),
    ("true", true),
    ("yes", true),
    ("on", true),
    ("0", false),
    ("false", false),
    ("no", false),
    ("off", false),
];

impl Settings {
    /// Everything that is set for an environment in an absolute directory. `variable` returns the variables of the process, and
    /// `reads_files` is false with `--no-config`.
    ///
    /// # Errors
    /// The whole message: a setting is unknown or has a wrong value, or a file cannot be read or belongs to another user.
    pub fn gather(
        env_dir: &Path,
        variable: impl Fn(&str) -> Option<OsString>,
        reads_files: bool,
    ) -> Result<Self, String> {
        let [mut of_user, mut of_project, mut of_variables] = <[Self; 3]>::default();
        of_variables.read_variables(&variable)?;
        if reads_files && of_variables.flags.get("config") != Some(&false) {
            if let Some(path) = places::user_file(&variable) {
                file::read_user(&mut of_user, &path)?;
            }
            file::read_project(&mut of_project, env_dir)?;
        }
        let mut found = of_user;
        for source in [of_project, of_variables] {
            found.flags.extend(source.flags);
            found.settings.extend(source.settings);
            found.origins.extend(source.origins);
        }
        Ok(found)
    }

    /// Sets an option of one source.
    ///
    /// # Errors
    /// What the value must be, or which other option of the source sets the opposite, as words that follow the name of the
    /// option.
    fn set(&mut self, option: &OptionSpec, value: Value, origin: &str) -> Result<(), String> {
        let name = match (option.action, value) {
            (Action::Set(flag, meaning), Value::Flag(is_set)) => {
                let earlier = self.flags.insert(flag, is_set == meaning);
                if earlier.is_some_and(|earlier| earlier != (is_set == meaning)) {
                    return Err(format!("is not allowed with {}", self.origins[flag]));
                }
                flag
            }
            (Action::Take(setting, _, values), Value::Text(text)) if values.allow(&text) => {
                self.settings.insert(setting, text);
                setting
            }
            (Action::Set(..), Value::Text(_)) => return Err("must be true or false".to_owned()),
            (Action::Take(_, _, values), value) => {
                let known = values.known().join(", ");
                return Err(match value {
                    Value::Text(text) => format!("must be one of {known}, not '{text}'"),
                    Value::Flag(_) => "must be a string".to_owned(),
                });
            }
        };
        self.origins.insert(name, origin.to_owned());
        Ok(())
    }

    /// Reads the variable of each option; an empty one sets nothing.
    fn read_variables(&mut self, variable: impl Fn(&str) -> Option<OsString>) -> Result<(), String> {
        for option in options() {
            let name = option.variable();
            let Some(value) = variable(&name).filter(|value| !value.is_empty()) else { continue };
            let text = value.into_string().map_err(|_| format!("{name} is not UTF-8"))?;
            let value = match option.action {
                Action::Take(..) => Value::Text(text),
                Action::Set(..) => {
                    let word = WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
                    let (_, value) = word.ok_or_else(|| format!("{name} must be 1 or 0, not '{text}'"))?;
                    Value::Flag(*value)
                }
            };
            self.set(option, value, &name).map_err(|fault| format!("{name} {fault}"))?;
        }
        Ok(())
    }
}

/// The value of an option.
enum Value {
    Flag(bool),
    Text(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        let variable = |name: &str| {
            pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| OsString::from(value))
        };
        Settings::gather(Path::new("/none/env"), variable, false)
    }

    #[test]
    fn each_option_has_a_variable() {
        for option in options() {
            let name = option.variable();
            let value = match option.action {
                Action::Set(..) => "1",
                Action::Take(_, _, values) => values.known().first().copied().unwrap_or("x"),
            };
            let found = gathered(&[(&name, value)]).unwrap();
            let expected = match option.action {
                Action::Set(flag, meaning) => (HashMap::from([(flag, meaning)]), HashMap::new(), flag),
                Action::Take(setting, ..) => {
                    (HashMap::new(), HashMap::from([(setting, value.to_owned())]), setting)
                }
            };
            assert_eq!((found.flags, found.settings), (expected.0, expected.1), "{name}");
            assert_eq!(found.origins, HashMap::from([(expected.2, name)]));
        }
    }

    #[test]
    fn a_flag_can_be_unset_and_an_empty_variable_sets_nothing() {
        let flags = |value| gathered(&[("FASTVENV_WITHOUT_PIP", value)]).unwrap().flags;
        assert_eq!(flags("Yes"), HashMap::from([("with_pip", false)]));
        assert_eq!(flags("off"), HashMap::from([("with_pip", true)]));
        assert_eq!(flags(""), HashMap::new());
    }

    #[test]
    fn a_wrong_value_is_named() {
        for (name, value, expected) in [
            ("FASTVENV_CLEAR", "maybe", "FASTVENV_CLEAR must be 1 or 0, not 'maybe'"),
            ("FASTVENV_COLOR", "red", "FASTVENV_COLOR must be one of auto, always, never, not 'red'"),
            (
                "FASTVENV_ACTIVATORS",
                "bash,bosh",
                "FASTVENV_ACTIVATORS must be one of bash, batch, cshell, fish, nushell, powershell, python, xonsh, not \
                 'bash,bosh'",
            ),
        ] {
            assert_eq!(gathered(&[(name, value)]).unwrap_err(), expected);
        }
    }
}
