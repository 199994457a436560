//! Reading the log: for live events, the audit trail, brokers and peers.

use std::collections::BTreeMap;

use domain::log::Entry;
use domain::stamp::Hlc;
use uuid::Uuid;

use crate::actors::Actors;
use crate::batch::Batch;
use crate::codec;
use crate::db::{Moment, with_db};
use crate::error::Error;
use crate::load;
use crate::peer::PeerState;
use crate::secret::Sealer;
use crate::sql::state::{DROP_READER, FIRST_MADE, MOVE_READER, RAISE_FLOOR, READ_LOG, READER, TRIM_LOG};
use crate::store::Store;

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// A row of the log: position, actor, number, clock, request, body.
pub(crate) type LogRow = (i64, i64, i64, i64, Option<Uuid>, String);

/// An entry with its place in this server's log.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    /// Position in the log of this server, growing without being gapless for ever.
    pub lpos: i64,
    /// The entry.
    pub entry: Entry,
}

impl Store {
    /// Up to `limit` entries after position `after`, oldest first.
    ///
    /// # Errors
    /// If the database cannot be read or an entry is damaged.
    pub async fn read_log(&self, after: i64, limit: u32) -> Result<Vec<Logged>, Error> {
        let rows: Vec<LogRow> = with_db!(&self.db, pool =>
            sqlx::query_as(READ_LOG).bind(after).bind(i64::from(limit)).fetch_all(pool).await?);
        let actors = self.actors.read().expect("nothing panics with this lock").clone();
        rows.into_iter().map(|row| read_row(row, &actors, &self.sealer)).collect()
    }

    /// Sums of the digest of a kind by bucket, as the database has them.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn digest(&self, kind: &str) -> Result<BTreeMap<u16, u128>, Error> {
        let (sums, _) = load::digests(&mut Moment::begin(&self.db).await?).await?;
        Ok(sums.into_iter().filter(|((of, _), _)| of == kind).map(|((_, bucket), sum)| (bucket, sum)).collect())
    }

    /// The position up to which the named reader has dealt with the log; none if there is no such reader.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn reader(&self, name: &str) -> Result<Option<i64>, Error> {
        let lpos: Option<(i64,)> = with_db!(&self.db, pool => sqlx::query_as(READER).bind(name).fetch_optional(pool).await?);
        Ok(lpos.map(|(lpos,)| lpos))
    }

    /// Notes that the named reader has dealt with everything up to `lpos`; makes the reader if need be. Never goes backwards.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn move_reader(&self, name: &str, lpos: i64) -> Result<(), Error> {
        self.facts().write(Batch::one(MOVE_READER, vec![name.into(), lpos.into()])).await
    }

    /// Forgets a reader, so that it no longer keeps the log.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn drop_reader(&self, name: &str) -> Result<(), Error> {
        self.facts().write(Batch::one(DROP_READER, vec![name.into()])).await
    }

    /// Up to where the log holds only what was made before Unix time `before` in milliseconds, by the clocks of the authors. What was made
    /// a day after `now` or later says nothing: that clock was wrong.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub async fn older_than(&self, before: i64, now: i64) -> Result<i64, Error> {
        let (from, until) = (Hlc::from_unix_ms(before).0, Hlc::from_unix_ms(now.saturating_add(DAY_MS)).0);
        let first: Option<(i64,)> =
            with_db!(&self.db, pool => sqlx::query_as(FIRST_MADE).bind(from).bind(until).fetch_optional(pool).await?);
        Ok(first.map_or_else(|| self.standing().lpos, |(lpos,)| lpos - 1))
    }

    /// Removes entries up to `lpos`, as far as all readers have come and all active peers have acknowledged; the last entry always stays.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn trim_log(&self, lpos: i64) -> Result<(), Error> {
        let mut lpos = lpos;
        for peer in self.peers().into_iter().filter(|peer| peer.state == PeerState::Active) {
            lpos = lpos.min(self.resume_at(&peer.acked).await?);
        }
        self.cut_log(lpos).await
    }

    /// Removes entries up to `lpos`, as far as all readers have come, whatever peers have: those that lack them get the state. The last
    /// entry always stays.
    ///
    /// # Errors
    /// [`Error::Unavailable`] or [`Error::Full`].
    pub async fn cut_log(&self, lpos: i64) -> Result<(), Error> {
        let mut batch = Batch::one(RAISE_FLOOR, vec![lpos.into()]);
        batch.push(TRIM_LOG, vec![lpos.into()]);
        batch.folded = true;
        self.facts().write(batch).await
    }
}

/// Reads a row of the log.
pub(crate) fn read_row(row: LogRow, actors: &Actors, sealer: &Sealer) -> Result<Logged, Error> {
    let (lpos, aidx, seq, hlc, request, body) = row;
    let dot = codec::dot(aidx, seq, actors).ok_or_else(|| Error::damaged(format!("log entry at {lpos}")))?;
    Ok(Logged { lpos, entry: codec::read_entry((dot, Hlc(hlc), request), &body, actors, sealer)? })
}
