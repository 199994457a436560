//! One round over all viewers.

use std::sync::Arc;

use api::alert::AlertView;
use api::schedule::NamedViewer;
use domain::alert::{AlertRules, Change, Facts, in_force};
use domain::id::{ServerId, ViewerId};
use domain::state::State;
use rustls::sign::CertifiedKey;
use store::facts::Telling;
use tokio::sync::watch;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::book::{Book, Tell};
use super::{count, gather, view};
use crate::app::App;
use crate::notify::{Event, Notices};

/// Looks at everything at Unix time `now` in milliseconds, and adds to `telling` what is to be written.
pub(super) fn judge_all(
    app: &App,
    started: i64,
    certificate: &watch::Receiver<Arc<CertifiedKey>>,
    telling: &mut Telling,
    now: i64,
) {
    let (state, own) = (app.core.state(), ServerId(app.core.server_id()));
    let rules = in_force(&state);
    let mut book = app.alerts.book.lock();
    let mut round = Round { state: &state, rules: &rules, notices: Notices::of(&state, rules.pace, now), telling, now };
    for (id, held) in state.rows.viewers.iter() {
        let live = held.value.trashed_at.is_none();
        let standing = gather::device(&state, own, id).filter(|_| live);
        let facts = standing.and_then(|standing| {
            app.live.read(id, |status| {
                let seen = book.was_seen(id, status.online || status.since.is_some());
                seen.then(|| gather::facts(&state, status, &standing, started, now))
            })
        });
        round.judge(&mut book, Some(id), facts.as_ref());
    }
    // Of viewers that were removed for good only their alerts are left.
    let gone = |id: &ViewerId| state.rows.viewers.get(*id).is_none();
    let gone: Vec<_> = book.watches.keys().filter(|id| id.as_ref().is_some_and(gone)).copied().collect();
    gone.into_iter().for_each(|id| round.judge(&mut book, id, None));
    let certificate = certificate_end(certificate).map(|until| Facts { certificate_until: Some(until), ..Facts::default() });
    round.judge(&mut book, None, certificate.as_ref());
    for alert in book.reminders(rules.pace, now) {
        round.tell(&alert, Event::Reminder, Tell::Now);
    }
    book.tidy(rules.pace, now);
    count(&book);
}

struct Round<'a> {
    state: &'a State,
    rules: &'a AlertRules,
    notices: Notices,
    telling: &'a mut Telling,
    now: i64,
}

impl Round<'_> {
    fn judge(&mut self, book: &mut Book, viewer: Option<ViewerId>, facts: Option<&Facts>) {
        if facts.is_none() && !book.watches.contains_key(&viewer) {
            return;
        }
        let mut watch = book.watches.remove(&viewer).unwrap_or_default();
        let changes = watch.judge(facts, self.rules, self.now);
        if !watch.is_calm() {
            book.watches.insert(viewer, watch);
        }
        for change in changes {
            if change.raised {
                let alert = self.alert(viewer, change);
                tracing::warn!(alert = alert.kind.name(), viewer.id = ?viewer.map(|id| id.0), "an alert is raised");
                self.telling.raised.push(view::fact(&alert));
                let tell = book.raise(alert.clone(), self.rules.pace, self.now);
                self.tell(&alert, Event::Raised, tell);
            } else if let Some((alert, tell)) = book.clear(viewer, change.kind, self.now) {
                tracing::info!(alert = alert.kind.name(), viewer.id = ?viewer.map(|id| id.0), "an alert is cleared");
                self.telling.cleared.push((alert.id, self.now));
                self.tell(&alert, Event::Cleared, tell);
            }
        }
    }

    fn alert(&self, viewer: Option<ViewerId>, change: Change) -> AlertView {
        let name = |id| self.state.rows.viewers.get(id).map_or_else(String::new, |viewer| viewer.name.clone());
        AlertView {
            id: crate::now::new_id(),
            kind: change.kind,
            viewer: viewer.map(|id| NamedViewer { name: name(id), id }),
            since: change.since,
            raised: self.now,
            cleared: None,
            acknowledged: None,
            numbers: change.numbers,
        }
    }

    fn tell(&mut self, alert: &AlertView, event: Event, tell: Tell) {
        let at = match tell {
            Tell::Now => self.now,
            Tell::IfStill(at) => at,
            Tell::Not => return,
        };
        self.notices.about(self.state, alert, event, at, tell != Tell::Now, &mut self.telling.messages);
    }
}

/// When the certificate of the HTTPS port ends, Unix milliseconds.
fn certificate_end(certificate: &watch::Receiver<Arc<CertifiedKey>>) -> Option<i64> {
    let key = certificate.borrow().clone();
    let (_, parsed) = X509Certificate::from_der(key.cert.first()?).ok()?;
    parsed.validity().not_after.timestamp().checked_mul(1_000)
}
