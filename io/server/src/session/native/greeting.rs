//! What a viewer hears first: its place, and what differs in its slice.

use api::viewer::PlanState;
use control::native::{PROTOCOL_MAX, Step as Lead};
use control::slice::Slice;
use control::slice::delta::Delta;
use control::v1;
use control::v1::to_viewer::Message;

use super::driver::{Driver, Step};
use super::slices::{Beginning, name};
use crate::now::now_ms;
use crate::session::charge;
use crate::session::holding_back::Held;

/// How often a viewer says how it is, in seconds.
const STATUS_SECONDS: u32 = 5;

impl Driver {
    /// Welcomes the viewer and leads it to its slice.
    pub(super) async fn greet(&mut self, beginning: Beginning, hello: Box<v1::Hello>) -> Step {
        let machine = hello.machine.unwrap_or_default();
        self.app.live.connected(self.viewer, self.device, now_ms());
        self.app.mirror.another_screen();
        self.app.live.introduced(self.viewer, &machine);
        let screen = machine.screen.unwrap_or_default();
        let size = domain::cell::Size { width: screen.width, height: screen.height };
        crate::session::screen::note(&self.app, self.device, size).await;
        charge::take(&self.app, self.device, self.epoch);
        self.welcome().await?;
        let differs = self.machine.applied().is_some_and(|applied| applied != beginning.slice.id());
        if differs && !beginning.urgent {
            self.held = Held::begin(&self.app, self.viewer, control::position::read(&hello.position));
        }
        if self.held.is_none() {
            self.lead(&beginning.slice, beginning.earlier.as_ref(), beginning.urgent).await?;
        }
        if !hello.plan.is_empty() && self.machine.applied() == Some(beginning.slice.id()) {
            // It has all this already, and will not say so again.
            self.app.deliveries.received(self.viewer, &name(beginning.slice.id()), now_ms());
            self.app.live.native_plan(self.viewer, &hello.plan, PlanState::Received, now_ms());
            self.plan = Some(hello.plan);
        }
        Ok(())
    }

    /// Says what its place is.
    pub(super) async fn welcome(&mut self) -> Step {
        let state = self.app.core.state();
        let installation = state.rows.installation();
        let policy = domain::download::policy(&state, self.viewer);
        let font = |font: &control::plan::PlanFont| v1::Font {
            family: font.family.clone(),
            weight: font.weight.clone(),
            style: font.style.clone(),
            range: font.range.clone(),
            hash: font.hash.to_string(),
            sha256: font.sha256.clone(),
            bytes: font.bytes,
        };
        let hours = policy.hours.map(|(from, until)| v1::Hours { from, until });
        let welcome = v1::Welcome {
            protocol: self.machine.protocol().unwrap_or(PROTOCOL_MAX),
            features: Vec::new(),
            viewer: self.viewer.to_string(),
            name: state.rows.viewers.get(self.viewer).map_or_else(String::new, |viewer| viewer.name.clone()),
            installation: installation.name,
            language: installation.language,
            server_time: now_ms(),
            fonts: self.app.fonts.list().iter().map(font).collect(),
            horizon_days: self.app.config.data.horizon_days,
            servers: self.app.surroundings.servers(&self.app, self.viewer),
            media_capability: self.capability.text().to_owned(),
            download: Some(v1::Download {
                bytes_per_second: policy.bytes_per_second,
                at_once: policy.at_once,
                hours: hours.into_iter().collect(),
            }),
            status_seconds: STATUS_SECONDS,
            settings_json: domain::viewer_settings::settings_in_force(&state, self.viewer).json(),
            server: self.app.core.server_id().to_string(),
            epoch: self.epoch,
        };
        self.send(Message::Welcome(welcome)).await
    }

    /// Leads the viewer to its slice once it need not wait any more.
    pub(super) async fn release(&mut self) -> Step {
        if !self.held.as_ref().is_some_and(|held| held.is_over(&self.app, self.viewer)) {
            return Ok(());
        }
        self.held = None;
        match self.app.slices.present(&self.app, self.viewer) {
            Some(slice) => self.lead(&slice, None, false).await,
            None => self.reconsider(),
        }
    }

    /// Sends what leads the viewer to its slice.
    pub(super) async fn lead(&mut self, slice: &Slice, earlier: Option<&Slice>, urgent: bool) -> Step {
        match self.machine.lead(slice, earlier) {
            Lead::Nothing => Ok(()),
            Lead::AskInventory => self.send(Message::InventoryWanted(v1::InventoryWanted {})).await,
            Lead::Delta(delta) => self.send_delta(&delta, urgent).await,
        }
    }

    pub(super) async fn send_delta(&mut self, delta: &Delta, urgent: bool) -> Step {
        self.app.live.native_plan(self.viewer, "", PlanState::Sent, now_ms());
        // Read after the slice was made: what is in the slice is among it.
        let position = control::position::message(&self.app.core.store().standing().position.vector);
        for mut part in delta.messages(urgent) {
            if !part.more {
                part.position.clone_from(&position);
            }
            self.send(Message::Slice(part)).await?;
        }
        Ok(())
    }
}
