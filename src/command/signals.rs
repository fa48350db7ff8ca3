//! Signals that end the process: what was made is taken back before they do.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::low_level::emulate_default_handler;
use signal_hook::{SigId, flag};

use super::report::INTERRUPTED;
use crate::fs;

/// The signals that have come.
#[derive(Debug)]
pub(super) struct Signals(Vec<(i32, Arc<AtomicBool>)>);

impl Signals {
    /// Begins to heed them. One that the process ignores, as with `nohup`, stays ignored.
    ///
    /// # Errors
    /// The operating system's, where that cannot be done or told.
    pub(super) fn heed() -> io::Result<Self> {
        let ignored = ignored()?;
        let heeded =
            [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0);
        let heed = |signal| {
            let has_come = Arc::new(AtomicBool::new(false));
            let _: SigId = flag::register(signal, Arc::clone(&has_come))?;
            Ok((signal, has_come))
        };
        heeded.map(heed).collect::<io::Result<_>>().map(Self)
    }

    /// Whether one has come.
    #[must_use]
    pub(super) fn has_come(&self) -> bool {
        self.0.iter().any(|(_, has_come)| has_come.load(Ordering::Relaxed))
    }

    /// Ends the process by the signal that has come, where one has.
    pub(super) fn end(&self) {
        for (signal, has_come) in &self.0 {
            if has_come.load(Ordering::Relaxed) {
                if *signal == SIGINT {
                    let _ = writeln!(io::stderr(), "{INTERRUPTED}");
                }
                // It fails for signals that do not exist.
                let _ = emulate_default_handler(*signal);
            }
        }
    }
}

/// The signals that the process ignores, a bit for each, the lowest for the first.
///
/// Only Linux tells that to a program that uses safe calls alone. Elsewhere, SIGHUP is taken for one, as with `nohup`.
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
