//! Driving one session: the machine of `control` between a WebSocket and the rest of the server.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use api::viewer::PlanState;
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use base64::prelude::{BASE64_STANDARD, Engine};
use control::message::{FromServer, Hello, WelcomeViewer};
use control::session::{CloseReason, Output, Session};
use domain::id::ViewerId;
use domain::viewer::Device;
use tokio::sync::oneshot;
use uuid::Uuid;

use super::hub::{CommandAnswer, ToSession};
use super::identity::{Claim, Standing, standing};
use super::pending::{Unwelcome, Waiting};
use crate::app::App;
use crate::now::{now_ms, random};
use crate::session::plans::Edition;

/// The largest screenshot, in bytes.
const MAX_PICTURE: usize = 768 * 1024;

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
    commands: BTreeMap<Uuid, oneshot::Sender<CommandAnswer>>,
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
    let mut inbox = app.hub.open(device, session, viewer);
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
        commands: BTreeMap::new(),
        next_day: 0,
    };
    let end = loop {
        let now = now_ms();
        let due = driver.machine.next_poll().min(if driver.next_day > 0 { driver.next_day } else { i64::MAX });
        let wait = Duration::from_millis(u64::try_from(due - now).unwrap_or(0));
        let step = tokio::select! {
            frame = driver.socket.recv() => driver.frame(frame).await,
            message = inbox.recv() => driver.told(message).await,
            changed = editions.changed() => match changed {
                Ok(()) => { let edition = *editions.borrow_and_update(); driver.changed(edition).await }
                Err(_) => Err(End::Say("shutdown")),
            },
            () = tokio::time::sleep(wait) => driver.due(now_ms()).await,
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

    async fn obey(&mut self, output: Output) -> Step {
        match output {
            Output::AnswerTime { t0, t1 } => self.send(&FromServer::Time { t0, t1, t2: now_ms() }).await,
            Output::Close(reason) => Err(End::Refuse(reason)),
            Output::CommandResult { command, ok, text, image } => {
                self.command_result(command, CommandAnswer { ok, text }, image);
                Ok(())
            }
            Output::Greeted(hello) => {
                self.plan.clone_from(&hello.plan);
                self.hello = Some(*hello);
                // It may have got or lost its place since the session opened.
                self.introduce().await?;
                self.app.hub.place(self.claim.device, self.session, self.machine.viewer);
                Ok(())
            }
            Output::Nothing => Ok(()),
            Output::PlanIncomplete(plan, missing) => {
                self.with_viewer(|app, viewer| {
                    app.live.plan(viewer, &plan, PlanState::Incomplete, now_ms());
                    app.live.missing(viewer, &missing, &app.core.state().rows);
                });
                Ok(())
            }
            Output::PlanReceived(plan) => {
                self.with_viewer(|app, viewer| app.live.plan(viewer, &plan, PlanState::Received, now_ms()));
                Ok(())
            }
            Output::PlanShown(plan, at) => {
                self.with_viewer(|app, viewer| app.live.plan(viewer, &plan, PlanState::Shown, at));
                Ok(())
            }
            Output::Ping => self.send(&FromServer::Ping).await,
            Output::Refuse(code, message) => self.send(&FromServer::Error { code, message }).await,
            Output::Reported(status) => {
                self.with_viewer(|app, viewer| app.live.reported(viewer, &status, now_ms()));
                Ok(())
            }
            Output::StorePlays(stream, records) => self.store_plays(stream, records).await,
        }
    }

    fn with_viewer(&self, act: impl FnOnce(&App, ViewerId)) {
        if let Some(viewer) = self.machine.viewer {
            act(&self.app, viewer);
        }
    }

    /// Pairing for a device without place, welcome and plan for one that has it.
    async fn introduce(&mut self) -> Step {
        let Some(hello) = self.hello.clone() else { return Ok(()) };
        let state = self.app.core.state();
        let installation = state.rows.installation();
        let (name, language) = (installation.name, installation.language);
        match standing(&state, &self.claim) {
            Standing::Approved(viewer) => {
                self.machine.viewer = Some(viewer);
                self.app.live.connected(viewer, self.claim.device, now_ms());
                self.app.live.greeted(viewer, &hello);
                self.note_screen(&hello).await;
                let place = state.rows.viewers.get(viewer).map_or_else(String::new, |v| v.name.clone());
                let welcome = FromServer::Welcome {
                    viewer: WelcomeViewer { id: viewer, name: place },
                    installation: name,
                    language,
                    server_time: now_ms(),
                    fonts: self.app.fonts.list().to_vec(),
                };
                self.send(&welcome).await?;
                self.send_plan(false).await
            }
            Standing::Revoked => Err(End::Say("revoked")),
            Standing::Unknown | Standing::WrongSecret => {
                self.machine.viewer = None;
                let visitor = Waiting {
                    secret_hash: self.claim.secret_hash.clone(),
                    code: String::new(),
                    user_agent: hello.user_agent.chars().take(300).collect(),
                    screen: hello.screen,
                    address: self.address.to_string(),
                    since: now_ms(),
                    seen: now_ms(),
                };
                match self.app.pending.greet(self.claim.device, visitor, random) {
                    Ok(code) => {
                        self.app.live.wake.notify_one();
                        self.send(&FromServer::Pairing { code, installation: name, language, server_time: now_ms() }).await
                    }
                    Err(Unwelcome::WrongSecret) => Err(End::Say("revoked")),
                    Err(Unwelcome::Crowded) => Err(End::Say("shutdown")),
                }
            }
        }
    }

    /// Keeps the size of the screen in the device's document, where it is new.
    async fn note_screen(&mut self, hello: &Hello) {
        let (id, screen) = (self.claim.device, hello.screen);
        let known = self.app.core.state().devices.get(id).map(|device| device.screen);
        if screen == domain::cell::Size::default() || known == Some(screen) {
            return;
        }
        let noted = self.app.core.change_own(move |state| {
            let before = domain::noun::find::<Device>(state, id.0)?;
            let edit = domain::noun::update(state, id.0, &Device { screen, ..before.clone() })?;
            Ok((edit.into_iter().collect(), ()))
        });
        if noted.await.is_err() {
            tracing::warn!(device.id = %id, "the size of a screen could not be kept");
        }
    }

    async fn told(&mut self, message: Option<ToSession>) -> Step {
        match message {
            Some(ToSession::Reconsider) => {
                self.plan = None;
                let before = self.machine.viewer;
                self.introduce().await?;
                if let Some(before) = before.filter(|before| Some(*before) != self.machine.viewer) {
                    self.app.live.disconnected(before, now_ms());
                }
                self.app.hub.place(self.claim.device, self.session, self.machine.viewer);
                Ok(())
            }
            Some(ToSession::Command(id, kind, seconds, answer)) => {
                self.commands.insert(id, answer);
                self.send(&FromServer::Command { id, kind, seconds }).await
            }
            Some(ToSession::Replaced) => Err(End::Say("replaced")),
            Some(ToSession::Shutdown) | None => Err(End::Say("shutdown")),
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
        self.send_plan(urgent).await
    }

    async fn due(&mut self, now: i64) -> Step {
        if self.next_day > 0 && now >= self.next_day {
            return self.send_plan(false).await;
        }
        let output = self.machine.poll(now);
        self.obey(output).await
    }

    /// Sends the plan unless the viewer has it.
    async fn send_plan(&mut self, urgent: bool) -> Step {
        let (Some(viewer), Some(_)) = (self.machine.viewer, &self.hello) else { return Ok(()) };
        let now = now_ms();
        self.next_day =
            (now.div_euclid(control::planner::DAY_MS) + 1) * control::planner::DAY_MS + i64::from(random::<1>()[0]) * 1_000;
        let app = self.app.clone();
        let make = move || {
            let state = app.core.state();
            app.plans.plan(&state, viewer, now, &app.bodies, &app.fonts)
        };
        let Ok(Some(plan)) = tokio::task::spawn_blocking(make).await else { return Ok(()) };
        if self.plan.as_ref() == Some(&plan.id) {
            return Ok(());
        }
        let text = if urgent { control::plan::Plan { urgent, ..(*plan).clone() }.message() } else { plan.message() };
        self.app.live.plan(viewer, &plan.id, PlanState::Sent, now);
        self.plan = Some(plan.id.clone());
        self.send_text(text).await
    }

    async fn store_plays(&mut self, stream: Uuid, records: Vec<control::play::PlayRecord>) -> Step {
        let Some(viewer) = self.machine.viewer else { return Ok(()) };
        let last = records.last().map_or(0, |record| record.n);
        let plays = records.iter().map(|record| super::plays::fact(self.claim.device, viewer, stream, record)).collect();
        match self.app.core.store().facts().add_plays(plays).await {
            Ok(()) => self.send(&FromServer::PlaysAck { stream, n: last }).await,
            Err(error) => {
                tracing::error!(viewer.id = %viewer, %error, "play records could not be stored");
                self.send(&FromServer::Error { code: "unavailable", message: "keep the records and send them again".into() })
                    .await
            }
        }
    }

    fn command_result(&mut self, command: Uuid, answer: CommandAnswer, image: Option<String>) {
        let Some(waiting) = self.commands.remove(&command) else { return };
        if let (Some(image), Some(viewer)) = (image, self.machine.viewer) {
            let parts = image.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
            let known = parts.filter(|(mime, _)| ["image/jpeg", "image/png"].contains(mime));
            let picture = known.and_then(|(mime, text)| Some((mime, BASE64_STANDARD.decode(text).ok()?)));
            if let Some((mime, bytes)) = picture.filter(|(_, bytes)| bytes.len() <= MAX_PICTURE) {
                self.app.live.screenshot(viewer, bytes.into(), mime.to_owned(), now_ms());
            }
        }
        let _ = waiting.send(answer);
    }

    async fn send(&mut self, message: &FromServer) -> Step {
        let text = serde_json::to_string(message).expect("messages are plain data");
        self.send_text(text).await
    }

    async fn send_text(&mut self, text: String) -> Step {
        self.machine.sent(now_ms());
        let sending = self.socket.send(Message::Text(text.into()));
        match tokio::time::timeout(Duration::from_secs(15), sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(End::Gone),
        }
    }

    async fn finish(&mut self, end: End) {
        let (code, text) = match end {
            End::Gone => return,
            End::Say(reason) => {
                let _ = self.send(&FromServer::Bye { reason }).await;
                (axum::extract::ws::close_code::NORMAL, reason)
            }
            End::Refuse(CloseReason::NoHello) => (axum::extract::ws::close_code::POLICY, "say hello first"),
            End::Refuse(CloseReason::Version) => (axum::extract::ws::close_code::POLICY, "this version is not spoken here"),
            End::Refuse(CloseReason::Silent) => (axum::extract::ws::close_code::AWAY, "silent for too long"),
        };
        let _ = self.socket.send(Message::Close(Some(CloseFrame { code, reason: text.into() }))).await;
    }
}
