//! Everything that decides what plays: the input of the timetable, built alike by the server and by the native viewer.

use imbl::OrdSet;
use uuid::Uuid;

use crate::cell::Hash;
use crate::content::Destination;
use crate::document::Document;
use crate::group::{Group, Member, Membership};
use crate::id::{GroupId, MediaId, MembershipId, PlaylistId, PlaylistItemId, ScheduleId, ViewerId};
use crate::installation::Installation;
use crate::log::Row;
use crate::media::Media;
use crate::playlist::{Playlist, PlaylistItem};
use crate::presentation::{Presentation, Revision};
use crate::priority::Priority;
use crate::schedule::Schedule;
use crate::table::Table;
use crate::viewer::Viewer;

/// The tables of the timetable with their indexes. Copies are cheap.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// One document: the installation.
    pub installations: Table<Installation>,
    /// Viewers.
    pub viewers: Table<Viewer>,
    /// Groups.
    pub groups: Table<Group>,
    /// Who is in which group.
    pub memberships: Table<Membership>,
    /// Priority levels.
    pub priorities: Table<Priority>,
    /// Schedule rows.
    pub schedules: Table<Schedule>,
    /// Playlists.
    pub playlists: Table<Playlist>,
    /// Entries of playlists.
    pub items: Table<PlaylistItem>,
    /// Presentations.
    pub presentations: Table<Presentation>,
    /// Published states of presentations.
    pub revisions: Table<Revision>,
    /// Media.
    pub media: Table<Media>,
    by_destination: OrdSet<(Destination, ScheduleId)>,
    groups_of: OrdSet<(Member, GroupId, MembershipId)>,
    items_of: OrdSet<(PlaylistId, String, PlaylistItemId)>,
    media_by_hash: OrdSet<(Hash, MediaId)>,
}

impl Rows {
    /// Takes a stored row (none: the document was removed). Returns whether the kind belongs to the timetable.
    pub fn put(&mut self, kind: &str, id: Uuid, row: Option<Row>) -> bool {
        match kind {
            k if k == Installation::SPEC.name => drop(self.installations.put(id, row)),
            k if k == Viewer::SPEC.name => drop(self.viewers.put(id, row)),
            k if k == Group::SPEC.name => drop(self.groups.put(id, row)),
            k if k == Membership::SPEC.name => self.put_membership(id, row),
            k if k == Priority::SPEC.name => drop(self.priorities.put(id, row)),
            k if k == Schedule::SPEC.name => self.put_schedule(id, row),
            k if k == Playlist::SPEC.name => drop(self.playlists.put(id, row)),
            k if k == PlaylistItem::SPEC.name => self.put_item(id, row),
            k if k == Presentation::SPEC.name => drop(self.presentations.put(id, row)),
            k if k == Revision::SPEC.name => drop(self.revisions.put(id, row)),
            k if k == Media::SPEC.name => self.put_media(id, row),
            _ => return false,
        }
        true
    }

    /// What holds for the whole installation; its defaults before set-up.
    #[must_use]
    pub fn installation(&self) -> Installation {
        self.installations.get(crate::installation::INSTALLATION).cloned().unwrap_or_default()
    }

    /// The schedule rows of exactly this destination, trashed ones too.
    pub fn schedules_of(&self, destination: Destination) -> impl Iterator<Item = ScheduleId> + '_ {
        let first = (destination, ScheduleId(Uuid::nil()));
        self.by_destination.range(first..).take_while(move |(d, _)| *d == destination).map(|(_, id)| *id)
    }

    /// The groups that a member stands in directly, each once.
    #[must_use]
    pub fn groups_directly_of(&self, member: Member) -> Vec<GroupId> {
        let mut groups: Vec<GroupId> = self.memberships_of(member).map(|(group, _)| group).collect();
        groups.dedup();
        groups
    }

    /// The memberships of a member: in which group, by which document.
    pub fn memberships_of(&self, member: Member) -> impl Iterator<Item = (GroupId, MembershipId)> + '_ {
        let first = (member, GroupId(Uuid::nil()), MembershipId(Uuid::nil()));
        self.groups_of.range(first..).take_while(move |(m, _, _)| *m == member).map(|(_, group, link)| (*group, *link))
    }

    /// All groups around a viewer, the nearest first, each once; trashed groups and what is only reached through them do not count.
    /// Circles, which concurrent edits on two servers can make, do no harm.
    #[must_use]
    pub fn groups_around(&self, viewer: ViewerId) -> Vec<GroupId> {
        let mut found: Vec<GroupId> = Vec::new();
        let mut level = vec![Member::Viewer(viewer)];
        while !level.is_empty() {
            let mut next = Vec::new();
            for member in level {
                for group in self.groups_directly_of(member) {
                    let live = self.groups.get(group).is_some_and(|g| g.trashed_at.is_none());
                    if live && !found.contains(&group) {
                        found.push(group);
                        next.push(Member::Group(group));
                    }
                }
            }
            level = next;
        }
        found
    }

    /// The entries of a playlist in their order.
    pub fn items_of(&self, playlist: PlaylistId) -> impl Iterator<Item = (PlaylistItemId, &PlaylistItem)> {
        let first = (playlist, String::new(), PlaylistItemId(Uuid::nil()));
        self.items_of
            .range(first..)
            .take_while(move |(p, _, _)| *p == playlist)
            .filter_map(|(_, _, id)| self.items.get(*id).map(|item| (*id, item)))
    }

    /// The media whose file, or whose thumbnail, has this hash.
    #[must_use]
    pub fn media_by_hash(&self, hash: Hash) -> Option<&Media> {
        let (found, id) = self.media_by_hash.range((hash, MediaId(Uuid::nil()))..).next()?;
        if *found == hash { self.media.get(*id) } else { None }
    }

    fn put_media(&mut self, id: Uuid, row: Option<Row>) {
        let keys = |media: &Media| [Some(media.hash), media.thumbnail].into_iter().flatten().map(|hash| (hash, MediaId(id)));
        if let Some(old) = self.media.put(id, row) {
            keys(&old.value).for_each(|key| _ = self.media_by_hash.remove(&key));
        }
        if let Some(new) = self.media.get(MediaId(id)) {
            keys(new).for_each(|key| _ = self.media_by_hash.insert(key));
        }
    }

    fn put_schedule(&mut self, id: Uuid, row: Option<Row>) {
        let key = |schedule: &Schedule| schedule.destination.map(|destination| (destination, ScheduleId(id)));
        if let Some(old) = self.schedules.put(id, row).and_then(|held| key(&held.value)) {
            self.by_destination.remove(&old);
        }
        if let Some(new) = self.schedules.get(ScheduleId(id)).and_then(key) {
            self.by_destination.insert(new);
        }
    }

    fn put_membership(&mut self, id: Uuid, row: Option<Row>) {
        let key = |m: &Membership| m.member.map(|member| (member, m.group, MembershipId(id)));
        if let Some(old) = self.memberships.put(id, row).and_then(|held| key(&held.value)) {
            self.groups_of.remove(&old);
        }
        if let Some(new) = self.memberships.get(MembershipId(id)).and_then(key) {
            self.groups_of.insert(new);
        }
    }

    fn put_item(&mut self, id: Uuid, row: Option<Row>) {
        let key = |item: &PlaylistItem| (item.playlist, item.order.clone(), PlaylistItemId(id));
        if let Some(old) = self.items.put(id, row) {
            self.items_of.remove(&key(&old.value));
        }
        if let Some(new) = self.items.get(PlaylistItemId(id)) {
            self.items_of.insert(key(new));
        }
    }
}
