//! The parts of a snapshot.

use domain::log::{Head, Position, Row};
use domain::stamp::{Actor, Hlc};
use replica::Notice;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::actors::Actors;
use crate::codec;
use crate::facts::{Noticed, Resolved};

/// What a snapshot begins with. Everything after it goes by the numbers of `actors`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Header {
    /// Whose state it is.
    pub(crate) installation: Uuid,
    /// The server that wrote it.
    pub(super) actor: Actor,
    pub(super) actors: Vec<Actor>,
    pub(super) hlc: Hlc,
    pub(super) heads: Vec<HeadLine>,
}

/// The end of one actor's history.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct HeadLine {
    actor: u32,
    seq: u64,
    cum_ops: u64,
    chain: String,
    seen: Vec<(u32, u64)>,
}

/// What a snapshot ends with.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct End {
    /// How many documents there are.
    pub(crate) documents: u64,
    /// How many notices there are.
    pub(crate) notices: u64,
    /// The digest over all documents: 32 hexadecimal digits.
    pub(crate) digest: String,
}

/// A part of a snapshot after its header.
#[derive(Debug)]
pub(crate) enum Record {
    /// A document.
    Document(String, Uuid, Row),
    /// A notice.
    Notice(Noticed),
    /// The end.
    End(End),
}

impl Header {
    pub(super) fn new(installation: Uuid, position: &Position, actors: &Actors) -> Self {
        let line = |(actor, head): (&Actor, &Head)| HeadLine {
            actor: actors.index(actor).expect("actors get their number before their first entry"),
            seq: position.vector.get(actor),
            cum_ops: head.cum_ops,
            chain: hex::encode(head.chain),
            seen: codec::pack_vector(&head.seen, actors),
        };
        Self {
            installation,
            actor: position.actor,
            actors: actors.iter().collect(),
            hlc: position.last_hlc,
            heads: position.heads.iter().map(line).collect(),
        }
    }

    /// The actors in the order of their numbers; none if one is named twice.
    pub(super) fn actors(&self) -> Option<Actors> {
        let actors = Actors::new(self.actors.iter().copied());
        (actors.iter().count() == self.actors.len()).then_some(actors)
    }

    /// Where the server stood; none if that cannot be.
    pub(super) fn position(&self, actors: &Actors) -> Option<Position> {
        let mut position = Position { last_hlc: self.hlc, ..Position::new(self.actor) };
        for line in &self.heads {
            let dot = codec::dot(line.actor.into(), i64::try_from(line.seq).ok()?, actors)?;
            let chain = hex::decode(&line.chain).ok()?.try_into().ok()?;
            let head = Head { cum_ops: line.cum_ops, chain, seen: codec::unpack_vector(&line.seen, actors)? };
            position.vector.raise(dot);
            position.heads.insert(dot.actor, head);
        }
        Some(position)
    }
}

/// A notice as it travels.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct NoticeLine {
    what: String,
    kind: String,
    document: Uuid,
    cell: String,
    loser: domain::stamp::Dot,
    at: i64,
    value: Option<Value>,
    resolved: Option<(i64, Option<Uuid>)>,
}

impl From<Noticed> for NoticeLine {
    fn from(noticed: Noticed) -> Self {
        let Noticed { notice, at, value, resolved, .. } = noticed;
        let Notice { what, kind, document, cell, loser, .. } = notice;
        let resolved = resolved.map(|resolved| (resolved.at, resolved.by));
        Self { what: crate::facts::notice_name(what).to_owned(), kind, document, cell, loser, at, value, resolved }
    }
}

impl NoticeLine {
    /// The notice; none if its kind is not known.
    pub(super) fn notice(self) -> Option<Noticed> {
        let what = crate::facts::notice_kind(&self.what)?;
        let notice = Notice::new(what, &self.kind, self.document, &self.cell, self.loser);
        let resolved = self.resolved.map(|(at, by)| Resolved { at, by });
        Some(Noticed { resolved, ..Noticed::new(notice, self.at, self.value) })
    }
}
