//! What plays on a viewer over a time.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::contender::{Contender, contenders};
use super::gaps::Gaps;
use super::playable::Playable;
use super::program::Program;
use super::slot::{Playing, Slot, Target};
use super::zones::Zones;
use crate::content::Content;
use crate::recurrence::Occurrences;
use crate::rows::Rows;

/// How far [`next_change`] looks ahead, in milliseconds: 62 days.
const AHEAD_MS: i64 = 62 * 86_400_000;

/// What plays on the target from `from` to `until`, Unix milliseconds.
///
/// The slots cover the time without gap or overlap, in order, each as long as the same occurrence plays the same items. An empty
/// time has no slots. The function is total: it answers for every time and every state of the rows.
///
/// Each row, the strongest first, is laid on what is still free. So the work grows with what is seen, not with what is covered.
#[must_use]
pub fn resolve(rows: &Rows, target: &Target, from: i64, until: i64) -> Vec<Slot> {
    if from >= until {
        return Vec::new();
    }
    let zones = Zones::around(rows, target.viewer, from, until);
    let mut wall = Wallpaper { rows, zones, contents: BTreeMap::new(), gaps: Gaps::whole(from, until), slots: Vec::new() };
    for contender in contenders(rows, target.viewer) {
        if wall.gaps.is_empty() {
            break;
        }
        wall.lay(&contender, from, until);
    }
    wall.fall_back(target);
    merged(wall.slots)
}

/// When something else plays than at `at`, Unix milliseconds; none if the same plays for 62 days.
#[must_use]
pub fn next_change(rows: &Rows, target: &Target, at: i64) -> Option<i64> {
    let until = at.saturating_add(AHEAD_MS);
    let first = resolve(rows, target, at, until).into_iter().next()?;
    (first.until < until).then_some(first.until)
}

/// The time while it is being covered.
struct Wallpaper<'r> {
    rows: &'r Rows,
    zones: Zones,
    contents: BTreeMap<Content, Arc<Playable>>,
    gaps: Gaps,
    slots: Vec<Slot>,
}

impl Wallpaper<'_> {
    /// Lays a row's occurrences on what is free.
    fn lay(&mut self, contender: &Contender<'_>, from: i64, until: i64) {
        let Some(content) = contender.content else { return };
        let zone = self.zones.get(contender.row.when.zone.as_ref());
        let occurrences = Occurrences::of(&contender.row.when, &zone);
        let slot = |anchor| Slot {
            from,
            until,
            anchor,
            playing: Playing::Row(contender.id),
            program: Arc::default(),
            emergency: contender.row.emergency,
        };
        let mut at = from;
        // Occurrences and gaps leap over each other: each step jumps to where both could meet next.
        while let Some((gap_from, gap_until)) = self.gaps.next_after(at) {
            at = at.max(gap_from);
            let Some(occurrence) = occurrences.next_after(at).filter(|next| next.from < until) else { return };
            if occurrence.from < gap_until {
                let end = occurrence.until.min(gap_until);
                self.put(content, occurrence.from.max(at), end, &slot(occurrence.anchor));
                at = end;
            } else {
                at = occurrence.from;
            }
        }
    }

    /// Covers what is left: the viewer's fallback, the installation's, standby.
    fn fall_back(&mut self, target: &Target) {
        let anchor = self.zones.own().first_monday();
        let slot = |playing| Slot { from: 0, until: 0, anchor, playing, program: Arc::default(), emergency: false };
        for content in fallbacks(self.rows, target) {
            for (from, until) in self.gaps.iter().collect::<Vec<_>>() {
                self.put(content, from, until, &slot(Playing::Fallback));
            }
        }
        let standby = Arc::new(Program::standby());
        for (from, until) in self.gaps.iter() {
            self.slots.push(Slot { from, until, program: standby.clone(), ..slot(Playing::Standby) });
        }
    }

    /// Puts content into a part of one gap, as far as it has something to play.
    fn put(&mut self, content: Content, from: i64, until: i64, slot: &Slot) {
        let Self { rows, zones, contents, .. } = self;
        let playable = contents.entry(content).or_insert_with(|| Arc::new(Playable::of(rows, content, zones))).clone();
        for (from, until, program) in playable.stretches(from, until) {
            self.gaps.take(from, until);
            self.slots.push(Slot { from, until, program, ..slot.clone() });
        }
    }
}

/// What plays where nothing is scheduled, in the order in which it is tried.
pub(super) fn fallbacks(rows: &Rows, target: &Target) -> impl Iterator<Item = Content> {
    let own = rows.viewers.get(target.viewer).and_then(|viewer| viewer.fallback);
    [own, rows.installation().fallback].into_iter().flatten()
}

/// The slots in order, joined where the same goes on.
pub(super) fn merged(mut slots: Vec<Slot>) -> Vec<Slot> {
    slots.sort_unstable_by_key(|slot| slot.from);
    let mut merged: Vec<Slot> = Vec::with_capacity(slots.len());
    for slot in slots {
        match merged.last_mut() {
            Some(last) if last.until == slot.from && last.continues_as(&slot) => last.until = slot.until,
            _ => merged.push(slot),
        }
    }
    merged
}
