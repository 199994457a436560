//! Driving one session with another server: the machine of `replica::session` between the wire and the store.

use std::time::Duration;

use control::replication::{read, write};
use control::v1::ReplicationFrame;
use control::v1::replication_frame::Frame as Message;
use domain::id::ServerId;
use domain::lead::Lead;
use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::{BoxStream, FuturesUnordered};
use replica::session::{Alarm, CLOCK_ALARM_MS, Frame, Hold, Input, Live, Output, Peer, Phase, Reason, Session, VOTES_FROM};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::alarms::What;
use super::election::Voice;
use super::links::{Connected, Seat};
use super::{facts, feeding, obeying, roles};
use crate::app::App;
use crate::now::now_ms;

/// How often the machine is told that time passes.
const TICK: Duration = Duration::from_secs(1);
/// How long the last word may take to get out.
const FAREWELL: Duration = Duration::from_secs(1);
/// How often what is no longer in the log, role and free disk are looked at, in ticks.
const LOOK: u32 = 5;

/// What comes in; an error is why nothing more will.
pub(super) type Incoming = BoxStream<'static, Result<ReplicationFrame, String>>;
/// What goes out. Not bounded: entries are, by the credit of the other side, and all else is small.
pub(super) type Outbox = mpsc::UnboundedSender<ReplicationFrame>;
/// What the store was asked for; an error ends the session.
pub(super) type Answer = BoxFuture<'static, Result<Input, String>>;

/// How the connection came to be.
#[derive(Clone, Debug)]
pub(super) struct Ways {
    /// Whether this server dialled.
    pub(super) dialled: bool,
    /// By which way.
    pub(super) way: String,
    /// The other end.
    pub(super) address: String,
}

/// How a session ended.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// Why, in words.
    pub(super) why: String,
    /// Whether both sides had introduced themselves, and this connection was the one that stays.
    pub(super) was_open: bool,
    /// Whether dialling again can help without somebody doing something.
    pub(super) passes: bool,
}

struct Driver {
    app: App,
    server: ServerId,
    ways: Ways,
    machine: Session,
    out: Outbox,
    asked: FuturesUnordered<Answer>,
    seat: Option<Seat>,
    /// What goes beside the log; none before the other side has introduced itself.
    beside: Option<mpsc::UnboundedSender<feeding::Said>>,
    /// By which it votes; none: it does not, because its program is an older one.
    voice: Option<Voice>,
    since: i64,
    looked: u32,
    lead: Option<Lead>,
    /// Whether the other side may only read, as the machine was told.
    read_only: bool,
}

/// Runs a session until it ends.
pub(super) async fn run(app: App, server: ServerId, ways: Ways, mut incoming: Incoming, out: Outbox) -> Ended {
    let ended = match begin(&app, server, ways, out).await {
        Ok((mut driver, first)) => {
            let ended = driver.drive(first, &mut incoming).await;
            let was_open = driver.seat.is_some();
            // The place is given back only now, so that nobody dials while this one still ends.
            drop(driver);
            Ended { was_open, ..ended }
        }
        Err(why) => Ended { why, was_open: false, passes: true },
    };
    let drained = async { while incoming.next().await.is_some_and(|frame| frame.is_ok()) {} };
    let _ = tokio::time::timeout(FAREWELL, drained).await;
    if ended.was_open {
        tracing::info!(server.id = %server, why = ended.why, "a session with another server ended");
    } else {
        tracing::debug!(server.id = %server, why = ended.why, "no session with another server began");
    }
    ended
}

async fn begin(app: &App, server: ServerId, ways: Ways, out: Outbox) -> Result<(Driver, Vec<Output>), String> {
    let stands = facts::standing(app).await.map_err(|error| error.to_string())?;
    let known = app.core.state();
    let known = known.servers.get(server);
    let peer = Peer {
        server: server.0,
        read_only: known.is_some_and(|known| known.read_only),
        retired: known.is_some_and(|known| known.retired_at.is_some()),
    };
    let (machine, first) = Session::new(facts::local(app), peer, stands, app.replication.now());
    let driver = Driver {
        app: app.clone(),
        server,
        ways,
        machine,
        out,
        asked: FuturesUnordered::new(),
        seat: None,
        beside: None,
        voice: None,
        since: now_ms(),
        looked: 0,
        lead: app.core.lead(),
        read_only: peer.read_only,
    };
    Ok((driver, first))
}

fn over(why: impl Into<String>) -> Ended {
    Ended { why: why.into(), was_open: false, passes: true }
}

