//! `pyvenv.cfg`: the file that makes a directory an environment (PEP 405). Pure.

use std::ffi::{OsStr, OsString};
use std::fmt::Write;

use super::layout::check_line;
use crate::error::Result;
use crate::interpreter::Features;
use crate::platform::Platform;

/// The contents of the file.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are the parameters of venv.EnvBuilder")]
pub struct Configuration<'a> {
    /// The directory of the base interpreter.
    pub home: &'a OsStr,
    /// The version of Python: three numbers with dots.
    pub version: &'a str,
    /// The facts about the `venv` of that version.
    pub features: Features,
    /// The path by which the interpreter was started.
    pub executable: &'a OsStr,
    /// That path with its links resolved.
    pub real_executable: &'a OsStr,
    /// The directory of the environment.
    pub env_dir: &'a OsStr,
    /// What the prompt shows, as `repr` writes it, if it was given.
    pub prompt: Option<&'a str>,
    /// The prompt as it was given.
    pub given_prompt: Option<&'a OsStr>,
    /// The packages of the base installation can be imported.
    pub system_site_packages: bool,
    /// The base interpreter is linked to.
    pub symlinks: bool,
    /// pip is installed.
    pub with_pip: bool,
    /// The directory was cleared.
    pub clear: bool,
    /// The environment was adapted to this Python.
    pub upgrade: bool,
    /// pip is upgraded.
    pub upgrade_deps: bool,
    /// A file makes a version control system ignore the environment.
    pub scm_ignore: bool,
    /// The environment can be moved.
    pub relocatable: bool,
}

impl Configuration<'_> {
    /// The keys and values, in the order of `venv`.
    #[must_use]
    pub fn entries(&self) -> Vec<(&'static str, OsString)> {
        let mut entries = vec![
            ("home", self.home.to_owned()),
            ("include-system-site-packages", self.system_site_packages.to_string().into()),
            ("version", self.version.into()),
        ];
        entries.extend(self.prompt.map(|prompt| ("prompt", prompt.into())));
        if self.features.has_venv_scheme() {
            entries.push(("executable", self.real_executable.to_owned()));
            entries.push(("command", self.command(Platform::HOST)));
        }
        if self.relocatable {
            entries.push(("relocatable", true.to_string().into()));
        }
        entries
    }

    /// The command that makes this environment again, written as a call of `venv`, because tools look for that.
    fn command(&self, platform: Platform) -> OsString {
        let mut words = vec![self.executable, OsStr::new("-m"), OsStr::new("venv")];
        let options = [
            (self.symlinks && platform == Platform::Windows, "--symlinks"),
            (!self.symlinks && platform == Platform::Posix, "--copies"),
            (!self.with_pip, "--without-pip"),
            (self.system_site_packages, "--system-site-packages"),
            (self.clear, "--clear"),
            (self.upgrade, "--upgrade"),
            (self.upgrade_deps, "--upgrade-deps"),
        ];
        words.extend(options.iter().filter(|(is_said, _)| *is_said).map(|(_, word)| OsStr::new(*word)));
        let prompt = self.given_prompt.map(|prompt| {
            [OsStr::new("--prompt=\""), prompt, OsStr::new("\"")].into_iter().collect::<OsString>()
        });
        words.extend(prompt.as_deref());
        if !self.scm_ignore && self.features.ignores_scm_by_default() {
            words.push(OsStr::new("--without-scm-ignore-files"));
        }
        words.push(self.env_dir);
        words.join(OsStr::new(" "))
    }
}

/// The text of a `pyvenv.cfg`: a line `key = value` for each pair, in order.
///
/// # Errors
/// [`crate::error::Error::Unwritable`] for a value with a line break or a NUL, because what follows it would become
/// another key.
pub fn render<K: AsRef<str>, V: AsRef<str>>(entries: &[(K, V)]) -> Result<String> {
    let mut text = String::new();
    for (key, value) in entries {
        let (key, value) = (key.as_ref(), value.as_ref());
        check_line(key, OsStr::new(value))?;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{key} = {value}");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn entry(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    fn plain<'a>() -> Configuration<'a> {
        Configuration {
            home: OsStr::new("/usr/bin"),
            version: "3.13.1",
            features: Features::of(13),
            executable: OsStr::new("/usr/bin/python3"),
            real_executable: OsStr::new("/usr/bin/python3.13"),
            env_dir: OsStr::new("/env"),
            prompt: None,
            given_prompt: None,
            system_site_packages: false,
            symlinks: true,
            with_pip: true,
            clear: false,
            upgrade: false,
            upgrade_deps: false,
            scm_ignore: true,
            relocatable: false,
        }
    }

    #[test]
    fn the_command_says_what_is_not_the_default() {
        assert_eq!(plain().command(Platform::Posix), "/usr/bin/python3 -m venv /env");
        assert_eq!(plain().command(Platform::Windows), "/usr/bin/python3 -m venv --symlinks /env");
        let other = Configuration {
            given_prompt: Some(OsStr::new(".")),
            system_site_packages: true,
            symlinks: false,
            with_pip: false,
            clear: true,
            upgrade: true,
            upgrade_deps: true,
            scm_ignore: false,
            ..plain()
        };
        assert_eq!(
            other.command(Platform::Posix),
            "/usr/bin/python3 -m venv --copies --without-pip --system-site-packages --clear --upgrade \
             --upgrade-deps --prompt=\".\" --without-scm-ignore-files /env"
        );
        let old = Configuration { features: Features::of(12), ..other };
        assert!(!old.command(Platform::Posix).to_string_lossy().contains("scm"));
    }

    #[test]
    fn the_keys_are_those_of_the_version() {
        let keys = |configuration: Configuration<'_>| -> Vec<&str> {
            configuration.entries().into_iter().map(|(key, _)| key).collect()
        };
        let common = ["home", "include-system-site-packages", "version"];
        assert_eq!(keys(Configuration { features: Features::of(10), ..plain() }), common);
        let all = Configuration { prompt: Some("'x'"), relocatable: true, ..plain() };
        assert_eq!(keys(all), [&common[..], &["prompt", "executable", "command", "relocatable"]].concat());
    }

    #[test]
    fn a_line_for_each_entry_in_order() {
        let text = render(&[entry("home", "/usr/bin"), entry("prompt", "'ä b'")]).unwrap();
        assert_eq!(text, "home = /usr/bin\nprompt = 'ä b'\n");
    }

    #[test]
    fn no_value_can_spill_into_a_further_key() {
        for value in ["x\nhome = /evil", "x\rhome = /evil", "x\u{b}home = /evil", "x\0"] {
            let error = render(&[entry("command", value)]).unwrap_err();
            assert!(matches!(&error, Error::Unwritable { name, .. } if name == "command"), "{error}");
        }
    }
}
