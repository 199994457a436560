//! What a device hears first: its code, or its place and its plan.

use control::message::{FromServer, WelcomeViewer};

use super::{Driver, End, Step};
use crate::now::now_ms;
use crate::session::charge;
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
                // A browser does not number its sessions, and stays with the server of its page.
                let now_s = u64::try_from(now_ms() / 1_000).unwrap_or(0);
                charge::take(&self.app, self.claim.device, charge::number(&state, self.claim.device, now_s));
                crate::session::screen::note(&self.app, self.claim.device, hello.screen).await;
                let place = state.rows.viewers.get(viewer).map_or_else(String::new, |v| v.name.clone());
                let welcome = FromServer::Welcome {
                    viewer: WelcomeViewer { id: viewer, name: place },
                    installation: name,
                    language,
                    server_time: now_ms(),
                    fonts: self.app.fonts.list().to_vec(),
                };
                self.send(&welcome).await?;
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
}
