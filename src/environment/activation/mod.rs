//! Activation scripts: finds the templates, and makes a script of a template.

mod grammar;
mod place;
mod quote;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use crate::environment::layout::check_line;
use crate::error::{Error, Result};
use crate::platform::Platform;
use place::{Obstacle, Scanner};
pub use quote::Language;

/// The values that stand for the placeholders of a template.
#[derive(Clone, Copy, Debug)]
pub struct Values<'a> {
    /// `__VENV_DIR__`: the directory of the environment.
    pub dir: &'a str,
    /// `__VENV_NAME__`: its last segment.
    pub name: &'a str,
    /// `__VENV_PROMPT__`: what the prompt shows; up to Python 3.12 in parentheses, with a space behind.
    pub prompt: &'a str,
    /// `__VENV_BIN_NAME__`: `bin` or `Scripts`.
    pub bin_name: &'a str,
    /// `__VENV_PYTHON__`: the path of the environment's interpreter.
    pub python: &'a str,
}

/// Makes a script of a template: each placeholder is replaced by its value, quoted by the rule of the language, which the
/// name of the template shows (`gh-124651`).
///
/// Templates for a `venv` before that fix have placeholders in strings. There, a value is written as the string needs it. A
/// value that is not plain is refused if its place is not certain, because it could be run there.
///
/// # Errors
/// [`Error::Unwritable`] for a value with a line break or a NUL, [`Error::Template`] for a value that is refused.
pub fn render(template: &str, template_name: &str, values: Values) -> Result<String> {
    let language = Language::of(template_name);
    let placeholders = [
        ("__VENV_DIR__", values.dir),
        ("__VENV_NAME__", values.name),
        ("__VENV_PROMPT__", values.prompt),
        ("__VENV_BIN_NAME__", values.bin_name),
        ("__VENV_PYTHON__", values.python),
    ];
    for (placeholder, value) in placeholders {
        check_line(placeholder, OsStr::new(value))?;
    }
    let mut script = String::with_capacity(template.len() + 256);
    let mut scanner = Scanner::new(language, template);
    let mut refusal_at_end = None;
    let mut end = 0;
    while let Some(start) = template[end..].find("__VENV_").map(|found| end + found) {
        let (before, from) = template.split_at(start);
        script.push_str(&before[end..]);
        let placeholder = placeholders.into_iter().find(|(placeholder, _)| from.starts_with(placeholder));
        let Some((placeholder, value)) = placeholder else {
            script.push_str("__VENV_");
            end = start + "__VENV_".len();
            continue;
        };
        end = start + placeholder.len();
        if let Some(quoted) = language.quote_behind(last_line(before), value) {
            script.push_str(&quoted);
            continue;
        }
        let line = before.matches('\n').count() + 1;
        let refusal = move |obstacle: Obstacle| Error::Template {
            template: template_name.to_owned(),
            line,
            placeholder,
            value: value.to_owned(),
            obstacle: format!("{} on line {}", obstacle.what, obstacle.line),
        };
        let place = scanner.place(start, placeholder.len()).map_err(refusal)?;
        let unwritable = || refusal(Obstacle { what: "a string that cannot hold it", line });
        script.push_str(&language.quote_at(place, value).ok_or_else(unwritable)?);
        refusal_at_end = Some(refusal);
    }
    script.push_str(&template[end..]);
    match refusal_at_end {
        Some(refusal) => scanner.finish().map(|()| script).map_err(refusal),
        None => Ok(script),
    }
}

fn last_line(text: &str) -> &str {
    text.rfind('\n').map_or(text, |end| &text[end + 1..])
}

/// The template for a prompt that has its parentheses already, as up to Python 3.12.
///
/// Templates are written for the bare prompt of Python 3.13 and put the parentheses around it themselves.
#[must_use]
pub fn without_parentheses(template: &str) -> String {
    template
        .replace("\"(\"__VENV_PROMPT__\") \"", "__VENV_PROMPT__")
        .replace("\"(\" + __VENV_PROMPT__ + \") \"", "__VENV_PROMPT__")
        .replace("(__VENV_PROMPT__) ", "__VENV_PROMPT__")
}

