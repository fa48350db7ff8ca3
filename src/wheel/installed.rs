//! Reads an installed distribution as if it were its wheel.

use std::path::Path;

use super::archive::File;
use super::{Wheel, record};
use crate::error::{Error, Result};
use crate::fs;

/// Whether a path is that of the metadata of an installed distribution.
pub(crate) fn is_metadata_folder(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "dist-info")
}

/// A wheel of the files of an installed distribution, each checked against its RECORD.
///
/// Scripts, bytecode and RECORD, which are made when a wheel is installed, are not among the files.
///
/// # Errors
/// [`Error::Io`] if a file cannot be read; [`Error::Wheel`] if it differs from RECORD.
pub(crate) fn read(dist_info: &Path) -> Result<Wheel> {
    let refused = |entry: Option<&str>, reason: &str| Error::wheel(dist_info, entry, reason);
    let (Some(name), Some(library)) =
        (dist_info.file_name().and_then(|name| name.to_str()), dist_info.parent())
    else {
        return Err(refused(None, "its name is not that of a folder of metadata"));
    };
    let record = fs::read(&dist_info.join("RECORD"))?;
    let rows = record::parse(&record).map_err(|reason| refused(Some("RECORD"), &reason))?;
    let is_made = |path: &str| {
        let own = path.strip_prefix(name).and_then(|rest| rest.strip_prefix('/'));
        Path::new(path).is_absolute()
            || path.split('/').any(|part| matches!(part, ".." | "__pycache__"))
            || own.is_some_and(|own| matches!(own, "RECORD" | "INSTALLER" | "REQUESTED" | "direct_url.json"))
    };
    let mut files = Vec::new();
    for row in rows.into_iter().filter(|row| !is_made(&row.path)) {
        let path = library.join(&*row.path);
        let contents = fs::read(&path)?;
        if !record::fits(&row.hash, &contents) {
            return Err(refused(Some(&row.path), &record::misfit(&row.hash)));
        }
        let is_executable = fs::has_execute_bit(&path);
        files.push(File {
            path: row.path.into_owned(),
            contents,
            hash: row.hash.into_owned(),
            is_executable,
        });
    }
    Ok(Wheel::new(dist_info, name, files, record::hash(&record)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_is_read_without_what_installing_made() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write_with_parents(&path("a/b.py"), b"b").unwrap();
        let hash = record::hash(b"b");
        let text =
            format!("a/b.py,{hash},1\na/__pycache__/b.pyc,,\n../bin/a,{hash},1\na-1.dist-info/RECORD,,\n");
        fs::write_with_parents(&path("a-1.dist-info/RECORD"), text.as_bytes()).unwrap();
        let wheel = read(&path("a-1.dist-info")).unwrap();
        assert_eq!(wheel.files().iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a/b.py"]);
        fs::write(&path("a/b.py"), b"c").unwrap();
        assert!(matches!(read(&path("a-1.dist-info")), Err(Error::Wheel { .. })));
        assert!(matches!(read(&path("b-1.dist-info")), Err(Error::Io { .. })));
    }

    #[test]
    #[cfg(unix)] // Windows has no such names
    fn a_path_that_no_wheel_can_have_is_left_to_pip() {
        for (name, is_known) in [("b.py", true), ("a:b.py", false), ("a\\b.py", false)] {
            let dir = tempfile::tempdir().unwrap();
            let mut text = String::new();
            for (name, contents) in [
                (name, ""),
                ("a-1.dist-info/METADATA", "Name: a\nVersion: 1\n"),
                ("a-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"),
            ] {
                fs::write_with_parents(&dir.path().join(name), contents.as_bytes()).unwrap();
                text.extend([name, ",", &record::hash(contents.as_bytes()), ",\n"]);
            }
            fs::write(&dir.path().join("a-1.dist-info/RECORD"), text.as_bytes()).unwrap();
            let distribution =
                read(&dir.path().join("a-1.dist-info")).unwrap().distribution((3, 13)).unwrap();
            assert_eq!(distribution.is_some(), is_known, "{name}");
        }
    }
}
