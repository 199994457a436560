//! Driving one session of a native viewer: the machine of `control::native` between the wire and the rest of the server.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use control::native::{MAX_FROM_VIEWER, NativeSession, Output};
use control::session::{CloseReason, DEAD_MS, KEEP_ALIVE_MS};
use control::v1;
use control::v1::to_viewer::Message;
use domain::id::{DeviceId, ServerId, ViewerId};
use futures::channel::mpsc;
use futures::{SinkExt as _, StreamExt as _};
use tokio::time::{Instant, sleep_until};
use tonic::Code;
use uuid::Uuid;

use super::shot::Shot;
use super::slices::{Letter, Mailbox};
use super::wire::{Incoming, framed};
use crate::app::App;
use crate::control_port::{Capability, Present};
use crate::now::now_ms;
use crate::session::charge::{self, Charge};
use crate::session::holding_back::Held;
use crate::session::hub::ToSession;
use crate::session::identity::{Standing, standing_of};

/// How long a viewer may leave unread what it is sent.
pub(super) const UNREAD: Duration = Duration::from_secs(15);

/// The longest first message, in bytes: of sessions that have not begun there may be many, each with a message that comes slowly.
pub(super) const MAX_HELLO: usize = 64 << 10;

/// One open session.
pub(super) struct Driver {
    pub(super) app: App,
    pub(super) session: Uuid,
    /// Where the connection comes from, which may be a proxy.
    pub(super) from: IpAddr,
    pub(super) device: DeviceId,
    pub(super) viewer: ViewerId,
    pub(super) machine: NativeSession,
    pub(super) mailbox: Arc<Mailbox>,
    /// Screenshots that were ordered and did not come yet.
    pub(super) shots: BTreeSet<Uuid>,
    pub(super) shot: Shot,
    /// The plan that it reported for the slice that it stored last.
    pub(super) plan: Option<String>,
    pub(super) capability: Capability,
    /// The number of the session; 0 = the viewer does not number them.
    pub(super) epoch: u64,
    /// What its slice waits for.
    pub(super) held: Option<Held>,
    present: Present,
    out: Outbox,
}

