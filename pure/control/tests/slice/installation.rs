//! Random installations, the same ones in every run.

use domain::cell::{Hash, Validity, ZoneName};
use domain::content::{Content, Destination};
use domain::document::Document;
use domain::group::{Group, Member, Membership};
use domain::id::{MediaId, PlaylistId, PresentationId, PriorityId, RevisionId, ViewerId};
use domain::installation::{INSTALLATION, Installation};
use domain::log::{Cell, Row};
use domain::media::Media;
use domain::playlist::{Playlist, PlaylistItem};
use domain::presentation::{PageSummary, Presentation, Revision};
use domain::priority::Priority;
use domain::rows::Rows;
use domain::schedule::{Recurrence, Schedule, Weekdays, Weekly, When};
use domain::stamp::{Actor, Dot, Hlc, Stamp};
use domain::viewer::Viewer;
use uuid::Uuid;

/// 2026-11-22T00:00Z.
pub(crate) const DAY: i64 = 1_795_305_600_000;

/// An installation that is being made up.
pub(crate) struct Made {
    pub(crate) rows: Rows,
    seed: u64,
    seq: u64,
}

/// So many of each kind.
const EACH: u128 = 6;

fn id(kind: u128, n: u128) -> Uuid {
    Uuid::from_u128(kind << 64 | n)
}

impl Made {
    pub(crate) fn new(seed: u64) -> Self {
        let mut made = Self { rows: Rows::default(), seed: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1, seq: 0 };
        for n in 0..EACH {
            made.alter_all(n);
        }
        made
    }

    /// Changes one random document, or removes it.
    pub(crate) fn alter(&mut self) {
        let (kind, n) = (self.below(11), self.below(EACH as u64).into());
        self.alter_one(kind, n);
    }

    pub(crate) fn viewers(&self) -> Vec<ViewerId> {
        (0..EACH).map(|n| ViewerId(id(1, n))).collect()
    }

    fn alter_all(&mut self, n: u128) {
        (0..11).for_each(|kind| self.alter_one(kind, n));
    }

    fn alter_one(&mut self, kind: u64, n: u128) {
        match kind {
            0 => {
                let zone = ["UTC", "Europe/Berlin", "Pacific/Auckland"][self.below(3) as usize];
                let fallback = self.maybe(Self::content);
                let installation = Installation {
                    name: format!("Site {}", self.below(3)),
                    zone: zone.parse().unwrap(),
                    fallback,
                    ..Installation::default()
                };
                self.put(INSTALLATION, &installation);
            }
            1 => {
                let (zone, fallback) = (self.maybe(Self::zone), self.maybe(Self::content));
                let viewer = Viewer { name: format!("Gate {n}"), zone, fallback, muted: self.rarely(), ..Viewer::default() };
                self.put(id(1, n), &viewer);
            }
            2 => {
                let group = Group { name: "group".to_owned(), trashed_at: self.trash(), ..Group::default() };
                self.put(id(2, n), &group);
            }
            3 => {
                // Two memberships for each number, so that groups stand in groups, also in circles.
                for other in [n, n + EACH] {
                    let inner = if self.rarely() { Member::Group(self.pick(2)) } else { Member::Viewer(self.pick(1)) };
                    let link = Membership { group: self.pick(2), member: Some(inner) };
                    self.put_or_remove(id(3, other), &link);
                }
            }
            4 => {
                let priority = Priority { rank: self.below(4) as i32, name: "level".to_owned(), ..Priority::default() };
                self.put_or_remove(id(4, n), &priority);
            }
            5 => self.alter_schedule(n),
            6 => {
                let playlist = Playlist { shuffle: self.rarely(), trashed_at: self.trash(), ..Playlist::default() };
                self.put_or_remove(id(6, n), &playlist);
            }
            7 => {
                for other in [n, n + EACH, n + 2 * EACH] {
                    let order = format!("a{}", self.below(9));
                    let (content, validity) = (self.maybe(Self::content), self.validity());
                    let item = PlaylistItem { playlist: self.pick(6), order, content, validity, duration_ms: None };
                    self.put_or_remove(id(7, other), &item);
                }
            }
            8 => {
                let (head, draft) = (self.maybe(|made| made.pick(9)), Some(self.hash()));
                let presentation = Presentation { head, draft, trashed_at: self.trash(), ..Presentation::default() };
                self.put_or_remove(id(8, n), &presentation);
            }
            9 => {
                let page = PageSummary { id: format!("p{n}"), duration_ms: self.below(3) * 5_000, ..PageSummary::default() };
                let media = vec![self.pick(10), self.pick(10)];
                let revision =
                    Revision { presentation: self.pick(8), body: self.hash(), pages: vec![page], media, ..Revision::default() };
                self.put_or_remove(id(9, n), &revision);
            }
            _ => {
                let mime = if self.rarely() { "video/mp4" } else { "image/png" }.to_owned();
                let (hash, validity, trashed_at) = (self.hash(), self.validity(), self.trash());
                let media = Media { hash, mime, duration_ms: 7_000, validity, trashed_at, ..Media::default() };
                self.put_or_remove(id(10, n), &media);
            }
        }
    }

