//! The statements of a transaction.

use std::collections::BTreeMap;

use domain::log::{Entry, Head, Position, Row};
use uuid::Uuid;

use super::Group;
use super::ahead::Ahead;
use super::working::{Bucket, New, Working};
use crate::actors::Actors;
use crate::batch::Batch;
use crate::clk::Clocks;
use crate::codec;
use crate::fold::{Lag, READER};
use crate::load::{Digests, HLC};
use crate::secret::Sealer;
use crate::sql::state::{ADD_ACTOR, ADD_ENTRY, DELETE_DOCUMENT, MOVE_READER, PUT_DIGEST, PUT_DOCUMENT, PUT_HEAD, PUT_META};
use crate::value::Value;
use crate::writer::Published;

impl Group {
    /// Everything that makes the working state durable: each document once however often it changed, then the log. What is written ahead is
    /// left out.
    pub(super) fn statements<S>(&self, working: &Working<S>, ahead: Option<&Ahead>) -> Batch {
        let actors = self.actors.read().expect("nothing panics with this lock");
        let mut batch = Batch::default();
        add_actors(&mut batch, &actors);
        let is_left = |published: &Published| ahead.is_none_or(|ahead| published.lpos <= ahead.after);
        let rows = working.rows.iter().filter(|(_, row)| row.changed().is_none_or(|(published, _)| is_left(published)));
        for ((kind, id), row) in rows {
            let (sql, values) = document(self.kinds.name(*kind), *id, row.row(), (&actors, &self.sealer));
            batch.push(sql, values);
        }
        for new in working.entries.iter().filter(|new| is_left(&new.published)) {
            let (sql, values) = new.statement(&actors, &self.sealer);
            batch.push(sql, values);
        }
        working.notices.iter().for_each(|noticed| noticed.put(&mut batch));
        if working.is_remote {
            // The log's last entry does not tell it any more.
            batch.push(PUT_META, vec![HLC.into(), working.position.last_hlc.0.to_string().into()]);
        }
        batch
    }

    /// Lets the tables of heads and digest follow the log up to `lpos`, where the server stands at `position` and the sums differ from
    /// those in memory by `changed`.
    pub(super) fn fold(&self, batch: &mut Batch, at: (&Position, i64), changed: &BTreeMap<Bucket, u128>) {
        let actors = self.actors.read().expect("nothing panics with this lock");
        fold(batch, at, changed, (&self.lag, &self.digests), &actors);
    }
}

/// As [`Group::fold`], for sums in memory of which the database lacks `lag`.
pub(super) fn fold(
    batch: &mut Batch,
    (position, lpos): (&Position, i64),
    changed: &BTreeMap<Bucket, u128>,
    (lag, digests): (&Lag, &Digests),
    actors: &Actors,
) {
    for key in lag.buckets.iter().chain(changed.keys().filter(|key| !lag.buckets.contains(*key))) {
        let sum = changed.get(key).or_else(|| digests.get(key)).expect("a sum in memory lies behind each bucket");
        batch.push(PUT_DIGEST, vec![key.0.clone().into(), i64::from(key.1).into(), sum.to_be_bytes().to_vec().into()]);
    }
    for (actor, head) in &position.heads {
        let aidx = actors.index(actor).expect("actors get their number before their first entry");
        let seen = codec::pack_vector(&head.seen, actors);
        batch.push(
            PUT_HEAD,
            vec![
                i64::from(aidx).into(),
                position.vector.get(actor).into(),
                head.cum_ops.into(),
                head.chain.to_vec().into(),
                serde_json::to_string(&seen).expect("numbers are plain data").into(),
            ],
        );
    }
    batch.push(MOVE_READER, vec![READER.into(), lpos.into()]);
    // A cut may take the entry that tells it.
    batch.push(PUT_META, vec![HLC.into(), position.last_hlc.0.to_string().into()]);
}

/// What makes a document what it is; none removes it.
pub(super) fn document(
    kind: &str,
    id: Uuid,
    row: Option<&Row>,
    (actors, sealer): (&Actors, &Sealer),
) -> (&'static str, Vec<Value>) {
    let mut values = vec![kind.into(), id.into()];
    let Some(row) = row else { return (DELETE_DOCUMENT, values) };
    values.extend([codec::document_body(kind, id, row, sealer).into(), Clocks::pack(row, actors).into()]);
    (PUT_DOCUMENT, values)
}

impl New {
    /// What puts it into the log.
    pub(super) fn statement(&self, actors: &Actors, sealer: &Sealer) -> (&'static str, Vec<Value>) {
        entry((self.published.lpos, &self.published.entry), &self.head, self.digest.clone(), (actors, sealer))
    }
}

/// The actors that the database does not have yet.
pub(super) fn add_actors(batch: &mut Batch, actors: &Actors) {
    for (index, actor) in actors.missing() {
        let incarnation = i64::from(actor.incarnation);
        batch.push(ADD_ACTOR, vec![i64::from(index).into(), actor.server.into(), incarnation.into()]);
    }
}

/// What puts an entry into the log, after which its author's history ends with `head`.
pub(super) fn entry(
    (lpos, entry): (i64, &Entry),
    head: &Head,
    digest: Vec<u8>,
    (actors, sealer): (&Actors, &Sealer),
) -> (&'static str, Vec<Value>) {
    let aidx = actors.index(&entry.dot.actor).expect("actors get their number before their first entry");
    let values = vec![
        lpos.into(),
        i64::from(aidx).into(),
        entry.dot.seq.into(),
        entry.hlc.0.into(),
        (entry.ops.len() as u64).into(),
        head.cum_ops.into(),
        head.chain.to_vec().into(),
        entry.request.into(),
        codec::entry_body(entry, actors, sealer).into(),
        digest.into(),
    ];
    (ADD_ENTRY, values)
}
