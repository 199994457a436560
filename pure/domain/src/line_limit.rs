//! How fast files may travel between a server and the others, by the hours of the week.

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

use crate::cell::ZoneName;
use crate::civil::{Wall, Zone};
use crate::schedule::{Weekdays, Window};
use crate::server::Server;

/// The most limits of one server.
pub const MOST: usize = 50;

/// A limit that holds in a part of the week, for the line to each other server. What screens need at once is exempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LineLimit {
    /// On which days; a part of the day that passes midnight belongs to the day on which it begins.
    pub days: Weekdays,
    /// In which part of the day; none = the whole day.
    #[serde(default)]
    pub window: Option<Window>,
    /// Bytes per second that come; 0 = nothing; none = unlimited.
    #[serde(default)]
    pub receive: Option<u64>,
    /// Bytes per second that go; 0 = nothing; none = unlimited.
    #[serde(default)]
    pub send: Option<u64>,
}

/// Bytes per second in both directions; none = unlimited, 0 = nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// What comes.
    pub receive: Option<u64>,
    /// What goes.
    pub send: Option<u64>,
}

impl LineLimit {
    /// Whether it holds at this time of the server.
    fn holds(&self, wall: Wall) -> bool {
        let Some(window) = self.window else { return self.on(wall.day()) };
        let (start, end) = (Wall::at(wall.day(), window.start), Wall::at(wall.day(), window.end));
        if start < end {
            return self.on(wall.day()) && (start..end).contains(&wall);
        }
        (wall >= start && self.on(wall.day())) || (wall < end && self.on(wall.day() - 1))
    }

    fn on(&self, day: i64) -> bool {
        // 1970-01-01 was a Thursday.
        let offset = i8::try_from((day + 3).rem_euclid(7)).unwrap_or_default();
        Weekday::from_monday_zero_offset(offset).is_ok_and(|day| self.days.contains(day))
    }
}

/// What a server's own limits say at a time, Unix milliseconds: the first one that holds. `zone` is that of the installation, for a server
/// that has none.
#[must_use]
pub fn rates(server: &Server, zone: &ZoneName, at: i64) -> Rates {
    if server.limits.is_empty() {
        return Rates::default();
    }
    let wall = Zone::of(server.zone.as_ref().unwrap_or(zone)).wall(at);
    let first = server.limits.iter().find(|limit| limit.holds(wall));
    first.map(|limit| Rates { receive: limit.receive, send: limit.send }).unwrap_or_default()
}

impl Rates {
    /// What holds on the line from the server with these rates to one with those of `other`: the lower ones.
    #[must_use]
    pub fn towards(self, other: Self) -> Self {
        Self { receive: lower(self.receive, other.send), send: lower(self.send, other.receive) }
    }
}

/// The lower of two rates.
#[must_use]
pub fn lower(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn days(codes: &[&str]) -> Weekdays {
        Weekdays::try_from(codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>()).unwrap()
    }

    fn at(limits: &[LineLimit], day: i8, hour: i8) -> Rates {
        let server = Server { limits: limits.to_vec(), zone: Some("Europe/Berlin".parse().unwrap()), ..Server::default() };
        // 2026-11-23 is a Monday, an hour ahead of UTC.
        let civil = date(2026, 11, 22 + day).at(hour, 0, 0, 0);
        rates(&server, &ZoneName::default(), Wall::of(civil).0 - 3_600_000)
    }

    #[test]
    fn the_first_that_holds_counts_in_the_time_of_the_server() {
        let office = Window { start: time(8, 0, 0, 0), end: time(18, 0, 0, 0) };
        let limits = [
            LineLimit { days: days(&["mo", "fr"]), window: Some(office), receive: Some(10), send: Some(0) },
            LineLimit { days: Weekdays::ALL, window: None, receive: Some(99), send: None },
        ];
        let busy = Rates { receive: Some(10), send: Some(0) };
        let quiet = Rates { receive: Some(99), send: None };
        assert_eq!([at(&limits, 1, 7), at(&limits, 1, 8), at(&limits, 1, 17), at(&limits, 1, 18)], [quiet, busy, busy, quiet]);
        assert_eq!([at(&limits, 2, 9), at(&limits, 5, 9)], [quiet, busy]);
        assert_eq!(at(&[], 1, 9), Rates::default());
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = Window { start: time(22, 0, 0, 0), end: time(6, 0, 0, 0) };
        let limits = [LineLimit { days: days(&["mo"]), window: Some(night), receive: Some(1), send: Some(2) }];
        let held = |day, hour| at(&limits, day, hour) != Rates::default();
        assert_eq!(
            [held(1, 5), held(1, 21), held(1, 22), held(2, 5), held(2, 6), held(2, 22)],
            [false, false, true, true, false, false]
        );
    }

    #[test]
    fn on_a_line_the_lower_of_both_ends_holds() {
        let here = Rates { receive: Some(5), send: None };
        let there = Rates { receive: Some(7), send: Some(3) };
        assert_eq!(here.towards(there), Rates { receive: Some(3), send: Some(7) });
        assert_eq!(here.towards(Rates { receive: None, send: Some(0) }), Rates { receive: Some(0), send: None });
        assert_eq!(there.towards(here), Rates { receive: Some(7), send: Some(3) });
    }
}
