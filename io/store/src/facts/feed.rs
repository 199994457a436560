//! Feeds: what goes from server to server beside the log. Each is numbered by the server that sends it, and the one that takes it notes in
//! the same transaction how far it has come; so nothing is lost by a crash on either side, and nothing counted twice.

use domain::stamp::Actor;
use uuid::Uuid;

use super::{Event, Facts, Noticed, Play};
use crate::batch::Batch;
use crate::db::with_db;
use crate::error::Error;
use crate::sql::feeds::{
    ADD_DROPPED, COUNT_EVENTS_AFTER, COUNT_NOTICES_AFTER, COUNT_OLD_EVENTS_AFTER, COUNT_OLD_PLAYS_AFTER, COUNT_PLAYS_AFTER,
    DROP_EVENTS, DROP_PLAYS, EVENT_PLACE, FEED_POSITION, PLAY_PLACE, PUT_FEED,
};

/// What is fed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feed {
    /// Events and log lines of screens, to the Main.
    Events,
    /// Notices, to everybody.
    Notices,
    /// Play records, to the Main.
    Plays,
}

/// How far a feed is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedPosition {
    /// The place in the sender's order up to which all is durable at the receiver, or was dropped.
    pub n: i64,
    /// How many records the sender had to drop before they were sent, since it has been counting.
    pub dropped: i64,
}

impl Feed {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Events, Self::Notices, Self::Plays];

    /// The name in the database and between servers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Events => "event",
            Self::Notices => "notice",
            Self::Plays => "play",
        }
    }
}

impl Facts {
    /// How far the server `to` has what this one feeds.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn fed(&self, to: Uuid, feed: Feed) -> Result<FeedPosition, Error> {
        self.position(to, 0, feed).await
    }

    /// How far this server has what `from` feeds. Another incarnation of a server numbers anew.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn taken(&self, from: Actor, feed: Feed) -> Result<FeedPosition, Error> {
        self.position(from.server, i64::from(from.incarnation), feed).await
    }

    async fn position(&self, server: Uuid, incarnation: i64, feed: Feed) -> Result<FeedPosition, Error> {
        let row: Option<(i64, i64)> = with_db!(&self.db, pool => sqlx::query_as(FEED_POSITION)
            .bind(server)
            .bind(incarnation)
            .bind(feed.name())
            .fetch_optional(pool)
            .await?);
        Ok(row.map(|(n, dropped)| FeedPosition { n, dropped }).unwrap_or_default())
    }

    /// Notes how far the server `to` has it, as it said last.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn note_fed(&self, to: Uuid, feed: Feed, position: FeedPosition) -> Result<(), Error> {
        self.write(Batch::one(PUT_FEED, place(to, 0, feed, position))).await
    }

    /// Takes play records of another server, up to a place in its order; those that are there already change nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`]; then nothing was taken.
    pub async fn take_plays(&self, from: Actor, upto: FeedPosition, plays: Vec<Play>) -> Result<(), Error> {
        let mut batch = Batch::default();
        plays.into_iter().for_each(|play| play.put(&mut batch));
        self.take(from, Feed::Plays, upto, batch).await
    }

    /// Takes events of another server, as [`Self::take_plays`].
    ///
    /// # Errors
    /// As there.
    pub async fn take_events(&self, from: Actor, upto: FeedPosition, events: Vec<Event>) -> Result<(), Error> {
        let mut batch = Batch::default();
        events.into_iter().for_each(|event| event.put(&mut batch));
        self.take(from, Feed::Events, upto, batch).await
    }

    /// Takes notices of another server, as [`Facts::add_notices`] does.
    ///
    /// # Errors
    /// As [`Self::take_plays`].
    pub async fn take_notices(&self, from: Actor, upto: FeedPosition, notices: &[Noticed]) -> Result<(), Error> {
        let mut batch = Batch::default();
        notices.iter().for_each(|noticed| noticed.put(&mut batch));
        self.take(from, Feed::Notices, upto, batch).await
    }

    async fn take(&self, from: Actor, feed: Feed, upto: FeedPosition, mut batch: Batch) -> Result<(), Error> {
        batch.push(PUT_FEED, place(from.server, i64::from(from.incarnation), feed, upto));
        self.write(batch).await
    }

    /// How many rows wait for the server `to`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn waiting(&self, to: Uuid, feed: Feed) -> Result<u64, Error> {
        let after = self.fed(to, feed).await?.n;
        let count = match feed {
            Feed::Events => COUNT_EVENTS_AFTER,
            Feed::Notices => COUNT_NOTICES_AFTER,
            Feed::Plays => COUNT_PLAYS_AFTER,
        };
        let (count,): (i64,) = with_db!(&self.db, pool => sqlx::query_as(count).bind(after).fetch_one(pool).await?);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Drops the oldest of what waits for the server `to` beyond `most` rows, and counts them as dropped. Returns how many. Notices are
    /// never dropped.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`], or if the database cannot be read.
    pub async fn drop_waiting(&self, to: Uuid, feed: Feed, most: u64) -> Result<u64, Error> {
        let (find, drop) = match feed {
            Feed::Events => (EVENT_PLACE, DROP_EVENTS),
            Feed::Notices => return Ok(0),
            Feed::Plays => (PLAY_PLACE, DROP_PLAYS),
        };
        let many = self.waiting(to, feed).await?.saturating_sub(most);
        if many == 0 {
            return Ok(0);
        }
        let after = self.fed(to, feed).await?.n;
        let skipped = i64::try_from(many - 1).unwrap_or(i64::MAX);
        let last: Option<(i64,)> =
            with_db!(&self.db, pool => sqlx::query_as(find).bind(after).bind(skipped).fetch_optional(pool).await?);
        let Some((last,)) = last else { return Ok(0) };
        let mut batch = Batch::one(drop, vec![after.into(), last.into()]);
        batch.push(ADD_DROPPED, vec![to.into(), feed.name().into(), after.into(), many.into()]);
        self.write(batch).await?;
        Ok(many)
    }

    /// Counts as dropped what waits for the server `to` and is from before Unix time `before` in milliseconds: it is about to be
    /// forgotten. Returns how many.
    ///
    /// # Errors
    /// As [`Self::drop_waiting`].
    pub async fn drop_old(&self, to: Uuid, feed: Feed, before: i64) -> Result<u64, Error> {
        let count = match feed {
            Feed::Events => COUNT_OLD_EVENTS_AFTER,
            Feed::Notices => return Ok(0),
            Feed::Plays => COUNT_OLD_PLAYS_AFTER,
        };
        let after = self.fed(to, feed).await?.n;
        let (many,): (i64,) = with_db!(&self.db, pool => sqlx::query_as(count).bind(before).bind(after).fetch_one(pool).await?);
        if many > 0 {
            self.write(Batch::one(ADD_DROPPED, vec![to.into(), feed.name().into(), after.into(), many.into()])).await?;
        }
        Ok(u64::try_from(many).unwrap_or(0))
    }
}

fn place(server: Uuid, incarnation: i64, feed: Feed, position: FeedPosition) -> Vec<crate::value::Value> {
    vec![server.into(), incarnation.into(), feed.name().into(), position.n.into(), position.dropped.into()]
}
