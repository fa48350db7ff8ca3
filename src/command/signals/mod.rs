//! Signals that end the process, and the console events of Windows. Unfinished environments are removed before the process
//! ends.

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod system;

use std::io;

use super::output;
use super::report::INTERRUPTED;
use system::Signal;

/// The signals that are handled.
#[derive(Debug)]
pub(super) struct Signals(Vec<Signal>);

impl Signals {
    /// Begins to handle the signals. A signal that the process ignores, as under `nohup`, stays ignored; where the
    /// system does not tell which are, SIGHUP is left alone, and the others are handled.
    ///
    /// # Errors
    /// The error of the operating system, if the signals cannot be handled or looked up.
    pub(super) fn handle() -> io::Result<Self> {
        system::handle().map(Self)
    }

    /// Whether a signal has arrived.
    #[must_use]
    pub(super) fn has_come(&self) -> bool {
        self.0.iter().any(Signal::has_come)
    }

    /// Ends the process if a signal has arrived, as the signal itself would. From now on, signals have their usual effect.
    pub(super) fn end(&self) {
        self.0.iter().for_each(Signal::release);
        for signal in self.0.iter().filter(|signal| signal.has_come()) {
            if signal.is_interrupt() {
                output::print_to_stderr(&format!("{INTERRUPTED}\n"));
            }
            signal.end_process();
        }
    }
}
