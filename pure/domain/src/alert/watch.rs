//! The judge of one viewer or server: from facts, rules and the time to alerts raised and cleared, with patience in both directions.

use serde_json::Value;

use super::{AlertKind, AlertRules, Facts, Probe};

/// A minute in milliseconds.
const MINUTE_MS: i64 = 60_000;
/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;
/// How long a viewer must be back, or a picture right, before the alert is cleared, in milliseconds: one that comes and goes is one alert.
const SETTLED_MS: i64 = 20_000;
/// How long a disk or clock must be bad before it counts, in milliseconds.
const PERSISTS_MS: i64 = 60_000;
/// So many thousandths of the disk more than the threshold must be free before the alert is cleared.
const DISK_SLACK: u64 = 20;

/// What is raised for one viewer or server, and what is about to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch([Course; AlertKind::ALL.len()]);

/// Where one kind of alert stands. Times are Unix milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Course {
    /// All is well.
    #[default]
    Calm,
    /// It has been bad since, but not for long enough.
    Suspect(i64),
    /// The alert is raised.
    Raised,
    /// It is raised, and has been good since, but not for long enough.
    Settling(i64),
}

/// What the judge decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// About what.
    pub kind: AlertKind,
    /// Raised, or cleared.
    pub raised: bool,
    /// Since when it has been so, Unix milliseconds.
    pub since: i64,
    /// The numbers behind it.
    pub numbers: Value,
}

/// What the facts say about one kind.
enum Finding {
    /// Bad; since when, if that is known.
    Bad(Option<i64>),
    /// Neither: a suspicion ends, an alert stays.
    Unclear,
    Good,
}

impl Watch {
    /// Goes on from alerts that were raised before.
    #[must_use]
    pub fn resumed(raised: impl IntoIterator<Item = AlertKind>) -> Self {
        let mut watch = Self::default();
        raised.into_iter().for_each(|kind| watch.0[kind as usize] = Course::Raised);
        watch
    }

    /// Whether nothing is raised and nothing suspected.
    #[must_use]
    pub fn is_calm(&self) -> bool {
        self.0.iter().all(|course| *course == Course::Calm)
    }

    /// Judges at Unix time `now` in milliseconds. No facts: the viewer is none of anybody's business (never activated, or in the trash), so
    /// that what is raised is cleared.
    pub fn judge(&mut self, facts: Option<&Facts>, rules: &AlertRules, now: i64) -> Vec<Change> {
        let mut changes = Vec::new();
        for kind in AlertKind::ALL {
            let before = self.0[kind as usize];
            let raised = matches!(before, Course::Raised | Course::Settling(_));
            let judged = facts.filter(|_| rules.is_on(kind));
            let found = judged.map(|facts| finding(kind, facts, rules, raised, now));
            let after = found.as_ref().map_or(Course::Calm, |found| step(before, found, kind, rules, now));
            self.0[kind as usize] = after;
            let raised_now = matches!(after, Course::Raised | Course::Settling(_));
            if raised_now != raised {
                let since = match (before, found) {
                    (_, Some(Finding::Bad(Some(known)))) => known.min(now),
                    (Course::Suspect(noticed), _) if raised_now => noticed,
                    _ => now,
                };
                changes.push(Change { kind, raised: raised_now, since, numbers: facts.map_or(Value::Null, |f| f.numbers(kind)) });
            }
        }
        changes
    }
}

