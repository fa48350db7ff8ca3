//! Files that are placed unchanged: cloned or linked, or copied if neither is possible.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use super::replace::{replace, replace_at_once};
use super::{Folder, Mode, system};
use crate::error::{AtPath, Result};

/// How a file is placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkMode {
    /// As a file of its own that shares its blocks until either is changed (`FICLONE`, `clonefile`).
    Clone,
    /// As another name of the same file.
    HardLink,
    /// As a symbolic link to it.
    Symlink,
    /// As a file of its own.
    Copy,
}

impl LinkMode {
    /// The ways of the setting `auto`, best first.
    pub const AUTO: &'static [Self] = &[Self::Clone, Self::HardLink, Self::Copy];

    /// The ways of [`Self::AUTO`] in which the file shares nothing with its source once it is changed.
    pub const UNSHARED: &'static [Self] = &[Self::Clone, Self::Copy];

    /// The settings that [`Self::of_setting`] knows.
    pub const SETTINGS: [&'static str; 5] = ["auto", "clone", "hardlink", "copy", "symlink"];

    /// The ways of a setting, best first; `None` if there is no such setting. The last way always works.
    #[must_use]
    pub fn of_setting(setting: &str) -> Option<&'static [Self]> {
        match setting {
            "auto" => Some(Self::AUTO),
            "clone" => Some(Self::UNSHARED),
            "hardlink" => Some(&[Self::HardLink, Self::Copy]),
            "symlink" => Some(&[Self::Symlink, Self::Copy]),
            "copy" => Some(&[Self::Copy]),
            _ => None,
        }
    }

    /// The name of the setting.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Clone => "clone",
            Self::HardLink => "hardlink",
            Self::Symlink => "symlink",
            Self::Copy => "copy",
        }
    }

    /// Places a file of one directory in another, and replaces what has its name there.
    fn place(self, name: &str, from: &Folder<'_>, to: &Folder<'_>, is_executable: bool) -> Result<()> {
        let destination = || to.path().join(name);
        match self {
            Self::HardLink => replace_at_once(to.path(), name.as_ref(), |new| {
                let linked = from.hard_link(name, to, new);
                // If the name is already one of this file, a rename would do nothing and leave both names.
                if linked.is_err() && new == name && from.has_same_file(name, to) { Ok(()) } else { linked }
            }),
            Self::Symlink => replace_at_once(to.path(), name.as_ref(), |new| {
                system::make_symlink(&from.path().join(name), &to.path().join(new))
            }),
            Self::Clone => system::clone_file(&from.open_file(name)?, &destination(), is_executable),
            Self::Copy => copy(name, from, &destination(), is_executable),
        }
    }
}

/// Places files one after the other. If a way fails for a file, that file and all later ones are placed in the next way.
#[derive(Clone, Copy, Debug)]
pub struct Linker {
    modes: &'static [LinkMode],
}

impl Linker {
    /// A linker that tries these ways, best first.
    #[must_use]
    pub fn new(modes: &'static [LinkMode]) -> Self {
        Self { modes }
    }

    /// A linker of files whose modes may differ from those of their sources.
    #[must_use]
    pub fn copying() -> Self {
        Self { modes: &[LinkMode::Copy] }
    }

    /// The way in which the next file is placed.
    #[must_use]
    pub fn mode(&self) -> LinkMode {
        self.modes.first().copied().unwrap_or(LinkMode::Copy)
    }

    /// Places a file of one directory in another, under the same name and with the same time, so that bytecode stays valid. A
    /// file that has the name is replaced and not written to, because it may be shared.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path that could not be read or written.
    pub fn place(
        &mut self,
        name: &str,
        from: &Folder<'_>,
        to: &Folder<'_>,
        is_executable: bool,
    ) -> Result<()> {
        while let [mode, rest @ ..] = self.modes {
            match mode.place(name, from, to, is_executable) {
                // The destination is on another file system, the file has too many links, or the file system has no links. The
                // copy reports any other error.
                Err(_) if !rest.is_empty() => self.modes = rest,
                result => return result,
            }
        }
        Ok(())
    }
}

