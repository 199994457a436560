//! The state of another server is joined.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::sync::Arc;

use domain::log::{Entry, Position};
use domain::stamp::{Dot, Hlc, VersionVector};
use replica::join_position;
use uuid::Uuid;

use super::Group;
use super::pass::Pass;
use super::statements::{add_actors, fold};
use super::working::Bucket;
use crate::batch::Batch;
use crate::fold::Lag;
use crate::load::LPOS;
use crate::snapshot::Reader;
use crate::sql::peers::PUT_FLOOR;
use crate::sql::state::PUT_META;
use crate::writer::rows::Rows;
use crate::writer::thread::Output;
use crate::writer::work::{JoinFailed, JoinedState};
use crate::writer::{BACKLOG, Published, State};

/// How far a remote clock may pull the local one ahead of the wall clock, in milliseconds.
const MAX_AHEAD_MS: i64 = 60_000;

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
