//! Driving the election: the machine of `replica::election` between the sessions, the store and the state.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use control::replication::{Garbled, word};
use control::v1::replication_frame::Frame as Message;
use control::v1::{ReplicationFrame, ReplicationWord};
use domain::id::ServerId;
use domain::intent::promote;
use domain::lead::Lead;
use domain::refusal::Refusal;
use domain::state::State;
use domain::voters::{self, Voters};
use futures::future::BoxFuture;
use futures::stream::{FuturesUnordered, StreamExt as _};
use parking_lot::Mutex;
use replica::election::{Council, Election, Facts, Input, Output, Word};
use replica::session::Epoch;
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::roles;
use super::session::Outbox;
use crate::app::App;
use crate::core::Change;
use crate::now::now_ms;

/// How often the machine is told that time passes.
const TICK: Duration = Duration::from_secs(1);
/// How much longer each next one in the order waits before it tries to take over, in milliseconds.
const TURN_MS: u64 = 3_000;
/// How much longer it waits after each time that it was elected and could not write so, in milliseconds, up to six times.
const FAILED_MS: u64 = 10_000;

/// What the sessions and the election share. A clone is a handle.
#[derive(Clone, Default)]
pub(super) struct Assembly(Arc<Hall>);

#[derive(Default)]
struct Hall {
    /// Where the words of others go; none before the election runs.
    ear: Mutex<Option<mpsc::UnboundedSender<(ServerId, Word)>>>,
    /// By which sessions others hear ours.
    voices: Mutex<BTreeMap<ServerId, Outbox>>,
    stands: Mutex<Stands>,
}

/// How the election stands, for people.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stands {
    /// The largest number of a promotion or a vote that is known here.
    pub(super) term: u32,
    /// For how long nothing was heard of the Main, milliseconds.
    pub(super) silent_ms: u64,
}

/// A session's part in it; given back when dropped.
pub(super) struct Voice {
    server: ServerId,
    out: Outbox,
    assembly: Assembly,
}

impl Assembly {
    /// A session with a server that votes began.
    pub(super) fn join(&self, server: ServerId, out: &Outbox) -> Voice {
        self.0.voices.lock().insert(server, out.clone());
        Voice { server, out: out.clone(), assembly: self.clone() }
    }

    /// Whether that server is connected and its program votes.
    pub(super) fn can_vote(&self, server: ServerId) -> bool {
        self.0.voices.lock().contains_key(&server)
    }

    /// How it stands.
    pub(super) fn stands(&self) -> Stands {
        *self.0.stands.lock()
    }

    fn say(&self, to: ServerId, said: &Word) {
        if let Some(out) = self.0.voices.lock().get(&to) {
            // What gets lost is said again.
            let _ = out.send(ReplicationFrame { frame: Some(Message::Word(word::write(said))) });
        }
    }
}

impl Voice {
    /// The other server said something.
    pub(super) fn heard(&self, said: ReplicationWord) -> Result<(), Garbled> {
        if let (Some(said), Some(ear)) = (word::read(said)?, &*self.assembly.0.ear.lock()) {
            // The program ends.
            let _ = ear.send((self.server, said));
        }
        Ok(())
    }
}

impl Drop for Voice {
    fn drop(&mut self) {
        let mut voices = self.assembly.0.voices.lock();
        if voices.get(&self.server).is_some_and(|out| out.same_channel(&self.out)) {
            voices.remove(&self.server);
        }
    }
}

struct Driver {
    app: App,
    machine: Election,
    voters: Voters,
    /// What the store was asked for.
    asked: FuturesUnordered<BoxFuture<'static, Option<Input>>>,
    settling: bool,
    failed: u64,
}

/// Takes part in elections until `stop` is cancelled.
pub(super) async fn follow(app: App, stop: CancellationToken) {
    let (ear, mut heard) = mpsc::unbounded_channel();
    *app.replication.assembly.0.ear.lock() = Some(ear);
    let (mut state, mut told) = (app.core.watch(), app.core.store().watch_lead());
    let (voters, facts) = facts(&app, 0);
    let (own, run) = (app.core.server_id(), app.replication.boot_nonce());
    let machine = Election::new(own, run, facts, app.core.store().vote(), app.replication.now().mono_ms);
    let mut driver = Driver { app, machine, voters, asked: FuturesUnordered::new(), settling: false, failed: 0 };
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let input = tokio::select! {
            () = stop.cancelled() => return,
            changed = state.changed() => match changed { Ok(()) => None, Err(_) => return },
            changed = told.changed() => match changed { Ok(()) => None, Err(_) => return },
            Some((from, word)) = heard.recv() => {
                roles::heard(&driver.app, word.lead).await;
                Some(Input::Heard { from: from.0, word })
            }
            Some(done) = driver.asked.next(), if !driver.asked.is_empty() => {
                driver.settling &= done.is_some();
                driver.failed += u64::from(done == Some(Input::NotPromoted));
                done
            }
            _ = ticks.tick() => Some(Input::Tick),
        };
        driver.step(input);
    }
}

