//! Chooses one of the programs that were found, and records why the others were not chosen.

use std::collections::HashSet;
use std::env::consts::EXE_SUFFIX;
use std::fmt;
use std::path::{Path, PathBuf};

use super::label::Label;
use super::search::{Candidate, PLACES, Source};
use super::{Failure, Interpreter, Request};
use crate::error::printable;
use crate::fs;

/// The chosen interpreter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// Where it was found.
    pub candidate: Candidate,
    /// Its record.
    pub interpreter: Interpreter,
    /// The programs that were tried before it.
    pub passed_over: Vec<PassedOver>,
}

/// A program that was tried, and not chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOver {
    /// Where it was found.
    pub candidate: Candidate,
    /// Why it was not chosen.
    pub reason: Reason,
}

/// Why a program was not chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It cannot be used.
    Unusable(Failure),
    /// It is not the requested Python; its name.
    Other(String),
}

/// No program fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// The request.
    pub request: Request,
    /// The programs that were tried.
    pub passed_over: Vec<PassedOver>,
}

impl fmt::Display for Reason {
    /// The reason, as words that follow the path and a colon.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unusable(failure) => failure.fmt(formatter),
            Self::Other(title) => write!(formatter, "it is {title}"),
        }
    }
}

impl fmt::Display for PassedOver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Candidate { path, source } = &self.candidate;
        write!(formatter, "{} ({source}): {}", printable(path), self.reason)
    }
}

/// What to do where no interpreter was found.
const ADVICE: &str =
    "Install it, or give the path of an interpreter. `fastvenv python list` shows those that are found.";

impl fmt::Display for NotFound {
    /// The request, and one line for each program that was tried.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, passed_over } = self;
        match (request, &passed_over[..]) {
            (Request::Path(_), [PassedOver { candidate, reason }, ..]) => {
                let path = printable(&candidate.path);
                return write!(formatter, "Unable to use {path}: {reason}");
            }
            // A path is always tried.
            (Request::Path(_), []) => return write!(formatter, "Unable to use {request}"),
            (Request::Program(_), []) => {
                return write!(formatter, "There is no program {request} in PATH. {ADVICE}");
            }
            (Request::Program(_), _) => {
                write!(formatter, "There is no Python interpreter {request} in PATH")?;
            }
            (Request::Python(_), _) => {
                write!(formatter, "There is no Python interpreter for {request} in {PLACES}")?;
            }
        }
        if passed_over.is_empty() {
            return write!(formatter, ". {ADVICE}");
        }
        write!(formatter, "; these were passed over:")?;
        passed_over.iter().try_for_each(|tried| write!(formatter, "\n  {tried}"))?;
        write!(formatter, "\n{ADVICE}")
    }
}

impl std::error::Error for NotFound {}

/// A program that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Where it was found.
    pub candidate: Candidate,
    /// Its record, or why it cannot be used.
    pub outcome: Result<Interpreter, Failure>,
}

/// Chooses the first program that fits. `probe` is called once for each program, even if it has several names.
///
/// # Errors
/// [`NotFound`] with the programs that were tried.
pub fn choose(
    request: &Request,
    candidates: impl Iterator<Item = Candidate>,
    probe: impl Fn(&Path) -> Result<Interpreter, Failure>,
) -> Result<Chosen, NotFound> {
    let mut passed_over = Vec::new();
    for Found { candidate, outcome } in each_once(candidates, probe) {
        let reason = match outcome {
            Ok(interpreter) if is_wanted(request, &interpreter) => {
                return Ok(Chosen { candidate, interpreter, passed_over });
            }
            Ok(interpreter) => Reason::Other(interpreter.title()),
            Err(failure) => Reason::Unusable(failure),
        };
        passed_over.push(PassedOver { candidate, reason });
    }
    Err(NotFound { request: request.clone(), passed_over })
}

/// All programs that are found, each interpreter once.
pub fn list(
    candidates: impl Iterator<Item = Candidate>,
    probe: impl Fn(&Path) -> Result<Interpreter, Failure>,
) -> Vec<Found> {
    let mut seen = HashSet::new();
    let mut is_new = |found: &Found| {
        found.outcome.as_ref().map_or(true, |interpreter| seen.insert(interpreter.real_executable.clone()))
    };
    each_once(candidates, probe).filter(|found| is_new(found)).collect()
}

/// Whether an interpreter is the requested one. That of a path, or of the name of a program, always is.
fn is_wanted(request: &Request, interpreter: &Interpreter) -> bool {
    match request {
        Request::Path(_) | Request::Program(_) => true,
        Request::Python(wanted) => wanted.accepts(interpreter),
    }
}

/// Asks each program, unless it is the same as an earlier one.
fn each_once(
    candidates: impl Iterator<Item = Candidate>,
    probe: impl Fn(&Path) -> Result<Interpreter, Failure>,
) -> impl Iterator<Item = Found> {
    let mut seen = HashSet::new();
    candidates.filter_map(move |candidate| {
        if !seen.insert(place(&candidate.path)) {
            return None;
        }
        let outcome = probe(&candidate.path);
        // In an environment, the Python of fastvenv has another path than the interpreter that was found elsewhere.
        let is_known = |interpreter: &Interpreter| seen.contains(&interpreter.real_executable);
        if candidate.source == Source::Own && outcome.as_ref().is_ok_and(is_known) {
            return None;
        }
        // From here on, a script or an environment is replaced by the interpreter that it runs.
        seen.extend(outcome.iter().map(|interpreter| interpreter.real_executable.clone()));
        Some(Found { candidate, outcome })
    })
}

/// The path that identifies a program: the file that its links lead to. If that file does not have the name of a Python, as
/// with the shims of mise, the program runs what the name of the link says, so the link identifies it. In an environment, the
/// path of the program identifies it.
fn place(path: &Path) -> PathBuf {
    let folder = path.parent().unwrap_or(Path::new(""));
    let is_in_environment = [Some(folder), folder.parent()]
        .into_iter()
        .flatten()
        .any(|folder| fs::exists(&folder.join(fs::CONFIGURATION_FILE)));
    let target = fs::real(path).ok().filter(|target| !is_in_environment && is_named_python(target));
    let itself = || Some(fs::real(folder).ok()?.join(path.file_name()?));
    target.or_else(itself).unwrap_or_else(|| path.to_owned())
}

fn is_named_python(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()?.strip_suffix(EXE_SUFFIX));
    name.is_some_and(|name| Label::parse(name).is_some_and(|label| label.is_program))
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
