//! Repeats calls that fail for a moment, while another process uses a file.

use std::io;
use std::thread;
use std::time::Duration;

use super::system;

/// The pauses before further attempts, in milliseconds. They add up to half a second, as installers wait for virus scanners.
const PAUSES: [u64; 9] = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/// Repeats a call until it succeeds, fails with an error that does not pass, or has no attempts left.
///
/// # Errors
/// The error of the last attempt.
pub(super) fn patiently<T>(call: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    retried(call, system::is_passing, thread::sleep)
}

fn retried<T>(
    mut call: impl FnMut() -> io::Result<T>,
    is_passing: impl Fn(&io::Error) -> bool,
    mut pause: impl FnMut(Duration),
) -> io::Result<T> {
    for milliseconds in PAUSES {
        match call() {
            Err(error) if is_passing(&error) => pause(Duration::from_millis(milliseconds)),
            result => return result,
        }
    }
    call()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The result of a call that fails so many times with that error, and how long it took.
    fn outcome(failures: usize, code: i32) -> (Option<i32>, u64) {
        let (mut calls, mut waited) = (0, Duration::ZERO);
        let call = || {
            calls += 1;
            if calls > failures { Ok(()) } else { Err(io::Error::from_raw_os_error(code)) }
        };
        let result = retried(call, |error| error.raw_os_error() == Some(32), |pause| waited += pause);
        let code = result.err().and_then(|error| error.raw_os_error());
        (code, u64::try_from(waited.as_millis()).unwrap())
    }

    #[test]
    fn a_passing_error_is_waited_for_and_a_lasting_one_is_returned() {
        assert_eq!(outcome(0, 32), (None, 0));
        assert_eq!(outcome(3, 32), (None, 7));
        assert_eq!(outcome(9, 32), (None, 511));
        assert_eq!(outcome(10, 32), (Some(32), 511));
        assert_eq!(outcome(1, 2), (Some(2), 0));
    }
}
