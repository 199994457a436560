//! What a device hears first: its code, or its place and its plan.

use control::message::{FromServer, House, WelcomeViewer};
use domain::id::{ServerId, ViewerId};
use domain::state::State;

use super::{Driver, End, Step};
use crate::now::now_ms;
use crate::session::charge;
use crate::session::holding_back::Held;
use crate::session::identity::{Standing, standing};
use crate::session::pending::{self, Unwelcome, Waiting};

impl Driver {
    /// Pairing for a device without place, welcome and plan for one that has it.
    pub(super) async fn introduce(&mut self) -> Step {
        let Some(hello) = self.hello.clone() else { return Ok(()) };
        let state = self.app.core.state();
        let installation = state.rows.installation();
        let (name, language) = (installation.name, installation.language);
        match standing(&state, &self.claim) {
            Standing::Approved(viewer) => {
                self.machine.viewer = Some(viewer);
                self.app.live.connected(viewer, self.claim.device, now_ms());
                self.app.mirror.another_screen();
                self.app.live.greeted(viewer, &hello);
                if self.epoch == 0 {
                    // An older page does not number its sessions, and stays with the server that it came from.
                    let now_s = u64::try_from(now_ms() / 1_000).unwrap_or(0);
                    let said = if hello.epoch == 0 { now_s } else { hello.epoch };
                    self.epoch = charge::number(&state, self.claim.device, said);
                }
                charge::take(&self.app, self.claim.device, self.epoch);
                crate::session::screen::note(&self.app, self.claim.device, hello.screen).await;
                self.house = Some(self.house(viewer));
                let welcome = self.welcome(&state, viewer);
                self.send(&welcome).await?;
                if self.plan.is_some() {
                    self.held = Held::begin(&self.app, viewer, hello.position.iter().copied().collect());
                }
                self.limits = None;
                self.send_limits().await?;
                self.send_plan(false).await?;
                if let Some(plan) = hello.plan.filter(|plan| self.plan.as_ref() == Some(plan)) {
                    // It has its plan already and will not say so again.
                    self.app.deliveries.received(viewer, &plan, now_ms());
                }
                Ok(())
            }
            Standing::Revoked => Err(End::Say("revoked")),
            Standing::Unknown | Standing::WrongSecret => {
                self.machine.viewer = None;
                let visitor = Waiting {
                    secret_hash: self.claim.secret_hash.clone(),
                    code: String::new(),
                    user_agent: hello.user_agent.chars().take(300).collect(),
                    screen: crate::session::screen::believed(hello.screen),
                    address: self.address,
                    since: now_ms(),
                    seen: now_ms(),
                    native: None,
                };
                match pending::greet(&self.app, self.claim.device, visitor) {
                    Ok(code) => {
                        self.send(&FromServer::Pairing { code, installation: name, language, server_time: now_ms() }).await
                    }
                    Err(Unwelcome::WrongSecret | Unwelcome::KeyInUse) => Err(End::Say("revoked")),
                    Err(Unwelcome::Crowded) => Err(End::Say("shutdown")),
                }
            }
        }
    }

    fn welcome(&self, state: &State, viewer: ViewerId) -> FromServer {
        let installation = state.rows.installation();
        let place = state.rows.viewers.get(viewer).map_or_else(String::new, |v| v.name.clone());
        FromServer::Welcome {
            viewer: WelcomeViewer { id: viewer, name: place },
            installation: installation.name,
            language: installation.language,
            server_time: now_ms(),
            fonts: self.app.fonts.list().to_vec(),
            house: self.house.clone(),
        }
    }

    /// The servers to which the viewer goes.
    fn house(&self, viewer: ViewerId) -> House {
        let config = &self.app.config.control;
        House {
            server: ServerId(self.app.core.server_id()),
            servers: self.app.surroundings.places(&self.app, viewer),
            // A page that does not number its sessions knows no number in commands either.
            epoch: if self.hello.as_ref().is_some_and(|hello| hello.epoch > 0) { self.epoch } else { 0 },
            return_after_s: config.return_after_seconds,
            return_within_s: config.return_within_seconds,
        }
    }

    /// Says the welcome again, where the servers are others by now.
    pub(super) async fn welcome_again(&mut self, state: &State) -> Step {
        let (Some(viewer), Some(told)) = (self.machine.viewer, &self.house) else { return Ok(()) };
        let now = self.house(viewer);
        if now == *told {
            return Ok(());
        }
        self.house = Some(now);
        let welcome = self.welcome(state, viewer);
        self.send(&welcome).await
    }
}
