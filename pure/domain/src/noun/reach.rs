//! Which viewers changed documents may concern: those that rows, groups, playlists and fallbacks lead to.
//!
//! This is an upper bound that costs one pass over the viewers: whether something really stands on one of them, the timetable says.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::content::{Content, Destination};
use crate::document::Document;
use crate::group::{Group, Member, Membership};
use crate::id::{GroupId, MediaId, MembershipId, PlaylistId, PlaylistItemId, PresentationId, RevisionId, ScheduleId, ViewerId};
use crate::installation::Installation;
use crate::media::Media;
use crate::playlist::{Playlist, PlaylistItem};
use crate::presentation::{Presentation, Revision};
use crate::priority::Priority;
use crate::rows::Rows;
use crate::schedule::Schedule;
use crate::viewer::Viewer;

/// The viewers that these documents (kind and id) may concern, trashed viewers too.
#[must_use]
pub fn reached<'a>(rows: &Rows, documents: impl IntoIterator<Item = (&'a str, Uuid)>) -> BTreeSet<ViewerId> {
    let mut reach = Reach::default();
    for (kind, id) in documents {
        reach.add(rows, kind, id);
    }
    reach.follow_content(rows);
    reach.viewers(rows)
}

#[derive(Default)]
struct Reach {
    everywhere: bool,
    viewers: BTreeSet<ViewerId>,
    groups: BTreeSet<GroupId>,
    content: BTreeSet<Content>,
}

impl Reach {
    fn add(&mut self, rows: &Rows, kind: &str, id: Uuid) {
        match kind {
            k if k == Installation::SPEC.name || k == Priority::SPEC.name => self.everywhere = true,
            k if k == Viewer::SPEC.name => drop(self.viewers.insert(ViewerId(id))),
            k if k == Group::SPEC.name => drop(self.groups.insert(GroupId(id))),
            k if k == Membership::SPEC.name => match rows.memberships.get(MembershipId(id)).and_then(|link| link.member) {
                Some(Member::Viewer(viewer)) => drop(self.viewers.insert(viewer)),
                Some(Member::Group(group)) => drop(self.groups.insert(group)),
                None => {}
            },
            k if k == Schedule::SPEC.name => {
                self.go_to(rows.schedules.get(ScheduleId(id)).and_then(|row| row.destination));
            }
            k if k == Media::SPEC.name => self.add_media(rows, MediaId(id)),
            k if k == Presentation::SPEC.name => self.add_presentation(rows, PresentationId(id)),
            k if k == Revision::SPEC.name => drop(self.content.insert(Content::Revision(RevisionId(id)))),
            k if k == Playlist::SPEC.name => drop(self.content.insert(Content::Playlist(PlaylistId(id)))),
            k if k == PlaylistItem::SPEC.name => {
                let playlist = rows.items.get(PlaylistItemId(id)).map(|item| Content::Playlist(item.playlist));
                self.content.extend(playlist);
            }
            _ => {}
        }
    }

    fn add_media(&mut self, rows: &Rows, id: MediaId) {
        self.content.insert(Content::Media(id));
        for (revision, held) in rows.revisions.iter().filter(|(_, held)| held.value.media.contains(&id)) {
            self.content.insert(Content::Revision(revision));
            let presentation = held.value.presentation;
            if rows.presentations.get(presentation).is_some_and(|p| p.head == Some(revision)) {
                self.content.insert(Content::Presentation(presentation));
            }
        }
    }

    fn add_presentation(&mut self, rows: &Rows, id: PresentationId) {
        self.content.insert(Content::Presentation(id));
        let own = rows.revisions.iter().filter(|(_, held)| held.value.presentation == id);
        self.content.extend(own.map(|(revision, _)| Content::Revision(revision)));
    }

    fn go_to(&mut self, destination: Option<Destination>) {
        match destination {
            Some(Destination::All) => self.everywhere = true,
            Some(Destination::Group(group)) => drop(self.groups.insert(group)),
            Some(Destination::Viewer(viewer)) => drop(self.viewers.insert(viewer)),
            None => {}
        }
    }

    /// From content to the playlists, rows and fallbacks that name it.
    fn follow_content(&mut self, rows: &Rows) {
        if self.content.is_empty() || self.everywhere {
            return;
        }
        let entries =
            rows.items.iter().filter(|(_, item)| item.value.content.is_some_and(|content| self.content.contains(&content)));
        let playlists: Vec<Content> = entries.map(|(_, item)| Content::Playlist(item.value.playlist)).collect();
        self.content.extend(playlists);
        let names = |content: Option<Content>| content.is_some_and(|content| self.content.contains(&content));
        let live = rows.schedules.iter().filter(|(_, row)| row.value.trashed_at.is_none() && names(row.value.content));
        let destinations: Vec<_> = live.map(|(_, row)| row.value.destination).collect();
        let fallbacks: Vec<_> = rows.viewers.iter().filter(|(_, held)| names(held.value.fallback)).map(|(id, _)| id).collect();
        self.everywhere = names(rows.installation().fallback);
        self.viewers.extend(fallbacks);
        destinations.into_iter().for_each(|destination| self.go_to(destination));
    }

    fn viewers(self, rows: &Rows) -> BTreeSet<ViewerId> {
        let inside = |viewer: ViewerId| rows.groups_around(viewer).iter().any(|group| self.groups.contains(group));
        let all = rows.viewers.iter().map(|(id, _)| id);
        all.filter(|id| self.everywhere || self.viewers.contains(id) || (!self.groups.is_empty() && inside(*id))).collect()
    }
}
