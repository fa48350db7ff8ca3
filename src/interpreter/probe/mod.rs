//! Runs an interpreter to get its record.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::fmt;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::Interpreter;
use super::record::Fault;
use crate::error::{printable, strerror};
use crate::process::{self, Inherited, read_aside};

/// The script that it runs. The script uses only the standard library, and runs on any Python 3.
const SCRIPT: &str = include_str!("../../../python/fastvenv/_probe.py");

/// An interpreter that prints nothing for so long is assumed to hang.
const PATIENCE: Duration = Duration::from_secs(10);

/// The time between two checks whether the interpreter has ended, and whether to go on.
const PACE: Duration = Duration::from_millis(1);

/// The most characters of a program's output in an error: a program may print the whole script.
const ENOUGH: usize = 200;

/// The error with which the script, like `venv`, ends if `sysconfig` does not have the scheme.
const NO_SCHEME: &str = "KeyError: 'venv'";

/// Why a program cannot be used as an interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It cannot be started; the reason of the operating system.
    NotStarted(String),
    /// It did not end in time, or was not to go on.
    Hangs,
    /// It ended with an error: the status, and a line of its output.
    Failed(String),
    /// Its `sysconfig` has no scheme "venv", by which Python 3.11 and later lay out environments.
    NoScheme,
    /// It did not print a record that can be used.
    NoRecord(Fault),
}

impl fmt::Display for Failure {
    /// The reason, as words that follow the path and a colon.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(reason) => write!(formatter, "it cannot be started: {reason}"),
            Self::Hangs => write!(formatter, "it did not answer within {} seconds", PATIENCE.as_secs()),
            Self::Failed(how) => write!(formatter, "it {how}"),
            Self::NoScheme => write!(formatter, "its sysconfig has no scheme \"venv\""),
            Self::NoRecord(fault) => fault.fmt(formatter),
        }
    }
}

/// Runs an interpreter and reads its record. The user's settings are ignored. `may_go_on` is called every millisecond; once it
/// returns false, the interpreter is ended.
///
/// # Errors
/// Why it cannot be used.
pub fn probe(
    python: &Path,
    inherited: &Inherited,
    may_go_on: &dyn Fn() -> bool,
) -> Result<Interpreter, Failure> {
    probe_for(python, inherited, PATIENCE, may_go_on)
}

