//! The ordinary calls, which the program handles without Python.
//!
//! If there is no plan for a call, or something fails, `python -m fastvenv` handles the call, or prints its own error. Of a
//! call that has made some of its environments, it handles the rest.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::installation::Installation;
use super::outcome::Outcome;
use super::plan::{Plan, Refusal};
use super::signals::Signals;
use super::{output, report};
use crate::environment::creation::Creation;
use crate::environment::{self, Environment};
use crate::fs;
use crate::install::{Seed, Way};
use crate::process::Inherited;
use crate::threads;

/// What became of a call.
pub(super) enum Course {
    /// Every environment is made.
    Done,
    /// The call failed; the whole message.
    Failed(String),
    /// Python has to handle a call with these arguments. The environments that they do not name are made and reported; of the
    /// others, nothing is left.
    HandedOver(Vec<OsString>),
}

/// An environment is not made.
struct NotMade;

/// Makes the environments that the arguments ask for. If there is no interpreter of the requested kind, the call fails here,
/// because another search may take long.
///
/// `installation` has the program itself, and the interpreter that it was installed for.
pub(super) fn run(arguments: &[OsString], variables: &Inherited, installation: &Installation) -> Course {
    let begin = Instant::now();
    let Ok(signals) = Signals::handle() else { return Course::HandedOver(arguments.to_vec()) };
    let course = match Plan::new(arguments, variables, installation, &signals) {
        Some(Ok(plan)) => plan.run(begin, arguments, variables, &signals),
        Some(Err(Refusal { reason, lines })) if !signals.has_come() && output::is_as_of_python(&reason) => {
            after_printing(&lines, Course::Failed(reason))
        }
        _ => Course::HandedOver(arguments.to_vec()),
    };
    signals.end();
    course
}

/// Prints the lines of `--json`, and returns what became of the call.
fn after_printing(lines: &str, course: Course) -> Course {
    match output::print_lines(lines) {
        Ok(()) => course,
        Err(error) => Course::Failed(output::unprinted(&error)),
    }
}

impl Plan {
    /// Makes the environments, and prints the outcome.
    fn run(
        &self,
        begin: Instant,
        arguments: &[OsString],
        variables: &Inherited,
        signals: &Signals,
    ) -> Course {
        let threads = if self.env_dirs.len() > 1 { threads::available() } else { 1 };
        // The environments that are made, each with its line.
        let made = Mutex::new(HashMap::new());
        let create = |env_dir: &String| {
            let begin = Instant::now();
            let environment = self.create(env_dir, signals).ok_or(NotMade)?;
            let line = self.is_json.then(|| self.outcome(&environment, begin.elapsed()).json());
            made.lock().unwrap_or_else(PoisonError::into_inner).insert(env_dir.clone(), line);
            Ok::<_, NotMade>(())
        };
        let outcome = threads::share(&self.env_dirs, threads, create);
        let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
        let lines: String =
            self.env_dirs.iter().filter_map(|env_dir| made.get(env_dir)?.as_deref()).collect();
        if outcome.is_err() {
            let rest = if made.is_empty() { arguments.to_vec() } else { self.rest(&made) };
            return after_printing(&lines, Course::HandedOver(rest));
        }
        if self.reports && io::stderr().is_terminal() {
            self.report(begin.elapsed(), variables);
        }
        after_printing(&lines, Course::Done)
    }

    /// The arguments of a call for the environments that are not made.
    fn rest<T>(&self, made: &HashMap<String, T>) -> Vec<OsString> {
        let directories = self.names.iter().zip(&self.env_dirs);
        let directories =
            directories.filter(|(_, env_dir)| !made.contains_key(*env_dir)).map(|(name, _)| name);
        // After two hyphens, `python` is a directory, and not a command.
        self.given.iter().cloned().chain(["--".into()]).chain(directories.map(OsString::from)).collect()
    }

    /// Reports success on the terminal.
    fn report(&self, elapsed: Duration, variables: &Inherited) {
        let variable = |name: &str| variables.get(name);
        let interpreter = self.interpreter.title();
        let line = report::line(&self.names, &interpreter, elapsed, self.color.as_deref(), variable);
        // An error does not matter: the environment exists even if the terminal was closed.
        output::print_to_stderr(&line);
    }

    /// The facts about an environment that are printed as JSON.
    fn outcome<'a>(&'a self, made: &'a Environment, elapsed: Duration) -> Outcome<'a> {
        Outcome {
            env_dir: &made.env_dir,
            interpreter: &self.interpreter,
            wheels: self.seed.as_ref().map_or(&[], Seed::paths),
            way: made.pip.map(Way::name),
            elapsed: Some(elapsed),
        }
    }

    /// Makes one environment, whole or not at all; `None` if it is not made. Any error is ignored here: Python makes the
    /// environment again, and prints its own error.
    fn create(&self, env_dir: &str, signals: &Signals) -> Option<Environment> {
        let creation = Creation::default();
        let made =
            environment::create(&creation, env_dir, &self.interpreter, &self.options, self.seed.as_ref());
        let is_whole = |made: &Environment| {
            !made.lacks_pip() && made.copied.is_empty() && !fs::is_redirected(Path::new(env_dir))
        };
        let made = made.ok().filter(is_whole).filter(|_| !signals.has_come());
        if made.is_some() {
            creation.keep();
        } else {
            // If something cannot be removed, Python finds it, and prints the error.
            let _ = creation.take_back();
        }
        made
    }
}
