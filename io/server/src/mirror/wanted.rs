//! Which files the state names, in the order in which they should be here.

use std::collections::{BTreeMap, BTreeSet};

use domain::cell::Hash;
use domain::civil::Zone;
use domain::content::{Content, Destination};
use domain::id::{MediaId, ViewerId};
use domain::recurrence::Occurrences;
use domain::rows::Rows;

/// How soon a file is needed; the smaller the sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// An emergency row leads to it.
    Emergency,
    /// Somebody waits for it: it was asked for here and is not here.
    Asked,
    /// Another schedule row leads to it within the horizon, or it is what plays where nothing else does.
    Scheduled,
    /// A draft that somebody may open, or a thumbnail of the library.
    Editing,
    /// It lies in the library.
    Library,
}

/// A file that should be here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// How soon.
    pub rank: Rank,
    /// In how many minutes a screen needs it; 0 = now, or not by a time.
    pub soon: u32,
    /// Its length; none for bodies and thumbnails, which are small.
    pub bytes: Option<u64>,
    /// Which.
    pub hash: Hash,
}

/// What of the media a server keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All.
    All,
    /// What these viewers need.
    Needed(BTreeSet<ViewerId>),
}

/// From when to when screens must be served, Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// Now.
    pub now: i64,
    /// What begins later can wait.
    pub until: i64,
}

/// Viewers may have zones of their own: rows count a day earlier and later than by the installation's.
const ZONES_MS: i64 = 86_400_000;

/// Every file that should be here, the most urgent first; of equal urgency what is needed sooner, then the small ones before the large ones.
#[must_use]
pub fn wanted(rows: &Rows, scope: &Scope, horizon: Horizon) -> Vec<Wanted> {
    let mut found = Found { rows, files: BTreeMap::new(), followed: BTreeSet::new() };
    let mut leads: Vec<(Rank, u32, Content)> = leads(rows, scope, horizon).collect();
    leads.sort_unstable();
    for (rank, soon, content) in leads {
        found.follow(rank, soon, content);
    }
    for (_, held) in rows.presentations.iter() {
        if let Some(draft) = held.value.draft {
            found.add(Rank::Editing, 0, None, draft);
        }
    }
    for (id, held) in rows.media.iter() {
        if let Some(thumbnail) = held.value.thumbnail {
            found.add(Rank::Editing, 0, None, thumbnail);
        }
        if *scope == Scope::All {
            found.media(Rank::Library, 0, id);
        }
    }
    // Bodies are small, and people edit on every server.
    for (_, held) in rows.revisions.iter() {
        found.add(Rank::Library, 0, None, held.value.body);
    }
    let mut all: Vec<Wanted> =
        found.files.into_iter().map(|(hash, (rank, soon, bytes))| Wanted { rank, soon, bytes, hash }).collect();
    all.sort_unstable();
    all
}

/// What screens show within the horizon, each with how urgent it is and in how many minutes it is needed.
fn leads(rows: &Rows, scope: &Scope, horizon: Horizon) -> impl Iterator<Item = (Rank, u32, Content)> {
    let places = match scope {
        Scope::All => None,
        Scope::Needed(viewers) => Some(places(rows, viewers)),
    };
    let zone = Zone::of(&rows.installation().zone);
    let scheduled = rows.schedules.iter().filter_map(move |(_, held)| {
        let row = &held.value;
        let here = places.as_ref().is_none_or(|places| row.destination.is_some_and(|place| places.contains(&place)));
        let content = row.content.filter(|_| row.trashed_at.is_none() && here)?;
        let own = row.when.zone.as_ref().map(Zone::of);
        let next = Occurrences::of(&row.when, own.as_ref().unwrap_or(&zone)).next_after(horizon.now - ZONES_MS)?;
        if next.from > horizon.until.saturating_add(ZONES_MS) {
            return None;
        }
        let soon = u32::try_from((next.from - horizon.now).max(0) / 60_000).unwrap_or(u32::MAX);
        Some((if row.emergency { Rank::Emergency } else { Rank::Scheduled }, soon, content))
    });
    let served = |id: &ViewerId| match scope {
        Scope::All => true,
        Scope::Needed(viewers) => viewers.contains(id),
    };
    let own = rows.viewers.iter().filter(move |(id, _)| served(id)).filter_map(|(_, held)| held.value.fallback);
    let fallbacks = own.chain(rows.installation().fallback).map(|content| (Rank::Scheduled, 0, content));
    scheduled.chain(fallbacks)
}

