//! What goes out: plans, messages, and the farewell.

use std::time::Duration;

use api::viewer::PlanState;
use axum::extract::ws::{CloseFrame, Message};
use control::message::{DownloadHours, FromServer};
use control::session::CloseReason;
use domain::stamp::Dot;

use super::{Driver, End, Step};
use crate::now::{now_ms, random};

impl Driver {
    /// Sends the plan unless the viewer has it.
    pub(super) async fn send_plan(&mut self, urgent: bool) -> Step {
        let (Some(viewer), Some(_)) = (self.machine.viewer, &self.hello) else { return Ok(()) };
        let now = now_ms();
        self.next_day =
            (now.div_euclid(control::planner::DAY_MS) + 1) * control::planner::DAY_MS + i64::from(random::<1>()[0]) * 1_000;
        // Read before the plan is made: what the viewer is told that the plan knows is in it for sure.
        let position: Vec<Dot> = self.app.core.store().standing().position.vector.iter().collect();
        let app = self.app.clone();
        let make = move || {
            let state = app.core.state();
            app.plans.plan(&state, viewer, now, &app.bodies, &app.fonts)
        };
        let Ok(Some(plan)) = tokio::task::spawn_blocking(make).await else { return Ok(()) };
        self.app.deliveries.due(viewer, &plan.id, self.edition.lpos);
        if self.plan.as_ref() == Some(&plan.id) {
            self.held = None;
            return Ok(());
        }
        if self.held.is_some() {
            return Ok(());
        }
        let text = match urgent {
            true => control::plan::Plan { urgent, ..(*plan).clone() }.message_at(&position),
            false => plan.message_at(&position),
        };
        self.app.live.plan(viewer, &plan.id, PlanState::Sent, now);
        self.plan = Some(plan.id.clone());
        self.send_text(text).await
    }

    /// Says how files may be fetched, unless it was said: before the plan that needs them.
    pub(super) async fn send_limits(&mut self) -> Step {
        let (Some(viewer), Some(_)) = (self.machine.viewer, &self.hello) else { return Ok(()) };
        let policy = domain::download::policy(&self.app.core.state(), viewer);
        if self.limits == Some(policy) {
            return Ok(());
        }
        let told = self.limits.replace(policy);
        if told.is_some_and(|told| (told.at_once, told.hours) == (policy.at_once, policy.hours)) {
            return Ok(());
        }
        let hours = policy.hours.map(|(from, until)| DownloadHours { from, until }).into_iter().collect();
        self.send(&FromServer::Download { at_once: policy.at_once, hours }).await
    }

    pub(super) async fn send(&mut self, message: &FromServer) -> Step {
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

    pub(super) async fn finish(&mut self, end: End) {
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
