//! Signals that end the process, and what Windows has in their place: what was made is taken back before they do.

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
    /// Begins to handle them, until the value is dropped. One that the process ignores, as with `nohup`, stays ignored.
    ///
    /// # Errors
    /// The operating system's, where that cannot be done or told.
    pub(super) fn handle() -> io::Result<Self> {
        system::handle().map(Self)
    }

    /// Whether one has come.
    #[must_use]
    pub(super) fn has_come(&self) -> bool {
        self.0.iter().any(Signal::has_come)
    }

    /// Ends the process by the signal that has come, where one has.
    pub(super) fn end(&self) {
        for signal in self.0.iter().filter(|signal| signal.has_come()) {
            if signal.is_interrupt() {
                output::tell(&format!("{INTERRUPTED}\n"));
            }
            signal.end_process();
        }
    }
}
