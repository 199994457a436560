//! The state of another server is joined.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use domain::commit::RowChange;
use domain::log::{Entry, Position, Row};
use domain::stamp::{Dot, Hlc, VersionVector};
use replica::{Notice, digest, join_position, join_row};
use uuid::Uuid;

use super::Group;
use super::statements::{add_actors, document, fold};
use super::working::Bucket;
use crate::actors::Actors;
use crate::batch::Batch;
use crate::codec;
use crate::db::Steps;
use crate::facts::Noticed;
use crate::fold::Lag;
use crate::load::{Digests, LPOS};
use crate::secret::Sealer;
use crate::snapshot::{Reader, Record};
use crate::sql::peers::PUT_FLOOR;
use crate::sql::state::PUT_META;
use crate::writer::known::Known;
use crate::writer::rows::Rows;
use crate::writer::thread::Output;
use crate::writer::work::{JoinFailed, JoinedState};
use crate::writer::{BACKLOG, Published, State};

/// How far a remote clock may pull the local one ahead of the wall clock, in milliseconds.
const MAX_AHEAD_MS: i64 = 60_000;

/// What a join adds up to.
struct Pass<'a, S> {
    steps: Steps<'a>,
    known: &'a mut Known,
    digests: &'a Digests,
    sealer: &'a Sealer,
    actors: Actors,
    state: S,
    /// What this server contained, and what the other one contained.
    vectors: (&'a VersionVector, VersionVector),
    sums: BTreeMap<Bucket, u128>,
    /// Sum over the documents of the snapshot.
    theirs: u128,
    /// Documents of the snapshot, kinds by number.
    seen: HashSet<(u32, Uuid)>,
    kinds: HashMap<String, u32>,
    changed: u64,
    notices: Vec<Notice>,
    wall_ms: i64,
}

impl Group {
    pub(super) async fn join<S: State>(
        &mut self,
        installation: Uuid,
        source: Box<dyn Read + Send>,
        output: &Output<S>,
    ) -> Result<JoinedState, JoinFailed> {
        if self.suspect && !self.trusts_itself().await {
            return Err(JoinFailed::Unavailable);
        }
        let mut reader = Reader::open(source).map_err(JoinFailed::Broken)?;
        if reader.installation() != installation {
            return Err(JoinFailed::Foreign { found: reader.installation(), expected: installation });
        }
        let theirs = reader.position().clone();
        let own = self.position.actor;
        let unknown = |dot: &Dot| {
            let own = dot.actor.server == own.server && dot.actor.incarnation >= own.incarnation;
            own && !self.position.vector.covers(dot)
        };
        if let Some(dot) = theirs.vector.iter().find(unknown) {
            return Err(JoinFailed::Own(dot));
        }
        let wall_ms = (self.setup.clock)();
        let (mut position, floor) = join_position(&self.position, &theirs);
        let believable = Hlc::from_unix_ms(wall_ms.saturating_add(MAX_AHEAD_MS));
        position.last_hlc = position.last_hlc.max(theirs.last_hlc.min(believable));
        let result = self.join_steps((&mut reader, theirs.vector), (&position, &floor), wall_ms, output).await;
        if let Err(JoinFailed::Full | JoinFailed::Unavailable) = result {
            self.suspect = true;
        }
        let (state, sums, joined) = result?;
        self.actors.write().expect("nothing panics with this lock").all_stored();
        self.position = position;
        self.lpos = joined.lpos;
        self.lag = Lag::default();
        self.rows = Rows::default();
        self.note_digests(sums);
        output.state.send_replace(Arc::new(state));
        self.stand();
        self.tell_of_everything(output);
        Ok(joined)
    }