    fn alter_schedule(&mut self, n: u128) {
        let destination = match self.below(4) {
            0 => None,
            1 => Some(Destination::All),
            2 => Some(Destination::Group(self.pick(2))),
            _ => Some(Destination::Viewer(self.pick(1))),
        };
        let from = jiff::civil::date(2026, 11, 15 + self.below(12) as i8).at(self.below(24) as i8, 0, 0, 0);
        let weekly = Weekly { every: 1, days: Weekdays::ALL, window: None };
        let when =
            When { from, until: None, zone: self.maybe(Self::zone), recurrence: self.maybe(|_| Recurrence::Weekly(weekly)) };
        let schedule = Schedule {
            name: "row".to_owned(),
            content: self.maybe(Self::content),
            destination,
            when,
            priority: self.maybe(|made| made.pick::<PriorityId>(4)),
            order: self.maybe(|made| made.below(3) as i64),
            emergency: self.rarely(),
            made_at: self.below(100) as i64,
            trashed_at: self.trash(),
            ..Schedule::default()
        };
        self.put_or_remove(id(5, n), &schedule);
    }

    fn content(&mut self) -> Content {
        match self.below(4) {
            0 => Content::Media(self.pick::<MediaId>(10)),
            1 => Content::Playlist(self.pick::<PlaylistId>(6)),
            2 => Content::Presentation(self.pick::<PresentationId>(8)),
            _ => Content::Revision(self.pick::<RevisionId>(9)),
        }
    }

    fn zone(&mut self) -> ZoneName {
        ["America/New_York", "Asia/Kolkata"][self.below(2) as usize].parse().unwrap()
    }

    fn hash(&mut self) -> Hash {
        Hash::of(&self.below(50).to_le_bytes())
    }

    fn validity(&mut self) -> Validity {
        let day = |made: &mut Self| jiff::civil::date(2026, 11, 16 + made.below(10) as i8).at(9, 0, 0, 0);
        let from = if self.rarely() { Some(day(self)) } else { None };
        Validity { from, ..Validity::default() }
    }

    fn trash(&mut self) -> Option<i64> {
        (self.below(6) == 0).then_some(DAY)
    }

    fn rarely(&mut self) -> bool {
        self.below(3) == 0
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.below(4) == 0 { None } else { Some(make(self)) }
    }

    fn pick<T: From<Uuid>>(&mut self, kind: u128) -> T {
        let n = self.below(EACH as u64);
        id(kind, n.into()).into()
    }

    fn put_or_remove<T: Document>(&mut self, id: Uuid, document: &T) {
        if self.below(8) == 0 { _ = self.rows.put(T::SPEC.name, id, None) } else { self.put(id, document) }
    }

    fn put<T: Document>(&mut self, id: Uuid, document: &T) {
        self.seq += 1;
        let dot = Dot { actor: Actor { server: Uuid::from_u128(77), incarnation: 1 }, seq: self.seq };
        let stamp = Stamp { epoch: 0, hlc: Hlc(self.seq as i64), dot };
        let cells = document.to_cells().into_iter().map(|(name, value)| (name, Cell { stamp, value })).collect();
        assert!(self.rows.put(T::SPEC.name, id, Some(Row { birth: dot, cells })));
    }

    /// Vigna's xorshift64*.
    fn below(&mut self, limit: u64) -> u64 {
        self.seed ^= self.seed >> 12;
        self.seed ^= self.seed << 25;
        self.seed ^= self.seed >> 27;
        (self.seed.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % limit
    }
}
