//! A server that knows less than the one from which a viewer has its plan gives no older one, for a while: what it lacks is mostly on its way.

use std::time::Duration;

use domain::id::ViewerId;
use domain::stamp::VersionVector;
use tokio::time::Instant;

use crate::app::App;
use crate::now::now_ms;

/// What is waited for.
pub(super) struct Held {
    /// What the viewer's plan was made from.
    position: VersionVector,
    /// When it gets an older one all the same.
    until: Instant,
}

/// Whether this server knows all that.
pub(crate) fn covers(app: &App, position: &VersionVector) -> bool {
    app.core.store().standing().position.vector.covers_all(position)
}

impl Held {
    /// Holds back what this server would give, if that may be older than what the viewer has. A server that is alone has nothing to wait for.
    pub(super) fn begin(app: &App, viewer: ViewerId, position: VersionVector) -> Option<Self> {
        let others = app.core.state().servers.iter().filter(|(_, server)| server.value.retired_at.is_none()).count();
        if others < 2 || covers(app, &position) {
            return None;
        }
        let patience = Duration::from_secs(app.config.control.older_plans_after_seconds.into());
        tracing::info!(viewer.id = %viewer, "a viewer has a plan from changes that are not here yet; it keeps it for now");
        let text = format!(
            "The server that it came to lacks changes that it has seen; it keeps its plan until they arrive, for at most {} s.",
            patience.as_secs()
        );
        app.live.trouble(viewer, "plan.held", text, now_ms());
        Some(Self { position, until: Instant::now() + patience })
    }

    /// Whether it is over: what was missing is here, or the wait was long enough.
    pub(super) fn is_over(&self, app: &App, viewer: ViewerId) -> bool {
        let is_covered = covers(app, &self.position);
        let is_over = is_covered || Instant::now() >= self.until;
        if is_over && !is_covered {
            tracing::warn!(viewer.id = %viewer, "a viewer gets a plan that may lack changes that it had");
            let text = "It got a plan from a server that still lacks changes that it has seen: connect that server with the others, or make them again.";
            app.live.trouble(viewer, "plan.older", text.to_owned(), now_ms());
        }
        is_over
    }
}
