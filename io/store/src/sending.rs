//! The log as a sender to another server reads it: skipping what that server has.

use std::collections::BTreeMap;

use domain::log::Row;
use domain::stamp::{Actor, Dot, Hlc, VersionVector};
use futures::TryStreamExt;
use replica::pending::{Pending, outgoing};
use replica::session::Mark;
use uuid::Uuid;

use crate::codec;
use crate::db::with_db;
use crate::error::Error;
use crate::load;
use crate::log_reader::{LogRow, Logged, read_row};
use crate::sql::peers::{MARK, NEXT_OF_ACTOR, ONE_ENTRY};
use crate::sql::state::{ONE_DOCUMENT, READ_LOG};
use crate::store::Store;

/// Entries that are looked at in one query.
const PAGE: i64 = 2_000;

/// A part of the log for another server.
#[derive(Clone, Debug, PartialEq)]
pub enum Sending {
    /// Entries that it lacks, in the order of this log.
    Entries {
        /// The entries; empty at the end of the log.
        entries: Vec<Logged>,
        /// Where to go on.
        next: i64,
    },
    /// The log no longer has all that it lacks: it needs the state.
    Behind,
}

impl Store {
    /// Where reading for a server that has `vector` begins: the position before the first entry that it lacks, or the end of the log.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn resume_at(&self, vector: &VersionVector) -> Result<i64, Error> {
        let end = self.standing().lpos;
        let missing = self.first_missing(vector).await?;
        Ok(missing.into_iter().map(|(lpos, _)| lpos - 1).min().unwrap_or(end))
    }

    /// When the oldest entry that a server with `vector` lacks was made, Unix milliseconds by its author's clock; none if it lacks
    /// nothing that the log has.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn oldest_missing(&self, vector: &VersionVector) -> Result<Option<i64>, Error> {
        let missing = self.first_missing(vector).await?;
        Ok(missing.into_iter().map(|(_, hlc)| hlc.unix_ms()).min())
    }

    /// For each actor the first entry in the log that `vector` does not cover: its position and its clock.
    async fn first_missing(&self, vector: &VersionVector) -> Result<Vec<(i64, Hlc)>, Error> {
        let standing = self.standing();
        let mut missing = Vec::new();
        for last in standing.position.vector.iter().filter(|last| !vector.covers(last)) {
            let have = i64::try_from(vector.get(&last.actor)).unwrap_or(i64::MAX);
            let index = self.index(&last.actor);
            let next: Option<(i64, i64)> = with_db!(&self.db, pool =>
                sqlx::query_as(NEXT_OF_ACTOR).bind(index).bind(have).fetch_optional(pool).await?);
            missing.extend(next.map(|(lpos, hlc)| (lpos, Hlc(hlc))));
        }
        Ok(missing)
    }

    /// Entries after position `after` that a server with `vector` lacks, oldest first: up to `limit` of them, and no more once their
    /// bodies take `bytes`, though at least one.
    ///
    /// # Errors
    /// If the database cannot be read or an entry is damaged.
    pub async fn read_for(&self, vector: &VersionVector, after: i64, limit: usize, bytes: usize) -> Result<Sending, Error> {
        let (mut entries, mut next, mut taken) = (Vec::new(), after, 0);
        loop {
            let start = next;
            let mut looked = 0;
            let mut actors = None;
            with_db!(&self.db, pool => {
                let mut rows = sqlx::query_as::<_, LogRow>(READ_LOG).bind(next).bind(PAGE).fetch(pool);
                while entries.len() < limit && taken < bytes {
                    let Some(row) = rows.try_next().await? else { break };
                    (next, looked) = (row.0, looked + 1);
                    let size = row.5.len();
                    // After the first row: who is in the rows is in memory by then.
                    let known = || self.actors.read().expect("nothing panics with this lock").clone();
                    let actors = actors.get_or_insert_with(known);
                    let dot = codec::dot(row.1, row.2, actors).ok_or_else(|| Error::damaged(format!("log entry at {next}")))?;
                    if !vector.covers(&dot) {
                        entries.push(read_row(row, actors, &self.sealer)?);
                        taken += size;
                    }
                }
            });
            let all = looked < PAGE && entries.len() < limit && taken < bytes;
            if all || !entries.is_empty() || next == start {
                break;
            }
        }
        // Only now: what was cut before or while the log was read shows in the floor.
        if !vector.covers_all(&self.floor().await?) {
            return Ok(Sending::Behind);
        }
        Ok(Sending::Entries { entries, next })
    }

    /// What is no longer in the log: a server that does not have all of it needs the state.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn floor(&self) -> Result<VersionVector, Error> {
        load::floors(&self.db, &self.actors).await
    }

    /// How far `actor` had come with its entry number `seq`, with position 0 where the log no longer has it; none if neither log nor floor
    /// tells.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn mark(&self, actor: &Actor, seq: u64) -> Result<Option<Mark>, Error> {
        if seq == 0 {
            return Ok(Some(Mark::default()));
        }
        let standing = self.standing();
        let row: Option<(i64, i64, Vec<u8>)> = with_db!(&self.db, pool => sqlx::query_as(MARK)
            .bind(self.index(actor))
            .bind(i64::try_from(seq).unwrap_or(i64::MAX))
            .fetch_optional(pool)
            .await?);
        if row.is_none()
            && let Some(head) = standing.position.heads.get(actor).filter(|_| standing.position.vector.get(actor) == seq)
        {
            return Ok(Some(Mark { lpos: 0, cum_ops: head.cum_ops, chain: head.chain }));
        }
        let damaged = || Error::damaged(format!("history of {}", actor.server));
        let mark = |(lpos, cum_ops, chain): (i64, i64, Vec<u8>)| {
            let chain = chain.try_into().map_err(|_| damaged())?;
            Ok(Mark { lpos, cum_ops: u64::try_from(cum_ops).map_err(|_| damaged())?, chain })
        };
        row.map(mark).transpose()
    }

    /// Operations of `actor` up to its entry number `seq`; none if neither log nor floor tells.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn cum_at(&self, actor: &Actor, seq: u64) -> Result<Option<u64>, Error> {
        Ok(self.mark(actor, seq).await?.map(|mark| mark.cum_ops))
    }

    /// What is on its way to a server that has `theirs`: exact, without looking through the log.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn pending(&self, theirs: &VersionVector) -> Result<Pending, Error> {
        let standing = self.standing();
        let mut marks = BTreeMap::new();
        for last in standing.position.vector.iter().filter(|last| !theirs.covers(last)) {
            let seq = theirs.get(&last.actor);
            marks.insert((last.actor, seq), self.cum_at(&last.actor, seq).await?);
        }
        // After the marks: what was cut meanwhile shows in the floor.
        let floor = self.floor().await?;
        let cum_at = |actor: &Actor, seq| marks.get(&(*actor, seq)).copied().flatten();
        Ok(outgoing(&standing.position, &floor, theirs, &cum_at))
    }

    /// The entry at `dot`, if the log has it.
    ///
    /// # Errors
    /// If the database cannot be read or the entry is damaged.
    pub async fn entry(&self, dot: Dot) -> Result<Option<Logged>, Error> {
        let row: Option<LogRow> = with_db!(&self.db, pool => sqlx::query_as(ONE_ENTRY)
            .bind(self.index(&dot.actor))
            .bind(i64::try_from(dot.seq).unwrap_or(i64::MAX))
            .fetch_optional(pool)
            .await?);
        let actors = self.actors.read().expect("nothing panics with this lock");
        row.map(|row| read_row(row, &actors, &self.sealer)).transpose()
    }

    /// A document with its stamps; none if it is not there.
    ///
    /// # Errors
    /// If the database cannot be read or the document is damaged.
    pub async fn document(&self, kind: &str, id: Uuid) -> Result<Option<Row>, Error> {
        let found: Option<(String, Vec<u8>)> =
            with_db!(&self.db, pool => sqlx::query_as(ONE_DOCUMENT).bind(kind).bind(id).fetch_optional(pool).await?);
        let Some((body, clk)) = found else { return Ok(None) };
        let actors = self.actors.read().expect("nothing panics with this lock");
        codec::read_document((kind, id), &body, &clk, &actors, &self.sealer).map(Some)
    }

    /// The number of an actor in this database; one that no row has if it is unknown.
    fn index(&self, actor: &Actor) -> i64 {
        self.actors.read().expect("nothing panics with this lock").index(actor).map_or(-1, i64::from)
    }
}
