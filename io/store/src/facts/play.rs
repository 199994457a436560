//! Play records: what a screen showed. Devices number them, so that nothing is lost or counted twice.

use domain::log::canonical;
use serde_json::Value;
use uuid::Uuid;

use super::{Facts, detail};
use crate::batch::Batch;
use crate::db::with_db;
use crate::error::Error;
use crate::sql::facts::{ADD_PLAY, EXPIRE_PLAYS, LIST_PLAYS, PLAY_STREAM};
use crate::sql::feeds::PLAYS_AFTER;

/// One thing that was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Play {
    /// The machine that showed it.
    pub device: Uuid,
    /// Its count of streams: a new one starts when the machine has lost its numbers.
    pub stream: i64,
    /// The number within the stream.
    pub n: i64,
    /// The place where it was shown.
    pub viewer: Uuid,
    /// When it began, Unix milliseconds.
    pub at: i64,
    /// How long it was shown, in milliseconds.
    pub duration: i64,
    /// What was shown; none for fallback content.
    pub content: Option<Uuid>,
    /// Anything else.
    pub detail: Value,
}

/// What to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlayFilter {
    /// Only records of this place.
    pub viewer: Option<Uuid>,
    /// Only records of this machine.
    pub device: Option<Uuid>,
    /// Only records of this content.
    pub content: Option<Uuid>,
    /// Only records that began at or after this Unix time in milliseconds.
    pub from: i64,
    /// Only records that began before this Unix time in milliseconds.
    pub until: i64,
}

impl Default for PlayFilter {
    fn default() -> Self {
        Self { viewer: None, device: None, content: None, from: i64::MIN, until: i64::MAX }
    }
}

/// A place in a list of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlayCursor {
    /// When the last listed record began.
    pub at: i64,
    /// Its machine.
    pub device: Uuid,
    /// Its stream.
    pub stream: i64,
    /// Its number.
    pub n: i64,
}

impl Play {
    /// The place after this record in a list.
    #[must_use]
    pub fn cursor(&self) -> PlayCursor {
        PlayCursor { at: self.at, device: self.device, stream: self.stream, n: self.n }
    }

    /// Adds the record.
    pub(super) fn put(self, batch: &mut Batch) {
        let values = vec![
            self.device.into(),
            self.stream.into(),
            self.n.into(),
            self.viewer.into(),
            self.at.into(),
            self.duration.into(),
            self.content.into(),
            canonical(&self.detail).into(),
        ];
        batch.push(ADD_PLAY, values);
    }
}

/// A row of the table.
type Row = (Uuid, i64, i64, Uuid, i64, i64, Option<Uuid>, String);
/// The same behind the place at which it came.
type ArrivedRow = (i64, Uuid, i64, i64, Uuid, i64, i64, Option<Uuid>, String);

impl Facts {
    /// Adds records; those that are there already change nothing.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`]; then none was added, and the sender must keep them.
    pub async fn add_plays(&self, plays: Vec<Play>) -> Result<(), Error> {
        let mut batch = Batch::default();
        plays.into_iter().for_each(|play| play.put(&mut batch));
        self.write(batch).await
    }

    /// Up to `limit` records after `after`, newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn list_plays(&self, filter: &PlayFilter, after: Option<PlayCursor>, limit: u32) -> Result<Vec<Play>, Error> {
        let rows: Vec<Row> = with_db!(&self.db, pool => sqlx::query_as(LIST_PLAYS)
            .bind(filter.from)
            .bind(filter.until)
            .bind(filter.viewer)
            .bind(filter.device)
            .bind(filter.content)
            .bind(after.map(|cursor| cursor.at))
            .bind(after.map(|cursor| cursor.device))
            .bind(after.map(|cursor| cursor.stream))
            .bind(after.map(|cursor| cursor.n))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let play = |(device, stream, n, viewer, at, duration, content, text): Row| {
            let detail = detail(&text, "play record")?;
            Ok(Play { device, stream, n, viewer, at, duration, content, detail })
        };
        rows.into_iter().map(play).collect()
    }

    /// Up to `limit` records that came after place `after`, with their places, in the order in which they came.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn plays_after(&self, after: i64, limit: u32) -> Result<Vec<(i64, Play)>, Error> {
        let rows: Vec<ArrivedRow> = with_db!(&self.db, pool =>
            sqlx::query_as(PLAYS_AFTER).bind(after).bind(i64::from(limit)).fetch_all(pool).await?);
        let play = |(place, device, stream, n, viewer, at, duration, content, text): ArrivedRow| {
            let detail = detail(&text, "play record")?;
            Ok((place, Play { device, stream, n, viewer, at, duration, content, detail }))
        };
        rows.into_iter().map(play).collect()
    }

    /// How many records of a stream are stored, and the largest number among them: equal if none is missing, counting from 1.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn play_stream(&self, device: Uuid, stream: i64) -> Result<(i64, Option<i64>), Error> {
        Ok(with_db!(&self.db, pool => sqlx::query_as(PLAY_STREAM).bind(device).bind(stream).fetch_one(pool).await?))
    }

    /// Forgets records that began before `before`, Unix milliseconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn expire_plays(&self, before: i64) -> Result<(), Error> {
        self.write(Batch::one(EXPIRE_PLAYS, vec![before.into()])).await
    }
}
