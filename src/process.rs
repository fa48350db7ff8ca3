//! Starts programs, and waits for them, in a process that others share.
//!
//! In Python, another thread may change the variables of the process at any moment, and Rust and Python have no lock in common: a
//! read at that moment may be one of freed memory. Another thread may also wait for every child.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::{env, thread};

/// The variables that programs inherit, as they were at one moment.
#[derive(Clone, Debug)]
pub struct Inherited(Arc<[(OsString, OsString)]>);

impl Inherited {
    /// Reads the variables of the process. In Python, the caller holds the GIL.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "it is the one place")]
    pub fn read() -> Self {
        Self(env::vars_os().collect())
    }

    /// The value of a variable. On Windows, the case of its name does not matter.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<OsString> {
        let is_it =
            |other: &OsString| if cfg!(windows) { other.eq_ignore_ascii_case(name) } else { other == name };
        self.0.iter().find(|(other, _)| is_it(other)).map(|(_, value)| value.clone())
    }

    /// The names of the variables and their values.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.0.iter().map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// A program with these variables, but for those that `is_removed` accepts.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the variables of the process are not used")]
    pub fn command(&self, program: &Path, is_removed: impl Fn(&[u8]) -> bool) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.iter().filter(|(name, _)| !is_removed(name.as_encoded_bytes())));
        command
    }
}

/// Reads to the end in another thread: a child of the program may keep the pipe open for ever.
///
/// # Errors
/// The system cannot start a thread.
pub fn read_aside(pipe: Option<impl Read + Send + 'static>) -> io::Result<Receiver<Vec<u8>>> {
    let (sender, receiver) = channel();
    let read = move || {
        let mut contents = Vec::new();
        // After an error, the text that was read so far is used. The receiver may be gone already.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut contents));
        let _ = sender.send(contents);
    };
    thread::Builder::new().spawn(read).map(|_| receiver)
}

/// Waits for a child. If its status is lost, because SIGCHLD is ignored or another thread has waited for it, it counts as a
/// success, as in Python's `subprocess`; the caller looks at the output.
///
/// # Errors
/// The error of the system.
pub fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    child.wait().or_else(if_lost)
}

/// The status of a child like that of [`wait`]; `None` if it has not ended.
///
/// # Errors
/// The error of the system.
pub fn try_wait(child: &mut Child) -> io::Result<Option<ExitStatus>> {
    child.try_wait().or_else(|error| if_lost(error).map(Some))
}

#[cfg(unix)]
fn if_lost(error: io::Error) -> io::Result<ExitStatus> {
    let is_lost = error.raw_os_error() == Some(rustix::io::Errno::CHILD.raw_os_error());
    if is_lost { Ok(ExitStatus::default()) } else { Err(error) }
}

#[cfg(not(unix))]
fn if_lost(error: io::Error) -> io::Result<ExitStatus> {
    Err(error)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// These variables and no others.
    pub(crate) fn inherited(pairs: &[(&str, &str)]) -> Inherited {
        Inherited(pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect())
    }

    #[test]
    fn a_program_has_the_variables_that_are_kept() {
        let inherited = inherited(&[("KEPT", "1"), ("REMOVED", "2")]);
        assert_eq!(inherited.get("KEPT"), Some("1".into()));
        assert_eq!(inherited.get("kept").is_some(), cfg!(windows));
        assert_eq!(inherited.get("NONE"), None);
        let command = inherited.command(Path::new("program"), |name| name.starts_with(b"RE"));
        assert_eq!(command.get_envs().collect::<Vec<_>>(), [("KEPT".as_ref(), Some("1".as_ref()))]);
    }

    #[test]
    #[cfg(unix)]
    fn a_status_that_another_thread_took_is_a_success() {
        let mut child = Inherited::read().command(Path::new("false"), |_| false).spawn().unwrap();
        rustix::process::waitpid(
            Some(rustix::process::Pid::from_child(&child)),
            rustix::process::WaitOptions::empty(),
        )
        .unwrap();
        assert!(try_wait(&mut child).unwrap().unwrap().success());
        assert!(wait(&mut child).unwrap().success());
    }
}