/// As [`over`], for a reason of one of the two.
fn refused(reason: &Reason) -> Ended {
    // A connection of before that was cut looks like a copy of a server until it is given up.
    let passes = reason.passes() || matches!(reason, Reason::Clone { .. });
    Ended { passes, ..over(reason.to_string()) }
}

impl Driver {
    async fn drive(&mut self, first: Vec<Output>, incoming: &mut Incoming) -> Ended {
        if let Err(ended) = self.obey(first).await {
            return ended;
        }
        let mut stands = self.app.core.store().watch_standing();
        let stop = self.app.replication.stopping();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let displaced = self.seat.as_ref().map(|seat| seat.displaced.clone());
            let input = tokio::select! {
                frame = incoming.next() => match frame {
                    Some(Ok(ReplicationFrame { frame: Some(Message::Word(word)) })) => {
                        if let Err(garbled) = self.voice.as_ref().map_or(Ok(()), |voice| voice.heard(word)) {
                            return over(garbled.to_string());
                        }
                        continue;
                    }
                    Some(Ok(frame)) if feeding::is_beside(&frame) => {
                        if let (Some(beside), Some(message)) = (&self.beside, frame.frame) {
                            // It ends with this session only.
                            let _ = beside.send(feeding::Said::Beside(Box::new(message)));
                        }
                        continue;
                    }
                    Some(Ok(frame)) => match read(frame) {
                        Ok(Some(Frame::Hello(hello))) if self.machine.status().phase == Phase::Greeting => {
                            if let Err(ended) = self.greeted(hello).await {
                                return ended;
                            }
                            continue;
                        }
                        Ok(Some(frame)) => {
                            if let Frame::Heartbeat(heartbeat) = &frame {
                                roles::heard(&self.app, heartbeat.epoch).await;
                            }
                            Input::Heard(frame)
                        }
                        Ok(None) => continue,
                        Err(garbled) => {
                            self.say(Frame::Bye(Reason::Protocol(garbled.to_string())));
                            return over(garbled.to_string());
                        }
                    },
                    Some(Err(why)) => return over(format!("The connection broke ({why}).")),
                    None => return over("The other server ended the connection."),
                },
                done = self.asked.next(), if !self.asked.is_empty() => match done {
                    Some(Ok(input)) => input,
                    Some(Err(why)) => {
                        self.say(Frame::Bye(Reason::Protocol(why.clone())));
                        return over(why);
                    }
                    None => continue,
                },
                changed = stands.changed() => match changed {
                    Ok(()) => {
                        stands.mark_unchanged();
                        // Before the other server hears of it, and uses it.
                        if let Err(ended) = self.look_at_rights() {
                            return ended;
                        }
                        if let Err(ended) = self.tell_lead().await {
                            return ended;
                        }
                        match facts::standing(&self.app).await {
                            Ok(standing) => Input::Stands(standing),
                            Err(error) => return over(error.to_string()),
                        }
                    }
                    Err(_) => Input::Stop,
                },
                _ = ticks.tick() => match self.tick().await {
                    Ok(()) => Input::Tick,
                    Err(ended) => return ended,
                },
                () = cancelled(displaced) => {
                    self.say(Frame::Bye(Reason::Duplicate));
                    return over(Reason::Duplicate.to_string());
                }
                () = stop.cancelled() => Input::Stop,
            };
            if let Err(ended) = self.step(input).await {
                return ended;
            }
        }
    }

    /// The other side introduces itself: if the machine takes it, this connection needs the one place of that server.
    async fn greeted(&mut self, hello: Box<replica::session::Hello>) -> Result<(), Ended> {
        let own = self.app.core.server_id();
        let dialled_by = if self.ways.dialled { own } else { self.server.0 };
        let live = Live::new(&hello, dialled_by, self.app.replication.now().mono_ms);
        let epoch = hello.epoch;
        let actor = hello.actor;
        let outputs = self.machine.handle(self.app.replication.now(), Input::Heard(Frame::Hello(hello)));
        if !outputs.iter().any(|output| matches!(output, Output::Close(_))) {
            match self.app.replication.links.take(self.server, live, &self.ways.address) {
                Ok(seat) => self.seat = Some(seat),
                Err(reason) => {
                    self.say(Frame::Bye(reason.clone()));
                    return Err(refused(&reason));
                }
            }
            roles::heard(&self.app, epoch).await;
            tracing::info!(server.id = %self.server, way = self.ways.way, address = self.ways.address, "a session with another server began");
        }
        self.obey(outputs).await?;
        self.show();
        if self.seat.is_some() {
            // What is still so will be found again.
            self.app.replication.alarms.over(self.server, What::Digest);
            let (beside, heard) = mpsc::unbounded_channel();
            self.beside = Some(beside);
            let votes = self.machine.version() >= VOTES_FROM;
            self.voice = votes.then(|| self.app.replication.assembly.join(self.server, &self.out));
            tokio::spawn(feeding::run(self.app.clone(), actor, self.out.clone(), heard));
        }
        Ok(())
    }

    async fn step(&mut self, input: Input) -> Result<(), Ended> {
        let now = self.app.replication.now();
        if let (Input::Heard(_), Some(seat)) = (&input, &self.seat)
            && let Some(address) = seat.heard(now.mono_ms)
        {
            tracing::error!(server.id = %self.server, address, "a server runs twice: the copy of its disk is refused");
            self.app.replication.alarms.twice(self.server, &address, now.wall_ms);
        }
        let outputs = self.machine.handle(now, input);
        self.obey(outputs).await?;
        self.show();
        Ok(())
    }

    async fn obey(&mut self, outputs: Vec<Output>) -> Result<(), Ended> {
        for output in outputs {
            match output {
                Output::Send(frame) => self.say(frame),
                Output::Close(reason) => return Err(refused(&reason)),
                other => {
                    if let (Output::Alarm(Alarm::Digest { .. }), Some(beside)) = (&other, &self.beside) {
                        let _ = beside.send(feeding::Said::Differs);
                    }
                    self.asked.extend(obeying::obey(&self.app, self.server, other, (&self.out, self.ways.dialled)).await);
                }
            }
        }
        Ok(())
    }

    fn say(&self, frame: Frame) {
        // Nobody listens any more: the connection's end is heard of by itself.
        let _ = self.out.send(write(&frame));
    }

    /// Whether people may edit on the other server decides what is taken from it, so a session does not outlive a change of that.
    fn look_at_rights(&self) -> Result<(), Ended> {
        let state = self.app.core.state();
        if state.servers.get(self.server).is_some_and(|server| server.read_only != self.read_only) {
            self.say(Frame::Bye(Reason::StartOver));
            return Err(over("What people may do on the other server was changed. The session starts over."));
        }
        Ok(())
    }

    /// Who leads is said with the next sign of life, not only when role and free disk are looked at.
    async fn tell_lead(&mut self) -> Result<(), Ended> {
        let lead = self.app.core.lead();
        if lead == self.lead {
            return Ok(());
        }
        self.lead = lead;
        let local = facts::local(&self.app);
        self.step(Input::Facts(local)).await
    }

    /// What may have changed without the log having grown.
    async fn tick(&mut self) -> Result<(), Ended> {
        let state = self.app.core.state();
        if state.servers.get(self.server).is_some_and(|server| server.retired_at.is_some()) {
            let reason = Reason::Retired { server: self.server.0 };
            self.say(Frame::Bye(reason.clone()));
            return Err(Ended { passes: false, ..over(reason.to_string()) });
        }
        self.look_at_rights()?;
        if let Some(seat) = &self.seat {
            seat.knows(self.machine.known());
        }
        self.looked += 1;
        if self.looked >= LOOK {
            self.looked = 0;
            let local = facts::local(&self.app);
            self.step(Input::Facts(local)).await?;
            let standing = facts::standing(&self.app).await.map_err(|error| over(error.to_string()))?;
            self.step(Input::Stands(standing)).await?;
        }
        Ok(())
    }

    fn show(&self) {
        let Some(seat) = &self.seat else { return };
        let (status, alarms) = (self.machine.status(), &self.app.replication.alarms);
        if status.clock_offset_ms.is_some_and(|offset| offset.abs() <= CLOCK_ALARM_MS) {
            alarms.over(self.server, What::Clock);
        }
        if matches!(status.hold, Some(Hold::RolledBack { known }) if known.actor.server == self.server.0) {
            alarms.old_disk(self.server, now_ms());
        }
        let connected = Connected {
            status,
            dialled: self.ways.dialled,
            way: self.ways.way.clone(),
            address: self.ways.address.clone(),
            since: self.since,
        };
        seat.show(connected, now_ms());
    }
}

async fn cancelled(token: Option<tokio_util::sync::CancellationToken>) {
    match token {
        Some(token) => token.cancelled_owned().await,
        None => std::future::pending().await,
    }
}
