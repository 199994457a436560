//! Telling people of alerts, by mail and by signed requests to web addresses.
//!
//! What is to be told waits in the store's queue, so that nothing is lost when the server stops or the other end is down; it is told at least once,
//! and each message has an id by which a repetition is known.

mod deliver;
mod mail;
mod notice;
mod webhook;
mod words;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use api::notify::Delivery;
use domain::id::RecipientId;
use domain::state::State;
use parking_lot::Mutex;

pub use notice::{Event, Notice, Notices, TOPIC};
pub use webhook::{SIGNATURE, sign};

use crate::app::App;
use crate::now::now_ms;

/// How often the queue is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// Who tells, and how it went last.
#[derive(Debug, Default)]
pub struct Notify {
    /// Made when it is first needed: it reads the authorities that this machine trusts.
    client: OnceLock<Result<reqwest::Client, String>>,
    last: Mutex<BTreeMap<RecipientId, Delivery>>,
    /// Woken when there is something to tell.
    pub wake: tokio::sync::Notify,
}

impl Notify {
    /// How telling each recipient went last, since the server started.
    #[must_use]
    pub fn last(&self) -> Vec<Delivery> {
        self.last.lock().values().cloned().collect()
    }

    /// Tells a recipient something to try it out, and says what came of it. Nothing is tried again.
    pub async fn test(&self, state: &State, recipient: RecipientId, address: &str) -> Option<Delivery> {
        let settings = state.recipients.get(recipient)?.clone();
        let sentence = words::of(&state.rows.installation().language).test;
        let notice = Notice::test(recipient, sentence, now_ms());
        let outcome = deliver::tell(self, state, &settings, &[notice], address).await;
        Some(self.note(recipient, outcome.as_ref().map_or_else(|said| (false, said.clone()), |said| (true, said.clone()))))
    }

    fn note(&self, recipient: RecipientId, (ok, text): (bool, String)) -> Delivery {
        let result = if ok { "delivered" } else { "failed" };
        metrics::counter!("signboard_notifications_total", "result" => result).increment(1);
        let delivery = Delivery { recipient, at: now_ms(), ok, text };
        self.last.lock().insert(recipient, delivery.clone());
        delivery
    }
}

/// Delivers what waits, for ever.
pub async fn follow(app: App) {
    loop {
        if let Err(error) = deliver::round(&app, now_ms()).await {
            tracing::error!(%error, "messages to people could not be read or put off");
        }
        let _ = tokio::time::timeout(EVERY, app.notify.wake.notified()).await;
    }
}