/// The template of an environment that can be moved: no directory is recorded, so the script takes its own one.
#[must_use]
pub fn without_directory(template: &str, template_name: &str) -> String {
    template.replace("__VENV_DIR__", &Language::of(template_name).quote(""))
}

/// A template: the parts of its path below the folder of templates. The first one is `common` or the name of the platform;
/// the others are the path of the script below `bin`.
pub type Template = Vec<OsString>;

/// The templates in the folders `common` and `posix` or `nt` of `folder`, in the order of their names.
///
/// As in `venv`, files in `folder` itself are ignored, and links to directories are not followed. Installers compile
/// templates that are Python; that bytecode is ignored.
///
/// # Errors
/// [`Error::Io`] for a folder that cannot be listed. With `is_lenient`, it is ignored, as `venv` does (`os.walk`).
pub fn templates(folder: &Path, platform: Platform, is_lenient: bool) -> Result<Vec<Template>> {
    let is_wanted = |entry: &DirEntry| {
        let is_directory = entry.file_type().is_dir();
        match entry.depth() {
            1 => is_directory && ["common", platform.name()].map(Some).contains(&entry.file_name().to_str()),
            _ => !(is_directory && entry.file_name() == "__pycache__"),
        }
    };
    let is_passed_over = |entry: &DirEntry| {
        let is_directory =
            if entry.path_is_symlink() { entry.path().is_dir() } else { entry.file_type().is_dir() };
        is_directory || (platform == Platform::Windows && is_launcher(&entry.file_name().to_string_lossy()))
    };
    let parts = |entry: &DirEntry| {
        entry.path().strip_prefix(folder).unwrap_or(entry.path()).iter().map(ToOwned::to_owned).collect()
    };
    WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_wanted)
        .filter(|entry| !(is_lenient && entry.is_err()))
        .map(|entry| entry.map_err(|error| unlisted(folder, error)))
        .filter(|entry| entry.as_ref().map_or(true, |entry| entry.depth() > 1 && !is_passed_over(entry)))
        .map(|entry| entry.map(|entry| parts(&entry)))
        .collect()
}

/// The error of the operating system, with the folder of templates if the folder below it is not known.
fn unlisted(folder: &Path, error: walkdir::Error) -> Error {
    let path = error.path().unwrap_or(folder).to_owned();
    Error::Io { path, source: error.into_io_error().unwrap_or_else(|| io::ErrorKind::Other.into()) }
}

