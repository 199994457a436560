//! One session of a simulated viewer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use control::slice::SliceId;
use control::slice::holding::{Holding, Taken};
use control::v1::{self, from_viewer::Message as Say, to_viewer::Message as Hear};
use futures::SinkExt as _;
use futures::channel::mpsc;
use net::control::{Incoming, Link, LinkError};
use tokio::sync::SemaphorePermit;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::Fleet;
use super::sample::named;
use super::tally::{Held, Tally};

/// Each side says something as often as this.
const QUIET: Duration = Duration::from_secs(5);

/// After so much silence the server is given up.
const DEAD: Duration = Duration::from_secs(15);

/// How a session ended.
pub(super) enum End {
    /// The server said so, and perhaps when to come again.
    Bye {
        /// Its reason.
        reason: String,
        /// The wait.
        again_in: Option<Duration>,
    },
    /// The connection ended.
    Cut {
        /// What was seen.
        why: String,
        /// Whether the server had welcomed the viewer.
        welcomed: bool,
    },
}

/// An open session.
pub(super) struct Session<'a> {
    fleet: &'a Arc<Fleet>,
    number: usize,
    holding: &'a mut Holding,
    plan: String,
    say: mpsc::Sender<v1::FromViewer>,
    incoming: Incoming<v1::ToViewer>,
    capability: String,
    open: Option<Held<'a>>,
    settled: Option<Held<'a>>,
    /// Whether parts of a delta came that is not whole yet.
    midway: bool,
    /// Whether a slice came whose files were not looked at.
    is_fresh: bool,
    /// When it asked for the time, what was not answered yet.
    asked: VecDeque<Instant>,
}

impl<'a> Session<'a> {
    pub(super) async fn open(
        fleet: &'a Arc<Fleet>,
        number: usize,
        start: &[u8; 16],
        link: &Link,
        holding: &'a mut Holding,
    ) -> Result<Self, LinkError> {
        let slice = holding.slice();
        let plan = slice.map(plan_of).unwrap_or_default();
        let hello = v1::Hello {
            protocol_min: 1,
            protocol_max: 1,
            features: Vec::new(),
            slice: slice.map(|id| id.to_vec()).unwrap_or_default(),
            plan: plan.clone(),
            machine: Some(fleet.machine(number)),
            start: start.to_vec(),
            ..v1::Hello::default()
        };
        let (mut say, outgoing) = mpsc::channel(4);
        // The channel is empty, so this does not wait for a reader.
        let first = say.try_send(v1::FromViewer { message: Some(Say::Hello(hello)) });
        first.expect("a new channel has room for one message");
        let incoming = link.session_of(outgoing).await?;
        let capability = String::new();
        Ok(Self {
            fleet,
            number,
            holding,
            plan,
            say,
            incoming,
            capability,
            open: None,
            settled: None,
            midway: false,
            is_fresh: false,
            asked: VecDeque::new(),
        })
    }

    /// Speaks until the session ends. `turn` is given back at the welcome; the link is kept by those of the sample alone.
    pub(super) async fn run(mut self, turn: SemaphorePermit<'a>, link: Link) -> End {
        let mut turn = Some(turn);
        let link = (self.number < self.fleet.settings.sample).then_some(link);
        let beat = self.fleet.settings.heartbeat;
        let mut files = JoinSet::new();
        let mut heard = Instant::now();
        // Spread over the time between two heartbeats, as viewers are that were not started together.
        let mut status_at = heard + beat.mul_f64(rand::random());
        let mut next = status_at.min(heard + QUIET);
        loop {
            let step = tokio::select! {
                message = self.incoming.next() => match message {
                    Ok(Some(message)) => {
                        heard = Instant::now();
                        let step = self.hear(message).await;
                        if self.open.is_some() {
                            turn = None;
                        }
                        if let (Some(link), true) = (&link, std::mem::take(&mut self.is_fresh)) {
                            files.abort_all();
                            files.spawn(Arc::clone(self.fleet).fetch(link.media(&self.capability), named(self.holding)));
                        }
                        step
                    }
                    Ok(None) => Err(self.cut("the server ended the session")),
                    Err(error) => Err(self.cut(&error.to_string())),
                },
                () = sleep_until(next) => {
                    let now = Instant::now();
                    let message = if now >= status_at {
                        status_at = now + beat;
                        Say::Status(self.status())
                    } else {
                        Say::Ping(v1::Ping {})
                    };
                    next = status_at.min(now + QUIET);
                    let asks = self.number < self.fleet.settings.sample && matches!(message, Say::Status(_));
                    match self.say(message).await {
                        _ if now - heard > DEAD => Err(self.cut("the server is silent")),
                        Ok(()) if asks => self.ask(now).await,
                        said => said,
                    }
                }
            };
            if let Err(end) = step {
                drop(turn);
                return end;
            }
        }
    }

