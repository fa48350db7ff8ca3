//! Paths that name one file, and the same file, on every system.
//!
//! File systems treat other paths differently: for some, `a` and `A`, or two spellings of `é`, are one file; Windows drops
//! dots and spaces at the end of a name, and treats `NUL` or `com1.txt` as a device, depending on its version. A wheel with
//! such a path is left to pip on every system, so that the result does not depend on the system.

use std::collections::HashSet;

/// The characters that names of files on Windows cannot have, apart from those that no path in a wheel has.
const FORBIDDEN: &[char] = &['<', '>', '"', '|', '?', '*'];

const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Whether each part of a path is a name of a file, with one spelling, on every system.
pub(crate) fn is_portable(path: &str) -> bool {
    path.is_ascii()
        && !path.contains(FORBIDDEN)
        && path.split('/').all(|part| !part.ends_with(['.', ' ']) && !is_device(part))
}

/// Whether portable paths name different files on every system, and none is inside another.
pub(crate) fn are_apart<'a>(paths: impl Iterator<Item = &'a str>) -> bool {
    let paths: Vec<_> = paths.map(str::to_ascii_lowercase).collect();
    let files: HashSet<&str> = paths.iter().map(String::as_str).collect();
    let lies_in_a_file = |path: &String| path.match_indices('/').any(|(end, _)| files.contains(&path[..end]));
    files.len() == paths.len() && !paths.iter().any(lies_in_a_file)
}

/// Whether Windows may treat a name as that of a device, with any extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_lowercase();
    let is_port =
        |kind| stem.strip_prefix(kind).is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']));
    DEVICES.contains(&stem.as_str()) || is_port("com") || is_port("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portable_path_has_one_meaning() {
        for path in ["a/b.py", "a/.b", "a b/c", "com/port", "com10", "console.py", "null", "lptx"] {
            assert!(is_portable(path), "{path}");
        }
        for path in ["é", "a/b.", "a /b", "con", "a/NUL.txt", "Com1.py", "lpt0", "aux .py", "a?", "a/b\"c"] {
            assert!(!is_portable(path), "{path}");
        }
    }

    #[test]
    fn files_that_may_be_one_are_not_apart() {
        let apart = |paths: &[&str]| are_apart(paths.iter().copied());
        assert!(apart(&["a", "b/a", "b/c"]) && apart(&[]));
        assert!(!apart(&["a", "A"]) && !apart(&["b/x", "B/X"]) && !apart(&["a", "A/b"]));
    }
}
