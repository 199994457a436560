//! Alerts together with the messages that tell people of them: one transaction, so that no alert is raised without being told.

use std::collections::BTreeSet;

use domain::log::canonical;
use serde_json::Value;
use uuid::Uuid;

use super::{Alert, Facts};
use crate::batch::Batch;
use crate::db::with_db;
use crate::error::Error;
use crate::sql::facts::{ALERT_SUBJECTS, CLEAR_ALERT, PLAY_VIEWERS, RAISE_ALERT};
use crate::sql::messages::{PUSH, PUT_OFF, REMOVE};

/// What changed about alerts, and whom to tell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Telling {
    /// Alerts that are raised.
    pub raised: Vec<Alert>,
    /// Alerts that are cleared, each with its time in Unix milliseconds.
    pub cleared: Vec<(Uuid, i64)>,
    /// Messages to the queue: topic, when due in Unix milliseconds, what it says.
    pub messages: Vec<(String, i64, Value)>,
}

impl Telling {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.raised.is_empty() && self.cleared.is_empty() && self.messages.is_empty()
    }
}

impl Facts {
    /// Writes all of it, or nothing. Repeating it raises and clears nothing twice, but tells twice.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn tell(&self, telling: &Telling) -> Result<(), Error> {
        let mut batch = Batch::default();
        for alert in &telling.raised {
            let detail = canonical(&alert.detail);
            let values =
                vec![alert.id.into(), alert.kind.as_str().into(), alert.subject.into(), alert.raised.into(), detail.into()];
            batch.push(RAISE_ALERT, values);
        }
        for (id, at) in &telling.cleared {
            batch.push(CLEAR_ALERT, vec![(*id).into(), (*at).into()]);
        }
        for (topic, due, body) in &telling.messages {
            batch.push(PUSH, vec![topic.as_str().into(), (*due).into(), canonical(body).into()]);
        }
        self.write(batch).await
    }

    /// The screens of which something is recorded: they have left play records, or there were alerts about them.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn known_viewers(&self) -> Result<BTreeSet<Uuid>, Error> {
        let plays: Vec<(Uuid,)> = with_db!(&self.db, pool => sqlx::query_as(PLAY_VIEWERS).fetch_all(pool).await?);
        let alerts: Vec<(Uuid,)> = with_db!(&self.db, pool => sqlx::query_as(ALERT_SUBJECTS).fetch_all(pool).await?);
        Ok(plays.into_iter().chain(alerts).map(|(id,)| id).collect())
    }

    /// Puts several messages off to Unix time `due` in milliseconds after a failed delivery.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn put_all_off(&self, messages: &[i64], due: i64) -> Result<(), Error> {
        let mut batch = Batch::default();
        messages.iter().for_each(|n| batch.push(PUT_OFF, vec![(*n).into(), due.into()]));
        self.write(batch).await
    }

    /// Removes several messages that were delivered.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn remove_all(&self, messages: &[i64]) -> Result<(), Error> {
        let mut batch = Batch::default();
        messages.iter().for_each(|n| batch.push(REMOVE, vec![(*n).into()]));
        self.write(batch).await
    }
}