/// Whether the file is one of the launchers beside the scripts on Windows, which become `python.exe`.
fn is_launcher(name: &str) -> bool {
    let name = name.to_lowercase();
    name.rsplit_once('.').is_some_and(|(stem, ending)| {
        (stem.starts_with("python") || stem.starts_with("venv")) && ["exe", "pdb"].contains(&ending)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::write_with_parents;

    fn rendered(template: &str, name: &str, values: Values) -> String {
        render(template, name, values).unwrap()
    }

    const VALUES: Values = Values {
        dir: "/my env",
        name: "my env",
        prompt: "it's",
        bin_name: "bin",
        python: "/my env/bin/python",
    };

    #[test]
    fn every_placeholder_is_replaced_and_nothing_else() {
        let template =
            "__VENV_DIR__ __VENV_NAME__ __VENV_PROMPT__ __VENV_BIN_NAME__ __VENV_PYTHON__ __VENV_OTHER__\n";
        let script = "'/my env' 'my env' 'it'\"'\"'s' bin '/my env/bin/python' __VENV_OTHER__\n";
        assert_eq!(rendered(template, "activate", VALUES), script);
    }

    #[test]
    fn a_value_that_no_line_can_hold_is_refused() {
        assert!(render("__VENV_PROMPT__", "activate", Values { prompt: "a\nb", ..VALUES }).is_err());
    }

    #[test]
    fn a_value_that_looks_like_a_placeholder_is_only_a_value() {
        let values = Values { dir: "/__VENV_PROMPT__", ..VALUES };
        assert_eq!(rendered("cd __VENV_DIR__", "activate", values), "cd /__VENV_PROMPT__");
    }

    #[test]
    fn a_string_of_the_template_ends_before_the_value() {
        assert_eq!(rendered("A=\"__VENV_DIR__\"", "activate", VALUES), "A=\"\"'/my env'\"\"");
        assert_eq!(rendered("A='__VENV_DIR__'", "activate", VALUES), "A='''/my env'''");
        assert_eq!(rendered("A=\"__VENV_BIN_NAME__\"", "activate", VALUES), "A=\"bin\"");
        assert_eq!(rendered("A='x\n__VENV_DIR__'", "activate", VALUES), "A='x\n''/my env'''");
        let twice = rendered("A=\"__VENV_DIR__:__VENV_DIR__\"", "activate", VALUES);
        assert_eq!(twice, "A=\"\"'/my env'\":\"'/my env'\"\"");
    }

    #[test]
    fn a_value_is_refused_where_it_could_be_run() {
        let error = render("\necho `a __VENV_DIR__`\n", "x/activate", VALUES).unwrap_err().to_string();
        for part in ["x/activate", "line 2", "__VENV_DIR__", "/my env", "backquotes", "without quotes"] {
            assert!(error.contains(part), "{error}");
        }
        let plain = Values { dir: "/env", ..VALUES };
        assert_eq!(rendered("echo `a __VENV_DIR__`", "activate", plain), "echo `a /env`");
    }

    #[test]
    fn the_prompt_brings_its_parentheses_up_to_3_12() {
        assert_eq!(
            without_parentheses("let p = \"(\" + __VENV_PROMPT__ + \") \""),
            "let p = __VENV_PROMPT__"
        );
        assert_eq!(without_parentheses("PS1=\"(\"__VENV_PROMPT__\") \"$PS1"), "PS1=__VENV_PROMPT__$PS1");
        assert_eq!(without_parentheses("set \"P=(__VENV_PROMPT__) %P%\""), "set \"P=__VENV_PROMPT__%P%\"");
    }

    #[test]
    fn templates_are_those_of_the_platform_with_their_folders() {
        let dir = tempfile::tempdir().unwrap();
        for file in [
            "top",
            "common/a",
            "common/deep/er/b",
            "posix/c",
            "nt/python.exe",
            "nt/venv.EXE",
            "nt/d.exe",
            "x/e",
            "common/__pycache__/a.cpython-313.pyc",
        ] {
            write_with_parents(&dir.path().join(file), b"").unwrap();
        }
        let found = |platform| -> Vec<String> {
            let path = |parts: Template| parts.join(OsStr::new("/")).to_string_lossy().into_owned();
            templates(dir.path(), platform, false).unwrap().into_iter().map(path).collect()
        };
        assert_eq!(found(Platform::Posix), ["common/a", "common/deep/er/b", "posix/c"]);
        assert_eq!(found(Platform::Windows), ["common/a", "common/deep/er/b", "nt/d.exe"]);
        let none = dir.path().join("none");
        assert!(templates(&none, Platform::Posix, true).unwrap().is_empty());
        let Error::Io { path, source } = templates(&none, Platform::Posix, false).unwrap_err() else {
            panic!("another error")
        };
        assert_eq!((path, source.kind()), (none, std::io::ErrorKind::NotFound));
    }

    #[test]
    fn no_directory_is_an_empty_word_of_the_language() {
        assert_eq!(without_directory("A=__VENV_DIR__", "activate"), "A=''");
        assert_eq!(without_directory("let a = __VENV_DIR__", "activate.nu"), "let a = \"\"");
        assert_eq!(without_directory("set \"A=__VENV_DIR__\"", "activate.bat"), "set \"A=\"");
    }

    #[test]
    #[cfg(unix)]
    fn a_linked_file_is_a_template_and_a_linked_folder_is_not() {
        let dir = tempfile::tempdir().unwrap();
        write_with_parents(&dir.path().join("elsewhere/file"), b"").unwrap();
        write_with_parents(&dir.path().join("common/real"), b"").unwrap();
        crate::fs::symlink(&dir.path().join("elsewhere/file"), &dir.path().join("common/link")).unwrap();
        crate::fs::symlink(&dir.path().join("elsewhere"), &dir.path().join("common/folder")).unwrap();
        crate::fs::symlink(&dir.path().join("elsewhere"), &dir.path().join("posix")).unwrap();
        let found = templates(dir.path(), Platform::Posix, false).unwrap();
        assert_eq!(found, [["common", "link"], ["common", "real"]]);
    }
}
