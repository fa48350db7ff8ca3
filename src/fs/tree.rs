//! Removes a tree of directories, with several threads, without following links.

use std::ffi::{CStr, OsStr, OsString};
use std::iter;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, CWD, Dir, DirEntry, FileType, Mode, OFlags, openat, statat, unlinkat};
use rustix::io::Errno;

use super::CONFIGURATION_FILE;
use crate::error::Error;
use crate::threads::work_off;

/// How many files of one directory make a task. With fewer, threads spend more time waiting for that directory.
const FILES: usize = 128;

/// Removes a directory with its contents.
///
/// Each directory is opened from the one above it, without following a link, even if a link takes the place of a directory
/// meanwhile. So nothing outside is removed.
///
/// # Errors
/// [`Error::Io`] with the path that cannot be removed. What was not begun stays.
pub(super) fn remove_tree(path: &Path) -> crate::error::Result<()> {
    remove(Ok(Task::Directory(Place { above: None, name: path.into() })))
}

/// Removes the contents of an open directory like [`remove_tree`], but not the directory. Sockets, FIFOs and devices in it
/// are left alone, as in `venv`.
///
/// # Errors
/// [`Error::Io`] with the path that cannot be removed. What was not begun stays.
pub(super) fn clear_tree(opened: &OwnedFd, path: &Path) -> crate::error::Result<()> {
    let place = Place { above: None, name: path.into() };
    let directory =
        Directory::read(openat(opened, c".", DIRECTORY, Mode::empty()), place).map(Directory::kept);
    remove(directory.map(Task::Opened))
}

/// Does a task, and the tasks that it creates.
fn remove(first: Outcome<Task>) -> crate::error::Result<()> {
    let removed = first.and_then(|first| {
        work_off(first, |task| match task {
            Task::Directory(place) => match Directory::open(place) {
                // Another process removed it first; that counts as success.
                Err(Failure(Place { above: Some(above), .. }, Errno::NOENT)) => go_on(Arc::into_inner(above)),
                opened => go_on(Some(opened?)),
            },
            Task::Opened(directory) => go_on(Some(directory)),
            Task::Files(directory, files) => remove_files(directory, &files),
        })
    });
    removed.map_err(|Failure(place, source)| Error::Io { path: place.path(), source: source.into() })
}

/// How a directory is opened. A link is not followed.
const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// A file or directory that could not be removed. While this exists, it holds the directories above, so no thread tries to
/// remove them.
struct Failure(Place, Errno);

type Outcome<T> = Result<T, Failure>;

/// One step of one thread.
enum Task {
    Directory(Place),
    Opened(Directory),
    Files(Arc<Directory>, Vec<DirEntry>),
}

/// A name in an open directory, or a path if there is no such directory.
struct Place {
    above: Option<Arc<Directory>>,
    name: OsString,
}

impl Place {
    fn new(directory: &Arc<Directory>, name: &CStr) -> Self {
        Self { above: Some(Arc::clone(directory)), name: OsStr::from_bytes(name.to_bytes()).to_owned() }
    }

    /// The directory that the name is relative to.
    fn base(&self) -> BorrowedFd<'_> {
        self.above.as_ref().map_or(CWD, |directory| directory.descriptor.as_fd())
    }

    /// The place of the directory above.
    fn above(&self) -> Option<&Self> {
        self.above.as_ref().map(|directory| &directory.place)
    }

    fn path(&self) -> PathBuf {
        let places: Vec<_> = iter::successors(Some(self), |place| place.above()).collect();
        places.iter().rev().map(|place| &place.name).collect()
    }
}

/// An open directory that is being removed.
struct Directory {
    place: Place,
    descriptor: OwnedFd,
    /// The contents that are not begun yet. The last group is removed first.
    groups: Vec<Vec<DirEntry>>,
    /// Whether the directory itself stays.
    is_kept: bool,
}

impl Directory {
    fn open(place: Place) -> Outcome<Self> {
        Self::read(openat(place.base(), &place.name, DIRECTORY, Mode::empty()), place)
    }

    /// Reads the names in an open directory.
    fn read(opened: rustix::io::Result<OwnedFd>, place: Place) -> Outcome<Self> {
        let read = opened.and_then(|descriptor| {
            let entries = Dir::read_from(&descriptor)?.collect::<rustix::io::Result<Vec<_>>>()?;
            Ok((descriptor, entries))
        });
        let (descriptor, mut entries) = match read {
            Ok(read) => read,
            Err(error) => return Err(Failure(place, error)),
        };
        entries.retain(|entry| entry.file_name() != c"." && entry.file_name() != c"..");
        Ok(Self { place, descriptor, groups: groups(entries), is_kept: false })
    }

