//! A server that knows less than the one from which a viewer has its slice gives no older one, for a while: what it lacks is mostly on its way.

use std::time::Duration;

use domain::stamp::VersionVector;
use tokio::time::Instant;

use super::driver::{Driver, Step};
use crate::app::App;
use crate::now::now_ms;

/// What is waited for.
pub(super) struct Held {
    /// What the viewer's slice was made from.
    position: VersionVector,
    /// When it gets an older one all the same.
    until: Instant,
}

/// Whether this server knows all that.
pub(super) fn covers(app: &App, position: &VersionVector) -> bool {
    app.core.store().standing().position.vector.covers_all(position)
}

impl Driver {
    /// Holds back what this server would give, if that may be older than what the viewer has. A server that is alone has nothing to wait for.
    pub(super) fn hold_back(&mut self, position: VersionVector) -> bool {
        let others = self.app.core.state().servers.iter().filter(|(_, server)| server.value.retired_at.is_none()).count();
        if others < 2 || covers(&self.app, &position) {
            return false;
        }
        let patience = Duration::from_secs(self.app.config.control.older_plans_after_seconds.into());
        tracing::info!(viewer.id = %self.viewer, "a viewer has a plan from changes that are not here yet; it keeps it for now");
        let text = format!(
            "The server that it came to lacks changes that it has seen; it keeps its plan until they arrive, for at most {} s.",
            patience.as_secs()
        );
        self.app.live.trouble(self.viewer, "plan.held", text, now_ms());
        self.held = Some(Held { position, until: Instant::now() + patience });
        true
    }

    /// Leads the viewer to its slice once what was missing is here, or the wait is over.
    pub(super) async fn release(&mut self) -> Step {
        let Some(held) = &self.held else { return Ok(()) };
        let is_covered = covers(&self.app, &held.position);
        if !is_covered && Instant::now() < held.until {
            return Ok(());
        }
        self.held = None;
        if !is_covered {
            tracing::warn!(viewer.id = %self.viewer, "a viewer gets a plan that may lack changes that it had");
            let text = "It got a plan from a server that still lacks changes that it has seen: connect that server with the others, or make them again.";
            self.app.live.trouble(self.viewer, "plan.older", text.to_owned(), now_ms());
        }
        match self.app.slices.present(&self.app, self.viewer) {
            Some(slice) => self.lead(&slice, None, false).await,
            None => self.reconsider(),
        }
    }
}
