//! The rules once more, as simply as can be and without the code under test: civil times of jiff, one instant, all rows.

use domain::cell::ZoneName;
use domain::content::Destination;
use domain::group::Member;
use domain::id::{GroupId, ScheduleId, ViewerId};
use domain::rows::Rows;
use domain::schedule::{Recurrence, Schedule, When};
use domain::timetable::{Playing, program};
use jiff::civil::{DateTime, Time, Weekday};
use jiff::{Timestamp, ToSpan};

/// What plays at an instant.
pub(crate) fn playing(rows: &Rows, viewer: ViewerId, at: i64) -> Playing {
    let on = |row: &Schedule| is_on(&row.when, &zone(rows, viewer, &row.when.zone), at);
    let can = |row: &Schedule| row.content.is_some_and(|content| !program(rows, content, viewer, at).is_empty());
    let strength = |id: ScheduleId, row: &Schedule| {
        let rank = row.priority.and_then(|id| rows.priorities.get(id)).map_or(i64::MIN, |priority| i64::from(priority.rank));
        (row.emergency, rank, row.order.unwrap_or(row.made_at), id)
    };
    let mut best = None;
    for (id, row) in reaching(rows, viewer) {
        let better = best.is_none_or(|best| strength(id, &row) > best);
        if better && on(&row) && can(&row) {
            best = Some(strength(id, &row));
        }
    }
    let own = rows.viewers.get(viewer).and_then(|viewer| viewer.fallback);
    let fallbacks = [own, rows.installation().fallback].into_iter().flatten();
    let falls_back = fallbacks.into_iter().any(|content| !program(rows, content, viewer, at).is_empty());
    match best {
        Some((.., id)) => Playing::Row(id),
        None if falls_back => Playing::Fallback,
        None => Playing::Standby,
    }
}

/// The rows that reach a viewer.
pub(crate) fn reaching(rows: &Rows, viewer: ViewerId) -> Vec<(ScheduleId, Schedule)> {
    let mut inside: Vec<GroupId> = Vec::new();
    loop {
        let before = inside.len();
        for (_, held) in rows.memberships.iter() {
            let membership = &held.value;
            let reached = match membership.member {
                Some(Member::Viewer(id)) => id == viewer,
                Some(Member::Group(id)) => inside.contains(&id),
                None => false,
            };
            let live = rows.groups.get(membership.group).is_some_and(|group| group.trashed_at.is_none());
            if reached && live && !inside.contains(&membership.group) {
                inside.push(membership.group);
            }
        }
        if inside.len() == before {
            break;
        }
    }
    let reaches = |row: &Schedule| match row.destination {
        Some(Destination::All) => true,
        Some(Destination::Group(id)) => inside.contains(&id),
        Some(Destination::Viewer(id)) => id == viewer,
        None => false,
    };
    let live = rows.schedules.iter().filter(|(_, held)| held.value.trashed_at.is_none() && reaches(&held.value));
    live.map(|(id, held)| (id, held.value.clone())).collect()
}

fn zone(rows: &Rows, viewer: ViewerId, own: &Option<ZoneName>) -> ZoneName {
    let viewers = rows.viewers.get(viewer).and_then(|viewer| viewer.zone.clone());
    own.clone().or(viewers).unwrap_or_else(|| rows.installation().zone)
}

fn is_on(when: &When, zone: &ZoneName, at: i64) -> bool {
    let has_been = |civil| has_been(zone, civil, at);
    if !has_been(when.from) || when.until.is_some_and(has_been) {
        return false;
    }
    let Some(Recurrence::Weekly(rule)) = &when.recurrence else { return true };
    let at = Timestamp::from_millisecond(at).unwrap();
    let today = zone.rules().to_datetime(at).date();
    let days = (-3..=2).map(|offset: i32| today.checked_add(offset.days()).unwrap());
    days.filter(|day| *day >= when.from.date()).any(|day| {
        let monday = |day: jiff::civil::Date| {
            let mut day = day;
            while day.weekday() != Weekday::Monday {
                day = day.yesterday().unwrap();
            }
            day
        };
        let apart = monday(when.from.date()).until(monday(day)).unwrap().get_days();
        let (start, end) = rule.window.map_or((Time::midnight(), Time::midnight()), |window| (window.start, window.end));
        let end_day = if end <= start { day.tomorrow().unwrap() } else { day };
        let named = rule.days.contains(day.weekday()) && apart % (7 * i32::from(rule.every)) == 0;
        named && has_been(day.to_datetime(start)) && !has_been(end_day.to_datetime(end))
    })
}

/// Whether the clock has shown this or later by now: it does, or it did before it was last set back.
fn has_been(zone: &ZoneName, civil: DateTime, at: i64) -> bool {
    let rules = zone.rules();
    let now = Timestamp::from_millisecond(at).unwrap();
    let earlier = rules.preceding(now.checked_add(1.millisecond()).unwrap()).take(2).any(|change| {
        let before = rules.to_offset(change.timestamp().checked_sub(1.second()).unwrap());
        civil < before.to_datetime(change.timestamp())
    });
    civil <= rules.to_datetime(now) || earlier
}
