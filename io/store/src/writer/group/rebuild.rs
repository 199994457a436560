//! The state of another server takes the place of this one's, after this one's history forked.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use domain::log::{Entry, Head, Position, Row};
use domain::stamp::{Actor, Dot};
use replica::digest;
use replica::incarnation::Fork;
use replica::rebuild::{Logged, Rebuilt, rebuild};
use uuid::Uuid;

use super::Group;
use super::statements::{add_actors, document, entry as entry_statement, fold};
use super::working::Bucket;
use crate::actors::Actors;
use crate::batch::Batch;
use crate::db::{Steps, with_db};
use crate::error::Error;
use crate::facts::Noticed;
use crate::fold::{Lag, pack};
use crate::load::{Digests, FORKED, LPOS, floors};
use crate::log_reader::{LogRow, read_row};
use crate::secret::Sealer;
use crate::snapshot::{Reader, Record};
use crate::sql::peers::{CLEAR_DIGESTS, CLEAR_DOCUMENTS, CLEAR_FLOORS, CLEAR_HEADS, CLEAR_LOG, PUT_FLOOR};
use crate::sql::state::{PUT_META, READ_LOG};
use crate::writer::State;
use crate::writer::rows::Rows;
use crate::writer::thread::Output;
use crate::writer::work::{JoinFailed, Keep, RebuiltState};

/// The key of a document.
type Key = (String, Uuid);

/// A database in the making.
struct Pass<'a> {
    steps: Steps<'a>,
    sealer: &'a Sealer,
    actors: Actors,
    /// Documents that were or are there.
    documents: BTreeMap<Key, Option<Row>>,
    /// Sums of the digest.
    sums: BTreeMap<Bucket, u128>,
    notices: Vec<Noticed>,
}

impl Group {
    pub(super) async fn rebuild<S: State>(
        &mut self,
        (installation, actor): (Uuid, Actor),
        source: Box<dyn Read + Send>,
        keep: Keep,
        output: &Output<S>,
    ) -> Result<RebuiltState, JoinFailed> {
        if self.suspect && !self.trusts_itself().await {
            return Err(JoinFailed::Unavailable);
        }
        let mut reader = Reader::open(source).map_err(JoinFailed::Broken)?;
        if reader.installation() != installation {
            return Err(JoinFailed::Foreign { found: reader.installation(), expected: installation });
        }
        let theirs = reader.position().clone();
        let own = self.position.actor;
        let fork = self.forked.filter(|fork| fork.actor == actor).unwrap_or(Fork { actor, common: 0 });
        let known = self.position.vector.iter().chain(theirs.vector.iter()).map(|dot| dot.actor);
        let newest =
            known.filter(|actor| actor.server == own.server).map(|actor| actor.incarnation).fold(own.incarnation, u32::max);
        let fresh = Actor { incarnation: newest + 1, ..own };
        let log = self.above_floor().await?;
        let result = self.rebuild_steps(&mut reader, (&theirs, &log), (fork, fresh), keep).await;
        if let Err(JoinFailed::Full | JoinFailed::Unavailable) = result {
            self.suspect = true;
        }
        let (Rebuilt { position, entries, dropped, notices }, documents, sums) = result?;
        if !dropped.is_empty() {
            tracing::warn!(count = dropped.len(), "entries of a history that does not count were not taken over");
        }
        self.actors.write().expect("nothing panics with this lock").all_stored();
        let mut state = S::clone(&output.state.borrow());
        for ((kind, id), row) in documents {
            self.known.add(&kind, id);
            state.put(&kind, id, row.as_ref());
        }
        self.lpos += 1 + entries.len() as i64;
        let vector = position.vector.clone();
        self.position = position;
        self.forked = None;
        self.lag = Lag::default();
        self.rows = Rows::default();
        self.digests = Digests::new();
        self.digest = 0;
        self.note_digests(sums);
        output.state.send_replace(Arc::new(state));
        self.stand();
        self.tell_of_everything(output);
        Ok(RebuiltState { vector, lpos: self.lpos, kept: entries.len(), dropped, notices })
    }

    /// Everything up to the commit, in one transaction. The vector moves last.
    async fn rebuild_steps(
        &mut self,
        reader: &mut Reader<Box<dyn Read + Send>>,
        (theirs, log): (&Position, &[Entry]),
        (fork, fresh): (Fork, Actor),
        keep: Keep,
    ) -> Result<(Rebuilt, BTreeMap<Key, Option<Row>>, BTreeMap<Bucket, u128>), JoinFailed> {
        let actors = {
            let mut actors = self.actors.write().expect("nothing panics with this lock");
            for actor in reader.actors().iter().chain([fresh]) {
                actors.add(actor);
            }
            actors.clone()
        };
        let wall_ms = (self.setup.clock)();
        let mut pass = Pass {
            steps: self.connection.begin().await?,
            sealer: &self.sealer,
            actors,
            documents: BTreeMap::new(),
            sums: BTreeMap::new(),
            notices: Vec::new(),
        };
        let documents = &mut pass.documents;
        let note = |(kind, id, ..): (String, Uuid, String, Vec<u8>)| {
            documents.insert((kind, id), None);
            Ok(())
        };
        pass.steps.each_document(note).await?;
        let mut batch = Batch::default();
        add_actors(&mut batch, &pass.actors);
        for sql in [CLEAR_DOCUMENTS, CLEAR_LOG, CLEAR_HEADS, CLEAR_FLOORS, CLEAR_DIGESTS] {
            batch.push(sql, Vec::new());
        }
        pass.steps.run_all(&batch).await?;
        pass.read(reader).await?;

        let lookup = |kind: &str, id: Uuid| pass.documents.get(&(kind.to_owned(), id)).cloned().flatten();
        let built = rebuild((theirs, &lookup), (&self.position, log), fork, fresh, wall_ms);
        pass.notices.extend(built.notices.iter().map(|notice| Noticed::new(notice.clone(), wall_ms, None)));
        // One position for the change itself, so that who has seen the old end sees that it moved.
        let first = self.lpos + 2;
        for (lpos, logged) in (first..).zip(&built.entries) {
            pass.put(lpos, logged).await?;
        }
        let lpos = self.lpos + 1 + built.entries.len() as i64;
        pass.finish((&built.position, theirs), lpos).await?;
        let Pass { steps, documents, sums, .. } = pass;
        // After the commit they are nowhere else, and a crash leaves no time between the two.
        keep(&built.dropped).map_err(|error| Error::file(Path::new("of what is left out"), error))?;
        steps.commit().await?;
        Ok((built, documents, sums))
    }

