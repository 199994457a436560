//! Telling the service manager how the server is (sd_notify(3)). Without one, nothing happens.

use sd_notify::NotifyState;

/// The server answers now.
pub fn report_ready() {
    report(&[NotifyState::Ready]);
}

/// The server is about to end.
pub fn report_stopping() {
    report(&[NotifyState::Stopping]);
}

fn report(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the service manager could not be told");
    }
}
