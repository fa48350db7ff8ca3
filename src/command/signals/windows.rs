//! What Windows has in the place of signals: events of the console.
//!
//! Where nothing listens to an event, it ends the process. A process that was started to ignore Ctrl-C gets no such event. When
//! the console is closed, or the session ends, the process has a few seconds.

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

/// Begins to handle them.
///
/// # Errors
/// The operating system's.
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
        // Nothing waits for it: the process asks between its steps. A listener tells an event once.
        let mut has_come = false;
        let ask = move || {
            has_come |= poll(&mut Context::from_waker(Waker::noop())).is_ready();
            has_come
        };
        Self { number, has_come: Mutex::new(Box::new(ask)) }
    }

    /// Whether it has come.
    pub(super) fn has_come(&self) -> bool {
        let mut has_come = self.has_come.lock().unwrap_or_else(PoisonError::into_inner);
        has_come()
    }

    /// Whether it is Ctrl-C.
    pub(super) fn is_interrupt(&self) -> bool {
        self.number == INTERRUPT
    }

    /// Ends the process with the status that shells elsewhere have for the end by a signal, as `python -m fastvenv` does.
    pub(super) fn end_process(&self) {
        exit(128 + self.number);
    }
}

impl Debug for Signal {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Signal").field("number", &self.number).finish_non_exhaustive()
    }
}
