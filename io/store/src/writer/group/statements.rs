//! The statements of a transaction.

use std::collections::BTreeMap;

use domain::log::Position;

use super::{Group, New, Working};
use crate::actors::Actors;
use crate::batch::Batch;
use crate::clk::Clocks;
use crate::codec;
use crate::fold::READER;
use crate::sql::state::{ADD_ENTRY, DELETE_DOCUMENT, MOVE_READER, PUT_DIGEST, PUT_DOCUMENT, PUT_HEAD};

impl Group {
    /// Everything that makes the working state durable: each document once however often it changed, then the log.
    pub(super) fn statements<S>(&self, working: &Working<S>) -> Batch {
        let actors = self.actors.read().expect("nothing panics with this lock");
        let mut batch = Batch::default();
        for ((kind, id), row) in &working.rows {
            let key = vec![kind.clone().into(), (*id).into()];
            match row {
                None => batch.push(DELETE_DOCUMENT, key),
                Some(row) => {
                    let body = codec::document_body(kind, *id, row, &self.sealer);
                    let mut values = key;
                    values.extend([body.into(), Clocks::pack(row, &actors).into()]);
                    batch.push(PUT_DOCUMENT, values);
                }
            }
        }
        self.entries(working, &actors, &mut batch);
        batch
    }

    fn entries<S>(&self, working: &Working<S>, actors: &Actors, batch: &mut Batch) {
        for New { published, head, digest } in &working.entries {
            let entry = &published.entry;
            let aidx = actors.index(&entry.dot.actor).expect("the server's own actor is known since the first start");
            batch.push(
                ADD_ENTRY,
                vec![
                    published.lpos.into(),
                    i64::from(aidx).into(),
                    entry.dot.seq.into(),
                    entry.hlc.0.into(),
                    (entry.ops.len() as u64).into(),
                    head.cum_ops.into(),
                    head.chain.to_vec().into(),
                    entry.request.into(),
                    codec::entry_body(entry, actors, &self.sealer).into(),
                    digest.clone().into(),
                ],
            );
        }
    }

    /// Lets the tables of heads and digest follow the log up to `lpos`, where the server stands at `position` and the sums differ from
    /// those in memory by `changed`.
    pub(super) fn fold(&self, batch: &mut Batch, (position, lpos): (&Position, i64), changed: &BTreeMap<(String, u16), u128>) {
        let actors = self.actors.read().expect("nothing panics with this lock");
        for key in self.lag.buckets.iter().chain(changed.keys().filter(|key| !self.lag.buckets.contains(*key))) {
            let sum = changed.get(key).or_else(|| self.digests.get(key)).expect("a sum in memory lies behind each bucket");
            batch.push(PUT_DIGEST, vec![key.0.clone().into(), i64::from(key.1).into(), sum.to_be_bytes().to_vec().into()]);
        }
        for (actor, head) in &position.heads {
            let aidx = actors.index(actor).expect("actors get their number before their first entry");
            let seen = codec::pack_vector(&head.seen, &actors);
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
    }
}
