//! Alerts: raised once, cleared once.

use domain::log::canonical;
use serde_json::Value;
use uuid::Uuid;

use super::{Facts, detail};
use crate::batch::Batch;
use crate::db::with_db;
use crate::error::Error;
use crate::sql::facts::{CLEAR_ALERT, EXPIRE_ALERTS, LIST_ALERTS, NOTE_ALERT, RAISE_ALERT};

/// Something that people should look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Names the alert. A UUIDv7 keeps lists in order.
    pub id: Uuid,
    /// What it is, such as `viewer.offline`.
    pub kind: String,
    /// The document that it is about.
    pub subject: Option<Uuid>,
    /// Since when, Unix milliseconds.
    pub raised: i64,
    /// Until when.
    pub cleared: Option<i64>,
    /// Anything else.
    pub detail: Value,
}

/// What to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// Only alerts of this kind.
    pub kind: Option<String>,
    /// Only alerts about this document.
    pub subject: Option<Uuid>,
    /// Only alerts that are not cleared.
    pub open: bool,
}

/// A row of the table.
type Row = (Uuid, String, Option<Uuid>, i64, Option<i64>, String);

impl Facts {
    /// Raises an alert; one with the same id stays as it is.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn raise_alert(&self, alert: Alert) -> Result<(), Error> {
        let values =
            vec![alert.id.into(), alert.kind.into(), alert.subject.into(), alert.raised.into(), canonical(&alert.detail).into()];
        self.write(Batch::one(RAISE_ALERT, values)).await
    }

    /// Clears an alert at Unix time `at` in milliseconds, unless it is cleared already.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn clear_alert(&self, id: Uuid, at: i64) -> Result<(), Error> {
        self.write(Batch::one(CLEAR_ALERT, vec![id.into(), at.into()])).await
    }

    /// Writes the detail of an alert anew; one that is not there yet is raised with it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn note_alert(&self, alert: Alert) -> Result<(), Error> {
        let detail = canonical(&alert.detail);
        let mut batch = Batch::default();
        let values = vec![alert.id.into(), alert.kind.into(), alert.subject.into(), alert.raised.into(), detail.clone().into()];
        batch.push(RAISE_ALERT, values);
        batch.push(NOTE_ALERT, vec![alert.id.into(), detail.into()]);
        self.write(batch).await
    }

    /// Up to `limit` alerts, newest first, after the one that was raised at `after.0` with id `after.1`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn list_alerts(&self, filter: &AlertFilter, after: Option<(i64, Uuid)>, limit: u32) -> Result<Vec<Alert>, Error> {
        let rows: Vec<Row> = with_db!(&self.db, pool => sqlx::query_as(LIST_ALERTS)
            .bind(filter.kind.as_deref())
            .bind(filter.subject)
            .bind(i64::from(filter.open))
            .bind(after.map(|(raised, _)| raised))
            .bind(after.map(|(_, id)| id))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let alert = |(id, kind, subject, raised, cleared, text): Row| {
            Ok(Alert { id, kind, subject, raised, cleared, detail: detail(&text, "alert")? })
        };
        rows.into_iter().map(alert).collect()
    }

    /// Forgets alerts that were cleared before `before`, Unix milliseconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn expire_alerts(&self, before: i64) -> Result<(), Error> {
        self.write(Batch::one(EXPIRE_ALERTS, vec![before.into()])).await
    }
}