/// Copies a file with its time. It is read first, so that an error is either about the source or about the destination.
fn copy(name: &str, from: &Folder<'_>, destination: &Path, is_executable: bool) -> Result<()> {
    let mut reader = from.open_file(name)?;
    let mut contents = Vec::new();
    let read = reader.read_to_end(&mut contents).and_then(|_| reader.metadata()?.modified());
    let modified = read.at_with(|| from.path().join(name))?;
    let write = |writer: &mut File| {
        writer.write_all(&contents)?;
        if is_executable {
            system::set_mode_of_file(writer, Mode::Executable)?;
        }
        writer.set_modified(modified)
    };
    replace(destination, write).map(drop)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a part of the module that the ban points to")]
mod tests {
    use std::fs;

    use super::*;
    #[cfg(unix)]
    use crate::error::Error;
    use crate::fs::{Stamp, is_same, read, write};

    /// The settings that work everywhere: symbolic links need a privilege on Windows.
    fn settings() -> impl Iterator<Item = &'static str> {
        LinkMode::SETTINGS.into_iter().filter(|setting| cfg!(unix) || *setting != "symlink")
    }

    #[test]
    fn a_file_has_its_time_however_it_was_placed() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name| dir.path().join(name);
        write(&path("file"), b"contents").unwrap();
        for setting in settings() {
            let mut linker = Linker::new(LinkMode::of_setting(setting).unwrap());
            let (inner, placed) = (path(setting), path(setting).join("file"));
            fs::create_dir(&inner).unwrap();
            let [from, to] = [dir.path(), &inner].map(|path| Folder::open(path).unwrap());
            linker.place("file", &from, &to, false).unwrap();
            assert_eq!(read(&placed).unwrap(), b"contents");
            let target = fs::canonicalize(placed).unwrap();
            assert_eq!(Stamp::of(&target).unwrap(), from.stamp("file").unwrap());
            linker.place("file", &from, &to, false).unwrap();
        }
        let is_shared = |setting| is_same(&path("file"), &path(setting).join("file"));
        assert_eq!(["hardlink", "clone", "copy"].map(is_shared), [true, false, false]);
        assert!(cfg!(windows) || is_shared("symlink"));
        assert_eq!(LinkMode::of_setting("magic"), None);
    }

    #[test]
    fn a_file_that_is_replaced_is_not_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name| dir.path().join(name);
        for (name, contents) in [("file", b"new"), ("shared", b"old")] {
            write(&path(name), contents).unwrap();
        }
        for setting in settings() {
            let mut linker = Linker::new(LinkMode::of_setting(setting).unwrap());
            let (inner, placed) = (path(setting), path(setting).join("file"));
            fs::create_dir(&inner).unwrap();
            let [from, to] = [dir.path(), &inner].map(|path| Folder::open(path).unwrap());
            fs::hard_link(path("shared"), &placed).unwrap();
            linker.place("file", &from, &to, false).unwrap();
            assert_eq!(
                (read(&placed).unwrap(), read(&path("shared")).unwrap()),
                (b"new".into(), b"old".into())
            );
        }
    }

    // On Windows, an open directory cannot be renamed.
    #[test]
    #[cfg(unix)]
    fn a_file_comes_from_the_folder_that_was_opened() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name| dir.path().join(name);
        for (folder, contents) in [("checked", b"right"), ("foreign", b"wrong")] {
            fs::create_dir(path(folder)).unwrap();
            write(&path(folder).join("file"), contents).unwrap();
            std::os::unix::fs::symlink(path("foreign/file"), path(folder).join("link")).unwrap();
        }
        let checked = path("checked");
        let from = Folder::open(&checked).unwrap();
        fs::rename(&checked, path("moved")).unwrap();
        fs::rename(path("foreign"), &checked).unwrap();
        for setting in settings().filter(|setting| *setting != "symlink") {
            let inner = path(setting);
            fs::create_dir(&inner).unwrap();
            let to = Folder::open(&inner).unwrap();
            Linker::new(LinkMode::of_setting(setting).unwrap()).place("file", &from, &to, false).unwrap();
            assert_eq!(read(&inner.join("file")).unwrap(), b"right", "{setting}");
            let linked = LinkMode::Copy.place("link", &from, &to, false);
            assert!(matches!(linked, Err(Error::Io { path, .. }) if path == checked.join("link")));
        }
    }

    #[test]
    #[cfg(unix)]
    fn an_error_is_about_the_file_that_cannot_be_read_or_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name| dir.path().join(name);
        // A directory can be opened, and then not be read.
        fs::create_dir_all(path("from/unreadable")).unwrap();
        fs::create_dir_all(path("to/file")).unwrap();
        write(&path("from/file"), b"").unwrap();
        let [from_path, to_path] = ["from", "to"].map(path);
        let [from, to] = [&from_path, &to_path].map(|path| Folder::open(path).unwrap());
        for (name, expected) in [("unreadable", "from/unreadable"), ("file", "to/file")] {
            let Err(Error::Io { path: found, .. }) = LinkMode::Copy.place(name, &from, &to, false) else {
                panic!("no error")
            };
            assert_eq!(found, path(expected));
        }
        assert!(!path("to/unreadable").exists());
    }
}
