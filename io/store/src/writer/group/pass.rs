//! A pass over the documents of a snapshot that is joined.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;

use domain::commit::RowChange;
use domain::log::Row;
use domain::stamp::VersionVector;
use replica::{Notice, digest, join_row};
use uuid::Uuid;

use super::statements::document;
use super::working::Bucket;
use crate::actors::Actors;
use crate::batch::Batch;
use crate::codec;
use crate::db::Steps;
use crate::facts::Noticed;
use crate::load::Digests;
use crate::secret::Sealer;
use crate::snapshot::{Reader, Record};
use crate::writer::State;
use crate::writer::known::Known;
use crate::writer::work::JoinFailed;

/// What a join adds up to.
pub(super) struct Pass<'a, S> {
    pub(super) steps: Steps<'a>,
    pub(super) known: &'a mut Known,
    pub(super) digests: &'a Digests,
    pub(super) sealer: &'a Sealer,
    pub(super) actors: Actors,
    pub(super) state: S,
    /// What this server contained, and what the other one contained.
    pub(super) vectors: (&'a VersionVector, VersionVector),
    pub(super) sums: BTreeMap<Bucket, u128>,
    /// Sum over the documents of the snapshot.
    pub(super) theirs: u128,
    /// Documents of the snapshot, kinds by number.
    pub(super) seen: HashSet<(u32, Uuid)>,
    pub(super) kinds: HashMap<String, u32>,
    pub(super) changed: u64,
    pub(super) notices: Vec<Notice>,
    pub(super) wall_ms: i64,
}

impl<S: State> Pass<'_, S> {
    /// Takes in all records.
    pub(super) async fn read(&mut self, reader: &mut Reader<Box<dyn Read + Send>>) -> Result<(), JoinFailed> {
        let mut notices = 0;
        loop {
            match reader.next().map_err(JoinFailed::Broken)? {
                Record::Document(kind, id, row) => self.document(&kind, id, row).await?,
                Record::Notice(noticed) => {
                    notices += 1;
                    self.notice(&noticed).await?;
                }
                Record::End(end) => {
                    let found = (self.seen.len() as u64, notices, format!("{:032x}", self.theirs));
                    return if found == (end.documents, end.notices, end.digest) {
                        Ok(())
                    } else {
                        Err(JoinFailed::Broken("its documents are not those that its digest names".to_owned()))
                    };
                }
            }
        }
    }

    async fn document(&mut self, kind: &str, id: Uuid, theirs: Row) -> Result<(), JoinFailed> {
        let next = self.kinds.len() as u32;
        let number = if let Some(number) = self.kinds.get(kind) {
            *number
        } else {
            self.kinds.insert(kind.to_owned(), next);
            next
        };
        if !self.seen.insert((number, id)) {
            return Err(JoinFailed::Broken(format!("it has {kind} {id} twice")));
        }
        let summand = digest::summand(kind, id, &theirs);
        self.theirs = self.theirs.wrapping_add(summand);
        let ours = if self.known.may_have(kind, id) {
            let found = self.steps.document(kind, id).await?;
            let read = |(body, clk): (String, Vec<u8>)| codec::read_document((kind, id), &body, &clk, &self.actors, self.sealer);
            found.map(read).transpose()?
        } else {
            None
        };
        let (our_vector, their_vector) = (self.vectors.0, &self.vectors.1);
        let joined = join_row((kind, id), ours.clone(), our_vector, Some(theirs.clone()), their_vector);
        for notice in joined.notices {
            self.found(notice, [ours.as_ref(), Some(&theirs)]).await?;
        }
        let Some(change) = joined.change else { return Ok(()) };
        let is_theirs = change.before.is_none() && change.after.as_ref() == Some(&theirs);
        self.change(change, is_theirs.then_some(summand)).await
    }

    /// Documents that only this server has: kept, unless the other one deleted them.
    pub(super) async fn drop_deleted(&mut self) -> Result<(), JoinFailed> {
        let mut gone = Vec::new();
        let (seen, kinds, actors, sealer) = (&self.seen, &self.kinds, &self.actors, self.sealer);
        let (our_vector, their_vector) = (self.vectors.0, &self.vectors.1);
        let look = |(kind, id, body, clk): (String, Uuid, String, Vec<u8>)| {
            if kinds.get(&kind).is_some_and(|number| seen.contains(&(*number, id))) {
                return Ok(());
            }
            let ours = codec::read_document((&kind, id), &body, &clk, actors, sealer)?;
            let joined = join_row((&kind, id), Some(ours.clone()), our_vector, None, their_vector);
            if let Some(change) = joined.change {
                gone.push((change, joined.notices, ours));
            }
            Ok(())
        };
        self.steps.each_document(look).await?;
        for (change, notices, ours) in gone {
            for notice in notices {
                self.found(notice, [Some(&ours), None]).await?;
            }
            self.change(change, None).await?;
        }
        Ok(())
    }

    /// Takes in a change of a document; `added` is what it adds to the digest, where that is known.
    async fn change(&mut self, change: RowChange, added: Option<u128>) -> Result<(), JoinFailed> {
        let RowChange { kind, id, before, after } = change;
        let part = |row: &Option<Row>| row.as_ref().map_or(0, |row| digest::summand(&kind, id, row));
        let added = added.unwrap_or_else(|| part(&after).wrapping_sub(part(&before)));
        let key = (kind, digest::bucket(id));
        let digests = self.digests;
        let old = self.sums.get(&key).or_else(|| digests.get(&key)).copied().unwrap_or_default();
        let (sql, values) = document(&key.0, id, after.as_ref(), (&self.actors, self.sealer));
        self.steps.run(sql, &values).await?;
        self.known.add(&key.0, id);
        self.state.put(&key.0, id, after.as_ref());
        self.sums.insert(key, old.wrapping_add(added));
        self.changed += 1;
        Ok(())
    }

    /// Keeps a notice that this join found, with the lost value from one of two rows.
    async fn found(&mut self, notice: Notice, rows: [Option<&Row>; 2]) -> Result<(), JoinFailed> {
        let cells = rows.into_iter().flatten().filter_map(|row| row.cells.get(&notice.cell));
        let mut lost = cells.filter(|cell| cell.stamp.dot == notice.loser).map(|cell| &cell.value);
        let value = lost.find(|value| !self.sealer.must_seal(&notice.kind, &notice.cell, value)).cloned();
        self.notices.push(notice.clone());
        self.notice(&Noticed::new(notice, self.wall_ms, value)).await
    }

    async fn notice(&mut self, noticed: &Noticed) -> Result<(), JoinFailed> {
        let mut batch = Batch::default();
        noticed.put(&mut batch);
        Ok(self.steps.run_all(&batch).await?)
    }
}
