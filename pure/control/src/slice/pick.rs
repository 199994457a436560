//! Which documents belong to a slice.

use std::collections::BTreeSet;

use domain::content::{Content, Destination};
use domain::document::Document;
use domain::group::{Group, Member, Membership};
use domain::id::{GroupId, MediaId, PlaylistId, PresentationId, RevisionId, ScheduleId, ViewerId};
use domain::installation::{INSTALLATION, Installation};
use domain::media::Media;
use domain::playlist::{Playlist, PlaylistItem};
use domain::presentation::{Presentation, Revision};
use domain::priority::Priority;
use domain::rows::Rows;
use domain::schedule::Schedule;
use domain::viewer::Viewer;
use uuid::Uuid;

/// A document by kind and id; sorted as the rows of a slice.
pub(super) type Key = (&'static str, Uuid);

/// What viewers with the same shared rows have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness {
    groups: BTreeSet<GroupId>,
    schedules: Vec<ScheduleId>,
    fallback: Option<Content>,
}

impl Likeness {
    /// What decides a viewer's shared rows.
    pub(super) fn of(rows: &Rows, viewer: ViewerId) -> Self {
        Self {
            groups: rows.groups_around(viewer).into_iter().collect(),
            schedules: live_schedules(rows, Destination::Viewer(viewer)).collect(),
            fallback: rows.viewers.get(viewer).and_then(|viewer| viewer.fallback),
        }
    }

    /// The documents that viewers of this likeness share, sorted.
    pub(super) fn documents(&self, rows: &Rows) -> BTreeSet<Key> {
        let mut pick = Pick { rows, keys: BTreeSet::from([(Installation::SPEC.name, INSTALLATION)]) };
        let mut schedules: Vec<ScheduleId> =
            live_schedules(rows, Destination::All).chain(self.schedules.iter().copied()).collect();
        for group in &self.groups {
            pick.keys.insert((Group::SPEC.name, group.0));
            pick.memberships(Member::Group(*group));
            schedules.extend(live_schedules(rows, Destination::Group(*group)));
        }
        for id in schedules {
            pick.keys.insert((Schedule::SPEC.name, id.0));
            let row = rows.schedules.get(id);
            pick.keys.extend(row.and_then(|row| row.priority).map(|priority| (Priority::SPEC.name, priority.0)));
            pick.content(row.and_then(|row| row.content));
        }
        pick.content(self.fallback);
        pick.content(rows.installation().fallback);
        pick.keys
    }
}

/// The documents that only this viewer needs, sorted.
pub(super) fn own_documents(rows: &Rows, viewer: ViewerId) -> BTreeSet<Key> {
    let mut pick = Pick { rows, keys: BTreeSet::from([(Viewer::SPEC.name, viewer.0)]) };
    pick.memberships(Member::Viewer(viewer));
    pick.keys
}

fn live_schedules(rows: &Rows, destination: Destination) -> impl Iterator<Item = ScheduleId> + '_ {
    rows.schedules_of(destination).filter(|id| rows.schedules.get(*id).is_some_and(|row| row.trashed_at.is_none()))
}

/// Documents while they are being picked. What lies in the trash is left out: it plays as little as what does not exist.
struct Pick<'r> {
    rows: &'r Rows,
    keys: BTreeSet<Key>,
}

impl Pick<'_> {
    fn memberships(&mut self, member: Member) {
        for (group, link) in self.rows.memberships_of(member) {
            if self.rows.groups.get(group).is_some_and(|group| group.trashed_at.is_none()) {
                self.keys.insert((Membership::SPEC.name, link.0));
            }
        }
    }

    fn content(&mut self, content: Option<Content>) {
        match content {
            Some(Content::Playlist(id)) => self.playlist(id),
            Some(single) => self.single(single),
            None => {}
        }
    }

    fn playlist(&mut self, id: PlaylistId) {
        if self.rows.playlists.get(id).is_none_or(|playlist| playlist.trashed_at.is_some()) {
            return;
        }
        if !self.keys.insert((Playlist::SPEC.name, id.0)) {
            return;
        }
        for (item, entry) in self.rows.items_of(id) {
            self.keys.insert((PlaylistItem::SPEC.name, item.0));
            entry.content.into_iter().for_each(|content| self.single(content));
        }
    }

    fn single(&mut self, content: Content) {
        match content {
            Content::Media(id) => self.media(id),
            Content::Presentation(id) => {
                let head = self.rows.presentations.get(id).and_then(|presentation| presentation.head);
                self.presentation(id);
                head.into_iter().for_each(|head| self.revision(head, id));
            }
            Content::Revision(id) => {
                if let Some(revision) = self.rows.revisions.get(id) {
                    self.presentation(revision.presentation);
                    self.revision(id, revision.presentation);
                }
            }
            // A playlist inside a playlist does not play.
            Content::Playlist(_) => {}
        }
    }

    fn presentation(&mut self, id: PresentationId) {
        if self.is_live(id) {
            self.keys.insert((Presentation::SPEC.name, id.0));
        }
    }

    fn revision(&mut self, id: RevisionId, of: PresentationId) {
        let Some(revision) = self.rows.revisions.get(id).filter(|_| self.is_live(of)) else { return };
        if self.keys.insert((Revision::SPEC.name, id.0)) {
            revision.media.iter().for_each(|media| self.media(*media));
        }
    }

    fn media(&mut self, id: MediaId) {
        if self.rows.media.get(id).is_some_and(|media| media.trashed_at.is_none()) {
            self.keys.insert((Media::SPEC.name, id.0));
        }
    }

    fn is_live(&self, id: PresentationId) -> bool {
        self.rows.presentations.get(id).is_some_and(|presentation| presentation.trashed_at.is_none())
    }
}
