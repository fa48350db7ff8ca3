//! `entry_points.txt`: the scripts that a distribution declares (entry points specification).

use crate::platform::Platform;

/// A script: its name, and the function that it calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EntryPoint {
    /// The name of the script.
    pub(crate) name: String,
    /// The module of the function.
    pub(crate) module: String,
    /// The function, which may be an attribute of something in the module (`main`, `App.run`).
    pub(crate) function: String,
    /// Whether it is a graphical program, which needs no console.
    pub(crate) is_graphical: bool,
}

impl EntryPoint {
    /// An entry point that can become a script: its name can be that of a file, and the rest can be written in Python.
    pub(crate) fn new(name: &str, module: &str, function: &str, is_graphical: bool) -> Option<Self> {
        let is_name = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_');
        let is_dotted = |text: &str| text.split('.').all(is_name);
        let is_file_name = |text: &str| {
            !matches!(text, "" | "." | "..")
                && text == text.trim()
                && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | ' '))
        };
        (is_file_name(name) && is_dotted(module) && is_dotted(function)).then(|| Self {
            name: name.to_owned(),
            module: module.to_owned(),
            function: function.to_owned(),
            is_graphical,
        })
    }

    /// The name of the file that it becomes.
    pub(crate) fn file_name(&self, platform: Platform) -> String {
        match platform {
            Platform::Posix => self.name.clone(),
            // Unlike with other extensions, `a.py` does not become `a.py.exe`.
            Platform::Windows => match self.name.rsplit_once('.') {
                Some((stem, ending)) if ending.starts_with("py") && !stem.is_empty() => format!("{stem}.exe"),
                _ => format!("{}.exe", self.name),
            },
        }
    }

    /// Whether a file of that name is a script that some build tools make of the entry point. pip does not install such a file.
    pub(crate) fn is_made_by(&self, file_name: &str) -> bool {
        let name = file_name.rsplit('/').next().unwrap_or(file_name);
        let lower = name.to_lowercase();
        let ending = [".exe", "-script.py", ".pya"].into_iter().find(|ending| lower.ends_with(ending));
        let stem = name.get(..name.len() - ending.map_or(0, str::len)).unwrap_or(name);
        stem == self.name
    }
}

/// Reads the console and graphical scripts. Other groups of entry points do not matter to an installer.
///
/// # Errors
/// What is wrong: a line is not an entry point or cannot become a script, or `importlib.metadata`, with which pip reads the
/// file, would divide it into other lines or groups.
pub(crate) fn parse(text: &str) -> Result<Vec<EntryPoint>, String> {
    let text = text.replace("\r\n", "\n");
    // Python's `str.splitlines` also divides at these characters.
    let divides =
        |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || matches!(c, '\u{2028}' | '\u{2029}');
    if text.contains(divides) {
        return Err("it has a character that ends a line for some readers alone".to_owned());
    }
    let mut found = Vec::new();
    let mut group = None;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            if name.contains(['[', ']']) {
                return Err(format!("it has a line that is no name of a group: {line:?}"));
            }
            group = Some(name);
            continue;
        }
        let entry_point = match group {
            Some("console_scripts") => parse_line(line, false),
            Some("gui_scripts") => parse_line(line, true),
            Some(_) if line.contains('=') => continue,
            _ => return Err(format!("it has a line that is no entry point: {line:?}")),
        };
        found.push(entry_point.ok_or_else(|| format!("it has a line that is no script: {line:?}"))?);
    }
    Ok(found)
}

/// The scripts that pip makes of entry points on a version of Python.
///
/// pip's own names with a version come from the interpreter and not from the wheel: `pip`, `pip3` and `pip3.X` stand
/// for any of them.
pub(crate) fn scripts(entry_points: &[EntryPoint], (major, minor): (u8, u8)) -> Vec<EntryPoint> {
    let is_pip = |name: &str| {
        let version = name.strip_prefix("pip");
        version.is_some_and(|version| version.chars().all(|c| c.is_ascii_digit() || c == '.'))
    };
    let Some(pip) = entry_points.iter().find(|entry_point| entry_point.name == "pip") else {
        return entry_points.to_vec();
    };
    let names = ["pip".to_owned(), format!("pip{major}"), format!("pip{major}.{minor}")];
    let others = entry_points.iter().filter(|entry_point| !is_pip(&entry_point.name)).cloned();
    names.into_iter().map(|name| EntryPoint { name, ..pip.clone() }).chain(others).collect()
}

