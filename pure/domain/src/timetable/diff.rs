//! What an edit alters: two answers of the timetable, compared.

use super::slot::Slot;

/// A time in which something else plays than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Altered {
    /// First instant, Unix milliseconds.
    pub from: i64,
    /// First instant after.
    pub until: i64,
    /// What played; none where the old answer does not cover the time.
    pub before: Option<Slot>,
    /// What plays now; none where the new answer does not cover the time.
    pub after: Option<Slot>,
}

/// Where two answers differ, in order. Each part is as long as one slot before and one slot after overlap.
#[must_use]
pub fn diff(before: &[Slot], after: &[Slot]) -> Vec<Altered> {
    let mut cuts: Vec<i64> = before.iter().chain(after).flat_map(|slot| [slot.from, slot.until]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut altered: Vec<Altered> = Vec::new();
    for pair in cuts.windows(2) {
        let (from, until) = (pair[0], pair[1]);
        let (old, new) = (slot_at(before, from), slot_at(after, from));
        let same = match (old, new) {
            (Some(old), Some(new)) => old.continues_as(new),
            (old, new) => old.is_none() && new.is_none(),
        };
        if same {
            continue;
        }
        let next = Altered { from, until, before: old.cloned(), after: new.cloned() };
        match altered.last_mut() {
            Some(last) if last.until == from && last.before == next.before && last.after == next.after => last.until = until,
            _ => altered.push(next),
        }
    }
    altered
}

fn slot_at(slots: &[Slot], at: i64) -> Option<&Slot> {
    let after = slots.partition_point(|slot| slot.from <= at);
    slots[..after].last().filter(|slot| at < slot.until)
}