/// One step of one kind. What is bad must be found bad twice, however long it has been so: one odd reading is no news.
fn step(before: Course, finding: &Finding, kind: AlertKind, rules: &AlertRules, now: i64) -> Course {
    match (before, finding) {
        (Course::Calm | Course::Suspect(_), Finding::Bad(known)) => {
            let noticed = if let Course::Suspect(since) = before { since } else { now };
            let since = known.unwrap_or(noticed).min(now);
            if now.saturating_sub(since) >= patience_ms(kind, rules) && before != Course::Calm {
                Course::Raised
            } else {
                Course::Suspect(since)
            }
        }
        (Course::Calm | Course::Suspect(_), Finding::Good | Finding::Unclear) => Course::Calm,
        (Course::Raised | Course::Settling(_), Finding::Bad(_) | Finding::Unclear) => Course::Raised,
        (Course::Raised, Finding::Good) if settling_ms(kind) > 0 => Course::Settling(now),
        (Course::Raised, Finding::Good) => Course::Calm,
        (Course::Settling(since), Finding::Good) => {
            if now.saturating_sub(since) >= settling_ms(kind) {
                Course::Calm
            } else {
                Course::Settling(since)
            }
        }
    }
}

fn patience_ms(kind: AlertKind, rules: &AlertRules) -> i64 {
    match kind {
        AlertKind::Black => i64::from(rules.black.minutes) * MINUTE_MS,
        AlertKind::Frozen => i64::from(rules.frozen.minutes) * MINUTE_MS,
        AlertKind::Content => i64::from(rules.content.minutes) * MINUTE_MS,
        AlertKind::Offline => i64::from(rules.offline.minutes) * MINUTE_MS,
        AlertKind::Clock | AlertKind::Disk => PERSISTS_MS,
        AlertKind::Certificate | AlertKind::Spoilt => 0,
    }
}

fn settling_ms(kind: AlertKind) -> i64 {
    match kind {
        AlertKind::Black | AlertKind::Clock | AlertKind::Disk | AlertKind::Frozen | AlertKind::Offline => SETTLED_MS,
        AlertKind::Certificate | AlertKind::Content | AlertKind::Spoilt => 0,
    }
}

fn finding(kind: AlertKind, facts: &Facts, rules: &AlertRules, raised: bool, now: i64) -> Finding {
    let weighed = |bad: bool, good: bool| match (bad, good) {
        (true, _) => Finding::Bad(None),
        (_, true) => Finding::Good,
        _ if raised => Finding::Unclear,
        _ => Finding::Good,
    };
    let probed = |bad: Probe| match facts.probe {
        probe if facts.online && probe == bad => Finding::Bad(None),
        Probe::Unknown => Finding::Unclear,
        _ if facts.online => Finding::Good,
        _ => Finding::Unclear,
    };
    match kind {
        AlertKind::Black => probed(Probe::Black),
        AlertKind::Frozen => probed(Probe::Frozen),
        AlertKind::Offline if facts.online => Finding::Good,
        AlertKind::Offline => facts.on_since.map_or(Finding::Unclear, |on| Finding::Bad(Some(facts.since.max(on)))),
        AlertKind::Content => match facts.incomplete_since {
            Some(_) if !facts.online => Finding::Unclear,
            Some(since) => Finding::Bad(Some(since)),
            None if facts.online => Finding::Good,
            None => Finding::Unclear,
        },
        AlertKind::Disk => facts.disk.map_or(Finding::Unclear, |disk| {
            let (free, least) = (disk.free_thousandths(), u64::from(rules.disk.percent) * 10);
            weighed(free < least, free >= least + DISK_SLACK)
        }),
        AlertKind::Clock => {
            facts.clock_offset_ms.filter(|offset| facts.online && offset.is_finite()).map_or(Finding::Unclear, |offset| {
                let (off, most) = (offset.abs(), f64::from(rules.clock.ms));
                weighed(off > most, off <= most / 2.0)
            })
        }
        AlertKind::Spoilt => {
            facts.spoilt.map_or(Finding::Unclear, |files| if files > 0 { Finding::Bad(None) } else { Finding::Good })
        }
        AlertKind::Certificate => facts.certificate_until.map_or(Finding::Unclear, |until| {
            let left = until.saturating_sub(now);
            if left < i64::from(rules.certificate.days) * DAY_MS { Finding::Bad(Some(now)) } else { Finding::Good }
        }),
    }
}

#[cfg(test)]
#[path = "watch_tests.rs"]
mod tests;
