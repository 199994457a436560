//! What is raised, what was told of it, and when it is told again.

use std::collections::{BTreeMap, BTreeSet};

use api::alert::{Acknowledged, AlertView};
use domain::alert::{AlertKind, AlertRules, Pace, Watch};
use domain::id::{ServerId, ViewerId};

/// Whom an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// This server.
    Own,
    /// Another server.
    Server(ServerId),
    /// A viewer.
    Viewer(ViewerId),
}

impl Subject {
    /// Whom a known alert is about, as the server `own` sees it.
    fn of(alert: &AlertView, own: ServerId) -> Self {
        match (&alert.viewer, &alert.server) {
            (Some(viewer), _) => Self::Viewer(viewer.id),
            (None, Some(server)) if server.id != own => Self::Server(server.id),
            (None, _) => Self::Own,
        }
    }
}

/// Whom an alert is about, and what.
type Key = (Subject, AlertKind);

/// Everything that the rounds remember. Times are Unix milliseconds.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Only of those about whom there is something to remember.
    pub(super) watches: BTreeMap<Subject, Watch>,
    open: BTreeMap<Key, Open>,
    /// When an alert was raised last, for those that come and go.
    told: BTreeMap<Key, i64>,
    /// Viewers that were seen at some time.
    seen: BTreeSet<ViewerId>,
}

#[derive(Debug)]
struct Open {
    alert: AlertView,
    /// When people are told, at the earliest.
    told_at: i64,
    /// When they are reminded; none = never.
    remind_at: Option<i64>,
}

/// How people are told of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tell {
    /// At once.
    Now,
    /// At this time, if it is still raised then: it came and went before.
    IfStill(i64),
    /// Not at all: that it was raised was not told either.
    Not,
}

impl Book {
    /// Everything that is raised.
    pub(super) fn open(&self) -> impl Iterator<Item = &AlertView> {
        self.open.values().map(|open| &open.alert)
    }

    /// Goes on from alerts that were raised before this start.
    pub(super) fn resume(&mut self, alerts: impl Iterator<Item = AlertView>, own: ServerId, rules: &AlertRules, now: i64) {
        let mut kinds: BTreeMap<Subject, Vec<AlertKind>> = BTreeMap::new();
        for alert in alerts {
            let subject = Subject::of(&alert, own);
            kinds.entry(subject).or_default().push(alert.kind);
            let remind_at = next_reminder(alert.raised, rules.pace, now);
            self.told.insert((subject, alert.kind), alert.raised);
            self.open.insert((subject, alert.kind), Open { told_at: alert.raised, remind_at, alert });
        }
        self.watches.extend(kinds.into_iter().map(|(subject, kinds)| (subject, Watch::resumed(kinds))));
    }

    /// These viewers were seen before this start.
    pub(super) fn known(&mut self, viewers: impl Iterator<Item = ViewerId>) {
        self.seen.extend(viewers);
    }

    /// Whether a viewer was ever seen; `online` says that it is seen now.
    pub(super) fn was_seen(&mut self, viewer: ViewerId, online: bool) -> bool {
        if online && !self.seen.contains(&viewer) {
            self.seen.insert(viewer);
        }
        online || self.seen.contains(&viewer)
    }

    /// An alert is raised.
    pub(super) fn raise(&mut self, subject: Subject, alert: AlertView, pace: Pace, now: i64) -> Tell {
        let key = (subject, alert.kind);
        let quiet_until = self.told.get(&key).map_or(now, |told| told + i64::from(pace.quiet_minutes) * 60_000);
        let remind_at = next_reminder(alert.raised, pace, now);
        let tell = if quiet_until > now {
            Tell::IfStill(quiet_until)
        } else {
            self.told.insert(key, now);
            Tell::Now
        };
        self.open.insert(key, Open { alert, told_at: quiet_until, remind_at });
        tell
    }

    /// An alert is cleared; none if it was not raised.
    pub(super) fn clear(&mut self, subject: Subject, kind: AlertKind, now: i64) -> Option<(AlertView, Tell)> {
        let open = self.open.remove(&(subject, kind))?;
        let tell = if open.told_at > now { Tell::Not } else { Tell::Now };
        Some((AlertView { cleared: Some(now), ..open.alert }, tell))
    }

    /// Somebody has seen an alert. As it is now; none if it is not raised. The first one who said so stays.
    pub(super) fn acknowledge(&mut self, id: uuid::Uuid, who: Acknowledged) -> Option<AlertView> {
        let open = self.open.values_mut().find(|open| open.alert.id == id)?;
        open.alert.acknowledged.get_or_insert(who);
        Some(open.alert.clone())
    }

    /// The alerts of which people are to be reminded now; of those that somebody has seen nobody is.
    pub(super) fn reminders(&mut self, pace: Pace, now: i64) -> Vec<AlertView> {
        let mut due = Vec::new();
        for open in self.open.values_mut() {
            // The rule may have changed since.
            open.remind_at = open.remind_at.or_else(|| next_reminder(open.alert.raised, pace, now));
            if open.remind_at.is_some_and(|at| at <= now) {
                if open.alert.acknowledged.is_none() {
                    due.push(open.alert.clone());
                }
                open.remind_at = next_reminder(open.alert.raised, pace, now);
            }
        }
        due
    }

