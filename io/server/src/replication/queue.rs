//! Records that wait for the Main: how many, and how many there may be.

use domain::id::ServerId;
use store::facts::Feed;

use crate::app::App;

/// What waits here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Queue {
    /// Play records and events that the Main does not have.
    pub(super) waiting: u64,
    /// Those that had to be dropped before they were sent.
    pub(super) dropped: u64,
}

/// The server to which records go; none: this is the Main, or there is none.
pub(super) fn main(app: &App) -> Option<ServerId> {
    app.core.lead().map(|lead| lead.server).filter(|id| id.0 != app.core.server_id())
}

/// What waits here for the Main.
///
/// # Errors
/// If the store cannot be read.
pub(super) async fn standing(app: &App) -> Result<Queue, store::Error> {
    let Some(main) = main(app) else { return Ok(Queue::default()) };
    let mut queue = Queue::default();
    for feed in [Feed::Events, Feed::Plays] {
        queue.waiting += app.core.store().facts().waiting(main.0, feed).await?;
        queue.dropped += u64::try_from(app.core.store().facts().fed(main.0, feed).await?.dropped).unwrap_or(0);
    }
    Ok(queue)
}

/// Keeps the queue within its limits, and counts what is about to be forgotten because it is from before these Unix times in milliseconds.
///
/// # Errors
/// If the store cannot be read or written.
pub(crate) async fn bound(app: &App, plays_before: i64, events_before: i64) -> Result<(), store::Error> {
    let Some(main) = main(app) else { return Ok(()) };
    let limits = &app.config.replication;
    let feeds = [(Feed::Plays, plays_before, limits.waiting_plays), (Feed::Events, events_before, limits.waiting_events)];
    for (feed, before, most) in feeds {
        let facts = app.core.store().facts();
        let dropped = facts.drop_old(main.0, feed, before).await? + facts.drop_waiting(main.0, feed, u64::from(most)).await?;
        if dropped > 0 {
            tracing::warn!(
                feed = feed.name(),
                dropped,
                "records were dropped before the Main had them: they were too old, or too many"
            );
        }
    }
    Ok(())
}
