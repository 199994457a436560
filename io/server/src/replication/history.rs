//! How far the other servers were during the last day: kept in memory, the worst of each five minutes.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use api::server::{ServerHistory, ServerPast, ServerSample, ServerState, ServersView};
use domain::id::ServerId;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use super::overview;
use crate::app::App;
use crate::now::now_ms;

/// How often it is looked.
const LOOK: Duration = Duration::from_secs(30);
/// What one sample stands for, in milliseconds.
const STEP_MS: i64 = 300_000;
/// Samples of each server: a day.
const MOST: usize = 288;

/// What is remembered.
#[derive(Debug, Default)]
pub struct History(Mutex<BTreeMap<ServerId, VecDeque<ServerSample>>>);

impl History {
    /// Notes how the servers are at Unix time `now` in milliseconds. Those that are no longer there are forgotten.
    fn note(&self, view: &ServersView, now: i64) {
        let at = now - now.rem_euclid(STEP_MS);
        let mut all = self.0.lock();
        all.retain(|id, _| view.servers.iter().any(|server| server.id == *id));
        for server in &view.servers {
            let sample = ServerSample {
                at,
                connected: matches!(server.state, ServerState::Own | ServerState::Connected | ServerState::Held),
                pending_out: server.pending_out,
                pending_in: server.pending_in,
                files_missing: server.files_missing,
                records_waiting: server.records_waiting,
            };
            let samples = all.entry(server.id).or_default();
            match samples.back_mut() {
                Some(last) if last.at == at => *last = worse(last, &sample),
                _ => samples.push_back(sample),
            }
            while samples.len() > MOST {
                samples.pop_front();
            }
        }
    }

    /// The last day of all servers.
    #[must_use]
    pub fn view(&self) -> ServerHistory {
        let past = |(id, samples): (&ServerId, &VecDeque<ServerSample>)| ServerPast {
            id: *id,
            samples: samples.iter().cloned().collect(),
        };
        ServerHistory { step_ms: STEP_MS, servers: self.0.lock().iter().map(past).collect() }
    }
}

/// Of two samples of the same time: what is not known counts as nothing, a cut of any length as a cut.
fn worse(one: &ServerSample, other: &ServerSample) -> ServerSample {
    ServerSample {
        at: one.at,
        connected: one.connected && other.connected,
        pending_out: one.pending_out.max(other.pending_out),
        pending_in: one.pending_in.max(other.pending_in),
        files_missing: one.files_missing.max(other.files_missing),
        records_waiting: one.records_waiting.max(other.records_waiting),
    }
}

/// Looks until `stop` is cancelled.
pub(super) async fn follow(app: App, stop: CancellationToken) {
    loop {
        if app.core.state().servers.len() > 1 {
            match overview(&app).await {
                Ok(view) => app.replication.history.note(&view, now_ms()),
                Err(_) => tracing::warn!("how far the other servers are could not be noted"),
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_of_five_minutes_stays_and_a_day_is_the_most() {
        let history = History::default();
        let mut server = super::super::table::tests::server(1, ServerState::Connected);
        let view = |server: &api::server::ServerView| ServersView {
            own: server.id,
            joining: false,
            why: String::new(),
            main: None,
            may_lead: false,
            waits_for_lost: false,
            servers: vec![server.clone()],
            missing: Default::default(),
            check: Default::default(),
            succession: Default::default(),
        };
        history.note(&view(&server), 1_000);
        (server.pending_out, server.state) = (Some(40), ServerState::NotConnected);
        history.note(&view(&server), 2_000);
        (server.pending_out, server.state) = (Some(0), ServerState::Connected);
        history.note(&view(&server), 299_999);
        history.note(&view(&server), 300_000);
        let past = history.view().servers.remove(0).samples;
        let seen: Vec<_> = past.iter().map(|sample| (sample.at, sample.pending_out, sample.connected)).collect();
        assert_eq!(seen, [(0, Some(40), false), (300_000, Some(0), true)]);
        for n in 0..400 {
            history.note(&view(&server), 600_000 + n * STEP_MS);
        }
        let past = history.view().servers.remove(0).samples;
        assert_eq!((past.len(), past[0].at), (MOST, 600_000 + (400 - 288) * STEP_MS));
        history.note(&ServersView { servers: Vec::new(), ..view(&server) }, 9);
        assert!(history.view().servers.is_empty(), "servers that are gone are forgotten");
    }
}
