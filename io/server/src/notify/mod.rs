//! Telling people of alerts, by mail and by signed requests to web addresses.
//!
//! What is to be told waits in a queue of the store for each recipient, so that nothing is lost when the server stops or the other end is down; it is told at least once,
//! and each message has an id by which a repetition is known.

mod deliver;
mod mail;
mod notice;
mod webhook;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use std::time::Duration;

use api::notify::Delivery;
use domain::id::RecipientId;
use domain::state::State;
use parking_lot::Mutex;
use tokio::task::JoinSet;

pub use notice::{Event, Notice, Notices, TOPIC, topic};
pub use webhook::{SIGNATURE, sign};

use crate::app::App;
use crate::now::now_ms;

/// How often the queue is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// No pause after a failure is longer, in milliseconds; one that seems to be comes from a clock that was set back.
const LONGEST_PAUSE_MS: i64 = 60 * 60_000;

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
        let waiting = self.last.lock().get(&recipient).map_or(0, |last| usize::try_from(last.waiting).unwrap_or(0));
        let outcome = outcome.as_ref().map_or_else(|said| (false, said.clone()), |said| (true, said.clone()));
        Some(self.note(recipient, outcome, waiting))
    }

    fn note(&self, recipient: RecipientId, (ok, text): (bool, String), waiting: usize) -> Delivery {
        let result = if ok { "delivered" } else { "failed" };
        metrics::counter!("signboard_notifications_total", "result" => result).increment(1);
        let at = now_ms();
        let mut last = self.last.lock();
        let failing_since = (!ok).then(|| last.get(&recipient).and_then(|before| before.failing_since).unwrap_or(at));
        let delivery = Delivery { recipient, at, ok, text, failing_since, waiting: waiting as u64 };
        last.insert(recipient, delivery.clone());
        delivery
    }
}

/// Delivers what waits, for ever. Each recipient is told by itself, so that none waits for another.
pub async fn follow(app: App) {
    while let Err(error) = deliver::move_old(app.core.store().facts(), now_ms()).await {
        tracing::error!(%error, "messages to people could not be read or put off");
        tokio::time::sleep(EVERY).await;
    }
    let mut tellers: JoinSet<(RecipientId, Option<i64>)> = JoinSet::new();
    let mut busy = BTreeSet::new();
    // When those may be tried again whom nothing could be told, Unix milliseconds.
    let mut again: BTreeMap<RecipientId, i64> = BTreeMap::new();
    let mut known = BTreeSet::new();
    loop {
        let now = now_ms();
        let there: BTreeSet<RecipientId> = app.core.state().recipients.iter().map(|(id, _)| id).collect();
        for gone in known.difference(&there) {
            if let Err(error) = deliver::forget(app.core.store().facts(), *gone).await {
                tracing::error!(%error, "messages to somebody who is no recipient any more could not be thrown away");
            }
            again.remove(gone);
            app.notify.last.lock().remove(gone);
        }
        known = there;
        for id in &known {
            let waits = again.get(id).is_some_and(|at| (now..now + LONGEST_PAUSE_MS).contains(at));
            if waits || !busy.insert(*id) {
                continue;
            }
            let (app, id) = (app.clone(), *id);
            tellers.spawn(async move {
                match deliver::to_one(&app, id, now_ms()).await {
                    Ok(next) => (id, next),
                    Err(error) => {
                        tracing::error!(%error, "messages to people could not be read or put off");
                        (id, None)
                    }
                }
            });
        }
        let pause = tokio::time::sleep(EVERY);
        tokio::pin!(pause);
        loop {
            tokio::select! {
                () = &mut pause => break,
                () = app.notify.wake.notified() => break,
                Some(told) = tellers.join_next() => match told {
                    Ok((id, next)) => {
                        busy.remove(&id);
                        match next {
                            Some(at) => _ = again.insert(id, at),
                            None => _ = again.remove(&id),
                        }
                    }
                    // It can only have panicked: nobody is busy with what it did not finish.
                    Err(_) => busy.clear(),
                },
            }
        }
    }
}
