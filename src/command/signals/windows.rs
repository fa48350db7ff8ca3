//! The events of a console, which Windows has in place of signals.
//!
//! An event ends a process that does not handle it. A process that was started to ignore Ctrl-C gets no event for it. After the
//! console is closed, or the session ends, Windows gives the process a few seconds.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::process::exit;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_logoff, ctrl_shutdown};

/// The number that C gives Ctrl-C.
const INTERRUPT: i32 = 2;

/// The number that C gives every other event (`SIGBREAK`).
const BREAK: i32 = 21;

/// An event that is handled.
pub(super) struct Signal {
    number: i32,
    has_come: Mutex<Box<dyn FnMut() -> bool + Send>>,
}

/// Begins to handle the events.
///
/// # Errors
/// The error of the operating system.
pub(super) fn handle() -> io::Result<Vec<Signal>> {
    let (mut interrupt, mut stop, mut close) = (ctrl_c()?, ctrl_break()?, ctrl_close()?);
    let (mut logoff, mut shutdown) = (ctrl_logoff()?, ctrl_shutdown()?);
    Ok(vec![
        Signal::new(INTERRUPT, move |context| interrupt.poll_recv(context)),
        Signal::new(BREAK, move |context| stop.poll_recv(context)),
        Signal::new(BREAK, move |context| close.poll_recv(context)),
        Signal::new(BREAK, move |context| logoff.poll_recv(context)),
        Signal::new(BREAK, move |context| shutdown.poll_recv(context)),
    ])
}

impl Signal {
    fn new(number: i32, mut poll: impl FnMut(&mut Context<'_>) -> Poll<Option<()>> + Send + 'static) -> Self {
        // The process does not wait for the event: it asks between its steps. A listener reports an event once.
        let mut has_come = false;
        let ask = move || {
            has_come |= poll(&mut Context::from_waker(Waker::noop())).is_ready();
            has_come
        };
        Self { number, has_come: Mutex::new(Box::new(ask)) }
    }

    /// Whether the event has arrived.
    pub(super) fn has_come(&self) -> bool {
        let mut has_come = self.has_come.lock().unwrap_or_else(PoisonError::into_inner);
        has_come()
    }

    /// Does nothing: Windows has no way to give an event back, and the next process gets it, too.
    #[expect(clippy::unused_self, reason = "the signals of POSIX systems are released")]
    pub(super) fn release(&self) {}

    /// Whether it is Ctrl-C.
    pub(super) fn is_interrupt(&self) -> bool {
        self.number == INTERRUPT
    }

    /// Ends the process with the status that POSIX shells report for the signal, as `python -m fastvenv` does.
    pub(super) fn end_process(&self) {
        exit(128 + self.number);
    }
}

impl Debug for Signal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Signal").field("number", &self.number).finish_non_exhaustive()
    }
}
