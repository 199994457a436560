//! A zone's clock: from the wall to instants and back.

use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::{DAY_MS, Wall};
use crate::cell::ZoneName;

/// How far the table reaches beyond the horizon, so that every wall time near it is found there. No clock was ever changed by more than a day.
const MARGIN_MS: i64 = 4 * DAY_MS;

/// A zone, with its offsets over a horizon looked up once.
///
/// A wall time becomes **the first instant at which the clock shows it or later**. So a time that is skipped happens at the
/// moment when the clock jumps, a time that comes twice happens the first time, and a later wall time is never an earlier instant.
#[derive(Clone, Debug)]
pub struct Zone {
    rules: TimeZone,
    /// Offsets over the horizon, the earliest first; empty without horizon.
    table: Vec<Stretch>,
    /// Wall times for which the table is the whole truth.
    known: (Wall, Wall),
    first_monday: i64,
}

/// A time in which the offset stays.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: i64,
    offset_ms: i64,
    /// What the clock has shown at most when the next stretch begins.
    shown: Wall,
}

impl Zone {
    /// A zone without table, for single questions.
    #[must_use]
    pub fn of(name: &ZoneName) -> Self {
        let mut zone = Self { rules: name.rules(), table: Vec::new(), known: (Wall(0), Wall(0)), first_monday: 0 };
        zone.first_monday = zone.instant(Wall::FIRST_MONDAY);
        zone
    }

    /// A zone for many questions about instants from `from` to `until`, Unix milliseconds. It answers as [`Zone::of`] does, only faster.
    #[must_use]
    pub fn around(name: &ZoneName, from: i64, until: i64) -> Self {
        let mut zone = Self::of(name);
        let (first, last) = (stamp(from.saturating_sub(MARGIN_MS)), stamp(until.saturating_add(MARGIN_MS)));
        let mut offset_ms = zone.offset_ms(first.as_millisecond());
        let mut from = first.as_millisecond();
        let known_from = Wall(from + offset_ms + 2 * DAY_MS);
        let mut shown = known_from;
        for change in zone.rules.following(first).take_while(|change| change.timestamp() < last) {
            let (at, next) = (change.timestamp().as_millisecond(), ms(change.offset()));
            if next != offset_ms {
                shown = shown.max(Wall(at + offset_ms));
                zone.table.push(Stretch { from, offset_ms, shown });
                (from, offset_ms) = (at, next);
            }
        }
        zone.table.push(Stretch { from, offset_ms, shown: Wall(i64::MAX) });
        zone.known = (known_from, Wall(last.as_millisecond() + offset_ms - 2 * DAY_MS));
        zone
    }

    /// The first instant at which the clock shows this or later, Unix milliseconds.
    #[must_use]
    pub fn instant(&self, wall: Wall) -> i64 {
        if wall < self.known.0 || wall >= self.known.1 {
            return self.instant_by_rules(wall);
        }
        let stretch = self.table[self.table.partition_point(|stretch| stretch.shown <= wall)];
        stretch.from.max(wall.0 - stretch.offset_ms)
    }

    /// What the clock shows at an instant.
    #[must_use]
    pub fn wall(&self, at: i64) -> Wall {
        Wall(at.saturating_add(self.offset_ms(at)))
    }

    /// Milliseconds by which the clock is ahead of UTC at an instant.
    #[must_use]
    pub fn offset_ms(&self, at: i64) -> i64 {
        let inside = self.table.first().is_some_and(|first| first.from <= at) && at.saturating_add(DAY_MS) < self.known.1.0;
        if inside {
            let after = self.table.partition_point(|stretch| stretch.from <= at);
            return self.table[after - 1].offset_ms;
        }
        ms(self.rules.to_offset(stamp(at)))
    }

    /// The instant of 1970-01-05T00:00 here, the anchor of everything endless.
    #[must_use]
    pub fn first_monday(&self) -> i64 {
        self.first_monday
    }

    fn instant_by_rules(&self, wall: Wall) -> i64 {
        let near = stamp(wall.0);
        // Beyond the first and last instant that the rules know, their last offset goes on.
        let beyond = wall.0.saturating_sub(near.as_millisecond());
        let wall = near.as_millisecond();
        let instant = match self.rules.to_ambiguous_timestamp(Offset::UTC.to_datetime(near)).offset() {
            AmbiguousOffset::Unambiguous { offset } => wall - ms(offset),
            AmbiguousOffset::Fold { before, .. } => wall - ms(before),
            AmbiguousOffset::Gap { before, .. } => {
                let after_jump = wall - ms(before);
                let jump = self.rules.preceding(stamp(after_jump.saturating_add(1))).next();
                jump.map_or(after_jump, |jump| jump.timestamp().as_millisecond())
            }
        };
        instant.saturating_add(beyond)
    }
}

/// The instant, or the nearest one that has a date.
fn stamp(ms: i64) -> Timestamp {
    // jiff takes no milliseconds within the very last second.
    let (first, last) = (Timestamp::MIN.as_second() * 1_000, Timestamp::MAX.as_second() * 1_000);
    Timestamp::from_millisecond(ms.clamp(first, last)).expect("clamped to what has a date")
}

fn ms(offset: Offset) -> i64 {
    i64::from(offset.seconds()) * 1_000
}