/// Why a session is over.
pub(super) enum End {
    Gone,
    Say(&'static str),
    /// The server stops; the viewer comes again in so many seconds.
    Stop(u32),
}

pub(super) type Step = Result<(), End>;

/// Messages on their way out. Those of `futures` lie in memory one by one; tokio's channel has room for 32 at any time, in each of ten thousand
/// sessions.
pub(super) type Outbox = mpsc::Sender<Bytes>;

/// Runs a session until it ends.
pub(super) async fn run(app: App, (device, viewer): (DeviceId, ViewerId), from: IpAddr, mut incoming: Incoming, mut out: Outbox) {
    let mut machine = NativeSession::new(now_ms());
    // What is needed once lies in a box, of which nothing is left while the session goes on.
    let greeting = match Box::pin(hello(&mut machine, &mut incoming)).await {
        Ok(hello) => hello,
        Err(end) => return bid_farewell(&mut out, end).await,
    };
    incoming.take_up_to(MAX_FROM_VIEWER);
    // A second machine with the same key must not take the first one's session over.
    let Ok(present) = Box::pin(app.control.presence.claim(device, &greeting.start)).await else {
        tracing::warn!(device.id = %device, "a second machine came with the key of this device");
        return bid_farewell(&mut out, End::Say("key_in_use")).await;
    };
    let session = Uuid::new_v4();
    let edition = *app.plans.watch().borrow();
    let Some(beginning) = app.slices.begin(&app, session, (device, viewer), machine.applied(), edition) else {
        app.slices.end(session);
        return bid_farewell(&mut out, End::Say("revoked")).await;
    };
    let mailbox = beginning.mailbox.clone();
    let Some(mut inbox) = app.hub.open(device, session, Some(viewer), present.number()) else {
        app.slices.end(session);
        return bid_farewell(&mut out, End::Say("replaced")).await;
    };
    let capability = app.control.capabilities.issue(device);
    let mut driver = Driver {
        session,
        from,
        device,
        viewer,
        machine,
        mailbox: mailbox.clone(),
        shots: BTreeSet::new(),
        shot: Shot::default(),
        plan: None,
        capability,
        epoch: charge::number(&app.core.state(), device, greeting.epoch),
        held: None,
        present,
        out,
        app: app.clone(),
    };
    let end = match Box::pin(driver.greet(beginning, greeting)).await {
        Ok(()) => {
            // One alarm for the whole session: to put it off costs next to nothing, to make another one takes a lock that all sessions share.
            let mut alarm = pin!(sleep_until(Instant::now()));
            loop {
                // When the clock is set back, what is due seems to lie far ahead; the viewer would miss its signs of life.
                let wait = (driver.machine.next_poll() - now_ms()).clamp(0, 2 * KEEP_ALIVE_MS);
                alarm.as_mut().reset(Instant::now() + Duration::from_millis(wait.unsigned_abs()));
                // What is done about a message lies in a box while it is done, so that sessions are small while nothing is.
                // The clock comes last: after a long wait for the disk, a viewer whose messages lie here already is not a silent one.
                let step = tokio::select! {
                    biased;
                    told = inbox.next() => Box::pin(driver.told(told)).await,
                    () = mailbox.arrived.notified() => match driver.mailbox.take() {
                        Some(letter) => Box::pin(driver.letter(letter)).await,
                        None => Ok(()),
                    },
                    message = incoming.next() => match driver.heard(message) {
                        Ok(Output::Nothing) => driver.answer().await,
                        Ok(output) => Box::pin(driver.carry_out(output)).await,
                        Err(end) => Err(end),
                    },
                    () = &mut alarm => {
                        let output = driver.machine.poll(now_ms());
                        Box::pin(driver.obey(output)).await
                    }
                };
                let step = match step {
                    Ok(()) if driver.held.is_some() => Box::pin(driver.release()).await,
                    step => step,
                };
                if let Err(end) = step {
                    break end;
                }
            }
        }
        Err(end) => end,
    };
    app.slices.end(session);
    app.neighbours.parted(device, session);
    if app.hub.close(device, session) {
        app.live.disconnected(viewer, now_ms());
    }
    bid_farewell(&mut driver.out, end).await;
}

/// Waits for the first message.
async fn hello(machine: &mut NativeSession, incoming: &mut Incoming) -> Result<Box<v1::Hello>, End> {
    let patience = Duration::from_millis(DEAD_MS.unsigned_abs());
    let first = async {
        loop {
            let message = incoming.next().await;
            let Ok(Some(message)) = message.inspect_err(|status| note_cut(None, status)) else {
                return Err(End::Gone);
            };
            match machine.handle(message, now_ms()) {
                Output::Greeted(greeting) => return Ok(Box::new(greeting.hello)),
                Output::Close(CloseReason::Version) => return Err(End::Say("version")),
                Output::Nothing => {}
                _ => return Err(End::Gone),
            }
        }
    };
    tokio::time::timeout(patience, first).await.unwrap_or(Err(End::Gone))
}

/// Logs why nothing more can be read. That a connection broke is no news: thousands do when a network goes, and each has a sentence.
fn note_cut(viewer: Option<ViewerId>, status: &tonic::Status) {
    let (viewer, code, message) = (viewer.map(|viewer| viewer.0), status.code(), status.message());
    if is_of_message(code) {
        tracing::info!(viewer.id = ?viewer, ?code, message, "a viewer's session was cut for what it said");
    } else {
        tracing::debug!(viewer.id = ?viewer, ?code, message, "the connection of a viewer's session broke");
    }
}

/// Whether a message was refused, rather than that none came.
fn is_of_message(code: Code) -> bool {
    matches!(code, Code::InvalidArgument | Code::OutOfRange | Code::Unimplemented)
}

async fn bid_farewell(out: &mut Outbox, end: End) {
    let (reason, again_in) = match end {
        End::Gone => return,
        End::Say(reason) => (reason, 0),
        End::Stop(again_in) => ("shutdown", again_in),
    };
    let bye = v1::Bye { reason: reason.to_owned(), again_in };
    let bytes = framed(&v1::ToViewer { message: Some(Message::Bye(bye)) });
    let _ = tokio::time::timeout(Duration::from_secs(1), out.send(bytes)).await;
}

impl Driver {
    /// Takes a message; hands back what is to be done about it that may have to wait. Thousands of statuses come in a second: they are
    /// done with here.
    fn heard(&mut self, message: Result<Option<v1::FromViewer>, tonic::Status>) -> Result<Output, End> {
        let message = match message {
            Ok(Some(message)) => message,
            Ok(None) => return Err(End::Gone),
            Err(status) => {
                note_cut(Some(self.viewer), &status);
                return Err(End::Gone);
            }
        };
        self.present.heard();
        let now = now_ms();
        match self.machine.handle(message, now) {
            Output::Status(status) => {
                self.status(&status, now);
                Ok(Output::Nothing)
            }
            output => {
                self.app.live.seen(self.viewer, now);
                Ok(output)
            }
        }
    }

