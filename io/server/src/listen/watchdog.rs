//! Signs of life for the service manager (systemd.service(5), `WatchdogSec=`).

use sd_notify::NotifyState;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

/// Gives a sign twice in each period that the service manager asks for, until told to stop; nothing where it asks for
/// none. The signs come from the threads that answer requests: if none of them gets on, they stop and the service
/// manager starts the server anew.
pub(super) async fn watchdog(stop: CancellationToken) {
    let Some(period) = sd_notify::watchdog_enabled().filter(|period| !period.is_zero()) else {
        return;
    };
    let mut ticks = tokio::time::interval(period / 2);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {
                if let Err(error) = sd_notify::notify(&[NotifyState::Watchdog]) {
                    tracing::warn!(%error, "the service manager takes no sign of life");
                }
            }
        }
    }
}
