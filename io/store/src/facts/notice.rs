//! Notices: what people should look at because one of two concurrent changes won.

use domain::log::canonical;
use domain::stamp::{Actor, Dot};
use replica::{Notice, NoticeKind};
use serde_json::Value;
use uuid::Uuid;

use super::{Facts, detail};
use crate::batch::Batch;
use crate::db::{Moment, with_db, with_moment};
use crate::error::Error;
use crate::sql::notices::{ADD_NOTICE, COUNT_NOTICES, EXPIRE_NOTICES, LIST_NOTICES, NOTICES_AFTER, ONE_NOTICE, RESOLVE_NOTICE};

/// A notice as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Noticed {
    /// Grows with every change of a notice on this server; 0 for one that is about to be added.
    pub n: i64,
    /// What happened to which cell, and whose value was lost.
    pub notice: Notice,
    /// When it was found, Unix milliseconds.
    pub at: i64,
    /// The lost value; none for a secret, and where only the other value was there to be seen.
    pub value: Option<Value>,
    /// Whether a person dealt with it.
    pub resolved: Option<Resolved>,
}

/// By whom a notice was dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// When, Unix milliseconds.
    pub at: i64,
    /// The user; none for the server itself.
    pub by: Option<Uuid>,
}

/// What to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoticeFilter {
    /// Only notices about this document.
    pub document: Option<Uuid>,
    /// Only those that nobody has dealt with.
    pub open: bool,
}

/// A row of the table: number, what, kind, document, cell, loser (server, incarnation, number), time, value, resolved at and by, id.
type Row = (i64, String, String, Uuid, String, Uuid, i64, i64, i64, Option<String>, Option<i64>, Option<Uuid>, Uuid);

impl Noticed {
    /// A notice that was found at Unix time `at` in milliseconds.
    #[must_use]
    pub fn new(notice: Notice, at: i64, value: Option<Value>) -> Self {
        Self { n: 0, notice, at, value, resolved: None }
    }

    /// Adds the notice, and what is known of its end.
    pub(crate) fn put(&self, batch: &mut Batch) {
        let Notice { id, what, kind, document, cell, loser } = &self.notice;
        let values = vec![
            (*id).into(),
            name(*what).into(),
            kind.clone().into(),
            (*document).into(),
            cell.clone().into(),
            loser.actor.server.into(),
            i64::from(loser.actor.incarnation).into(),
            loser.seq.into(),
            self.at.into(),
            self.value.as_ref().map(canonical).into(),
        ];
        batch.push(ADD_NOTICE, values);
        if let Some(resolved) = self.resolved {
            batch.push(RESOLVE_NOTICE, vec![(*id).into(), resolved.at.into(), resolved.by.into()]);
        }
    }
}

/// The name in the database, in snapshots and between servers.
#[must_use]
pub fn name(what: NoticeKind) -> &'static str {
    match what {
        NoticeKind::ConcurrentEdit => "concurrent_edit",
        NoticeKind::EditLostToDelete => "edit_lost_to_delete",
        NoticeKind::TargetGone => "target_gone",
        NoticeKind::TwoNames => "two_names",
    }
}

/// Undoes [`name`].
#[must_use]
pub fn kind_of(found: &str) -> Option<NoticeKind> {
    let all = [NoticeKind::ConcurrentEdit, NoticeKind::EditLostToDelete, NoticeKind::TargetGone, NoticeKind::TwoNames];
    all.into_iter().find(|kind| name(*kind) == found)
}

/// All notices, in the order of their changes.
pub(crate) async fn all(moment: &mut Moment) -> Result<Vec<Noticed>, Error> {
    let rows: Vec<Row> = with_moment!(moment, connection =>
        sqlx::query_as(NOTICES_AFTER).bind(0_i64).bind(i64::MAX).fetch_all(connection).await?);
    rows.into_iter().map(read).collect()
}

fn read(row: Row) -> Result<Noticed, Error> {
    let (n, what, kind, document, cell, server, incarnation, seq, at, value, resolved, by, id) = row;
    let damaged = || Error::damaged(format!("notice {id}"));
    let actor = Actor { server, incarnation: u32::try_from(incarnation).map_err(|_| damaged())? };
    let loser = Dot { actor, seq: u64::try_from(seq).map_err(|_| damaged())? };
    let notice = Notice { id, what: kind_of(&what).ok_or_else(damaged)?, kind, document, cell, loser };
    let value = value.map(|text| detail(&text, "notice")).transpose()?;
    Ok(Noticed { n, notice, at, value, resolved: resolved.map(|at| Resolved { at, by }) })
}

impl Facts {
    /// Adds notices that another server found; those that are there stay as they are, except that one that was dealt with elsewhere
    /// counts as dealt with here too.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn add_notices(&self, notices: &[Noticed]) -> Result<(), Error> {
        let mut batch = Batch::default();
        notices.iter().for_each(|noticed| noticed.put(&mut batch));
        self.write(batch).await
    }

    /// Notes that `by` dealt with a notice at Unix time `at` in milliseconds. The first time counts.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn resolve_notice(&self, id: Uuid, by: Option<Uuid>, at: i64) -> Result<(), Error> {
        self.write(Batch::one(RESOLVE_NOTICE, vec![id.into(), at.into(), by.into()])).await
    }

    /// Up to `limit` notices, newest first, after the one that was found at `after.0` with id `after.1`.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn list_notices(
        &self,
        filter: &NoticeFilter,
        after: Option<(i64, Uuid)>,
        limit: u32,
    ) -> Result<Vec<Noticed>, Error> {
        let rows: Vec<Row> = with_db!(&self.db, pool => sqlx::query_as(LIST_NOTICES)
            .bind(filter.document)
            .bind(i64::from(filter.open))
            .bind(after.map(|(at, _)| at))
            .bind(after.map(|(_, id)| id))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?);
        rows.into_iter().map(read).collect()
    }

    /// Up to `limit` notices that were added or dealt with after the change with number `n`, in the order of their changes: what a peer
    /// has not heard of.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn notices_after(&self, n: i64, limit: u32) -> Result<Vec<Noticed>, Error> {
        let rows: Vec<Row> = with_db!(&self.db, pool =>
            sqlx::query_as(NOTICES_AFTER).bind(n).bind(i64::from(limit)).fetch_all(pool).await?);
        rows.into_iter().map(read).collect()
    }

    /// One notice.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn notice(&self, id: Uuid) -> Result<Option<Noticed>, Error> {
        let row: Option<Row> = with_db!(&self.db, pool => sqlx::query_as(ONE_NOTICE).bind(id).fetch_optional(pool).await?);
        row.map(read).transpose()
    }

    /// How many notices nobody has dealt with.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn open_notices(&self) -> Result<u64, Error> {
        let (count,): (i64,) = with_db!(&self.db, pool => sqlx::query_as(COUNT_NOTICES).fetch_one(pool).await?);
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Forgets notices that were found before Unix time `before` in milliseconds.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn expire_notices(&self, before: i64) -> Result<(), Error> {
        self.write(Batch::one(EXPIRE_NOTICES, vec![before.into()])).await
    }
}