    async fn carry_out(&mut self, output: Output) -> Step {
        self.obey(output).await?;
        self.answer().await
    }

    /// Gives a sign of life with the answer to what was heard, where one will soon be due.
    async fn answer(&mut self) -> Step {
        let now = now_ms();
        if !self.machine.answers_with_a_ping(now) {
            return Ok(());
        }
        let ping = framed(&v1::ToViewer { message: Some(Message::Ping(v1::Ping {})) });
        match self.out.try_send(ping) {
            Ok(()) => {
                self.machine.sent(now);
                Ok(())
            }
            Err(error) if error.is_full() => Box::pin(self.send(Message::Ping(v1::Ping {}))).await,
            Err(_) => Err(End::Gone),
        }
    }

    async fn told(&mut self, message: Option<ToSession>) -> Step {
        match message {
            Some(ToSession::Reconsider) => self.reconsider(),
            Some(ToSession::Order(order)) => self.give(*order).await,
            Some(ToSession::Neighbours) => self.send(Message::Neighbours(self.app.neighbours.list(self.device))).await,
            Some(ToSession::Replaced) => Err(End::Say("replaced")),
            // One that has a place does not wait for one.
            Some(ToSession::Crowded) => Ok(()),
            Some(ToSession::Shutdown(again_in)) => Err(End::Stop(again_in)),
            None => Err(End::Stop(1)),
        }
    }

    /// The device may have lost its place, or got another: then it comes again, at once, and is welcomed there.
    pub(super) fn reconsider(&self) -> Step {
        let state = self.app.core.state();
        match standing_of(&state, self.device) {
            Standing::Approved(viewer) if viewer == self.viewer => {
                let own = ServerId(self.app.core.server_id());
                match charge::charge(&state, own, self.device, self.epoch) {
                    Charge::Ours => Ok(()),
                    Charge::Unsaid => {
                        charge::take(&self.app, self.device, self.epoch);
                        Ok(())
                    }
                    // The viewer left without a word; what it is told here would come too late.
                    Charge::Theirs => Err(End::Say("replaced")),
                }
            }
            Standing::Approved(_) => Err(End::Say("moved")),
            _ => Err(End::Say("revoked")),
        }
    }

    async fn letter(&mut self, letter: Letter) -> Step {
        if letter.displaced {
            self.reconsider()?;
        }
        if letter.welcome {
            self.welcome().await?;
        }
        match letter.slice {
            Some(slice) if letter.urgent || self.held.is_none() => {
                self.held = None;
                self.lead(&slice, None, letter.urgent).await
            }
            _ => Ok(()),
        }
    }

    pub(super) async fn send(&mut self, message: Message) -> Step {
        self.machine.sent(now_ms());
        let sending = self.out.send(framed(&v1::ToViewer { message: Some(message) }));
        match tokio::time::timeout(UNREAD, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => {
                tracing::info!(viewer.id = %self.viewer, "a viewer does not read: its session is cut");
                Err(End::Gone)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_connection_is_no_news_and_a_wrong_message_is() {
        assert!([Code::InvalidArgument, Code::OutOfRange, Code::Unimplemented].into_iter().all(is_of_message));
        assert!(![Code::Cancelled, Code::Internal, Code::Unavailable, Code::Unknown].into_iter().any(is_of_message));
    }
}
