//! Alerts: looks at all viewers and servers every few seconds, writes down what was raised and cleared, and has people told.
//!
//! What counts is decided by `domain::alert`; here the facts are gathered, and the outcome is kept.

mod book;
mod gather;
mod round;
mod servers;
mod view;

use std::time::Duration;

use api::alert::{Acknowledged, AlertView};
use domain::alert::AlertKind;
use domain::id::ServerId;
use domain::permission::{Action, Caller, Object, may};
use domain::state::State;
use parking_lot::Mutex;
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use store::facts::{AlertFilter, Facts};
use tokio::sync::{Notify, watch};

use crate::app::App;
use crate::now::now_ms;
use book::Book;
pub use view::view;

/// How often all viewers are looked at.
const EVERY: Duration = Duration::from_secs(2);
/// Alerts that are read at once from the database.
const PAGE: u32 = 500;

/// What is raised now.
#[derive(Debug, Default)]
pub struct Alerts {
    book: Mutex<Book>,
    /// Woken when something was raised or cleared.
    pub wake: Notify,
}

impl Alerts {
    /// The alerts that are raised now and that the caller may see, the newest first.
    #[must_use]
    pub fn open(&self, state: &State, caller: Caller) -> Vec<AlertView> {
        let mut open: Vec<AlertView> = self.book.lock().open().filter(|alert| sees(state, caller, alert)).cloned().collect();
        open.sort_by_key(|alert| std::cmp::Reverse((alert.raised, alert.id)));
        open
    }

    /// An alert that is raised; none if it is not, or no longer.
    #[must_use]
    pub fn find(&self, id: uuid::Uuid) -> Option<AlertView> {
        self.book.lock().open().find(|alert| alert.id == id).cloned()
    }

    /// Somebody has seen an alert; the alert as it is then, none if it is not raised any more.
    ///
    /// # Errors
    /// If it cannot be written down.
    pub async fn acknowledge(&self, facts: &Facts, id: uuid::Uuid, who: Acknowledged) -> Result<Option<AlertView>, store::Error> {
        let Some(alert) = self.book.lock().acknowledge(id, who) else { return Ok(None) };
        facts.note_alert(view::fact(&alert)).await?;
        self.wake.notify_one();
        Ok(Some(alert))
    }

    /// Whether this alert is still raised.
    #[must_use]
    pub fn is_open(&self, id: uuid::Uuid) -> bool {
        self.book.lock().open().any(|alert| alert.id == id)
    }
}

/// Whether the caller may see an alert: who may see the screen; of the server itself, administrators.
#[must_use]
pub fn sees(state: &State, caller: Caller, alert: &AlertView) -> bool {
    match &alert.viewer {
        Some(viewer) => may(state, caller, Action::See, Object::Viewer(viewer.id)),
        None => may(state, caller, Action::Administer, Object::System),
    }
}

/// Watches for ever. `certificate` is that of the HTTPS port.
pub async fn follow(app: App, certificate: watch::Receiver<Arc<CertifiedKey>>) {
    let started = now_ms();
    let mut due = tokio::time::interval(EVERY);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        match resume(&app).await {
            Ok(()) => break,
            Err(error) => tracing::error!(%error, "open alerts could not be read"),
        }
        due.tick().await;
    }
    let mut telling = store::facts::Telling::default();
    loop {
        due.tick().await;
        round::judge_all(&app, started, &certificate, &mut telling, now_ms());
        if telling.is_empty() {
            continue;
        }
        match app.core.store().facts().tell(&telling).await {
            Ok(()) => {
                telling = store::facts::Telling::default();
                app.alerts.wake.notify_one();
                app.notify.wake.notify_one();
            }
            // They stay in hand and are written in the next round.
            Err(error) => tracing::error!(%error, "alerts could not be written down"),
        }
    }
}

/// Goes on from what was raised when the server stopped.
async fn resume(app: &App) -> Result<(), store::Error> {
    let filter = AlertFilter { open: true, ..AlertFilter::default() };
    let (mut after, mut alerts) = (None, Vec::new());
    loop {
        let page = app.core.store().facts().list_alerts(&filter, after, PAGE).await?;
        after = page.last().map(|last| (last.raised, last.id));
        let full = page.len() == PAGE as usize;
        alerts.extend(page);
        if !full {
            break;
        }
    }
    let rules = domain::alert::in_force(&app.core.state());
    app.alerts.book.lock().resume(alerts.iter().filter_map(view), ServerId(app.core.server_id()), &rules, now_ms());
    let known = app.core.store().facts().known_viewers().await?;
    app.alerts.book.lock().known(known.into_iter().map(Into::into));
    count(&app.alerts.book.lock());
    Ok(())
}

/// For the metrics.
fn count(book: &Book) {
    for kind in AlertKind::ALL {
        let open = book.open().filter(|alert| alert.kind == kind).count();
        metrics::gauge!("signboard_alerts", "kind" => kind.name()).set(f64::from(u32::try_from(open).unwrap_or(u32::MAX)));
    }
}