    /// Keeps the directory itself, and everything in it that is not a directory, a file or a link.
    fn kept(mut self) -> Self {
        for group in &mut self.groups {
            let descriptor = &self.descriptor;
            group.retain(|entry| {
                use FileType::{Directory, RegularFile, Symlink};
                matches!(kind(descriptor, entry), Some(Directory | RegularFile | Symlink) | None)
            });
        }
        self.groups.retain(|group| !group.is_empty());
        Self { is_kept: true, ..self }
    }

    /// The tasks that remove these entries. Each task holds the directory until it is done.
    fn tasks(self, entries: Vec<DirEntry>) -> Vec<Task> {
        let directory = Arc::new(self);
        let (directories, mut files): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.file_type() == FileType::Directory);
        let places = directories.iter().map(|entry| Place::new(&directory, entry.file_name()));
        let mut tasks: Vec<_> = places.map(Task::Directory).collect();
        while !files.is_empty() {
            let some = files.split_off(files.len().saturating_sub(FILES));
            tasks.push(Task::Files(Arc::clone(&directory), some));
        }
        tasks
    }
}

/// The groups of entries, which are removed one after the other, the last one first.
fn groups(entries: Vec<DirEntry>) -> Vec<Vec<DirEntry>> {
    let mut groups: [Vec<DirEntry>; 4] = Default::default();
    for entry in entries {
        groups[rank(entry.file_name())].push(entry);
    }
    groups.into_iter().filter(|group| !group.is_empty()).collect()
}

/// The metadata of distributions is removed first, then `lib` and the scripts. So if something cannot be removed, no tool
/// takes the rest of a distribution for a whole one. What shows that a directory is an environment is removed last, so
/// that it can be cleared again.
fn rank(name: &CStr) -> usize {
    match name.to_bytes() {
        b"METADATA" => 3,
        name if name.ends_with(b".dist-info") => 3,
        b"lib" => 2,
        name if name == CONFIGURATION_FILE.as_bytes() => 0,
        _ => 1,
    }
}

/// The type of an entry of an open directory; `None` if it cannot be found out.
fn kind(directory: &OwnedFd, entry: &DirEntry) -> Option<FileType> {
    match entry.file_type() {
        FileType::Unknown => kind_of(directory, entry.file_name()),
        kind => Some(kind),
    }
}

/// The type of the entry with a name in an open directory; `None` if it cannot be found out.
fn kind_of(directory: &OwnedFd, name: &CStr) -> Option<FileType> {
    let found = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
    Some(FileType::from_raw_mode(found.st_mode))
}

/// Removes an entry that is not a directory. If it turns out to be one, further tasks remove it.
fn remove_files(directory: Arc<Directory>, files: &[DirEntry]) -> Outcome<Vec<Task>> {
    let mut tasks = Vec::new();
    for file in files {
        let name = file.file_name();
        match unlinkat(&directory.descriptor, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {} // another process is removing it, too
            // Some file systems do not say what an entry is.
            Err(Errno::ISDIR | Errno::PERM)
                if kind_of(&directory.descriptor, name) == Some(FileType::Directory) =>
            {
                tasks.push(Task::Directory(Place::new(&directory, name)));
            }
            Err(error) => return Err(Failure(Place::new(&directory, name), error)),
        }
    }
    tasks.extend(go_on(Arc::into_inner(directory))?);
    Ok(tasks)
}