    /// Everything up to the commit, in one transaction. The vector moves last.
    async fn join_steps<S: State>(
        &mut self,
        (reader, vector): (&mut Reader<Box<dyn Read + Send>>, VersionVector),
        (position, floor): (&Position, &VersionVector),
        wall_ms: i64,
        output: &Output<S>,
    ) -> Result<(S, BTreeMap<Bucket, u128>, JoinedState), JoinFailed> {
        let actors = {
            let mut actors = self.actors.write().expect("nothing panics with this lock");
            reader.actors().iter().for_each(|actor| {
                actors.add(actor);
            });
            actors.clone()
        };
        let mut pass = Pass {
            steps: self.connection.begin().await?,
            known: &mut self.known,
            digests: &self.digests,
            sealer: &self.sealer,
            actors,
            state: S::clone(&output.state.borrow()),
            vectors: (&self.position.vector, vector),
            sums: BTreeMap::new(),
            theirs: 0,
            seen: HashSet::new(),
            kinds: HashMap::new(),
            changed: 0,
            notices: Vec::new(),
            wall_ms,
        };
        let mut batch = Batch::default();
        add_actors(&mut batch, &pass.actors);
        pass.steps.run_all(&batch).await?;
        let had_any = !self.position.vector.is_empty();
        pass.read(reader).await?;
        if had_any {
            pass.drop_deleted().await?;
        }

        let lpos = self.lpos + 1;
        let mut batch = Batch::default();
        for dot in floor.iter() {
            let head = &position.heads[&dot.actor];
            let aidx = pass.actors.index(&dot.actor).expect("all actors were added");
            let values = vec![i64::from(aidx).into(), dot.seq.into(), head.cum_ops.into(), head.chain.to_vec().into()];
            batch.push(PUT_FLOOR, values);
        }
        batch.push(PUT_META, vec![LPOS.into(), lpos.to_string().into()]);
        fold(&mut batch, (position, lpos), &pass.sums, (&self.lag, &self.digests), &pass.actors);
        pass.steps.run_all(&batch).await?;
        let Pass { steps, state, sums, changed, notices, .. } = pass;
        steps.commit().await?;
        Ok((state, sums, JoinedState { vector: position.vector.clone(), lpos, changed, notices }))
    }

    /// Makes every subscriber lag, so that it looks at the state instead of waiting for entries that do not exist.
    pub(super) fn tell_of_everything<S>(&self, output: &Output<S>) {
        let entry = Entry {
            dot: Dot::default(),
            hlc: Hlc::default(),
            deps: VersionVector::default(),
            ops: Vec::new(),
            author: None,
            request: None,
            schema: self.setup.schema,
            epoch: 0,
        };
        let nothing = Arc::new(Published { lpos: 0, entry, changes: Vec::new() });
        for _ in 0..=BACKLOG {
            // Nobody may be listening.
            let _ = output.published.send(nothing.clone());
        }
    }
}

impl<S: State> Pass<'_, S> {
    /// Takes in all records.
    async fn read(&mut self, reader: &mut Reader<Box<dyn Read + Send>>) -> Result<(), JoinFailed> {
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
    async fn drop_deleted(&mut self) -> Result<(), JoinFailed> {
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
        self.state.put(&key.0, id, after);
        self.sums.insert(key, old.wrapping_add(added));
        self.changed += 1;
        Ok(())
    }

    /// Keeps a notice that this join found, with the lost value from one of two rows.
    async fn found(&mut self, notice: Notice, rows: [Option<&Row>; 2]) -> Result<(), JoinFailed> {
        let cells = rows.into_iter().flatten().filter_map(|row| row.cells.get(&notice.cell));
        let lost = cells.filter(|cell| cell.stamp.dot == notice.loser).map(|cell| &cell.value);
        let value = lost.filter(|value| !self.sealer.must_seal(&notice.kind, &notice.cell, value)).next().cloned();
        self.notices.push(notice.clone());
        self.notice(&Noticed::new(notice, self.wall_ms, value)).await
    }

    async fn notice(&mut self, noticed: &Noticed) -> Result<(), JoinFailed> {
        let mut batch = Batch::default();
        noticed.put(&mut batch);
        Ok(self.steps.run_all(&batch).await?)
    }
}
