//! One round over all viewers and servers.

use std::sync::Arc;

use api::alert::{AlertView, NamedServer};
use api::schedule::NamedViewer;
use domain::alert::{AlertRules, Change, Facts, in_force};
use domain::id::ServerId;
use domain::state::State;
use rustls::sign::CertifiedKey;
use store::facts::Telling;
use tokio::sync::watch;

use super::book::{Book, Subject, Tell};
use super::{count, gather, servers, view};
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
    let mut round = Round { state: &state, rules: &rules, notices: Notices::of(&state, rules.pace, now), telling, own, now };
    for (id, held) in state.rows.viewers.iter() {
        let is_here = app.live.read(id, |status| status.online || status.since.is_some());
        let live = held.value.trashed_at.is_none();
        let standing = gather::device(&state, own, id, is_here).filter(|_| live);
        let facts = standing.and_then(|standing| match standing.elsewhere {
            Some(server) => servers::screen_of(app, &state, (id, server), started, now),
            None => book
                .was_seen(id, is_here)
                .then(|| app.live.read(id, |status| gather::facts(&state, status, &standing, started, now))),
        });
        round.judge(&mut book, Subject::Viewer(id), facts.as_ref());
    }
    for (id, _) in state.servers.iter().filter(|(id, _)| *id != own) {
        round.judge(&mut book, Subject::Server(id), servers::another(app, &state, id, started).as_ref());
    }
    // Of those that were removed for good only their alerts are left.
    let gone = |subject: &Subject| match subject {
        Subject::Own => false,
        Subject::Server(id) => state.servers.get(*id).is_none(),
        Subject::Viewer(id) => state.rows.viewers.get(*id).is_none(),
    };
    let gone: Vec<_> = book.watches.keys().filter(|subject| gone(subject)).copied().collect();
    gone.into_iter().for_each(|subject| round.judge(&mut book, subject, None));
    round.judge(&mut book, Subject::Own, Some(&servers::own(app, certificate)));
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
    own: ServerId,
    now: i64,
}

impl Round<'_> {
    fn judge(&mut self, book: &mut Book, subject: Subject, facts: Option<&Facts>) {
        if facts.is_none() && !book.watches.contains_key(&subject) {
            return;
        }
        let mut watch = book.watches.remove(&subject).unwrap_or_default();
        let changes = watch.judge(facts, self.rules, self.now);
        if !watch.is_calm() {
            book.watches.insert(subject, watch);
        }
        for change in changes {
            if change.raised {
                let alert = self.alert(subject, change, facts.and_then(|facts| facts.silent));
                tracing::warn!(alert = alert.kind.name(), ?subject, "an alert is raised");
                self.telling.raised.push(view::fact(&alert));
                let tell = book.raise(subject, alert.clone(), self.rules.pace, self.now);
                self.tell(&alert, Event::Raised, tell);
            } else if let Some((alert, tell)) = book.clear(subject, change.kind, self.now) {
                tracing::info!(alert = alert.kind.name(), ?subject, "an alert is cleared");
                self.telling.cleared.push((alert.id, self.now));
                self.tell(&alert, Event::Cleared, tell);
            }
        }
    }

    fn alert(&self, subject: Subject, change: Change, silent: Option<ServerId>) -> AlertView {
        let viewer = |id| {
            let name = self.state.rows.viewers.get(id).map_or_else(String::new, |viewer| viewer.name.clone());
            NamedViewer { name, id }
        };
        let named = |id: ServerId| Some(NamedServer { name: self.state.servers.get(id)?.name.clone(), id });
        let (viewer, server) = match subject {
            Subject::Own => (None, named(self.own)),
            Subject::Server(id) => (None, named(id)),
            Subject::Viewer(id) => (Some(viewer(id)), silent.and_then(named)),
        };
        AlertView {
            id: crate::now::new_id(),
            kind: change.kind,
            viewer,
            server,
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
