//! Open connections of devices, so that one that is revoked is cut at once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::document::Document;
use domain::server::{Server, server_by_key};
use domain::state::State;
use domain::user::Suspension;
use domain::viewer::{Device, Viewer};
use parking_lot::Mutex;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

use super::peer::{Place, of_key};
use super::refused::Reason;
use crate::app::App;

/// How long a session has to say why it ends.
const GOODBYE: Duration = Duration::from_millis(500);

/// The most connections of one device; the oldest give way. A viewer has one for its session, and a few for files.
const OF_KEY: usize = 32;

type Key = [u8; 32];

/// Connections by the key of their device.
#[derive(Clone, Default)]
pub struct Connections(Arc<Mutex<HashMap<Key, Vec<CancellationToken>>>>);

/// One connection; forgotten when dropped.
pub(super) struct Connection {
    key: Key,
    pub(super) cut: CancellationToken,
    all: Connections,
}

impl Connections {
    pub(super) fn open(&self, key: Key) -> Connection {
        let cut = CancellationToken::new();
        let mut all = self.0.lock();
        let own = all.entry(key).or_default();
        own.push(cut.clone());
        // The rest of them is what a network that comes and goes left behind, or somebody who wants this server's memory.
        let surplus = own.len().saturating_sub(OF_KEY);
        own.drain(..surplus).for_each(|oldest| oldest.cancel());
        drop(all);
        Connection { key, cut, all: self.clone() }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.lock().values().map(Vec::len).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }

    /// The connections of devices that have lost their place.
    fn lost(&self, state: &State) -> Vec<CancellationToken> {
        let all = self.0.lock();
        let retired = |key: &Key| server_by_key(state, key).is_some_and(|(_, server)| server.retired_at.is_some());
        let lost = all.iter().filter(|(key, _)| matches!(of_key(state, key), Place::Revoked(_)) || retired(key));
        lost.flat_map(|(_, tokens)| tokens.iter().cloned()).collect()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut all = self.all.0.lock();
        if let Some(tokens) = all.get_mut(&self.key) {
            // The one of this connection is found by its being cancelled now.
            self.cut.cancel();
            tokens.retain(|token| !token.is_cancelled());
            if tokens.is_empty() {
                all.remove(&self.key);
            }
        }
    }
}

/// Follows the log, and cuts what has lost its place, a moment later than the session that says so.
pub(super) async fn cut_revoked(app: App, stop: CancellationToken) {
    let mut entries = app.core.subscribe();
    loop {
        let entry = tokio::select! {
            () = stop.cancelled() => return,
            entry = entries.recv() => entry,
        };
        let concerns = match &entry {
            Ok(entry) => entry.entry.ops.iter().any(|op| {
                [Device::SPEC.name, Viewer::SPEC.name, Suspension::SPEC.name, Server::SPEC.name].contains(&op.kind.as_str())
            }),
            Err(broadcast::error::RecvError::Lagged(_)) => true,
            Err(broadcast::error::RecvError::Closed) => return,
        };
        if !concerns {
            continue;
        }
        let lost = app.control.connections.lost(&app.core.state());
        if lost.is_empty() {
            continue;
        }
        for _ in &lost {
            metrics::counter!("signboard_control_refused_total", "reason" => Reason::Revoked.name()).increment(1);
        }
        tokio::spawn(async move {
            tokio::time::sleep(GOODBYE).await;
            lost.iter().for_each(CancellationToken::cancel);
        });
    }
}