fn probe_for(
    python: &Path,
    inherited: &Inherited,
    patience: Duration,
    may_go_on: &dyn Fn() -> bool,
) -> Result<Interpreter, Failure> {
    let end = Instant::now() + patience;
    let waits = || Instant::now() < end && may_go_on();
    // A launcher of macOS hands the path of another interpreter down to its children.
    let mut command = inherited.command(python, |name| name == b"__PYVENV_LAUNCHER__");
    command.args(["-I", "-B", "-c", SCRIPT]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    system::set_apart(&mut command);
    let mut child = command.spawn().map_err(|error| Failure::NotStarted(strerror(&error)))?;
    // Both are read while the interpreter runs, because it waits if a pipe is full.
    let pipes = (child.stdout.take(), child.stderr.take());
    let readers = read_aside(pipes.0).and_then(|output| Ok((output, read_aside(pipes.1)?)));
    let (output, errors) = readers.map_err(|error| {
        stop(&mut child);
        Failure::NotStarted(strerror(&error))
    })?;
    let Some((output, status)) = answer(&mut child, &output, &waits) else {
        stop(&mut child);
        return Err(Failure::Hangs);
    };
    match Interpreter::parse(&output) {
        Ok(interpreter) if status.success() => Ok(interpreter),
        Err(fault) if status.success() || fault != Fault::Unreadable => Err(Failure::NoRecord(fault)),
        _ => {
            let errors = received(&errors, &waits).unwrap_or_default();
            let errors = String::from_utf8_lossy(&errors);
            let is_without_scheme = errors.lines().next_back() == Some(NO_SCHEME);
            Err(if is_without_scheme { Failure::NoScheme } else { Failure::Failed(ending(status, &errors)) })
        }
    }
}

/// Ends a child, and waits for it.
fn stop(child: &mut Child) {
    system::kill(child);
    // It fails only if the child was waited for.
    let _ = child.wait();
}

/// The output of a child and its status; `None` if `waits` ends the wait. The child is waited for last: its number names its
/// process group as long as it was not.
fn answer(
    child: &mut Child,
    output: &Receiver<Vec<u8>>,
    waits: &impl Fn() -> bool,
) -> Option<(Vec<u8>, ExitStatus)> {
    let output = received(output, waits)?;
    loop {
        if let Ok(Some(status)) = process::try_wait(child) {
            return Some((output, status));
        }
        if !waits() {
            return None;
        }
        thread::sleep(PACE);
    }
}

/// What another thread has read; `None` if `waits` ends the wait.
fn received(contents: &Receiver<Vec<u8>>, waits: &impl Fn() -> bool) -> Option<Vec<u8>> {
    loop {
        match contents.recv_timeout(PACE) {
            Err(RecvTimeoutError::Timeout) if waits() => {}
            result => return result.ok(),
        }
    }
}

/// How a program ended, and the first line of its output, or the last one of a traceback.
fn ending(status: ExitStatus, errors: &str) -> String {
    let mut lines = errors.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_traceback = errors.contains("Traceback (most recent call last):");
    let said = if is_traceback { lines.next_back() } else { lines.next() };
    format!("ended with {status}{}", said.map_or_else(String::new, |line| format!(": {}", beginning(line))))
}

/// The beginning of a line, as it is printed, with a mark if it was cut.
fn beginning(line: &str) -> String {
    match line.char_indices().nth(ENOUGH) {
        Some((end, _)) => format!("{}...", printable(&line[..end])),
        None => printable(line),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::fs;
    use crate::interpreter::record::tests::TEXT;
    use std::path::PathBuf;

    /// For a program that answers, however slow the machine is.
    const LONG: Duration = Duration::from_secs(60);
    /// For a program that does not answer in any case.
    const SHORT: Duration = Duration::from_millis(300);

    /// A program that runs these lines of a shell.
    fn program(lines: &str) -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("python");
        fs::write(&path, format!("#!/bin/sh\n{lines}\n").as_bytes()).unwrap();
        fs::make_executable(&path).unwrap();
        (dir, path)
    }

    #[test]
    fn an_interpreter_is_known_by_what_it_prints() {
        let (_dir, path) = program(&format!("cat <<'EOF'\n{TEXT}EOF"));
        assert_eq!(
            probe_for(&path, &Inherited::read(), LONG, &|| true).unwrap(),
            Interpreter::parse(TEXT).unwrap()
        );
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let reason = |lines: &str| {
            let (_dir, path) = program(lines);
            probe_for(&path, &Inherited::read(), LONG, &|| true).unwrap_err().to_string()
        };
        assert_eq!(reason("echo hello"), "it is not a Python interpreter");
        assert_eq!(reason("echo oops >&2; exit 3"), "it ended with exit status: 3: oops");
        assert_eq!(
            reason("printf '\\033[31mred' >&2; exit 3"),
            r"it ended with exit status: 3: \u{1b}[31mred"
        );
        assert_eq!(
            reason("printf 'a: not found\\n\\nTry b.\\n' >&2; exit 127"),
            "it ended with exit status: 127: a: not found"
        );
        let repeated = reason("echo \"none: $*\" | tr '\\n' ' ' >&2; exit 2");
        assert!(repeated.starts_with("it ended with exit status: 2: none: -I -B -c"), "{repeated}");
        assert!(repeated.ends_with("...") && repeated.len() < 250, "{repeated}");
        assert_eq!(beginning(&"é".repeat(ENOUGH)), "é".repeat(ENOUGH));
        assert_eq!(beginning(&"é".repeat(ENOUGH + 1)), format!("{}...", "é".repeat(ENOUGH)));
        let traceback = "printf 'Traceback (most recent call last):\\n  File\\nKeyError: 1\\n' >&2; exit 1";
        assert_eq!(reason(traceback), "it ended with exit status: 1: KeyError: 1");
        assert!(reason("kill -SEGV $$").contains("signal: 11"));
        let without_scheme =
            "printf 'Traceback (most recent call last):\\n  File\\n'\"KeyError: 'venv'\" >&2; exit 1";
        assert_eq!(reason(without_scheme), "its sysconfig has no scheme \"venv\"");
        let old = "printf 'fastvenv interpreter 1\\nversion\\t3\\t8\\t1\\nend\\n'";
        assert_eq!(reason(old), "it is Python 3.8.1, and Python 3.9 or later is needed");
        let dir = tempfile::tempdir().unwrap();
        let missing = probe(&dir.path().join("none"), &Inherited::read(), &|| true).unwrap_err().to_string();
        assert!(missing.starts_with("it cannot be started: No such file"), "{missing}");
        let not_utf8 = TEXT.replace("/v/bin", "/\\377/bin");
        assert_eq!(reason(&format!("printf '{not_utf8}'")), "it has a path that is not UTF-8");
        assert_eq!(
            reason(&format!("printf '\\377{not_utf8}' >&2; exit 1")),
            "it ended with exit status: 1: \u{fffd}noise"
        );
    }

    #[test]
    fn one_that_does_not_answer_is_not_waited_for() {
        let (_dir, path) = program("sleep 600");
        let failure = probe_for(&path, &Inherited::read(), SHORT, &|| true).unwrap_err();
        assert_eq!(failure, Failure::Hangs);
        assert!(failure.to_string().starts_with("it did not answer within"));
    }

    #[test]
    fn it_ends_once_it_is_not_to_go_on() {
        let (dir, path) = program("sleep 600 & echo $! > \"$(dirname \"$0\")/child\"; wait");
        let child = dir.path().join("child");
        let is_begun = || fs::read(&child).is_ok_and(|number| number.ends_with(b"\n"));
        assert_eq!(probe_for(&path, &Inherited::read(), LONG, &|| !is_begun()), Err(Failure::Hangs));
        let status = format!("/proc/{}/stat", String::from_utf8_lossy(&fs::read(&child).unwrap()).trim());
        // Its parent has ended, so the system waits for it.
        let is_over =
            || fs::read(Path::new(&status)).map_or(true, |text| text.windows(3).any(|part| part == b" Z "));
        assert!((0..6000).any(|_| is_over() || {
            thread::sleep(PACE * 10);
            false
        }));
    }

    #[test]
    fn a_child_that_keeps_the_output_open_is_ended() {
        let begin = Instant::now();
        let (_dir, path) = program("sleep 600 &");
        assert_eq!(probe_for(&path, &Inherited::read(), SHORT, &|| true), Err(Failure::Hangs));
        assert!(begin.elapsed() < LONG * 8); // and not 600 seconds
    }
}
