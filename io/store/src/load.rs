//! Reads everything that a starting server needs.

use std::collections::{BTreeMap, HashMap};
use std::sync::RwLock;

use domain::id::ServerId;
use domain::lead::Lead;
use domain::log::{Head, Position, Row};
use domain::stamp::{Actor, Dot, Hlc, VersionVector};
use futures::TryStreamExt;
use replica::election::Vote;
use replica::incarnation::Fork;
use uuid::Uuid;

use crate::actors::Actors;
use crate::codec;
use crate::db::{Db, Moment, with_db, with_moment};
use crate::error::Error;
use crate::fold::{self, Lag};
use crate::secret::Sealer;
use crate::sql::peers::ALL_FLOORS;
use crate::sql::state::{ALL_ACTORS, ALL_DIGESTS, ALL_DOCUMENTS, ALL_HEADS, LAST_ENTRY, LAST_OF_ACTOR, LOG_TAIL, META};

/// Sums of the digest by kind and bucket.
pub(crate) type Digests = HashMap<(String, u16), u128>;

/// A row of the table of heads, or of the log with the entry's body at the end.
type HeadRow = (i64, i64, i64, Vec<u8>, String);

/// A value that describes the database.
pub(crate) async fn meta(db: &Db, name: &str) -> Result<Option<String>, Error> {
    let value: Option<(String,)> = with_db!(db, pool => sqlx::query_as(META).bind(name).fetch_optional(pool).await?);
    Ok(value.map(|(value,)| value))
}

/// All actors in the order of their numbers.
pub(crate) async fn actors(db: &Db) -> Result<Actors, Error> {
    let rows: Vec<(i64, Uuid, i64)> = with_db!(db, pool => sqlx::query_as(ALL_ACTORS).fetch_all(pool).await?);
    let actor = |(index, (aidx, server, incarnation)): (usize, (i64, Uuid, i64))| {
        let gapless = i64::try_from(index) == Ok(aidx);
        let incarnation = u32::try_from(incarnation).ok().filter(|_| gapless);
        incarnation.map(|incarnation| Actor { server, incarnation }).ok_or_else(|| Error::damaged("list of servers"))
    };
    Ok(Actors::new(rows.into_iter().enumerate().map(actor).collect::<Result<Vec<_>, _>>()?))
}

/// Name under which the largest clock value is kept that entries of others or a cut of the log may have taken from the log's end.
pub(crate) const HLC: &str = "hlc";
/// Name under which the end of the log is kept after something other than an entry took a position.
pub(crate) const LPOS: &str = "lpos";

/// Name under which a fork of the server's own history is kept until it is rebuilt; empty after that.
pub(crate) const FORKED: &str = "forked";

/// Name under which the newest Main is kept that other servers told of: number and server.
pub(crate) const LEAD: &str = "lead";

/// The newest Main that other servers told of.
pub(crate) async fn lead(db: &Db) -> Result<Lead, Error> {
    let Some(text) = meta(db, LEAD).await? else { return Ok(Lead::default()) };
    let (number, server) = text.split_once(' ').ok_or_else(|| Error::damaged(LEAD))?;
    let (number, server) = (number.parse().ok(), server.parse().ok().map(ServerId));
    number.zip(server).map(|(number, server)| Lead { number, server }).ok_or_else(|| Error::damaged(LEAD))
}

/// Name under which the last vote for a Main is kept: number and server.
pub(crate) const VOTE: &str = "vote";

/// The last vote for a Main that was given here.
pub(crate) async fn vote(db: &Db) -> Result<Vote, Error> {
    let Some(text) = meta(db, VOTE).await? else { return Ok(Vote::default()) };
    let (term, server) = text.split_once(' ').ok_or_else(|| Error::damaged(VOTE))?;
    let vote = term.parse().ok().zip(server.parse().ok()).map(|(term, server)| Vote { term, server });
    vote.ok_or_else(|| Error::damaged(VOTE))
}

/// What is no longer in the log.
pub(crate) async fn floors(db: &Db, actors: &RwLock<Actors>) -> Result<VersionVector, Error> {
    let rows: Vec<(i64, i64)> = with_db!(db, pool => sqlx::query_as(ALL_FLOORS).fetch_all(pool).await?);
    // After the rows: who is in them is in memory by then.
    let actors = actors.read().expect("nothing panics with this lock");
    let dot = |(aidx, seq)| codec::dot(aidx, seq, &actors).ok_or_else(|| Error::damaged("list of floors"));
    rows.into_iter().map(dot).collect()
}

/// Where the server's own history forked, if that waits to be rebuilt.
pub(crate) async fn forked(db: &Db) -> Result<Option<Fork>, Error> {
    let text = meta(db, FORKED).await?.filter(|text| !text.is_empty());
    text.map(|text| serde_json::from_str(&text).map_err(|_| Error::damaged("note of a fork"))).transpose()
}

