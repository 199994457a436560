//! The audit trail: who changed what, when.

use domain::log::canonical;
use serde_json::Value;
use uuid::Uuid;

use super::{Facts, detail};
use crate::batch::Batch;
use crate::db::with_db;
use crate::error::Error;
use crate::sql::facts::{ADD_AUDIT, EXPIRE_AUDIT, LIST_AUDIT};

/// One thing that somebody did.
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// When, Unix milliseconds.
    pub at: i64,
    /// The user or device; none for the server itself.
    pub author: Option<Uuid>,
    /// What was done, such as `viewer.update`.
    pub action: String,
    /// Kind of the document that it was done to.
    pub kind: Option<String>,
    /// The document.
    pub document: Option<Uuid>,
    /// Where it comes from, such as a dot and the number of an operation. Adding the same source again changes nothing.
    pub source: String,
    /// Before and after, already without secrets.
    pub detail: Value,
}

/// An audit entry with its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Audited {
    /// Grows with each entry; the cursor of lists.
    pub n: i64,
    /// The entry.
    pub audit: Audit,
}

/// What to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only entries of this author.
    pub author: Option<Uuid>,
    /// Only entries about this kind.
    pub kind: Option<String>,
    /// Only entries about this document.
    pub document: Option<Uuid>,
    /// Only entries at or after this Unix time in milliseconds.
    pub from: i64,
    /// Only entries before this Unix time in milliseconds.
    pub until: i64,
}

impl Default for AuditFilter {
    fn default() -> Self {
        Self { author: None, kind: None, document: None, from: i64::MIN, until: i64::MAX }
    }
}

/// A row of the table.
type Row = (i64, i64, Option<Uuid>, String, Option<String>, Option<Uuid>, String, String);

impl Facts {
    /// Adds entries.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`]; then none was added.
    pub async fn add_audit(&self, entries: Vec<Audit>) -> Result<(), Error> {
        let mut batch = Batch::default();
        for entry in entries {
            let values = vec![
                entry.at.into(),
                entry.author.into(),
                entry.action.into(),
                entry.kind.into(),
                entry.document.into(),
                entry.source.into(),
                canonical(&entry.detail).into(),
            ];
            batch.push(ADD_AUDIT, values);
        }
        self.write(batch).await
    }

    /// Up to `limit` entries before number `before`, newest first.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn list_audit(&self, filter: &AuditFilter, before: Option<i64>, limit: u32) -> Result<Vec<Audited>, Error> {
        let rows: Vec<Row> = with_db!(&self.db, pool => sqlx::query_as(LIST_AUDIT)
            .bind(before.unwrap_or(i64::MAX))
            .bind(filter.author)
            .bind(filter.kind.as_deref())
            .bind(filter.document)
            .bind(filter.from)
            .bind(filter.until)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        let audited = |(n, at, author, action, kind, document, source, text): Row| {
            let detail = detail(&text, "audit entry")?;
            Ok(Audited { n, audit: Audit { at, author, action, kind, document, source, detail } })
        };
        rows.into_iter().map(audited).collect()
    }

    /// Forgets entries older than `before`, Unix milliseconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn expire_audit(&self, before: i64) -> Result<(), Error> {
        self.write(Batch::one(EXPIRE_AUDIT, vec![before.into()])).await
    }
}