/// The destinations that reach these viewers.
fn places(rows: &Rows, viewers: &BTreeSet<ViewerId>) -> BTreeSet<Destination> {
    let around = |viewer: &ViewerId| {
        let groups = rows.groups_around(*viewer).into_iter().map(Destination::Group);
        groups.chain([Destination::All, Destination::Viewer(*viewer)]).collect::<Vec<_>>()
    };
    viewers.iter().flat_map(around).collect()
}

struct Found<'a> {
    rows: &'a Rows,
    files: BTreeMap<Hash, (Rank, u32, Option<u64>)>,
    /// What was followed already, at a rank at least as urgent: rows lead to the same content by the hundred.
    followed: BTreeSet<Content>,
}

impl Found<'_> {
    fn add(&mut self, rank: Rank, soon: u32, bytes: Option<u64>, hash: Hash) {
        let known = self.files.entry(hash).or_insert((rank, soon, bytes));
        (known.0, known.1) = (known.0, known.1).min((rank, soon));
        known.2 = known.2.or(bytes);
    }

    fn media(&mut self, rank: Rank, soon: u32, id: MediaId) {
        if let Some(media) = self.rows.media.get(id) {
            self.add(rank, soon, Some(media.bytes), media.hash);
        }
    }

    fn follow(&mut self, rank: Rank, soon: u32, content: Content) {
        if !self.followed.insert(content) {
            return;
        }
        match content {
            Content::Media(id) => self.media(rank, soon, id),
            Content::Playlist(id) => {
                let items: Vec<Content> = self.rows.items_of(id).filter_map(|(_, item)| item.content).collect();
                items.into_iter().for_each(|content| self.follow(rank, soon, content));
            }
            Content::Presentation(id) => {
                if let Some(head) = self.rows.presentations.get(id).and_then(|presentation| presentation.head) {
                    self.follow(rank, soon, Content::Revision(head));
                }
            }
            Content::Revision(id) => {
                if let Some(revision) = self.rows.revisions.get(id) {
                    self.add(rank, soon, None, revision.body);
                    revision.media.iter().for_each(|id| self.media(rank, soon, *id));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::document::Document;
    use domain::group::{Group, Member, Membership};
    use domain::log::{Cell, Row};
    use domain::media::Media;
    use domain::playlist::{Playlist, PlaylistItem};
    use domain::presentation::{Presentation, Revision};
    use domain::schedule::{Schedule, When};
    use domain::stamp::{Dot, Stamp};
    use domain::viewer::Viewer;
    use uuid::Uuid;

    use super::*;

    fn put<T: Document>(rows: &mut Rows, id: u128, document: &T) {
        let cells =
            document.to_cells().into_iter().map(|(name, value)| (name, Cell { stamp: Stamp::default(), value })).collect();
        assert!(rows.put(T::SPEC.name, Uuid::from_u128(id), Some(Row { birth: Dot::default(), cells })));
    }

    fn media(rows: &mut Rows, id: u128, bytes: u64) {
        let hash = Hash([u8::try_from(id).unwrap(); 32]);
        put(rows, id, &Media { hash, bytes, ..Media::default() });
    }

    const DAY: i64 = 86_400_000;
    const TWO_WEEKS: Horizon = Horizon { now: 1_000 * DAY, until: 1_014 * DAY };

    fn ranks(rows: &Rows) -> Vec<(u8, Rank)> {
        wanted(rows, &Scope::All, TWO_WEEKS).iter().map(|wanted| (wanted.hash.0[0], wanted.rank)).collect()
    }

    fn viewer(id: u128) -> ViewerId {
        ViewerId(Uuid::from_u128(id))
    }

    /// A row for one viewer whose start is so many days from now.
    fn row(media: u128, destination: Destination, days: i64) -> Schedule {
        let from = jiff::Timestamp::from_millisecond(TWO_WEEKS.now + days * DAY).unwrap();
        let when = When { from: from.to_zoned(jiff::tz::TimeZone::UTC).datetime(), ..When::default() };
        let content = Some(Content::Media(MediaId(Uuid::from_u128(media))));
        Schedule { content, destination: Some(destination), when, ..Schedule::default() }
    }

    fn needed(rows: &Rows, viewers: &[u128]) -> Vec<u8> {
        let scope = Scope::Needed(viewers.iter().map(|id| viewer(*id)).collect());
        wanted(rows, &scope, TWO_WEEKS).iter().map(|wanted| wanted.hash.0[0]).collect()
    }

    #[test]
    fn a_sub_takes_what_its_viewers_need_soon_in_the_order_of_need() {
        let mut rows = Rows::default();
        (1..=8).for_each(|id| media(&mut rows, id, 50));
        put(&mut rows, 101, &row(1, Destination::Viewer(viewer(71)), 5));
        put(&mut rows, 102, &row(2, Destination::Viewer(viewer(71)), 2));
        put(&mut rows, 103, &row(3, Destination::Viewer(viewer(71)), 40));
        put(&mut rows, 104, &row(4, Destination::Viewer(viewer(72)), 1));
        put(&mut rows, 105, &row(5, Destination::All, 9));
        let ended = When { until: Some(jiff::civil::date(1971, 1, 1).at(0, 0, 0, 0)), ..When::default() };
        put(&mut rows, 106, &Schedule { when: ended, ..row(6, Destination::All, 0) });
        let fallback = Some(Content::Media(MediaId(Uuid::from_u128(7))));
        put(&mut rows, 71, &Viewer { fallback, ..Viewer::default() });
        put(&mut rows, 72, &Viewer { fallback: Some(Content::Media(MediaId(Uuid::from_u128(8)))), ..Viewer::default() });
        assert_eq!(needed(&rows, &[71]), [7, 2, 1, 5], "not what is over, far off, or another viewer's");
        assert_eq!(needed(&rows, &[72]), [8, 4, 5]);
        assert_eq!(needed(&rows, &[]), [0_u8; 0]);
        assert_eq!(ranks(&rows).len(), 8, "Main takes all");
        let group = domain::id::GroupId(Uuid::from_u128(60));
        put(&mut rows, 60, &Group::default());
        let member = Some(Member::Viewer(viewer(72)));
        put(&mut rows, 61, &Membership { group, member });
        put(&mut rows, 107, &Schedule { emergency: true, ..row(3, Destination::Group(group), 0) });
        assert_eq!(needed(&rows, &[72]), [3, 8, 4, 5], "an emergency comes first");
        assert_eq!(needed(&rows, &[71]), [7, 2, 1, 5]);
    }

    #[test]
    fn what_screens_need_comes_first_and_each_file_once() {
        let mut rows = Rows::default();
        media(&mut rows, 1, 50);
        media(&mut rows, 2, 40);
        media(&mut rows, 3, 30);
        media(&mut rows, 4, 20);
        let scheduled = |content, emergency| Schedule { content: Some(content), emergency, ..Schedule::default() };
        put(&mut rows, 10, &scheduled(Content::Playlist(domain::id::PlaylistId(Uuid::from_u128(20))), false));
        put(&mut rows, 20, &Playlist::default());
        let entry = |content| PlaylistItem {
            playlist: domain::id::PlaylistId(Uuid::from_u128(20)),
            content: Some(content),
            ..PlaylistItem::default()
        };
        put(&mut rows, 21, &entry(Content::Media(MediaId(Uuid::from_u128(2)))));
        put(&mut rows, 22, &entry(Content::Presentation(domain::id::PresentationId(Uuid::from_u128(30)))));
        let head = Some(domain::id::RevisionId(Uuid::from_u128(31)));
        put(&mut rows, 30, &Presentation { head, draft: Some(Hash([9; 32])), ..Presentation::default() });
        let body = Hash([8; 32]);
        put(&mut rows, 31, &Revision { body, media: vec![MediaId(Uuid::from_u128(3))], ..Revision::default() });
        let expected = [
            (8, Rank::Scheduled),
            (3, Rank::Scheduled),
            (2, Rank::Scheduled),
            (9, Rank::Editing),
            (4, Rank::Library),
            (1, Rank::Library),
        ];
        assert_eq!(ranks(&rows), expected);

        // An emergency that shows what a row shows already.
        put(&mut rows, 11, &scheduled(Content::Media(MediaId(Uuid::from_u128(2))), true));
        assert_eq!(ranks(&rows)[0], (2, Rank::Emergency));
        assert_eq!(ranks(&rows).len(), expected.len());
    }

    #[test]
    fn what_lies_in_the_trash_or_is_gone_is_not_urgent() {
        let mut rows = Rows::default();
        media(&mut rows, 1, 50);
        let content = Some(Content::Media(MediaId(Uuid::from_u128(1))));
        put(&mut rows, 10, &Schedule { content, trashed_at: Some(7), ..Schedule::default() });
        let gone = Some(Content::Media(MediaId(Uuid::from_u128(77))));
        put(&mut rows, 11, &Schedule { content: gone, ..Schedule::default() });
        assert_eq!(ranks(&rows), [(1, Rank::Library)], "somebody may take it out of the trash");
    }
}
