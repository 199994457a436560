//! Random installations: small enough to collide all the time, near clock changes of both hemispheres.

use domain::cell::{Validity, ZoneName};
use domain::content::{Content, Destination};
use domain::group::{Group, Member, Membership};
use domain::id::{GroupId, MediaId, PlaylistId, PresentationId, PriorityId, RevisionId, ViewerId};
use domain::installation::{INSTALLATION, Installation};
use domain::media::Media;
use domain::playlist::{Playlist, PlaylistItem};
use domain::presentation::{PageSummary, Presentation, Revision};
use domain::priority::Priority;
use domain::rows::Rows;
use domain::schedule::{Recurrence, Schedule, Weekdays, Weekly, When, Window};
use domain::viewer::Viewer;
use jiff::civil::{DateTime, Time, Weekday, date};
use jiff::{Span, ToSpan};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use uuid::Uuid;

use crate::build::insert;

/// Zones with changes of an hour, half an hour and a day, at many times of the year, and some without.
const ZONES: [&str; 9] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Antarctica/Troll",
];

const fn number(kind: u128, n: u8) -> Uuid {
    Uuid::from_u128(kind << 64 | n as u128)
}

/// Viewers that always exist, 0 to 1.
pub(crate) fn viewer(n: u8) -> ViewerId {
    ViewerId(number(1, n))
}

fn zone() -> impl Strategy<Value = ZoneName> {
    select(ZONES.as_slice()).prop_map(|name| name.parse().unwrap())
}

/// Two days before a change of clocks somewhere, or the turn of a year.
pub(crate) fn start() -> impl Strategy<Value = DateTime> {
    let days = [
        date(2026, 3, 7),
        date(2026, 3, 27),
        date(2026, 4, 3),
        date(2026, 9, 4),
        date(2026, 10, 2),
        date(2026, 10, 23),
        date(2026, 10, 31),
        date(2026, 12, 28),
        date(2011, 12, 28),
        date(2028, 2, 27),
        date(2026, 2, 13),
    ];
    select(days.to_vec()).prop_map(|day| day.to_datetime(Time::midnight()))
}

fn quarter_hours(within: i32) -> impl Strategy<Value = Span> {
    (-within..within).prop_map(|quarters| (quarters * 15).minutes())
}

fn near(start: DateTime) -> impl Strategy<Value = DateTime> {
    quarter_hours(4 * 24 * 6).prop_map(move |span| start.checked_add(span).unwrap())
}

fn validity(start: DateTime) -> impl Strategy<Value = Validity> {
    (weighted(0.2, near(start)), weighted(0.2, near(start)), of(zone())).prop_map(|(from, until, zone)| Validity {
        from,
        until,
        zone,
    })
}

fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        3 => (0..5u8).prop_map(|n| Content::Media(MediaId(number(4, n)))),
        2 => (0..3u8).prop_map(|n| Content::Playlist(PlaylistId(number(5, n)))),
        2 => (0..3u8).prop_map(|n| Content::Presentation(PresentationId(number(7, n)))),
        1 => (0..3u8).prop_map(|n| Content::Revision(RevisionId(number(8, n)))),
    ]
}

fn window() -> impl Strategy<Value = Window> {
    // Mostly at night, when clocks change; now and then at any time.
    let quarter = || prop_oneof![0..20i8, 0..96i8];
    let time = |quarter: i8| Time::new(quarter / 4, quarter % 4 * 15, 0, 0).unwrap();
    (quarter(), quarter()).prop_map(move |(start, end)| Window { start: time(start), end: time(end) })
}

fn recurrence() -> impl Strategy<Value = Recurrence> {
    let days = vec(any::<bool>(), 7).prop_map(|on| -> Weekdays {
        Weekday::Monday.cycle_forward().zip(on).filter(|(_, on)| *on).map(|(day, _)| day).collect()
    });
    let days = prop_oneof![2 => days, 1 => Just(Weekdays::ALL)];
    (1..4u16, days, weighted(0.8, window())).prop_map(|(every, days, window)| Recurrence::Weekly(Weekly { every, days, window }))
}

fn when(start: DateTime) -> impl Strategy<Value = When> {
    let from = prop_oneof![3 => near(start), 1 => (0..400i32).prop_map(move |days| start.checked_sub(days.days()).unwrap())];
    (from, of(near(start)), of(zone()), weighted(0.7, recurrence())).prop_map(|(from, until, zone, recurrence)| When {
        from,
        until,
        zone,
        recurrence,
    })
}

