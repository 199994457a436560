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
    use tokio::time::Instant;

    const STAGGER: Duration = Duration::from_millis(250);

    fn attempt(millis: u64, result: Result<u8, u8>) -> BoxFuture<'static, Result<u8, u8>> {
        async move {
            sleep(Duration::from_millis(millis)).await;
            result
        }
        .boxed()
    }

    async fn raced(attempts: Vec<BoxFuture<'static, Result<u8, u8>>>) -> (Result<u8, Vec<u8>>, u128) {
        let start = Instant::now();
        let result = race(attempts, STAGGER).await;
        (result, start.elapsed().as_millis())
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_success_wins_however_late_it_started() {
        assert_eq!(raced(vec![attempt(100, Ok(1)), attempt(0, Ok(2))]).await, (Ok(1), 100));
        assert_eq!(raced(vec![attempt(900, Ok(1)), attempt(100, Ok(2)), attempt(10, Ok(3))]).await, (Ok(2), 350));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_starts_the_next_at_once() {
        assert_eq!(raced(vec![attempt(10, Err(1)), attempt(10, Ok(2))]).await, (Ok(2), 20));
    }

    #[tokio::test(start_paused = true)]
    async fn faults_come_in_the_order_of_the_attempts() {
        assert_eq!(raced(vec![attempt(900, Err(1)), attempt(10, Err(2)), attempt(10, Err(3))]).await.0, Err(vec![1, 2, 3]));
        assert_eq!(raced(Vec::new()).await, (Err(Vec::new()), 0));
    }
}
