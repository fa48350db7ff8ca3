//! Records what one call of `EnvBuilder.create` makes, and removes it if the call fails.
//!
//! Only directories that the call itself made are removed, and only those that were empty are emptied. Each is identified by its
//! path and its identity. If another process uses a directory, nothing in it is removed: that process has written a `pyvenv.cfg`
//! of its own.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::contents::is_part;
use crate::error::Result;
use crate::fs::{self, Claimed, Held, Identity};
use crate::platform::Platform;

/// What one call has made.
#[derive(Debug, Default)]
pub struct Creation(Mutex<Vec<Environment>>);

/// The directory of an environment, in which everything was made by this call.
#[derive(Debug)]
struct Environment {
    directory: Claimed,
    /// The directories above it that were made with it, the topmost first.
    parents: Vec<Claimed>,
    /// The `pyvenv.cfg` that the call wrote last.
    configuration: Option<Held>,
}

impl Creation {
    /// Makes the directory of an environment, with the missing ones above it, and records which were made. A directory that
    /// exists is recorded if it is empty.
    ///
    /// # Errors
    /// Those of [`fs::create_directory`].
    pub fn create_directory(&self, path: &Path) -> Result<()> {
        let made = fs::create_directory(path)?;
        let claimed = made.iter().map(|path| Claimed::new(path)).collect::<Result<Vec<_>>>();
        let mut parents =
            claimed.inspect_err(|_| made.iter().rev().for_each(|path| fs::remove_empty(path)))?;
        // If another process made a directory first, it uses those above it, too.
        let new = parents.pop_if(|last| last.path() == path);
        if let Some(directory) = new.or_else(|| Claimed::empty(path)) {
            self.environments().push(Environment { directory, parents, configuration: None });
        }
        Ok(())
    }

    /// Writes the `pyvenv.cfg` of an environment, with the line ends of the system. If the directory was new or empty, but another
    /// process wrote that file first, the directory is left to the other process.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the path; an existing file is unchanged.
    pub fn write_configuration(&self, path: &Path, text: &str) -> Result<()> {
        let text = Platform::HOST.lines(text);
        let mut environments = self.environments();
        let Some(position) = environments.iter().position(|environment| environment.has(path)) else {
            return fs::write(path, text.as_bytes());
        };
        let own = environments[position].configuration.as_ref().and_then(Held::identity);
        let is_own = own.is_some() && Identity::of(path).ok() == own;
        let written = if is_own {
            Some(Held::replace(path, text.as_bytes())?)
        } else {
            Held::create(path, text.as_bytes())?
        };
        if written.is_some() {
            environments[position].configuration = written;
            return Ok(());
        }
        environments.remove(position);
        fs::write(path, text.as_bytes())
    }

    /// Takes the `pyvenv.cfg` at `path` for one that the call wrote, because a hook may have written or replaced it.
    pub fn adopt_configuration(&self, path: &Path) {
        let mut environments = self.environments();
        if let Some(environment) = environments.iter_mut().find(|environment| environment.has(path)) {
            environment.configuration = Held::open(path);
        }
    }

    /// Removes what was made, unless another process uses it: what is in each directory, the directory if it is new, and the
    /// directories above it that were made with it, if they are empty.
    ///
    /// # Errors
    /// [`crate::error::Error::Io`] with the first path that cannot be removed; everything else is removed.
    pub fn take_back(&self) -> Result<()> {
        let environments = std::mem::take(&mut *self.environments());
        let mut outcome = Ok(());
        for Environment { directory, parents, configuration } in environments.into_iter().rev() {
            let configuration = configuration.as_ref().and_then(Held::identity);
            outcome = outcome.and(directory.take_back(configuration, is_part));
            parents.iter().rev().for_each(Claimed::remove_empty);
        }
        outcome
    }

    /// Lets everything that was made stay.
    pub fn keep(&self) {
        self.environments().clear();
    }

    fn environments(&self) -> MutexGuard<'_, Vec<Environment>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Environment {
    /// Whether a path is that of a file in its directory.
    fn has(&self, path: &Path) -> bool {
        path.parent() == Some(self.directory.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fs::{exists, names, write};

    #[test]
    fn what_was_made_goes_and_what_was_there_stays() {
        let dir = tempfile::tempdir().unwrap();
        let (new, old) = (dir.path().join("a/b/env"), dir.path().join("old"));
        fs::create_directory(&old).unwrap();
        write(&old.join("file"), b"").unwrap();
        let creation = Creation::default();
        for path in [&new, &old, &old.join("nested")] {
            creation.create_directory(path).unwrap();
            creation.write_configuration(&path.join("pyvenv.cfg"), "first").unwrap();
            creation.write_configuration(&path.join("pyvenv.cfg"), "second").unwrap();
        }
        creation.take_back().unwrap();
        assert_eq!(names(dir.path()).unwrap(), ["old"]);
        let mut left = names(&old).unwrap();
        left.sort();
        assert_eq!(left, ["file", "pyvenv.cfg"]);
        creation.take_back().unwrap();
        creation.create_directory(&new).unwrap();
        creation.keep();
        creation.take_back().unwrap();
        assert!(exists(&new));
    }

    #[test]
    fn a_directory_that_was_empty_is_emptied_unless_another_call_uses_it() {
        let dir = tempfile::tempdir().unwrap();
        let configuration = dir.path().join("pyvenv.cfg");
        let creation = Creation::default();
        creation.create_directory(dir.path()).unwrap();
        creation.write_configuration(&configuration, "text").unwrap();
        creation.take_back().unwrap();
        assert_eq!(names(dir.path()).unwrap(), [""; 0]);
        creation.create_directory(dir.path()).unwrap();
        Creation::default().write_configuration(&configuration, "another").unwrap();
        creation.write_configuration(&configuration, "text").unwrap();
        creation.take_back().unwrap();
        assert!(exists(&configuration));
    }

    #[test]
    fn a_configuration_that_a_hook_wrote_is_of_the_call() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("env");
        let creation = Creation::default();
        creation.create_directory(&path).unwrap();
        write(&path.join("pyvenv.cfg"), b"").unwrap();
        creation.adopt_configuration(&path.join("pyvenv.cfg"));
        creation.take_back().unwrap();
        assert!(!exists(&path));
        creation.adopt_configuration(&path.join("pyvenv.cfg"));
    }

    #[test]
    fn a_parent_that_others_use_by_now_stays() {
        let dir = tempfile::tempdir().unwrap();
        let creation = Creation::default();
        creation.create_directory(&dir.path().join("a/b/env")).unwrap();
        write(&dir.path().join("a/others"), b"").unwrap();
        creation.take_back().unwrap();
        assert_eq!(names(&dir.path().join("a")).unwrap(), ["others"]);
    }

    #[test]
    fn what_another_call_uses_stays() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("env");
        let configuration = path.join("pyvenv.cfg");
        // Each order in which the two can write, once or several times.
        for order in [&[1][..], &[0, 1], &[1, 0], &[0, 1, 0], &[1, 0, 0], &[0, 0, 1]] {
            let calls = [Creation::default(), Creation::default()];
            for call in &calls {
                call.create_directory(&path).unwrap();
            }
            for call in order {
                calls[*call].write_configuration(&configuration, "text").unwrap();
            }
            calls[0].take_back().unwrap();
            assert!(exists(&configuration), "{order:?}");
            fs::remove_directory(&path).unwrap();
        }
    }
}
