//! Ids, places in histories and their ends.

use domain::stamp::{Actor, Dot, VersionVector};
use replica::session::{End, Ends, Mark};
use uuid::Uuid;

use super::Garbled;
use crate::v1;

pub(super) fn bytes(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}

pub(super) fn id(bytes: &[u8]) -> Result<Uuid, Garbled> {
    Uuid::from_slice(bytes).map_err(|_| Garbled("an id has not 16 bytes"))
}

/// A hash or a sum of `N` bytes.
pub(super) fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Garbled> {
    bytes.try_into().map_err(|_| Garbled("a hash has not its length"))
}

pub(super) fn actor(actor: Actor) -> v1::ReplicationActor {
    v1::ReplicationActor { server: bytes(actor.server), incarnation: actor.incarnation }
}

pub(super) fn read_actor(actor: Option<v1::ReplicationActor>) -> Result<Actor, Garbled> {
    let actor = actor.ok_or(Garbled("no actor"))?;
    Ok(Actor { server: id(&actor.server)?, incarnation: actor.incarnation })
}

pub(super) fn dot(dot: Dot) -> v1::ReplicationDot {
    v1::ReplicationDot { actor: Some(actor(dot.actor)), seq: dot.seq }
}

pub(super) fn read_dot(dot: v1::ReplicationDot) -> Result<Dot, Garbled> {
    Ok(Dot { actor: read_actor(dot.actor)?, seq: dot.seq })
}

pub(super) fn vector(vector: &VersionVector) -> Vec<v1::ReplicationDot> {
    vector.iter().map(dot).collect()
}

pub(super) fn read_vector(dots: Vec<v1::ReplicationDot>) -> Result<VersionVector, Garbled> {
    dots.into_iter().map(read_dot).collect()
}

/// Where histories end, as a message.
#[must_use]
pub fn ends(ends: &Ends) -> v1::ReplicationEnds {
    let end = |(actor, end): (Actor, End)| v1::ReplicationEnd {
        last: Some(dot(Dot { actor, seq: end.seq })),
        cum_ops: end.cum_ops,
        chain: end.chain.to_vec(),
    };
    v1::ReplicationEnds { ends: ends.iter().map(end).collect() }
}

/// Where histories end, from a message.
///
/// # Errors
/// [`Garbled`] if a member is not what it must be.
pub fn read_ends(ends: v1::ReplicationEnds) -> Result<Ends, Garbled> {
    let end = |end: v1::ReplicationEnd| {
        let last = read_dot(end.last.ok_or(Garbled("an end without its place"))?)?;
        Ok((last.actor, End { seq: last.seq, cum_ops: end.cum_ops, chain: fixed(&end.chain)? }))
    };
    ends.ends.into_iter().map(end).collect()
}

pub(super) fn mark((place, mark): &(Dot, Option<Mark>)) -> v1::ReplicationMark {
    let known = mark.is_some();
    let mark = mark.unwrap_or_default();
    v1::ReplicationMark {
        place: Some(dot(*place)),
        known,
        lpos: mark.lpos,
        cum_ops: mark.cum_ops,
        chain: if known { mark.chain.to_vec() } else { Vec::new() },
    }
}

pub(super) fn read_mark(mark: v1::ReplicationMark) -> Result<(Dot, Option<Mark>), Garbled> {
    let place = read_dot(mark.place.ok_or(Garbled("a mark without its place"))?)?;
    let known = match mark.known {
        true => Some(Mark { lpos: mark.lpos, cum_ops: mark.cum_ops, chain: fixed(&mark.chain)? }),
        false => None,
    };
    Ok((place, known))
}