/// Continues with a directory that no other task holds: with its next group; or, if it is empty, with its own removal, and
/// then with the directory above it in the same way.
fn go_on(mut unheld: Option<Directory>) -> Outcome<Vec<Task>> {
    while let Some(mut directory) = unheld {
        if let Some(entries) = directory.groups.pop() {
            return Ok(directory.tasks(entries));
        }
        if directory.is_kept {
            break;
        }
        let place = directory.place;
        match unlinkat(place.base(), &place.name, AtFlags::REMOVEDIR) {
            Err(Errno::NOENT) if place.above.is_some() => {}
            Err(error) => return Err(Failure(place, error)),
            Ok(()) => {}
        }
        unheld = place.above.and_then(Arc::into_inner);
    }
    Ok(Vec::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{names, symlink, write, write_with_parents};

    /// Makes so many directories and files that several threads take part.
    fn fill(tree: &Path) {
        for package in 0..40 {
            let package = tree.join(format!("package{package}"));
            for path in ["module.py", "a/module.py", "a/b/c/module.py", "package.dist-info/METADATA"] {
                write_with_parents(&package.join(path), b"").unwrap();
            }
        }
        for module in 0..FILES * 3 {
            write(&tree.join(format!("module{module}.py")), b"").unwrap();
        }
    }

    #[test]
    fn a_large_tree_goes_and_what_its_links_lead_to_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (tree, outside) = (dir.path().join("tree"), dir.path().join("outside"));
        fill(&tree);
        fill(&outside);
        for link in ["link", "package1/link", "package2/a/b/link", "package3/package.dist-info/link"] {
            symlink(&outside, &tree.join(link)).unwrap();
        }
        let before = names(&outside.join("package1")).unwrap();
        remove_tree(&tree).unwrap();
        assert_eq!(names(dir.path()).unwrap(), ["outside"]);
        assert_eq!(names(&outside).unwrap().len(), 40 + FILES * 3);
        assert_eq!(names(&outside.join("package1")).unwrap(), before);
    }

    #[test]
    fn a_tree_is_removed_however_deep_it_is() {
        let dir = tempfile::tempdir().unwrap();
        // As deep as a path can be, and no deeper than a process may have directories open.
        let deep = dir.path().join("d/".repeat(500));
        write_with_parents(&deep.join("file"), b"").unwrap();
        remove_tree(&dir.path().join("d")).unwrap();
        assert_eq!(names(dir.path()).unwrap(), [""; 0]);
    }

    #[test]
    fn a_link_is_no_tree() {
        let dir = tempfile::tempdir().unwrap();
        fill(&dir.path().join("outside"));
        let link = dir.path().join("link");
        symlink(Path::new("outside"), &link).unwrap();
        let Err(Error::Io { path, .. }) = remove_tree(&link) else { panic!("no error") };
        assert_eq!(path, link);
        assert_eq!(names(&dir.path().join("outside")).unwrap().len(), 40 + FILES * 3);
    }

    #[test]
    fn of_a_distribution_the_claim_goes_first() {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path());
        let place = Place { above: None, name: dir.path().join("package1").into() };
        let mut package = Directory::open(place).ok().unwrap();
        let group = package.groups.pop().unwrap();
        let names: Vec<_> = group.iter().map(|entry| entry.file_name().to_owned()).collect();
        assert_eq!(names, [c"package.dist-info".to_owned()]);
        assert_eq!(package.groups.len(), 1);
    }

    #[test]
    fn claims_go_before_packages_and_those_before_scripts() {
        let dir = tempfile::tempdir().unwrap();
        for path in ["bin/script", "lib/file", "lib.dist-info/METADATA", "pyvenv.cfg"] {
            write_with_parents(&dir.path().join(path), b"").unwrap();
        }
        let opened = Directory::open(Place { above: None, name: dir.path().into() }).ok().unwrap();
        let names = |group: &Vec<DirEntry>| {
            group.iter().map(|entry| entry.file_name().to_owned()).collect::<Vec<_>>()
        };
        let found: Vec<_> = opened.groups.iter().rev().map(names).collect();
        assert_eq!(
            found,
            [c"lib.dist-info", c"lib", c"bin", c"pyvenv.cfg"].map(|name| vec![name.to_owned()])
        );
    }

    #[test]
    fn what_cannot_be_removed_is_named_and_holds_what_is_above() {
        let dir = tempfile::tempdir().unwrap();
        fill(&dir.path().join("full"));
        let place = Place { above: None, name: dir.path().into() };
        let above = Arc::new(Directory::open(place).ok().unwrap());
        let mut full = Directory::open(Place::new(&above, c"full")).ok().unwrap();
        full.groups.clear();
        let gone = Directory::open(Place::new(&above, c"gone"));
        for (name, failure) in [("full", go_on(Some(full)).err()), ("gone", gone.err())] {
            let Failure(place, _) = failure.unwrap();
            assert_eq!(place.path(), dir.path().join(name));
            assert!(place.above.is_some_and(|held| Arc::ptr_eq(&held, &above)));
        }
    }
}