/// Where the server stands, and the end of the log.
pub(crate) async fn position(moment: &mut Moment, actor: Actor, actors: &Actors) -> Result<(Position, i64), Error> {
    let rows: Vec<HeadRow> = with_moment!(moment, connection => sqlx::query_as(ALL_HEADS).fetch_all(connection).await?);
    let mut position = Position::new(actor);
    for row in rows {
        let (dot, head) = head(row, actors).ok_or_else(|| Error::damaged("list of histories"))?;
        position.vector.raise(dot);
        position.heads.insert(dot.actor, head);
    }
    let tail: Vec<HeadRow> =
        with_moment!(moment, connection => sqlx::query_as(LOG_TAIL).bind(fold::READER).fetch_all(connection).await?);
    for row in tail {
        follow(&mut position, row, actors).ok_or_else(|| Error::damaged("log"))?;
    }
    // Others may have written the last entry, by a clock that is not to be believed.
    let own = actors.index(&actor).map_or(-1, i64::from);
    let own: Option<(i64,)> =
        with_moment!(moment, connection => sqlx::query_as(LAST_OF_ACTOR).bind(own).fetch_optional(connection).await?);
    let last: Option<(i64, i64)> =
        with_moment!(moment, connection => sqlx::query_as(LAST_ENTRY).fetch_optional(connection).await?);
    let kept = number(moment, HLC).await?.unwrap_or(0);
    position.last_hlc = Hlc(own.map_or(kept, |(own,)| own.max(kept)));
    let lpos = last.map_or(0, |(lpos, _)| lpos).max(number(moment, LPOS).await?.unwrap_or(0));
    Ok((position, lpos))
}

/// A number that describes the database.
async fn number(moment: &mut Moment, name: &str) -> Result<Option<i64>, Error> {
    let value: Option<(String,)> =
        with_moment!(moment, connection => sqlx::query_as(META).bind(name).fetch_optional(connection).await?);
    value.map(|(value,)| value.parse().map_err(|_| Error::damaged(name))).transpose()
}

fn head((aidx, seq, cum_ops, chain, seen): HeadRow, actors: &Actors) -> Option<(Dot, Head)> {
    let seen = codec::unpack_vector(&serde_json::from_str::<Vec<_>>(&seen).ok()?, actors)?;
    let head = Head { cum_ops: u64::try_from(cum_ops).ok()?, chain: chain.try_into().ok()?, seen };
    Some((codec::dot(aidx, seq, actors)?, head))
}

/// Moves the position past an entry of the log, given with its body.
fn follow(position: &mut Position, (aidx, seq, cum_ops, chain, body): HeadRow, actors: &Actors) -> Option<()> {
    let dot = codec::dot(aidx, seq, actors)?;
    position.vector.raise(dot);
    let head = position.heads.entry(dot.actor).or_default();
    head.cum_ops = u64::try_from(cum_ops).ok()?;
    head.chain = chain.try_into().ok()?;
    codec::entry_deps(&body, actors)?.iter().for_each(|dot| head.seen.raise(dot));
    Some(())
}

/// The digest as it stands, and what of it only the log has.
pub(crate) async fn digests(moment: &mut Moment) -> Result<(Digests, Lag), Error> {
    let rows: Vec<(String, i64, Vec<u8>)> =
        with_moment!(moment, connection => sqlx::query_as(ALL_DIGESTS).bind(fold::READER).fetch_all(connection).await?);
    let damaged = || Error::damaged("digest");
    let (mut digests, mut lag) = (Digests::new(), Lag::default());
    let mut add = |key, sum: u128| {
        let old: &mut u128 = digests.entry(key).or_default();
        *old = old.wrapping_add(sum);
    };
    for (kind, bucket, sum) in rows {
        if kind.is_empty() {
            let deltas = fold::unpack(&sum).ok_or_else(damaged)?;
            lag.note(&deltas);
            deltas.into_iter().for_each(|delta| add((delta.kind, delta.bucket), delta.sum));
        } else {
            let sum = u128::from_be_bytes(sum.try_into().map_err(|_| damaged())?);
            add((kind, u16::try_from(bucket).map_err(|_| damaged())?), sum);
        }
    }
    Ok((digests, lag))
}

/// Hands each document to `each`; returns how many there are.
pub(crate) async fn documents(
    db: &Db,
    actors: &Actors,
    sealer: &Sealer,
    each: &mut impl FnMut(&str, Uuid, Row),
) -> Result<BTreeMap<String, u64>, Error> {
    let mut counts = BTreeMap::new();
    with_db!(db, pool => {
        let mut rows = sqlx::query_as::<_, (String, Uuid, String, Vec<u8>)>(ALL_DOCUMENTS).fetch(pool);
        while let Some((kind, id, body, clk)) = rows.try_next().await? {
            each(&kind, id, codec::read_document((&kind, id), &body, &clk, actors, sealer)?);
            *counts.entry(kind).or_default() += 1;
        }
    });
    Ok(counts)
}
