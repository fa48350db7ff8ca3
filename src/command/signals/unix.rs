//! Signals on POSIX systems.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::low_level::emulate_default_handler;
use signal_hook::{SigId, flag};

use crate::fs;

/// A signal that is handled.
#[derive(Debug)]
pub(super) struct Signal {
    number: i32,
    has_come: Arc<AtomicBool>,
    is_released: Arc<AtomicBool>,
}

/// Begins to handle the signals that the process does not ignore. SIGXFSZ does not end the process any more, as in Python: the
/// call that makes a file too large (`ulimit -f`) fails instead. A program that is started afterwards has the signal's usual effect.
///
/// # Errors
/// The error of the operating system, if the signals cannot be handled or looked up.
pub(super) fn handle() -> io::Result<Vec<Signal>> {
    let ignored = ignored()?;
    let _: SigId = flag::register(SIGXFSZ, Arc::default())?;
    let handled = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|number| ignored & (1 << (number - 1)) == 0);
    handled.map(Signal::handle).collect()
}

impl Signal {
    fn handle(number: i32) -> io::Result<Self> {
        let has_come = Arc::new(AtomicBool::new(false));
        let _: SigId = flag::register(number, Arc::clone(&has_come))?;
        let is_released = Arc::new(AtomicBool::new(false));
        let _: SigId = flag::register_conditional_default(number, Arc::clone(&is_released))?;
        Ok(Self { number, has_come, is_released })
    }

    /// Whether the signal has arrived.
    pub(super) fn has_come(&self) -> bool {
        self.has_come.load(Ordering::Relaxed)
    }

    /// Lets the signal end the process at once from now on.
    pub(super) fn release(&self) {
        self.is_released.store(true, Ordering::Relaxed);
    }

    /// Whether it is the signal that Ctrl-C sends.
    pub(super) fn is_interrupt(&self) -> bool {
        self.number == SIGINT
    }

    /// Ends the process by the signal.
    pub(super) fn end_process(&self) {
        // It fails for signals that do not exist.
        let _ = emulate_default_handler(self.number);
    }
}

/// The signals that the process ignores, a bit for each, the lowest for the first.
///
/// Only Linux lets safe code read them. On other systems, SIGHUP counts as ignored, so that `nohup` works: the end of a terminal
/// then ends the program at once, and what it made stays (docs/reference/exit-codes.md). SIGINT and SIGTERM count as handled.
fn ignored() -> io::Result<u64> {
    if !cfg!(target_os = "linux") {
        return Ok(1 << (SIGHUP - 1));
    }
    let unknown = || io::Error::from(io::ErrorKind::Unsupported);
    let status = fs::read(Path::new("/proc/self/status")).map_err(|_| unknown())?;
    let status = String::from_utf8_lossy(&status);
    let digits = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).ok_or_else(unknown)?;
    u64::from_str_radix(digits.trim(), 16).map_err(|_| unknown())
}
