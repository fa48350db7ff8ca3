//! Work on many files, shared by as many threads as there are processors.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Scope, ScopedJoinHandle, available_parallelism};

use crate::error::Result;

/// With fewer files for each, starting a thread costs more than it saves.
const ENOUGH: usize = 128;

/// How many threads can run at the same time.
#[must_use]
pub fn available() -> usize {
    available_parallelism().map_or(1, usize::from)
}

/// How many threads are worth having for work on so many files, that of the caller among them.
#[must_use]
pub fn worth(files: usize) -> usize {
    available().min(files / ENOUGH).max(1)
}

/// Calls a function with each item of a list, in this thread and others, of which each takes the next item when it is
/// done with one.
///
/// # Errors
/// The first error in the order of the items; with an error, a thread takes no more of them.
pub fn share<T: Sync>(items: &[T], threads: usize, work: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let next = AtomicUsize::new(0);
    let work_on = || {
        while let position = next.fetch_add(1, Ordering::Relaxed)
            && let Some(item) = items.get(position)
        {
            if let Err(error) = work(item) {
                next.store(items.len(), Ordering::Relaxed);
                return Some((position, error));
            }
        }
        None
    };
    let mut errors = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map_while(|_| start(scope, work_on)).collect();
        let own = work_on();
        // A thread that panics ends the call as if it had panicked itself: nothing of ours does.
        let join = |other: ScopedJoinHandle<_>| other.join().unwrap_or_else(|panic| resume_unwind(panic));
        own.into_iter().chain(others.into_iter().filter_map(join)).collect::<Vec<_>>()
    });
    errors.sort_by_key(|(position, _)| *position);
    errors.into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
}

/// Starts a thread; `None` where the system has none left, and the others do its work.
fn start<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Option<ScopedJoinHandle<'scope, T>> {
    thread::Builder::new().spawn_scoped(scope, work).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::sync::Mutex;

    #[test]
    fn every_item_is_worked_on_once() {
        for (length, threads) in [(0, 1), (0, 2), (1, 4), (7, 3), (1000, 4)] {
            let items: Vec<usize> = (0..length).collect();
            let seen = Mutex::new(Vec::new());
            share(&items, threads, |item| {
                seen.lock().unwrap().push(*item);
                Ok(())
            })
            .unwrap();
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            assert_eq!(seen, items);
        }
    }

    #[test]
    fn the_first_error_is_told_and_no_more_is_begun() {
        let items: Vec<usize> = (0..1000).collect();
        let begun = AtomicUsize::new(0);
        let result = share(&items, 2, |item| {
            begun.fetch_add(1, Ordering::Relaxed);
            Err(Error::Occupied(item.to_string().into()))
        });
        assert!(matches!(result, Err(Error::Occupied(path)) if path.as_os_str() == "0"));
        assert!(begun.into_inner() <= 2);
    }

    #[test]
    fn a_thread_is_for_many_files() {
        assert_eq!((worth(0), worth(ENOUGH)), (1, 1));
        assert!(worth(1_000_000) >= worth(ENOUGH * 2));
    }
}
