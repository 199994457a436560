//! On days of the week, every so many weeks, all day or in a part of the day (RFC 5545 section 3.3.10, FREQ=WEEKLY).

use jiff::civil::Weekday;

use super::Occurrence;
use crate::civil::{DAY_MS, Wall, Zone};
use crate::schedule::{Weekdays, Weekly};

/// A weekly rule, ready to be asked.
///
/// Days count from the day of the row's start; weeks from the Monday on or before it. A part of the day belongs to the day on
/// which it starts, also where it reaches over midnight. The row's start and end cut occurrences, but do not move their anchor.
#[derive(Clone, Debug)]
pub(super) struct Days {
    every: i64,
    days: Weekdays,
    /// Start and end in milliseconds from midnight of the day; the end may lie on the next day.
    part: (i64, i64),
    from: Wall,
    until: Wall,
}

impl Days {
    pub(super) fn of(rule: &Weekly, from: Wall, until: Option<Wall>) -> Self {
        let part = rule.window.map_or((0, DAY_MS), |window| {
            let (start, end) = (Wall::at(0, window.start).0, Wall::at(0, window.end).0);
            (start, if end <= start { end + DAY_MS } else { end })
        });
        let until = until.map_or(Wall::END, |until| until.min(Wall::END));
        Self { every: i64::from(rule.every.max(1)), days: rule.days, part, from, until }
    }

    /// The first occurrence that ends after `at`.
    pub(super) fn next_after(&self, zone: &Zone, at: i64) -> Option<Occurrence> {
        // A part of the day ends at the latest with the next day, so no earlier day than yesterday can still be on.
        let yesterday = zone.wall(at).day().saturating_sub(1);
        let mut day = self.matching(self.from.day().max(yesterday))?;
        loop {
            let midnight = Wall(day.saturating_mul(DAY_MS));
            let (start, end) = (midnight.plus(self.part.0), midnight.plus(self.part.1).min(self.until));
            if start >= self.until {
                return None;
            }
            // The first is empty where the row's start comes after the part of its first day, the second where clocks skip the part.
            let begin = start.max(self.from);
            if begin < end {
                let (from, until) = (zone.instant(begin), zone.instant(end));
                if from < until && at < until {
                    let anchor = if begin == start { from } else { zone.instant(start) };
                    return Some(Occurrence { from, until, anchor });
                }
            }
            day = self.matching(day + 1)?;
        }
    }

    /// The first day on or after `day` that the rule names; none where it names no day at all.
    fn matching(&self, day: i64) -> Option<i64> {
        let mut day = day;
        // Two rounds suffice: the rest of this week, and from Monday of the next week that counts.
        for _ in 0..2 {
            let skipped = (week(day) - week(self.from.day())).rem_euclid(self.every);
            if skipped != 0 {
                day = monday(day) + (self.every - skipped) * 7;
            }
            let end = monday(day) + 7;
            if let Some(found) = (day..end).find(|day| self.days.contains(weekday(*day))) {
                return Some(found);
            }
            day = end;
        }
        None
    }
}

fn weekday(day: i64) -> Weekday {
    Weekday::Monday.wrapping_add(day - monday(day))
}

/// The Monday on or before the day. Day 0, 1970-01-01, was a Thursday.
fn monday(day: i64) -> i64 {
    week(day) * 7 - 3
}

fn week(day: i64) -> i64 {
    (day + 3).div_euclid(7)
}
