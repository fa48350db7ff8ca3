//! The activation scripts: fastvenv's own templates, which every environment gets.

use std::borrow::Cow;
use std::path::Path;

use super::activation::{self, Values};
use crate::error::Result;
use crate::fs::{self, Mode};
use crate::platform::Platform;

/// A template: the name of the script, its platform if it is for one only, and its text.
type Template = (&'static str, Option<Platform>, &'static str);

/// The name of the script for PowerShell.
const POWERSHELL: &str = "Activate.ps1";

/// The templates, in the order in which they are written: those of every platform first.
const TEMPLATES: [Template; 9] = [
    (POWERSHELL, None, include_str!("../../python/fastvenv/scripts/common/Activate.ps1")),
    ("activate", None, include_str!("../../python/fastvenv/scripts/common/activate")),
    ("activate.fish", None, include_str!("../../python/fastvenv/scripts/common/activate.fish")),
    ("activate.nu", None, include_str!("../../python/fastvenv/scripts/common/activate.nu")),
    ("activate.xsh", None, include_str!("../../python/fastvenv/scripts/common/activate.xsh")),
    ("activate_this.py", None, include_str!("../../python/fastvenv/scripts/common/activate_this.py")),
    ("activate.csh", Some(Platform::Posix), include_str!("../../python/fastvenv/scripts/posix/activate.csh")),
    ("activate.bat", Some(Platform::Windows), include_str!("../../python/fastvenv/scripts/nt/activate.bat")),
    (
        "deactivate.bat",
        Some(Platform::Windows),
        include_str!("../../python/fastvenv/scripts/nt/deactivate.bat"),
    ),
];

// Git may change line ends in a clone (`core.autocrlf`), and bash cannot read a script with carriage returns.
const _: () = {
    let mut index = 0;
    while index < TEMPLATES.len() {
        let (name, _, text) = TEMPLATES[index];
        assert!(has_line_ends(name, text), "a template of an activation script has the wrong ends of lines");
        index += 1;
    }
};

/// Whether each line of a script has the end that its shell needs: with a carriage return for cmd, without one for others.
const fn has_line_ends(name: &str, text: &str) -> bool {
    let (bytes, is_batch) = (text.as_bytes(), matches!(name.as_bytes(), [.., b'.', b'b', b'a', b't']));
    let mut index = 0;
    while index < bytes.len() {
        let is_return = bytes[index] == b'\r';
        let is_bare = bytes[index] == b'\n' && (index == 0 || bytes[index - 1] != b'\r');
        if if is_batch { is_bare } else { is_return } {
            return false;
        }
        index += 1;
    }
    true
}

/// The scripts of each activator; the names are those of `virtualenv --activators`.
pub const ACTIVATORS: [(&str, &[&str]); 8] = [
    ("bash", &["activate"]),
    ("batch", &["activate.bat", "deactivate.bat"]),
    ("cshell", &["activate.csh"]),
    ("fish", &["activate.fish"]),
    ("nushell", &["activate.nu"]),
    ("powershell", &[POWERSHELL]),
    ("python", &["activate_this.py"]),
    ("xonsh", &["activate.xsh"]),
];

/// What the activation scripts of an environment depend on.
#[derive(Clone, Copy, Debug)]
pub struct Activation<'a> {
    /// The values in the scripts.
    pub values: Values<'a>,
    /// The prompt has parentheses already, as up to Python 3.12.
    pub decorates_prompt: bool,
    /// The scripts find the environment by their own place.
    pub is_relocatable: bool,
    /// The activators whose scripts are written; by default all that the platform has.
    pub activators: Option<&'a [String]>,
    /// The script that takes the place of the one for PowerShell ([`signed`]).
    pub signed: Option<&'a [u8]>,
}

/// Writes the activation scripts into a directory.
///
/// # Errors
/// [`crate::error::Error::Io`] with the path that could not be written; [`crate::error::Error::Unwritable`] and
/// [`crate::error::Error::Template`] for a value that cannot be written in a script.
pub fn write(directory: &Path, activation: Activation<'_>) -> Result<()> {
    let Activation { values, decorates_prompt, is_relocatable, activators, signed } = activation;
    let is_wanted = |(name, platform, _): &&Template| {
        platform.is_none_or(|platform| platform == Platform::HOST)
            && activators.is_none_or(|wanted| wanted.iter().any(|activator| has_script(activator, name)))
    };
    for (name, _, template) in TEMPLATES.iter().filter(is_wanted) {
        let mut text = Cow::Borrowed(*template);
        if decorates_prompt {
            text = activation::without_parentheses(&text).into();
        }
        if is_relocatable {
            text = activation::without_directory(&text, name).into();
        }
        let script = activation::render(&text, name, values)?;
        let signed = signed.filter(|_| *name == POWERSHELL);
        fs::write_as(&directory.join(name), signed.unwrap_or(script.as_bytes()), MODE)?;
    }
    Ok(())
}

