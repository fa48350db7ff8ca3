//! Work on many files, shared by as many threads as there are processors.

use std::thread::{self, available_parallelism};

use crate::error::Result;

/// With fewer items for each, starting a thread costs more than it saves.
const ENOUGH: usize = 128;

/// Calls a function with parts of a list that together are the list, in this thread and others.
///
/// # Errors
/// The first error in the order of the parts; every part is worked on as far as its own first error.
pub fn share<T: Sync>(items: &[T], work: impl Fn(&[T]) -> Result<()> + Sync) -> Result<()> {
    let threads = available_parallelism().map_or(1, usize::from).min(items.len() / ENOUGH).max(1);
    let mut parts = items.chunks(items.len().div_ceil(threads).max(1));
    let own = parts.next().unwrap_or_default();
    thread::scope(|scope| {
        let others: Vec<_> = parts.map(|part| scope.spawn(|| work(part))).collect();
        let mut results = vec![work(own)];
        // A thread that panics ends the call as if it had panicked itself: nothing of ours does.
        results.extend(
            others
                .into_iter()
                .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))),
        );
        results.into_iter().collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::sync::Mutex;

    #[test]
    fn every_item_is_in_one_part() {
        for length in [0, 1, ENOUGH - 1, ENOUGH * 2, ENOUGH * 5 + 3] {
            let items: Vec<usize> = (0..length).collect();
            let seen = Mutex::new(Vec::new());
            share(&items, |part| {
                seen.lock().unwrap().extend_from_slice(part);
                Ok(())
            })
            .unwrap();
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            assert_eq!(seen, items);
        }
    }

    #[test]
    fn the_first_error_is_told() {
        let items: Vec<usize> = (0..ENOUGH * 4).collect();
        let result = share(&items, |part| Err(Error::Occupied(part[0].to_string().into())));
        assert!(matches!(result, Err(Error::Occupied(path)) if path.as_os_str() == "0"));
    }
}