    /// Our log in its order, without what floors say is there as state only.
    async fn above_floor(&self) -> Result<Vec<Entry>, Error> {
        let (floor, mut entries, mut after) = (floors(&self.readers, &self.actors).await?, Vec::new(), 0);
        let actors = self.actors.read().expect("nothing panics with this lock").clone();
        loop {
            let rows: Vec<LogRow> = with_db!(&self.readers, pool =>
                sqlx::query_as(READ_LOG).bind(after).bind(1_000_i64).fetch_all(pool).await?);
            let Some(last) = rows.last() else { return Ok(entries) };
            after = last.0;
            for row in rows {
                let logged = read_row(row, &actors, &self.sealer)?;
                if !floor.covers(&logged.entry.dot) {
                    entries.push(logged.entry);
                }
            }
        }
    }
}

impl Pass<'_> {
    async fn read(&mut self, reader: &mut Reader<Box<dyn Read + Send>>) -> Result<(), JoinFailed> {
        let (mut count, mut notices, mut total) = (0_u64, 0, 0_u128);
        loop {
            match reader.next().map_err(JoinFailed::Broken)? {
                Record::Document(kind, id, row) => {
                    let summand = digest::summand(&kind, id, &row);
                    total = total.wrapping_add(summand);
                    count += 1;
                    self.add((&kind, digest::bucket(id)), summand);
                    self.write(&kind, id, Some(row)).await?;
                }
                Record::Notice(noticed) => {
                    notices += 1;
                    self.notices.push(noticed);
                }
                Record::End(end) => {
                    let same = (count, notices, format!("{total:032x}")) == (end.documents, end.notices, end.digest);
                    let broken = || JoinFailed::Broken("its documents are not those that its digest names".to_owned());
                    return same.then_some(()).ok_or_else(broken);
                }
            }
        }
    }

    fn add(&mut self, (kind, bucket): (&str, u16), part: u128) {
        let sum = self.sums.entry((kind.to_owned(), bucket)).or_default();
        *sum = sum.wrapping_add(part);
    }

    async fn write(&mut self, kind: &str, id: Uuid, row: Option<Row>) -> Result<(), JoinFailed> {
        let (sql, values) = document(kind, id, row.as_ref(), (&self.actors, self.sealer));
        self.steps.run(sql, &values).await?;
        self.documents.insert((kind.to_owned(), id), row);
        Ok(())
    }

    /// Puts an entry on top.
    async fn put(&mut self, lpos: i64, logged: &Logged) -> Result<(), JoinFailed> {
        let Logged { entry, changes, digest, head } = logged;
        for change in changes {
            self.write(&change.kind, change.id, change.after.clone()).await?;
        }
        for delta in digest {
            self.add((&delta.kind, delta.bucket), delta.sum);
        }
        let (sql, values) = entry_statement((lpos, entry), head, pack(digest), (&self.actors, self.sealer));
        Ok(self.steps.run(sql, &values).await.map(drop)?)
    }

    /// Heads, floors, digest and names, last of all.
    async fn finish(&mut self, (position, theirs): (&Position, &Position), lpos: i64) -> Result<(), JoinFailed> {
        let mut batch = Batch::default();
        self.notices.iter().for_each(|noticed| noticed.put(&mut batch));
        let floor = |(actor, head): (&Actor, &Head)| (Dot { actor: *actor, seq: theirs.vector.get(actor) }, head.clone());
        for (dot, head) in theirs.heads.iter().map(floor) {
            let aidx = self.actors.index(&dot.actor).expect("all actors were added");
            let values = vec![i64::from(aidx).into(), dot.seq.into(), head.cum_ops.into(), head.chain.to_vec().into()];
            batch.push(PUT_FLOOR, values);
        }
        batch.push(PUT_META, vec!["incarnation".into(), position.actor.incarnation.to_string().into()]);
        batch.push(PUT_META, vec![FORKED.into(), "".into()]);
        batch.push(PUT_META, vec![LPOS.into(), lpos.to_string().into()]);
        fold(&mut batch, (position, lpos), &self.sums, (&Lag::default(), &HashMap::new()), &self.actors);
        Ok(self.steps.run_all(&batch).await?)
    }
}
