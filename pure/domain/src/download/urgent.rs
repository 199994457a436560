//! What an emergency needs comes first, whatever the limits are.

use crate::cell::{Hash, ZoneName};
use crate::civil::Zone;
use crate::content::{Content, Destination};
use crate::id::{MediaId, RevisionId, ViewerId};
use crate::recurrence::Occurrences;
use crate::rows::Rows;

/// Whether an emergency row that reaches the viewer, now or later than `now` (Unix milliseconds), needs this file.
#[must_use]
pub fn is_urgent(rows: &Rows, viewer: ViewerId, hash: Hash, now: i64) -> bool {
    let zone = rows.viewers.get(viewer).and_then(|viewer| viewer.zone.clone()).unwrap_or_else(|| rows.installation().zone);
    let groups = rows.groups_around(viewer).into_iter().map(Destination::Group);
    let destinations = [Destination::All, Destination::Viewer(viewer)].into_iter().chain(groups);
    destinations.flat_map(|destination| rows.schedules_of(destination)).any(|id| {
        let row = rows.schedules.get(id).filter(|row| row.emergency && row.trashed_at.is_none());
        row.is_some_and(|row| {
            let own: &ZoneName = row.when.zone.as_ref().unwrap_or(&zone);
            let on = || Occurrences::of(&row.when, &Zone::of(own)).next_after(now).is_some();
            row.content.is_some_and(|content| needs(rows, content, hash)) && on()
        })
    })
}

/// Whether content is made of this file, among others.
fn needs(rows: &Rows, content: Content, hash: Hash) -> bool {
    let media = |id: MediaId| rows.media.get(id).is_some_and(|media| media.hash == hash);
    let revision = |id: RevisionId| {
        rows.revisions.get(id).is_some_and(|revision| revision.body == hash || revision.media.iter().any(|id| media(*id)))
    };
    match content {
        Content::Media(id) => media(id),
        Content::Revision(id) => revision(id),
        Content::Presentation(id) => rows.presentations.get(id).and_then(|one| one.head).is_some_and(revision),
        Content::Playlist(id) => rows.items_of(id).any(|(_, item)| match item.content {
            // A playlist inside a playlist is refused when it is made; one that came otherwise must not run in circles.
            Some(Content::Playlist(_)) | None => false,
            Some(inner) => needs(rows, inner, hash),
        }),
    }
}
