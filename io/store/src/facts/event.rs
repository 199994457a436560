//! Events and log lines of screens. Machines number them, so that nothing is lost or counted twice.

use uuid::Uuid;

use super::{Facts, PlayCursor};
use crate::batch::Batch;
use crate::db::with_db;
use crate::error::Error;
use crate::sql::events::{ADD_EVENT, EXPIRE_EVENTS, LIST_EVENTS};
use crate::sql::feeds::EVENTS_AFTER;

/// One event or log line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The machine that told it.
    pub device: Uuid,
    /// Its count of streams: a new one starts when the machine has lost its numbers.
    pub stream: i64,
    /// The number within the stream.
    pub n: i64,
    /// The place where it stood.
    pub viewer: Uuid,
    /// When it happened, Unix milliseconds.
    pub at: i64,
    /// `error`, `warn`, `info` or `debug`.
    pub level: String,
    /// Stable code.
    pub code: String,
    /// A sentence.
    pub text: String,
}

/// What to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this place.
    pub viewer: Uuid,
    /// Only of this level.
    pub level: Option<String>,
    /// Only those at or after this Unix time in milliseconds.
    pub from: i64,
    /// Only those before this Unix time in milliseconds.
    pub until: i64,
}

impl Event {
    /// The place after this event in a list.
    #[must_use]
    pub fn cursor(&self) -> PlayCursor {
        PlayCursor { at: self.at, device: self.device, stream: self.stream, n: self.n }
    }

    /// Adds the event.
    pub(super) fn put(self, batch: &mut Batch) {
        let values = vec![
            self.device.into(),
            self.stream.into(),
            self.n.into(),
            self.viewer.into(),
            self.at.into(),
            self.level.into(),
            self.code.into(),
            self.text.into(),
        ];
        batch.push(ADD_EVENT, values);
    }
}

/// A row of the table.
type Row = (Uuid, i64, i64, Uuid, i64, String, String, String);
/// The same behind the place at which it came.
type ArrivedRow = (i64, Uuid, i64, i64, Uuid, i64, String, String, String);

impl Facts {
    /// Adds events; those that are there already change nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`]; then none was added, and the sender must keep them.
    pub async fn add_events(&self, events: Vec<Event>) -> Result<(), Error> {
        let mut batch = Batch::default();
        events.into_iter().for_each(|event| event.put(&mut batch));
        self.write(batch).await
    }

    /// Up to `limit` events after `after`, newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn list_events(&self, filter: &EventFilter, after: Option<PlayCursor>, limit: u32) -> Result<Vec<Event>, Error> {
        let rows: Vec<Row> = with_db!(&self.db, pool => sqlx::query_as(LIST_EVENTS)
            .bind(filter.viewer)
            .bind(filter.from)
            .bind(filter.until)
            .bind(filter.level.as_deref())
            .bind(after.map(|cursor| cursor.at))
            .bind(after.map(|cursor| cursor.device))
            .bind(after.map(|cursor| cursor.stream))
            .bind(after.map(|cursor| cursor.n))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let event =
            |(device, stream, n, viewer, at, level, code, text): Row| Event { device, stream, n, viewer, at, level, code, text };
        Ok(rows.into_iter().map(event).collect())
    }

    /// Up to `limit` events that came after place `after`, with their places, in the order in which they came.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn events_after(&self, after: i64, limit: u32) -> Result<Vec<(i64, Event)>, Error> {
        let rows: Vec<ArrivedRow> = with_db!(&self.db, pool =>
            sqlx::query_as(EVENTS_AFTER).bind(after).bind(i64::from(limit)).fetch_all(pool).await?);
        let event = |(place, device, stream, n, viewer, at, level, code, text): ArrivedRow| {
            (place, Event { device, stream, n, viewer, at, level, code, text })
        };
        Ok(rows.into_iter().map(event).collect())
    }

    /// Forgets events before `before`, Unix milliseconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn expire_events(&self, before: i64) -> Result<(), Error> {
        self.write(Batch::one(EXPIRE_EVENTS, vec![before.into()])).await
    }
}
