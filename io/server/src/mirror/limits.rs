//! Keeps the limits of the lines to the other servers as the hours pass and people change them.

use std::time::Duration;

use domain::id::ServerId;
use domain::line_limit::{Rates, lower, rates};

use crate::app::App;
use crate::now::now_ms;

/// How often the hours are looked at.
const EVERY: Duration = Duration::from_secs(5);

/// Follows the clock and the state, for ever.
pub async fn follow(app: App) {
    let mut state = app.core.watch();
    loop {
        set(&app, now_ms());
        tokio::select! {
            changed = state.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Sets what holds at this time, Unix milliseconds.
fn set(app: &App, now: i64) {
    let state = app.core.state();
    let zone = state.rows.installation().zone;
    let own = ServerId(app.core.server_id());
    let of = |id| state.servers.get(id).map(|server| rates(server, &zone, now)).unwrap_or_default();
    let config = &app.config.replication;
    let here = of(own);
    let here = Rates {
        receive: lower(here.receive, capped(config.receive_bytes_per_second)),
        send: lower(here.send, capped(config.send_bytes_per_second)),
    };
    let mut changed = false;
    for (id, _) in state.servers.iter().filter(|(id, _)| *id != own) {
        let rates = here.towards(of(id));
        changed |= app.mirror.lines.of(id).limit(rates.receive, rates.send);
    }
    if changed {
        // What was refused for the hour need not wait any longer.
        app.mirror.failures.lock().clear();
        app.mirror.asked.wake();
    }
}

/// In the settings 0 is no limit.
fn capped(rate: u64) -> Option<u64> {
    Some(rate).filter(|rate| *rate > 0)
}
