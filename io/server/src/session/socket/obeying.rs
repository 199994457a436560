//! What the machine of a session wants to be done: answers, and what is noted of the viewer.

use api::viewer::PlanState;
use base64::prelude::{BASE64_STANDARD, Engine};
use control::message::{CommandKind, FromServer};
use control::order::{Order, OrderKind, Part, Report};
use control::session::Output;
use domain::id::ViewerId;
use uuid::Uuid;

use super::{Driver, End, Step};
use crate::app::App;
use crate::now::now_ms;

/// The largest screenshot, in bytes.
const MAX_PICTURE: usize = 768 * 1024;

impl Driver {
    pub(super) async fn obey(&mut self, output: Output) -> Step {
        match output {
            Output::AnswerTime { t0, t1 } => self.send(&FromServer::Time { t0, t1, t2: now_ms() }).await,
            Output::Close(reason) => Err(End::Refuse(reason)),
            Output::CommandResult { command, ok, text, image } => {
                self.result(command, ok, text.unwrap_or_default(), image).await;
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
                self.with_viewer(|app, viewer| {
                    app.live.plan(viewer, &plan, PlanState::Received, now_ms());
                    app.deliveries.received(viewer, &plan, now_ms());
                });
                Ok(())
            }
            Output::PlanShown(plan, at) => {
                self.with_viewer(|app, viewer| {
                    app.live.plan(viewer, &plan, PlanState::Shown, at);
                    app.deliveries.shown(viewer, &plan, at);
                });
                Ok(())
            }
            Output::Ping => self.send(&FromServer::Ping).await,
            Output::Refuse(code, message) => self.send(&FromServer::Error { code, message }).await,
            Output::Reported(status) => {
                self.with_viewer(|app, viewer| {
                    app.live.reported(viewer, &status, now_ms());
                    if let Some(plan) = status.plan.as_ref().filter(|_| status.slot.is_some()) {
                        app.deliveries.shown(viewer, plan, now_ms());
                    }
                });
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

    async fn store_plays(&mut self, stream: Uuid, records: Vec<control::play::PlayRecord>) -> Step {
        let Some(viewer) = self.machine.viewer else { return Ok(()) };
        let last = records.last().map_or(0, |record| record.n);
        let (device, now) = (self.claim.device, now_ms());
        let plays = records.iter().map(|record| crate::session::plays::fact(device, viewer, stream, record, now)).collect();
        match self.app.core.store().facts().add_plays(plays).await {
            Ok(()) => self.send(&FromServer::PlaysAck { stream, n: last }).await,
            Err(error) => {
                tracing::error!(viewer.id = %viewer, %error, "play records could not be stored");
                self.send(&FromServer::Error { code: "unavailable", message: "keep the records and send them again".into() })
                    .await
            }
        }
    }

    /// Passes an order on, as far as browsers can follow it.
    pub(super) async fn give(&mut self, order: Order) -> Step {
        let kind = match order.kind {
            OrderKind::Forget => CommandKind::Forget,
            OrderKind::Identify => CommandKind::Identify,
            OrderKind::Refresh => CommandKind::Reload,
            OrderKind::Screenshot => CommandKind::Screenshot,
            other => {
                let text = format!("a browser cannot do {:?}: use the native viewer", other.name());
                self.report(order.id, Report::Failed { code: "not_supported".to_owned(), text }).await;
                return Ok(());
            }
        };
        self.orders.insert(order.id);
        let epoch = self.house.as_ref().map(|house| house.epoch);
        self.send(&FromServer::Command { id: order.id, kind, seconds: order.seconds, epoch }).await
    }

    async fn result(&mut self, order: Uuid, ok: bool, text: String, image: Option<String>) {
        if !self.orders.remove(&order) {
            return;
        }
        if let (Some(image), Some(viewer)) = (image, self.machine.viewer) {
            let parts = image.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
            let known = parts.filter(|(mime, _)| ["image/jpeg", "image/png"].contains(mime));
            let picture = known.and_then(|(mime, text)| Some((mime, BASE64_STANDARD.decode(text).ok()?)));
            if let Some((mime, bytes)) = picture.filter(|(_, bytes)| bytes.len() <= MAX_PICTURE) {
                self.app.keep_screenshot(viewer, bytes.clone().into(), now_ms());
                let name = if mime == "image/png" { "screen.png" } else { "screen.jpg" };
                let part = Part { name: name.to_owned(), mime: mime.to_owned(), offset: 0, bytes, last: true };
                self.report(order, Report::Attachment(part)).await;
            }
        }
        let report = if ok { Report::Done { text } } else { Report::Failed { code: "failed".to_owned(), text } };
        self.report(order, report).await;
    }

    async fn report(&mut self, order: Uuid, report: Report) {
        if let Some(viewer) = self.machine.viewer {
            self.app.hub.report(viewer, order, report).await;
        }
    }
}
