//! The statements of a transaction.

use super::{Group, Working};
use crate::actors::Actors;
use crate::batch::Batch;
use crate::clk::Clocks;
use crate::codec;
use crate::sql::state::{ADD_ENTRY, DELETE_DOCUMENT, PUT_DIGEST, PUT_DOCUMENT, PUT_HEAD};

impl Group {
    /// Everything that makes the working state durable: each document once however often it changed, then log, digest and head.
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
        for ((kind, bucket), sum) in &working.digests {
            let values = vec![kind.clone().into(), i64::from(*bucket).into(), sum.to_be_bytes().to_vec().into()];
            batch.push(PUT_DIGEST, values);
        }
        self.head(working, &actors, &mut batch);
        batch
    }

    fn entries<S>(&self, working: &Working<S>, actors: &Actors, batch: &mut Batch) {
        for (published, head) in working.entries.iter().zip(&working.heads) {
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
                ],
            );
        }
    }

    fn head<S>(&self, working: &Working<S>, actors: &Actors, batch: &mut Batch) {
        let actor = working.position.actor;
        let head = &working.position.heads[&actor];
        let aidx = actors.index(&actor).expect("the server's own actor is known since the first start");
        let seen = codec::pack_vector(&head.seen, actors);
        batch.push(
            PUT_HEAD,
            vec![
                i64::from(aidx).into(),
                working.position.vector.get(&actor).into(),
                head.cum_ops.into(),
                head.chain.to_vec().into(),
                serde_json::to_string(&seen).expect("numbers are plain data").into(),
            ],
        );
    }
}
