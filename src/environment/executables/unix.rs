//! The names of the interpreter in `bin`.

/// What the names depend on.
#[derive(Clone, Copy, Debug)]
pub struct Interpreter {
    /// The minor version of Python 3.
    pub minor: u8,
    /// Whether it is `PyPy`, whose `venv` adds names of its own.
    pub is_pypy: bool,
    /// Whether names on disk are UTF-8 (`sys.getfilesystemencoding()`).
    pub has_utf8_names: bool,
}

/// The names that are made beside the one by which the base interpreter was started, in `venv`'s order.
#[must_use]
pub fn names(interpreter: Interpreter) -> Vec<String> {
    let Interpreter { minor, is_pypy, has_utf8_names } = interpreter;
    let mut names = vec!["python".to_owned(), "python3".to_owned(), format!("python3.{minor}")];
    // Python 3.14 is "π"; 3.15 dropped the name again (python/cpython#134060).
    if minor == 14 && has_utf8_names {
        names.push("\u{1d70b}thon".to_owned());
    }
    if is_pypy {
        names.extend(["pypy3".to_owned(), "pypy".to_owned()]);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(minor: u8, is_pypy: bool, has_utf8_names: bool) -> Vec<String> {
        names(Interpreter { minor, is_pypy, has_utf8_names })
    }

    #[test]
    fn each_version_has_its_name() {
        assert_eq!(named(9, false, true), ["python", "python3", "python3.9"]);
        assert_eq!(named(15, false, true), ["python", "python3", "python3.15"]);
    }

    #[test]
    fn pi_is_there_for_one_version_and_where_it_can_be_written() {
        assert_eq!(named(14, false, true), ["python", "python3", "python3.14", "𝜋thon"]);
        assert_eq!(named(14, false, false), ["python", "python3", "python3.14"]);
    }

    #[test]
    fn pypy_has_names_of_its_own() {
        assert_eq!(named(11, true, true), ["python", "python3", "python3.11", "pypy3", "pypy"]);
    }
}