impl Driver {
    fn step(&mut self, input: Option<Input>) {
        let (voters, facts) = facts(&self.app, self.failed);
        self.voters = voters;
        self.handle(Input::Facts(facts));
        input.into_iter().for_each(|input| self.handle(input));
        let now = self.app.replication.now().mono_ms;
        *self.app.replication.assembly.0.stands.lock() =
            Stands { term: self.machine.term(), silent_ms: self.machine.silent_ms(now) };
        let until = self.machine.duties_until().map(|until| self.app.replication.instant(until));
        self.app.core.set_duties(until);
    }

    fn handle(&mut self, input: Input) {
        for output in self.machine.handle(self.app.replication.now().mono_ms, input) {
            match output {
                Output::Say { to, word } => self.app.replication.assembly.say(ServerId(to), &word),
                Output::Keep(vote) => {
                    tracing::info!(term = vote.term, server.id = %vote.server, "the Main is silent: this server votes for another one");
                    let store = self.app.core.store().clone();
                    self.asked.push(Box::pin(async move {
                        let kept = store.note_vote(vote).await;
                        if let Err(error) = &kept {
                            tracing::error!(%error, "a vote could not be kept, so it is not given");
                        }
                        Some(Input::Kept(kept.map(|()| vote).map_err(|_| ())))
                    }));
                }
                Output::Promote { term, until_ms } => {
                    let until = self.app.replication.instant(until_ms);
                    self.asked.push(Box::pin(take_over(self.app.clone(), term, until)));
                }
                Output::Settle if !self.settling => {
                    self.settling = true;
                    self.asked.push(Box::pin(settle(self.app.clone(), self.voters.clone())));
                }
                Output::Settle => {}
            }
        }
    }
}

/// What the machine must know, and the voters behind it.
fn facts(app: &App, failed: u64) -> (Voters, Facts) {
    let state = app.core.state();
    let (own, lead) = (ServerId(app.core.server_id()), app.core.lead());
    let voters = voters::in_force(&state);
    let ids = |set: &Vec<ServerId>| set.iter().map(|id| id.0).collect::<Vec<_>>();
    let council = Council {
        voters: ids(&voters.servers),
        former: voters.former.iter().map(ids).collect(),
        patience_ms: u64::from(voters.seconds) * 1_000,
    };
    let turn = voters::order(&state, lead).iter().position(|id| *id == own).and_then(|turn| u64::try_from(turn).ok());
    let may_lead = state.servers.get(own).is_some_and(|server| !server.read_only && server.retired_at.is_none());
    let wait_ms = turn.filter(|_| may_lead).map(|turn| turn * TURN_MS + failed.min(6) * FAILED_MS);
    let lead = lead.map_or_else(Epoch::default, |lead| Epoch { number: lead.number, server: lead.server.0 });
    (voters, Facts { council, lead, wait_ms })
}

/// This server was elected.
async fn take_over(app: App, term: u32, until: Instant) -> Option<Input> {
    let (own, heard, now) = (ServerId(app.core.server_id()), app.core.store().heard_lead(), now_ms());
    let decide = move |state: &State| {
        if Instant::now() >= until {
            return Err(Refusal::InUse("the votes are too old by now".to_owned()));
        }
        Ok((promote::elected(state, own, heard, term, now)?, ()))
    };
    match app.core.change_lead(Change::default(), decide).await {
        Ok(_) => {
            let Lead { number, .. } = app.core.lead().unwrap_or_default();
            tracing::warn!(epoch = number, "the Main was silent, and most voters chose this server: it is the Main now");
            None
        }
        Err(error) => {
            let why = error.into_body().message;
            tracing::error!(why, term, "this server was chosen as the Main, and could not become it");
            Some(Input::NotPromoted)
        }
    }
}

/// Most of the former voters know the present ones.
async fn settle(app: App, known: Voters) -> Option<Input> {
    let made = app.core.change_own(move |state: &State| Ok((voters::settle(state, &known), ()))).await;
    if let Err(error) = made {
        let why = error.into_body().message;
        tracing::warn!(why, "that most voters know of each other could not be written down; it is tried again");
    }
    None
}
