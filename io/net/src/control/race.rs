//! Attempts that start one after the other; the first that succeeds wins.

use core::time::Duration;

use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use tokio::time::sleep;

/// Starts each attempt `stagger` after the one before, or as soon as one has failed, and hands back the first success. The others are dropped.
///
/// # Errors
/// All faults, in the order of the attempts, if none succeeds.
pub(super) async fn race<T, E>(attempts: Vec<BoxFuture<'_, Result<T, E>>>, stagger: Duration) -> Result<T, Vec<E>> {
    let mut waiting = attempts.into_iter().enumerate();
    let mut running = FuturesUnordered::new();
    let mut faults = Vec::new();
    loop {
        if let Some((place, attempt)) = waiting.next() {
            running.push(attempt.map(move |result| (place, result)));
        }
        let more = waiting.len() > 0;
        tokio::select! {
            biased;
            ended = running.next() => match ended {
                Some((_, Ok(won))) => return Ok(won),
                Some((place, Err(fault))) => faults.push((place, fault)),
                None => break,
            },
            () = sleep(stagger), if more => {}
        }
    }
    faults.sort_by_key(|(place, _)| *place);
    Err(faults.into_iter().map(|(_, fault)| fault).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::future::{pending, ready};

    /// So long that a test which waits for it never ends.
    const NEVER: Duration = Duration::from_secs(1_000_000);

    fn ended(result: Result<u8, u8>) -> BoxFuture<'static, Result<u8, u8>> {
        ready(result).boxed()
    }

    /// Fails after others had their turn.
    fn slow(fault: u8) -> BoxFuture<'static, Result<u8, u8>> {
        async move {
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            Err(fault)
        }
        .boxed()
    }

    #[tokio::test]
    async fn a_silent_attempt_does_not_hold_up_the_next() {
        assert_eq!(race(vec![pending().boxed(), ended(Ok(2))], Duration::ZERO).await, Ok(2));
        assert_eq!(race(vec![pending().boxed(), ended(Err(2)), ended(Ok(3))], Duration::ZERO).await, Ok(3));
    }

    #[tokio::test]
    async fn the_first_has_its_time_before_the_next_starts() {
        let second = async { panic!("the second attempt must not start") }.boxed();
        assert_eq!(race::<u8, u8>(vec![ended(Ok(1)), second], NEVER).await, Ok(1));
    }

    #[tokio::test]
    async fn a_failure_starts_the_next_at_once() {
        assert_eq!(race(vec![slow(1), slow(2), ended(Ok(3))], NEVER).await, Ok(3));
    }

    #[tokio::test]
    async fn faults_come_in_the_order_of_the_attempts() {
        assert_eq!(race(vec![slow(1), ended(Err(2)), ended(Err(3))], Duration::ZERO).await, Err(vec![1, 2, 3]));
        assert_eq!(race::<u8, u8>(Vec::new(), NEVER).await, Err(Vec::new()));
    }
}