/// `name = module:function`, with extras in brackets after it, which an installer ignores.
fn parse_line(line: &str, is_graphical: bool) -> Option<EntryPoint> {
    let (name, reference) = line.split_once('=')?;
    let reference = match reference.split_once('[') {
        Some((reference, extras)) if are_extras(extras.strip_suffix(']')?) => reference,
        Some(_) => return None,
        None => reference,
    };
    let (module, function) = reference.split_once(':')?;
    EntryPoint::new(name.trim(), module.trim(), function.trim(), is_graphical)
}

/// Whether pip reads a text in brackets as extras: names, of which only the first can have a hyphen.
fn are_extras(text: &str) -> bool {
    text.trim().split(',').enumerate().all(|(position, extra)| {
        let extra = if position == 0 { extra.replace('-', "_") } else { extra.trim_start().to_owned() };
        !extra.is_empty() && extra.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        let scripts = scripts(&parse(text).unwrap(), (3, 13));
        scripts.into_iter().map(|entry_point| entry_point.name).collect()
    }

    #[test]
    fn pip_has_the_versions_of_the_interpreter() {
        let text = "[console_scripts]\npip = p.m:main\npip3 = p.m:main\npip3.9 = p.m:main\npipx = p.m:x\n";
        assert_eq!(names(text), ["pip", "pip3", "pip3.13", "pipx"]);
    }

    #[test]
    fn only_scripts_are_scripts() {
        let text = "# c\n[other]\nx = y:z\n\n[console_scripts]\na=b.c:d.e [extra]\n[gui_scripts]\nw = v:u\n[more]\nq=;\n";
        assert_eq!(names(text), ["a", "w"]);
        let a = EntryPoint {
            name: "a".into(),
            module: "b.c".into(),
            function: "d.e".into(),
            is_graphical: false,
        };
        assert_eq!(parse(text).unwrap()[0], a);
        assert!(parse(text).unwrap()[1].is_graphical);
        assert_eq!(names(""), [""; 0]);
    }

    #[test]
    fn a_script_is_an_executable_on_windows() {
        let named = |name: &str| EntryPoint {
            name: name.into(),
            module: "b".into(),
            function: "c".into(),
            is_graphical: false,
        };
        assert_eq!(named("pip3.13").file_name(Platform::Posix), "pip3.13");
        assert_eq!(named("pip3.13").file_name(Platform::Windows), "pip3.13.exe");
        assert_eq!(named("a.py").file_name(Platform::Windows), "a.exe");
    }

    #[test]
    fn wrappers_are_recognised_by_their_names() {
        let a =
            EntryPoint { name: "a".into(), module: "b".into(), function: "c".into(), is_graphical: false };
        for name in ["a", "a.exe", "a-script.py", "a.pya", "a.EXE"] {
            assert!(a.is_made_by(name), "{name}");
        }
        for name in ["A", "ab", "a.py", "a.exe.exe", ""] {
            assert!(!a.is_made_by(name), "{name}");
        }
    }

    #[test]
    fn what_could_not_become_a_script_is_refused() {
        for line in
            ["a", "a = b", "= b:c", "../a = b:c", "a/b = c:d", ".. = a:b", "a = b;c:d", "a = b:c()", "a = :c"]
        {
            assert!(parse(&format!("[console_scripts]\n{line}\n")).is_err(), "{line}");
        }
        for line in
            ["a = b:c [", "a = b:c []", "a = b:c [x y]", "a = b:c [x, y-z]", "a = b:c [x] y", "; a = b:c"]
        {
            assert!(parse(&format!("[console_scripts]\n{line}\n")).is_err(), "{line}");
        }
    }

    #[test]
    fn what_other_readers_divide_differently_is_refused() {
        for text in [
            "a = b:c\n",
            "[x]\na\n",
            "[x]\na = b\r[console_scripts]\na = b:c\n",
            "[x]\na = b\u{2028}[console_scripts]\na = b:c\n",
            "[x]\na = b\x0c[console_scripts]\na = b:c\n",
            "[[console_scripts]]\na = b:c\n",
            "\u{feff}[console_scripts]\na = b:c\n",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        assert_eq!(names("[ console_scripts ]\na = b:c\n[gui_scripts]\r\nw = v:u\r\n"), ["w"]);
    }
}
