//! Why something plays at an instant. Computed row by row for this one instant, apart from [`super::resolve`].

use std::collections::BTreeMap;

use super::contender::{Contender, contenders, paths};
use super::playable::{Nothing, Playable};
use super::position::position;
use super::program::Program;
use super::resolve::{fallbacks, next_change};
use super::slot::{Playing, Target};
use super::why::{Candidate, Verdict, Why};
use super::zones::Zones;
use crate::content::Destination;
use crate::id::GroupId;
use crate::recurrence::Occurrences;
use crate::rows::Rows;

/// What plays on the target at an instant, Unix milliseconds, and what became of every row that reaches it.
///
/// Agrees with [`super::resolve`] at every instant. Only [`Why::until`], a look ahead, is asked of it.
#[must_use]
pub fn explain(rows: &Rows, target: &Target, at: i64) -> Why {
    let mut zones = Zones::plain(rows, target.viewer);
    let paths = paths(rows, target.viewer);
    let mut winner: Option<(Playing, Program, i64)> = None;
    let mut candidates = Vec::new();
    for contender in contenders(rows, target.viewer) {
        let verdict = match judge(rows, &contender, at, &mut zones) {
            Judged::On { program, anchor } => match &winner {
                Some((Playing::Row(stronger), ..)) => Verdict::CoveredBy(*stronger),
                _ => {
                    winner = Some((Playing::Row(contender.id), program, anchor));
                    Verdict::Plays
                }
            },
            Judged::Off(verdict) => verdict,
        };
        candidates.push(candidate(rows, &contender, verdict, &paths));
    }
    let (playing, program, anchor) = winner.unwrap_or_else(|| unscheduled(rows, target, at, &mut zones));
    let (position, until) = (position(&program, anchor, at), next_change(rows, target, at));
    Why { at, playing, program, anchor, position, until, candidates }
}

/// What a row would do if it were alone.
enum Judged {
    On { program: Program, anchor: i64 },
    Off(Verdict),
}

fn judge(rows: &Rows, contender: &Contender<'_>, at: i64, zones: &mut Zones) -> Judged {
    let zone = zones.get(contender.row.when.zone.as_ref());
    let occurrence = match Occurrences::of(&contender.row.when, &zone).next_after(at) {
        None => return Judged::Off(Verdict::Ended),
        Some(coming) if coming.from > at => return Judged::Off(Verdict::NotNow { next: coming.from }),
        Some(present) => present,
    };
    let Some(content) = contender.content else { return Judged::Off(Verdict::NothingToPlay(Nothing::NotChosen)) };
    let playable = Playable::of(rows, content, zones);
    let program = playable.at(at);
    if program.is_empty() {
        return Judged::Off(Verdict::NothingToPlay(playable.nothing(at)));
    }
    Judged::On { program, anchor: occurrence.anchor }
}

fn candidate(rows: &Rows, contender: &Contender<'_>, verdict: Verdict, paths: &BTreeMap<GroupId, Vec<GroupId>>) -> Candidate {
    let path = match contender.row.destination {
        Some(Destination::Group(group)) => paths.get(&group).cloned().unwrap_or_default(),
        _ => Vec::new(),
    };
    Candidate {
        row: contender.id,
        verdict,
        path,
        priority: contender.row.priority.filter(|priority| rows.priorities.get(*priority).is_some()),
        rank: contender.strength.rank,
        emergency: contender.strength.emergency,
    }
}

/// What plays where no row does.
fn unscheduled(rows: &Rows, target: &Target, at: i64, zones: &mut Zones) -> (Playing, Program, i64) {
    let anchor = zones.own().first_monday();
    for content in fallbacks(rows, target) {
        let program = Playable::of(rows, content, zones).at(at);
        if !program.is_empty() {
            return (Playing::Fallback, program, anchor);
        }
    }
    (Playing::Standby, Program::standby(), anchor)
}
