//! Threads of their own for the connections of the control port. Each serves its connections alone, so that a heartbeat wakes one thread and no
//! others, and what comes within a few milliseconds is taken together: with thousands of viewers that is most of what they cost.

use std::cell::Cell;
use std::io;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::CancellationToken;

/// So long a thread that has nothing left to do lets things gather before it looks again.
const GATHERING: Duration = Duration::from_millis(2);
/// Whoever moved so many bytes since the last look moves a film or a state, and would only be held up. Some hundred heartbeats have as many.
const BULK: usize = 64 << 10;

thread_local! {
    /// Bytes that the connections of this thread moved since it last had nothing to do.
    static MOVED: Cell<usize> = const { Cell::new(0) };
}

/// The threads, until this is dropped.
pub(super) struct Crew {
    threads: Vec<Handle>,
    dismissed: CancellationToken,
}

impl Crew {
    /// Starts half as many threads as there are processors, and at least one: the others are for people. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// Where the system refuses a thread or what it waits by.
    pub(super) fn start() -> io::Result<Self> {
        let count = thread::available_parallelism().map_or(1, |count| (count.get() / 2).max(1));
        // Dropped early, it dismisses those that have begun.
        let mut crew = Self { threads: Vec::with_capacity(count), dismissed: CancellationToken::new() };
        for _ in 0..count {
            crew.threads.push(begin(crew.dismissed.clone())?);
        }
        // Where the runtime of the server goes without a word, they go with it.
        let (dismissed, with_the_server) = (crew.dismissed.clone(), crew.dismissed.clone().drop_guard());
        tokio::spawn(async move {
            dismissed.cancelled().await;
            drop(with_the_server);
        });
        Ok(crew)
    }

    /// The threads.
    pub(super) fn threads(&self) -> &[Handle] {
        &self.threads
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.dismissed.cancel();
    }
}

/// Notes that a connection of this thread moved so many bytes.
pub(super) fn moved(bytes: usize) {
    MOVED.with(|moved| moved.set(moved.get().saturating_add(bytes)));
}

/// Starts one thread, which ends once it is dismissed.
fn begin(dismissed: CancellationToken) -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().on_thread_park(gather).build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name("control".into()).spawn(move || {
        runtime.block_on(dismissed.cancelled());
        // Nobody waits for what may block still, such as the reading of a file.
        runtime.shutdown_background();
    })?;
    Ok(handle)
}

/// Before the thread waits for something to do.
fn gather() {
    if MOVED.take() < BULK {
        thread::sleep(GATHERING);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;
    use tokio::sync::oneshot;

    #[tokio::test]
    async fn each_serves_on_its_own_thread_until_dismissed() {
        let crew = Crew::start().unwrap();
        let (ended, end) = oneshot::channel::<()>();
        let name = |handle: &Handle| handle.spawn(async { thread::current().name().map(ToOwned::to_owned) });
        for handle in crew.threads() {
            assert_eq!(name(handle).await.unwrap().as_deref(), Some("control"));
        }
        crew.threads()[0].spawn(async move {
            let _ended = ended;
            std::future::pending::<()>().await;
        });
        drop(crew);
        assert!(end.await.is_err(), "what still ran is gone with its thread");
    }

    #[test]
    fn the_threads_go_with_the_runtime_of_the_server() {
        let runtime = Builder::new_current_thread().build().unwrap();
        let crew = runtime.block_on(async { Crew::start() }).unwrap();
        let (ended, mut end) = oneshot::channel::<()>();
        crew.threads()[0].spawn(async move {
            let _ended = ended;
            std::future::pending::<()>().await;
        });
        drop(runtime);
        assert!(crew.dismissed.is_cancelled());
        Builder::new_current_thread().build().unwrap().block_on(async { (&mut end).await.unwrap_err() });
    }

    #[test]
    fn only_who_moved_little_lets_things_gather() {
        let slept = |bytes: usize| {
            moved(bytes / 2);
            moved(bytes - bytes / 2);
            gather();
            MOVED.take()
        };
        let start = Instant::now();
        assert_eq!(slept(BULK - 1), 0, "the next look counts anew");
        assert!(start.elapsed() >= GATHERING);
        // A thread that sleeps between two blocks would take at least so long.
        let start = Instant::now();
        (0..10_000).for_each(|_| assert_eq!(slept(BULK), 0));
        assert!(start.elapsed() < GATHERING * 10_000);
    }
}