fn schedule(start: DateTime) -> impl Strategy<Value = Schedule> {
    let destination = prop_oneof![
        Just(Destination::All),
        (0..2u8).prop_map(|n| Destination::Viewer(viewer(n))),
        (0..5u8).prop_map(|n| Destination::Group(GroupId(number(2, n)))),
    ];
    let order = (of(0..4u8), of(0..6i64), 0..6i64, weighted(0.1, Just(1)), weighted(0.1, Just(())));
    (weighted(0.95, content()), weighted(0.97, destination), when(start), order).prop_map(
        |(content, destination, when, (priority, order, made_at, trashed_at, emergency))| Schedule {
            content,
            destination,
            when,
            priority: priority.map(|n| PriorityId(number(3, n))),
            order,
            made_at,
            trashed_at,
            emergency: emergency.is_some(),
            ..Schedule::default()
        },
    )
}

fn media(start: DateTime) -> impl Strategy<Value = Media> {
    (any::<bool>(), 0..20_000u64, validity(start), weighted(0.1, Just(1))).prop_map(
        |(film, duration_ms, validity, trashed_at)| {
            let mime = if film { "video/mp4" } else { "image/jpeg" }.to_owned();
            Media { mime, duration_ms: duration_ms / 1_000 * 1_000, validity, trashed_at, ..Media::default() }
        },
    )
}

fn item(start: DateTime) -> impl Strategy<Value = PlaylistItem> {
    (0..3u8, "[a-d]{1,2}", of(content()), of(1..30_000u64), validity(start)).prop_map(
        |(playlist, order, content, duration_ms, validity)| PlaylistItem {
            playlist: PlaylistId(number(5, playlist)),
            order,
            content,
            duration_ms,
            validity,
        },
    )
}

fn membership() -> impl Strategy<Value = Membership> {
    let member = prop_oneof![
        (0..2u8).prop_map(|n| Member::Viewer(viewer(n))),
        (0..5u8).prop_map(|n| Member::Group(GroupId(number(2, n)))),
    ];
    (0..5u8, member).prop_map(|(group, member)| Membership { group: GroupId(number(2, group)), member: Some(member) })
}

/// The parts that are few: zones, fallbacks, trashed groups and presentations, ranks.
type Frame = (Vec<(Option<ZoneName>, Option<Content>)>, ZoneName, Option<Content>, Vec<bool>, Vec<(bool, u8)>, Vec<i32>);

fn frame() -> impl Strategy<Value = Frame> {
    (
        vec((of(zone()), of(content())), 2),
        zone(),
        of(content()),
        vec(any::<bool>(), 4),
        vec((any::<bool>(), 0..4u8), 2),
        vec(-2..3i32, 3),
    )
}

/// A random installation near `start`.
pub(crate) fn rows(start: DateTime) -> impl Strategy<Value = Rows> {
    let parts = (vec(schedule(start), 0..14), vec(media(start), 4), vec(item(start), 0..8), vec(membership(), 0..9));
    (frame(), parts).prop_map(|(frame, (schedules, media, items, memberships))| {
        let mut rows = base(frame);
        each(schedules, |n, schedule| insert(&mut rows, number(9, n), schedule));
        each(media, |n, media| insert(&mut rows, number(4, n), media));
        each(items, |n, item| insert(&mut rows, number(6, n), item));
        each(memberships, |n, membership| insert(&mut rows, number(10, n), membership));
        rows
    })
}

fn base((viewers, zone, fallback, groups, presentations, ranks): Frame) -> Rows {
    let mut rows = Rows::default();
    insert(&mut rows, INSTALLATION, &Installation { zone, fallback, ..Installation::default() });
    each(viewers, |n, (zone, fallback)| {
        let viewer = Viewer { zone: zone.clone(), fallback: *fallback, ..Viewer::default() };
        insert(&mut rows, number(1, n), &viewer);
    });
    each(groups, |n, live| {
        insert(&mut rows, number(2, n), &Group { trashed_at: (!live && n == 3).then_some(1), ..Group::default() });
    });
    each(ranks, |n, rank| insert(&mut rows, number(3, n), &Priority { rank: *rank, ..Priority::default() }));
    each(vec![false, true], |n, shuffle| insert(&mut rows, number(5, n), &Playlist { shuffle: *shuffle, ..Playlist::default() }));
    each(presentations, |n, (trashed, head)| {
        let head = (*head < 3).then(|| RevisionId(number(8, *head)));
        insert(
            &mut rows,
            number(7, n),
            &Presentation { head, trashed_at: (*trashed && n == 1).then_some(1), ..Presentation::default() },
        );
    });
    for n in 0..2u8 {
        let page = |p: u8| PageSummary { id: format!("p{p}"), duration_ms: 4_000 + u64::from(p), ..PageSummary::default() };
        let revision =
            Revision { presentation: PresentationId(number(7, n)), pages: (0..3 * n).map(page).collect(), ..Revision::default() };
        insert(&mut rows, number(8, n), &revision);
    }
    rows
}

fn each<T>(values: Vec<T>, mut put: impl FnMut(u8, &T)) {
    for (n, value) in (0..).zip(&values) {
        put(n, value);
    }
}
