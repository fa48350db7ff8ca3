//! Paths as text, without access to the disk.

use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// A path without `.`, `..` and double slashes, as `os.path.normpath` writes it: `..` removes the part before it, even if
/// that is a link. An empty path becomes `.`.
#[must_use]
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match normal.components().next_back() {
                Some(Component::Normal(_)) => {
                    normal.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                _ => normal.push(".."),
            },
            other => normal.push(other),
        }
    }
    // POSIX lets the system decide what two slashes at the beginning mean.
    let bytes = path.as_os_str().as_encoded_bytes();
    if cfg!(unix) && bytes.starts_with(b"//") && !bytes.starts_with(b"///") {
        let mut text = OsString::from("/");
        text.push(normal);
        return text.into();
    }
    if normal.as_os_str().is_empty() { PathBuf::from(".") } else { normal }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_what_python_makes_of_them() {
        for (path, expected) in [
            ("/a/./b/../c/", "/a/c"),
            ("/..", "/"),
            ("/../a", "/a"),
            ("//a//b", "//a/b"),
            ("///a", "/a"),
            ("//", "//"),
            ("", "."),
            ("a/..", "."),
            ("../a/../..", "../.."),
            ("./a", "a"),
        ] {
            assert_eq!(normal(Path::new(path)).to_str(), Some(expected), "{path}");
        }
    }
}