    /// Forgets what was told so long ago that it decides nothing any more.
    pub(super) fn tidy(&mut self, pace: Pace, now: i64) {
        let quiet = i64::from(pace.quiet_minutes) * 60_000;
        let open = &self.open;
        self.told.retain(|key, told| open.contains_key(key) || now - *told <= quiet);
    }
}

/// The next of the times that lie a whole number of periods after the raising.
fn next_reminder(raised: i64, pace: Pace, now: i64) -> Option<i64> {
    let period = i64::from(pace.repeat_hours) * 3_600_000;
    (period > 0).then(|| raised + (now.saturating_sub(raised).max(0) / period + 1) * period)
}

#[cfg(test)]
mod tests {
    use super::*;
    use api::schedule::NamedViewer;

    const PACE: Pace = Pace { gather_s: 60, quiet_minutes: 30, repeat_hours: 24 };
    const MINUTE: i64 = 60_000;

    fn pier() -> Subject {
        Subject::Viewer(ViewerId(uuid::Uuid::from_u128(1)))
    }

    fn offline(n: u128, raised: i64) -> AlertView {
        let viewer = Some(NamedViewer { name: "Pier".into(), id: ViewerId(uuid::Uuid::from_u128(1)) });
        let (id, kind) = (uuid::Uuid::from_u128(n), AlertKind::Offline);
        AlertView {
            id,
            kind,
            viewer,
            server: None,
            since: raised,
            raised,
            cleared: None,
            acknowledged: None,
            numbers: serde_json::Value::Null,
        }
    }

    #[test]
    fn what_comes_and_goes_is_told_once_and_again_only_if_it_stays() {
        let viewer = pier();
        let mut book = Book::default();
        assert_eq!(book.raise(pier(), offline(1, 0), PACE, 0), Tell::Now);
        assert_eq!(book.clear(viewer, AlertKind::Offline, MINUTE).unwrap().1, Tell::Now);
        assert_eq!(book.raise(pier(), offline(2, 5 * MINUTE), PACE, 5 * MINUTE), Tell::IfStill(30 * MINUTE));
        assert_eq!(book.clear(viewer, AlertKind::Offline, 6 * MINUTE).unwrap().1, Tell::Not, "nobody was told of it");
        assert_eq!(book.raise(pier(), offline(3, 8 * MINUTE), PACE, 8 * MINUTE), Tell::IfStill(30 * MINUTE));
        assert_eq!(book.clear(viewer, AlertKind::Offline, 40 * MINUTE).unwrap().1, Tell::Now, "it stayed, so it was told");
        book.tidy(PACE, 41 * MINUTE);
        assert_eq!(book.raise(pier(), offline(4, 70 * MINUTE), PACE, 70 * MINUTE), Tell::Now);
        assert!(book.clear(viewer, AlertKind::Disk, 0).is_none());
    }

    #[test]
    fn who_has_seen_it_is_kept_and_reminds_nobody_but_its_end_is_told() {
        let day = 24 * 60 * MINUTE;
        let viewer = pier();
        let who = |name: &str| Acknowledged { by: domain::id::UserId(uuid::Uuid::from_u128(9)), name: name.to_owned(), at: 5 };
        let mut book = Book::default();
        book.raise(pier(), offline(1, 0), PACE, 0);
        assert!(book.acknowledge(uuid::Uuid::from_u128(2), who("Ada")).is_none());
        assert_eq!(book.acknowledge(uuid::Uuid::from_u128(1), who("Ada")).unwrap().acknowledged, Some(who("Ada")));
        assert_eq!(book.acknowledge(uuid::Uuid::from_u128(1), who("Ben")).unwrap().acknowledged, Some(who("Ada")));
        assert!(book.reminders(PACE, day).is_empty());
        assert_eq!(book.open().count(), 1, "it stays visible");
        let (over, tell) = book.clear(viewer, AlertKind::Offline, day).unwrap();
        assert_eq!((over.acknowledged, tell), (Some(who("Ada")), Tell::Now));
    }

    #[test]
    fn reminders_come_once_per_period_also_after_a_start() {
        let day = 24 * 60 * MINUTE;
        let mut book = Book::default();
        book.raise(pier(), offline(1, 0), PACE, 0);
        assert!(book.reminders(PACE, day - 1).is_empty());
        assert_eq!(book.reminders(PACE, day).len(), 1);
        assert!(book.reminders(PACE, day + MINUTE).is_empty());
        let mut again = Book::default();
        again.resume([offline(1, 0)].into_iter(), ServerId::default(), &AlertRules::default(), 3 * day + MINUTE);
        assert!(again.reminders(PACE, 4 * day - 1).is_empty());
        assert_eq!(again.reminders(PACE, 4 * day).len(), 1);
        assert!(Book::default().reminders(PACE, day).is_empty());
    }

    #[test]
    fn alerts_of_this_server_of_others_and_of_screens_are_told_apart_after_a_start() {
        let server = |n: u128| Some(api::alert::NamedServer { id: ServerId(uuid::Uuid::from_u128(n)), name: "Pier".into() });
        let own = ServerId(uuid::Uuid::from_u128(7));
        let of = |viewer: bool, server| {
            let alert = offline(1, 0);
            Subject::of(&AlertView { viewer: alert.viewer.clone().filter(|_| viewer), server, ..alert }, own)
        };
        assert_eq!(of(true, server(8)), pier());
        assert_eq!(of(false, server(8)), Subject::Server(ServerId(uuid::Uuid::from_u128(8))));
        assert_eq!([of(false, server(7)), of(false, None)], [Subject::Own; 2]);
    }
}
