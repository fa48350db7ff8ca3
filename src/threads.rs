//! Shares work on many files between threads: a list of items, or tasks that create more tasks.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, Builder, Scope, ScopedJoinHandle, available_parallelism};

/// With fewer files for each thread, starting it takes longer than it saves.
const ENOUGH: usize = 128;

/// How many threads can run at the same time. The answer takes twenty system calls, and is kept.
#[must_use]
pub fn available() -> usize {
    static AVAILABLE: OnceLock<usize> = OnceLock::new();
    *AVAILABLE.get_or_init(|| available_parallelism().map_or(1, usize::from))
}

/// How many threads are worth starting for that many files, including the calling one.
#[must_use]
pub fn worth(files: usize) -> usize {
    match files / ENOUGH {
        0 | 1 => 1,
        enough => available().min(enough),
    }
}

/// Calls a function with each item of a list, in this thread and others. Each thread takes the next item when it has
/// finished one.
///
/// # Errors
/// The first error, in the order of the items. After an error, the thread takes no further item.
pub fn share<T: Sync, E: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(&T) -> Result<(), E> + Sync,
) -> Result<(), E> {
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
    let errors = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map_while(|_| start(scope, work_on)).collect();
        let own = work_on();
        // If a thread panics, so does the call.
        let join = |other: ScopedJoinHandle<_>| other.join().unwrap_or_else(|panic| resume_unwind(panic));
        own.into_iter().chain(others.into_iter().filter_map(join)).collect::<Vec<_>>()
    });
    let first = errors.into_iter().min_by_key(|(position, _)| *position);
    first.map_or(Ok(()), |(_, error)| Err(error))
}

/// Starts a thread; `None` if the system cannot. The other threads then do its work.
fn start<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Option<ScopedJoinHandle<'scope, T>> {
    Builder::new().spawn_scoped(scope, work).ok()
}

/// How many threads work on tasks, at most. They help even with few processors, because they wait for the disk, too. More
/// threads would wait for each other.
const THREADS: usize = 8;

/// If this many tasks wait, another thread starts.
const MANY_TASKS: usize = 8;

/// Calls a function with a task, and with all tasks that it returns, the last one first. If many wait, several threads do
/// that.
///
/// # Errors
/// The first error. No task is begun after it.
pub fn work_off<T: Send, E: Send>(first: T, run: impl Fn(T) -> Result<Vec<T>, E> + Sync) -> Result<(), E> {
    let tasks = Tasks { waiting: vec![first], threads: 1, failure: None };
    let work = Work { run, tasks: Mutex::new(tasks) };
    thread::scope(|scope| work.take_part(scope));
    work.tasks().failure.take().map_or(Ok(()), Err)
}

/// Tasks that create more tasks.
struct Work<T, E, F> {
    run: F,
    tasks: Mutex<Tasks<T, E>>,
}

struct Tasks<T, E> {
    waiting: Vec<T>,
    /// How many threads take tasks.
    threads: usize,
    failure: Option<E>,
}

impl<T: Send, E: Send, F: Fn(T) -> Result<Vec<T>, E> + Sync> Work<T, E, F> {
    /// Takes tasks until none waits. A thread that is still working on one does the tasks that it creates.
    fn take_part<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>) {
        while let Some((task, is_help_wanted)) = self.next() {
            if is_help_wanted {
                // If the system cannot start a thread, the others go on.
                drop(Builder::new().spawn_scoped(scope, || self.take_part(scope)));
            }
            self.note((self.run)(task));
        }
    }

    /// The next task, and whether to start another thread, which is counted from now on; `None` if this thread has to end.
    fn next(&self) -> Option<(T, bool)> {
        let mut tasks = self.tasks();
        let Some(task) = tasks.waiting.pop() else {
            tasks.threads -= 1;
            return None;
        };
        let is_help_wanted = tasks.waiting.len() >= MANY_TASKS && tasks.threads < THREADS;
        tasks.threads += usize::from(is_help_wanted);
        Some((task, is_help_wanted))
    }

    /// Records the result of a task.
    fn note(&self, outcome: Result<Vec<T>, E>) {
        let mut tasks = self.tasks();
        match outcome {
            Ok(more) if tasks.failure.is_none() => tasks.waiting.extend(more),
            Ok(_) => {}
            Err(error) => {
                tasks.waiting.clear();
                tasks.failure.get_or_insert(error);
            }
        }
    }

    fn tasks(&self) -> MutexGuard<'_, Tasks<T, E>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering::Relaxed;
    use std::time::{Duration, Instant};

    #[test]
    fn every_item_is_worked_on_once() {
        for (length, threads) in [(0, 1), (0, 2), (1, 4), (7, 3), (1000, 4)] {
            let items: Vec<usize> = (0..length).collect();
            let seen = Mutex::new(Vec::new());
            share(&items, threads, |item| {
                seen.lock().unwrap().push(*item);
                Ok::<_, ()>(())
            })
            .unwrap();
            let mut seen = seen.into_inner().unwrap();
            seen.sort_unstable();
            assert_eq!(seen, items);
        }
    }

    #[test]
    fn the_first_error_is_returned_and_no_more_is_begun() {
        let items: Vec<usize> = (0..1000).collect();
        let begun = AtomicUsize::new(0);
        let result = share(&items, 2, |item| {
            begun.fetch_add(1, Ordering::Relaxed);
            Err(*item)
        });
        assert_eq!(result, Err(0));
        assert!(begun.into_inner() <= 2);
    }

    #[test]
    fn a_thread_is_for_many_files() {
        assert_eq!((worth(0), worth(ENOUGH)), (1, 1));
        assert!(worth(1_000_000) >= worth(ENOUGH * 2));
    }

    /// Tasks are numbers: the first brings all others.
    fn numbers(task: usize, count: usize) -> Vec<usize> {
        if task == 0 { (1..count).collect() } else { Vec::new() }
    }

    #[test]
    fn every_task_is_worked_off_once_by_several_threads() {
        let (seen, at_work) = (Mutex::new(Vec::new()), AtomicUsize::new(0));
        let end = Instant::now() + Duration::from_secs(60);
        work_off(0, |task| {
            seen.lock().unwrap().push(task);
            if task > 0 {
                // The first thread waits for the others, which start one after another.
                at_work.fetch_add(1, Relaxed);
                while at_work.load(Relaxed) < THREADS && Instant::now() < end {
                    thread::yield_now();
                }
            }
            Ok::<_, ()>(numbers(task, 100))
        })
        .unwrap();
        assert!(Instant::now() < end, "the tasks did not run at the same time");
        let mut seen = seen.into_inner().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn few_tasks_start_no_thread() {
        let own = thread::current().id();
        work_off(0, |task| {
            assert_eq!(thread::current().id(), own);
            Ok::<_, ()>(numbers(task, MANY_TASKS))
        })
        .unwrap();
    }

    #[test]
    fn after_a_failure_no_task_is_begun() {
        let seen = Mutex::new(Vec::new());
        let result = work_off(0, |task| {
            seen.lock().unwrap().push(task);
            if task == 5 { Err(task) } else { Ok(numbers(task, 7)) }
        });
        assert_eq!(result, Err(5));
        assert_eq!(seen.into_inner().unwrap(), [0, 6, 5]);
    }
}
