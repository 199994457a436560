//! Driving one session: the machine of `control` between a WebSocket and the rest of the server.

mod greeting;
mod obeying;
mod sending;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket};
use control::message::{Hello, House};
use control::session::{CloseReason, Output, Session};
use domain::download::Policy;
use domain::id::ServerId;
use domain::state::State;
use futures::StreamExt as _;
use uuid::Uuid;

use super::charge::{self, Charge};
use super::holding_back::Held;
use super::hub::{ToSession, turn};
use super::identity::{Claim, Standing, standing};
use super::plans::Edition;
use crate::app::App;
use crate::now::now_ms;

/// One open session.
struct Driver {
    app: App,
    socket: WebSocket,
    claim: Claim,
    session: Uuid,
    address: IpAddr,
    machine: Session,
    hello: Option<Hello>,
    /// The plan that was sent or that the viewer said it has.
    plan: Option<String>,
    edition: Edition,
    /// How it was told to fetch files; none = nothing was said yet.
    limits: Option<Policy>,
    /// Number of the session; 0 = none yet.
    epoch: u64,
    /// What its plan waits for.
    held: Option<Held>,
    /// What it was told of servers.
    house: Option<House>,
    /// Orders given to this viewer whose result did not come yet.
    orders: BTreeSet<Uuid>,
    /// When the next day's plan is due, Unix milliseconds.
    next_day: i64,
}

/// Why a session is over.
enum End {
    Gone,
    Say(&'static str),
    Refuse(CloseReason),
}

type Step = Result<(), End>;

/// Runs a session until it ends.
pub async fn run(app: App, socket: WebSocket, claim: Claim, address: IpAddr) {
    let session = Uuid::new_v4();
    let device = claim.device;
    let viewer = match standing(&app.core.state(), &claim) {
        Standing::Approved(viewer) => Some(viewer),
        _ => None,
    };
    // A second tab of the same browser that came in between has the place.
    let Some(mut inbox) = app.hub.open(device, session, viewer, turn()) else { return };
    let mut editions = app.plans.watch();
    let machine = Session::new(viewer, now_ms());
    let mut driver = Driver {
        app: app.clone(),
        socket,
        claim,
        session,
        address,
        machine,
        hello: None,
        plan: None,
        edition: *editions.borrow_and_update(),
        limits: None,
        epoch: 0,
        held: None,
        house: None,
        orders: BTreeSet::new(),
        next_day: 0,
    };
    let end = loop {
        let now = now_ms();
        let due = driver.machine.next_poll().min(if driver.next_day > 0 { driver.next_day } else { i64::MAX });
        let wait = Duration::from_millis(u64::try_from(due - now).unwrap_or(0));
        let step = tokio::select! {
            frame = driver.socket.recv() => driver.frame(frame).await,
            message = inbox.next() => driver.told(message).await,
            changed = editions.changed() => match changed {
                Ok(()) => { let edition = *editions.borrow_and_update(); driver.changed(edition).await }
                Err(_) => Err(End::Say("shutdown")),
            },
            () = tokio::time::sleep(wait) => driver.due(now_ms()).await,
        };
        let step = match step {
            Ok(()) if driver.held.is_some() => driver.release().await,
            step => step,
        };
        if let Err(end) = step {
            break end;
        }
    };
    driver.finish(end).await;
    let current = app.hub.close(device, session);
    if let Some(viewer) = driver.machine.viewer.filter(|_| current) {
        app.live.disconnected(viewer, now_ms());
    }
}

impl Driver {
    async fn frame(&mut self, frame: Option<Result<Message, axum::Error>>) -> Step {
        let now = now_ms();
        match frame {
            Some(Ok(Message::Text(text))) => {
                let output = self.machine.handle_text(text.as_str(), now);
                if let Some(viewer) = self.machine.viewer {
                    self.app.live.seen(viewer, now);
                } else {
                    self.app.pending.seen(self.claim.device, None, now);
                }
                self.obey(output).await
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(()),
            Some(Ok(Message::Binary(_))) => self.obey(Output::Refuse("malformed", "messages are text".to_owned())).await,
            Some(Ok(Message::Close(_)) | Err(_)) | None => Err(End::Gone),
        }
    }

    async fn told(&mut self, message: Option<ToSession>) -> Step {
        match message {
            Some(ToSession::Reconsider) => {
                self.plan = None;
                self.held = None;
                let before = self.machine.viewer;
                self.introduce().await?;
                if let Some(before) = before.filter(|before| Some(*before) != self.machine.viewer) {
                    self.app.live.disconnected(before, now_ms());
                }
                self.app.hub.place(self.claim.device, self.session, self.machine.viewer);
                Ok(())
            }
            Some(ToSession::Order(order)) => self.give(*order).await,
            // Browsers give no files.
            Some(ToSession::Neighbours) => Ok(()),
            Some(ToSession::Replaced) => Err(End::Say("replaced")),
            // A browser takes it for a server that is not there for it, and comes again later.
            Some(ToSession::Crowded | ToSession::Shutdown(_)) | None => Err(End::Say("shutdown")),
        }
    }

    /// The state changed in a way that may alter the plan.
    async fn changed(&mut self, edition: Edition) -> Step {
        let urgent = edition.urgent > self.edition.n;
        self.edition = edition;
        let state = self.app.core.state();
        if self.machine.viewer.is_some() && standing(&state, &self.claim) == Standing::Revoked {
            return Err(End::Say("revoked"));
        }
        self.stay(&state)?;
        self.welcome_again(&state).await?;
        self.send_limits().await?;
        if urgent {
            self.held = None;
        }
        self.send_plan(urgent).await
    }

    /// A viewer that has gone to another server without a word is not spoken to here any more.
    fn stay(&self, state: &State) -> Step {
        if self.machine.viewer.is_none() {
            return Ok(());
        }
        let own = ServerId(self.app.core.server_id());
        match charge::charge(state, own, self.claim.device, self.epoch) {
            Charge::Ours => Ok(()),
            Charge::Unsaid => {
                charge::take(&self.app, self.claim.device, self.epoch);
                Ok(())
            }
            Charge::Theirs => Err(End::Gone),
        }
    }

    /// Sends the plan that was held back, once the viewer need not wait any more.
    async fn release(&mut self) -> Step {
        let Some(viewer) = self.machine.viewer else { return Ok(()) };
        if self.held.as_ref().is_some_and(|held| held.is_over(&self.app, viewer)) {
            self.held = None;
            return self.send_plan(false).await;
        }
        Ok(())
    }

    async fn due(&mut self, now: i64) -> Step {
        if self.next_day > 0 && now >= self.next_day {
            return self.send_plan(false).await;
        }
        let output = self.machine.poll(now);
        self.obey(output).await
    }
}