/// Whether a script is one of an activator.
fn has_script(activator: &str, script: &str) -> bool {
    ACTIVATORS.iter().any(|(name, scripts)| *name == activator && scripts.contains(&script))
}

/// The script for PowerShell that `venv` has on Windows, if it is signed and does the same as the one of fastvenv; otherwise
/// `None`.
///
/// With the policy `AllSigned`, Windows PowerShell runs only signed scripts. The signed script finds the environment by its own
/// place, and the prompt in `pyvenv.cfg`. It treats `[` and `]` in paths as patterns, and reads the prompt in the code page of
/// the system, with the backslashes of a string literal.
///
/// `library` is the folder of the standard library; `prompt` is the option as it was given, and its `repr`.
#[must_use]
pub fn signed(library: &Path, env_dir: &str, prompt: Option<(&str, &str)>) -> Option<Vec<u8>> {
    let is_literal = |(text, representation): (&str, &str)| {
        let end = representation.len().saturating_sub(1);
        text.is_ascii() && representation.get(1..end) == Some(text)
    };
    if env_dir.contains(['[', ']', '`']) || !prompt.is_none_or(is_literal) {
        return None;
    }
    let path = ["venv", "scripts", "common", POWERSHELL]
        .iter()
        .fold(library.to_owned(), |path, part| path.join(part));
    let script = fs::read(&path).ok()?;
    memchr::memmem::find(&script, b"# SIG # Begin signature block").map(|_| script)
}

/// The permission bits of an activation script, which do not depend on its template and the umask.
pub const MODE: Mode = Mode::Exactly(0o644);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_lines_are_those_of_the_shell() {
        assert!(has_line_ends("activate", "a\nb\n") && has_line_ends("activate.bat", "a\r\nb\r\n"));
        assert!(!has_line_ends("activate", "a\r\nb\n") && !has_line_ends("activate.bat", "a\r\nb\n"));
        assert!(!has_line_ends("activate.fish", "a\r\n") && !has_line_ends("x.bat", "\n"));
    }

    #[test]
    fn a_signed_script_is_taken_where_it_does_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("venv/scripts/common/Activate.ps1");
        assert_eq!(signed(dir.path(), "C:\\env", None), None);
        fs::write_with_parents(&path, b"not signed").unwrap();
        assert_eq!(signed(dir.path(), "C:\\env", None), None);
        fs::write(&path, b"x\n# SIG # Begin signature block\n").unwrap();
        let is_taken = |env_dir, prompt| signed(dir.path(), env_dir, prompt).is_some();
        assert!(is_taken("C:\\J\u{f6}rg's $x", None) && is_taken("env", Some(("a b", "'a b'"))));
        for env_dir in ["a[b", "a]b", "a`b"] {
            assert!(!is_taken(env_dir, None), "{env_dir}");
        }
        for prompt in [("J\u{f6}rg", "'J\u{f6}rg'"), ("C:\\", "'C:\\\\'"), ("x", "")] {
            assert!(!is_taken("env", Some(prompt)), "{prompt:?}");
        }
    }

    #[test]
    fn every_template_in_the_package_is_known() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/fastvenv/scripts");
        for platform in [Platform::Posix, Platform::Windows] {
            let found: Vec<_> = activation::templates(&folder, platform, false)
                .unwrap()
                .into_iter()
                .map(|parts| parts[1].to_str().unwrap().to_owned())
                .collect();
            let known: Vec<_> = TEMPLATES
                .iter()
                .filter(|(_, only, _)| only.is_none_or(|only| only == platform))
                .map(|(name, ..)| (*name).to_owned())
                .collect();
            assert_eq!(found, known);
        }
    }

    #[test]
    fn each_script_belongs_to_one_activator() {
        let mut scripts: Vec<&str> = ACTIVATORS.iter().flat_map(|(_, scripts)| *scripts).copied().collect();
        let mut known: Vec<&str> = TEMPLATES.iter().map(|(name, ..)| *name).collect();
        scripts.sort_unstable();
        known.sort_unstable();
        assert_eq!(scripts, known);
    }
}
