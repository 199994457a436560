//! Messages born outside a commit, such as commands and jobs: kept until they are delivered.

use domain::log::canonical;
use serde_json::Value;

use super::{Facts, detail};
use crate::batch::Batch;
use crate::db::with_db;
use crate::error::Error;
use crate::sql::messages::{DUE, PUSH, PUT_OFF, REMOVE};

/// A message that is due.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its number.
    pub n: i64,
    /// How often its delivery failed.
    pub attempts: i64,
    /// What it says.
    pub body: Value,
}

impl Facts {
    /// Adds a message to `topic` that is due at Unix time `due` in milliseconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn push(&self, topic: &str, due: i64, body: &Value) -> Result<(), Error> {
        self.write(Batch::one(PUSH, vec![topic.into(), due.into(), canonical(body).into()])).await
    }

    /// Up to `limit` messages of `topic` that are due at Unix time `now` in milliseconds, oldest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn due(&self, topic: &str, now: i64, limit: u32) -> Result<Vec<Message>, Error> {
        let rows: Vec<(i64, i64, String)> = with_db!(&self.db, pool =>
            sqlx::query_as(DUE).bind(topic).bind(now).bind(i64::from(limit)).fetch_all(pool).await?);
        let message = |(n, attempts, text): (i64, i64, String)| Ok(Message { n, attempts, body: detail(&text, "message")? });
        rows.into_iter().map(message).collect()
    }

    /// Puts a message off to Unix time `due` in milliseconds after a failed delivery.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn put_off(&self, n: i64, due: i64) -> Result<(), Error> {
        self.write(Batch::one(PUT_OFF, vec![n.into(), due.into()])).await
    }

    /// Removes a message that was delivered.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn remove(&self, n: i64) -> Result<(), Error> {
        self.write(Batch::one(REMOVE, vec![n.into()])).await
    }
}