    async fn hear(&mut self, message: v1::ToViewer) -> Result<(), End> {
        match message.message {
            Some(Hear::Welcome(welcome)) => {
                self.capability = welcome.media_capability;
                if self.open.is_none() {
                    Tally::one(&self.fleet.tally.welcomed);
                    self.open = Some(self.fleet.tally.open());
                    if self.holding.slice().is_some() {
                        self.settled = Some(self.fleet.tally.settled());
                    }
                }
                Ok(())
            }
            Some(Hear::Slice(part)) => self.take(part).await,
            Some(Hear::InventoryWanted(_)) => self.say(Say::Inventory(self.holding.inventory())).await,
            Some(Hear::Command(command)) => {
                let done = v1::CommandReport { id: command.id, state: v1::CommandState::Done.into(), ..Default::default() };
                self.say(Say::Command(done)).await
            }
            Some(Hear::Bye(bye)) => {
                let again_in = (bye.again_in > 0).then(|| Duration::from_secs(bye.again_in.into()));
                Err(End::Bye { reason: bye.reason, again_in })
            }
            Some(Hear::Error(error)) => {
                self.fleet.tally.fault(format!("error: {}", error.message));
                Ok(())
            }
            Some(Hear::Time(_)) => {
                if let Some(asked) = self.asked.pop_front() {
                    self.fleet.tally.answered(asked.elapsed());
                }
                Ok(())
            }
            // The fleet gives and takes no files among its own.
            Some(Hear::Neighbours(_) | Hear::Stored(_) | Hear::Ping(_)) | None => Ok(()),
        }
    }

    async fn take(&mut self, part: v1::SliceDelta) -> Result<(), End> {
        if !self.midway {
            self.fleet.tally.told();
            self.midway = true;
        }
        match self.holding.take(part) {
            Taken::Partly => Ok(()),
            Taken::Astray => {
                self.midway = false;
                Tally::one(&self.fleet.tally.astray);
                self.say(Say::Inventory(self.holding.inventory())).await
            }
            Taken::Applied { slice, .. } => {
                self.midway = false;
                self.is_fresh = true;
                self.plan = plan_of(slice);
                self.say(Say::Applied(v1::SliceApplied { slice: slice.to_vec() })).await?;
                let state = v1::PlanState::Received.into();
                let report = v1::PlanReport { plan: self.plan.clone(), state, at: crate::now::now_ms(), missing: Vec::new() };
                self.say(Say::Plan(report)).await?;
                Tally::one(&self.fleet.tally.applied);
                self.fleet.tally.holds();
                if self.settled.is_none() {
                    self.settled = Some(self.fleet.tally.settled());
                }
                Ok(())
            }
        }
    }

    fn status(&self) -> v1::Status {
        Tally::one(&self.fleet.tally.heartbeats);
        v1::Status {
            plan: self.plan.clone(),
            version: crate::cli::version().to_owned(),
            disk_free: 8 << 30,
            disk_size: 16 << 30,
            memory_free: 512 << 20,
            memory_size: 1 << 30,
            display: "on".to_owned(),
            sound: "ok".to_owned(),
            probe: "ok".to_owned(),
            ..v1::Status::default()
        }
    }

    /// Asks for the time, to see how long the answer takes. Answers come in the order of the questions.
    async fn ask(&mut self, now: Instant) -> Result<(), End> {
        self.asked.push_back(now);
        self.say(Say::Time(v1::TimeRequest { t0: 0.0 })).await
    }

    async fn say(&mut self, message: Say) -> Result<(), End> {
        let sent = self.say.send(v1::FromViewer { message: Some(message) }).await;
        sent.map_err(|_| self.cut("the connection takes no more"))
    }

    fn cut(&self, why: &str) -> End {
        End::Cut { why: why.to_owned(), welcomed: self.open.is_some() }
    }
}

/// The name of the plan that a viewer of a fleet makes of a slice.
fn plan_of(slice: SliceId) -> String {
    hex::encode(&slice[..16])
}
