//! What of some content can play, and when: items with their validity.

use std::fmt;
use std::sync::Arc;

use super::item::{Item, Play, Show};
use super::program::{Program, Shuffle};
use super::zones::Zones;
use crate::cell::{Transition, Validity};
use crate::civil::Wall;
use crate::content::Content;
use crate::id::{MediaId, PlaylistId, PresentationId, RevisionId, ViewerId};
use crate::playlist::{PICTURE_MS, PlaylistItem};
use crate::rows::Rows;

/// Why content has nothing to play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nothing {
    /// Pages, entries or a length are lacking.
    Empty,
    /// It was deleted for good.
    Missing,
    /// The row names no content.
    NotChosen,
    /// Nothing of it is valid at the time.
    NotValid {
        /// When something becomes valid, Unix milliseconds.
        next: Option<i64>,
    },
    /// It is in the trash.
    Trashed,
    /// The presentation has no published state.
    Unpublished,
}

impl fmt::Display for Nothing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::Missing => "it was deleted",
            Self::NotChosen => "no content is chosen",
            Self::NotValid { .. } => "nothing of it is valid at this time",
            Self::Trashed => "it is in the trash",
            Self::Unpublished => "it is not published",
        })
    }
}

/// The program of some content at an instant for a viewer, in whose zone validity counts where nothing else is said. It may be empty.
#[must_use]
pub fn program(rows: &Rows, content: Content, viewer: ViewerId, at: i64) -> Program {
    Playable::of(rows, content, &mut Zones::plain(rows, viewer)).at(at)
}

/// First instant at which something of this validity may be shown on a viewer, and the first after, Unix milliseconds; none = no bound.
/// For media inside pages: a page plays without those elements whose media is not valid.
#[must_use]
pub fn shown_between(rows: &Rows, validity: &Validity, viewer: ViewerId) -> (Option<i64>, Option<i64>) {
    let (from, until) = times(validity, &mut Zones::plain(rows, viewer));
    (validity.from.map(|_| from), validity.until.map(|_| until))
}

/// All that content could ever play, with its times.
#[derive(Clone, Debug)]
pub(super) struct Playable {
    entries: Vec<Entry>,
    seed: Option<PlaylistId>,
    /// Why there are no entries, where there are none.
    reason: Nothing,
}

#[derive(Clone, Debug)]
struct Entry {
    item: Item,
    /// What stays together when shuffled.
    block: usize,
    from: i64,
    until: i64,
}

impl Playable {
    /// What this content can play.
    pub(super) fn of(rows: &Rows, content: Content, zones: &mut Zones) -> Self {
        let mut playable = Self { entries: Vec::new(), seed: None, reason: Nothing::Empty };
        let result = match content {
            Content::Playlist(id) => playable.take_playlist(rows, id, zones),
            single => playable.take_single(rows, single, &Frame::default(), zones),
        };
        if let Err(reason) = result {
            playable.reason = reason;
        }
        playable
    }

    /// What plays of it at an instant.
    pub(super) fn at(&self, at: i64) -> Program {
        let valid: Vec<&Entry> = self.entries.iter().filter(|entry| entry.from <= at && at < entry.until).collect();
        let items = valid.iter().map(|entry| entry.item.clone()).collect();
        let shuffle = self.seed.and_then(|seed| {
            let mut blocks: Vec<Vec<usize>> = Vec::new();
            for (index, entry) in valid.iter().enumerate() {
                match blocks.last_mut() {
                    Some(block) if index > 0 && valid[index - 1].block == entry.block => block.push(index),
                    _ => blocks.push(vec![index]),
                }
            }
            (blocks.len() > 1).then_some(Shuffle { seed, blocks })
        });
        Program { items, shuffle }
    }

    /// Why nothing plays at an instant at which [`Playable::at`] is empty.
    pub(super) fn nothing(&self, at: i64) -> Nothing {
        if self.entries.is_empty() {
            return self.reason;
        }
        let coming = self.entries.iter().filter(|entry| entry.from < entry.until && entry.from > at);
        Nothing::NotValid { next: coming.map(|entry| entry.from).min() }
    }

    /// What plays from `from` to `until`, cut where items become valid or cease to be; without the times in which nothing plays.
    pub(super) fn stretches(&self, from: i64, until: i64) -> Vec<(i64, i64, Arc<Program>)> {
        let changes = self.entries.iter().flat_map(|entry| [entry.from, entry.until]);
        let mut cuts: Vec<i64> = changes.filter(|cut| from < *cut && *cut < until).chain([from, until]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let stretch = |pair: &[i64]| (pair[0], pair[1], Arc::new(self.at(pair[0])));
        cuts.windows(2).map(stretch).filter(|(_, _, program)| !program.is_empty()).collect()
    }

    fn take_playlist(&mut self, rows: &Rows, id: PlaylistId, zones: &mut Zones) -> Result<(), Nothing> {
        let playlist = rows.playlists.get(id).ok_or(Nothing::Missing)?;
        if playlist.trashed_at.is_some() {
            return Err(Nothing::Trashed);
        }
        self.seed = playlist.shuffle.then_some(id);
        for (block, (item, entry)) in rows.items_of(id).enumerate() {
            let frame = Frame::of(block, item.to_string(), entry, playlist.transition, zones);
            if let Some(content) = entry.content {
                // An entry that cannot play is passed over; the rest of the list plays.
                let _passed_over = self.take_single(rows, content, &frame, zones);
            }
        }
        Ok(())
    }

    fn take_single(&mut self, rows: &Rows, content: Content, frame: &Frame, zones: &mut Zones) -> Result<(), Nothing> {
        match content {
            Content::Media(id) => self.take_media(rows, id, frame, zones),
            Content::Presentation(id) => {
                let head = rows.presentations.get(id).ok_or(Nothing::Missing)?.head;
                self.take_revision(rows, id, head, frame)
            }
            Content::Revision(id) => {
                let presentation = rows.revisions.get(id).ok_or(Nothing::Missing)?.presentation;
                self.take_revision(rows, presentation, Some(id), frame)
            }
            Content::Playlist(_) => Err(Nothing::Empty),
        }
    }

    fn take_media(&mut self, rows: &Rows, id: MediaId, frame: &Frame, zones: &mut Zones) -> Result<(), Nothing> {
        let media = rows.media.get(id).ok_or(Nothing::Missing)?;
        if media.trashed_at.is_some() {
            return Err(Nothing::Trashed);
        }
        let (show, duration_ms) = match media.is_film() {
            true => (Show::Video { media: id }, media.duration_ms),
            false => (Show::Image { media: id }, frame.picture_ms),
        };
        let play = Play { content: Some(Content::Media(id)), revision: None, media: Some(id) };
        let own_id = if frame.prefix.is_empty() { id.to_string() } else { frame.prefix.clone() };
        let (from, until) = times(&media.validity, zones);
        let item = Item { id: own_id, show, duration_ms, transition: frame.transition, play };
        self.put(item, frame, from, until)
    }

    fn take_revision(
        &mut self,
        rows: &Rows,
        id: PresentationId,
        revision: Option<RevisionId>,
        frame: &Frame,
    ) -> Result<(), Nothing> {
        if rows.presentations.get(id).ok_or(Nothing::Missing)?.trashed_at.is_some() {
            return Err(Nothing::Trashed);
        }
        let id_of_revision = revision.ok_or(Nothing::Unpublished)?;
        let revision = rows.revisions.get(id_of_revision).ok_or(Nothing::Missing)?;
        for page in &revision.pages {
            let own_id = if frame.prefix.is_empty() { page.id.clone() } else { format!("{}/{}", frame.prefix, page.id) };
            let play = Play { content: Some(Content::Presentation(id)), revision: Some(id_of_revision), media: None };
            let show = Show::Page { body: revision.body, page: page.id.clone() };
            let item = Item { id: own_id, show, duration_ms: page.duration_ms, transition: page.transition, play };
            // A page without length is passed over; the other pages play.
            let _passed_over = self.put(item, frame, i64::MIN, i64::MAX);
        }
        Ok(())
    }

    fn put(&mut self, item: Item, frame: &Frame, from: i64, until: i64) -> Result<(), Nothing> {
        if item.duration_ms == 0 {
            return Err(Nothing::Empty);
        }
        let (from, until) = (from.max(frame.from), until.min(frame.until));
        self.entries.push(Entry { item, block: frame.block, from, until });
        Ok(())
    }
}

/// What the place in a playlist gives to an item.
struct Frame {
    block: usize,
    prefix: String,
    picture_ms: u64,
    transition: Transition,
    from: i64,
    until: i64,
}

impl Default for Frame {
    /// Content that was scheduled by itself.
    fn default() -> Self {
        let (from, until) = (i64::MIN, i64::MAX);
        Self { block: 0, prefix: String::new(), picture_ms: PICTURE_MS, transition: Transition::default(), from, until }
    }
}

impl Frame {
    fn of(block: usize, prefix: String, entry: &PlaylistItem, transition: Transition, zones: &mut Zones) -> Self {
        let (from, until) = times(&entry.validity, zones);
        Self { block, prefix, picture_ms: entry.duration_ms.unwrap_or(PICTURE_MS), transition, from, until }
    }
}

/// First instant at which something may be shown, and the first after.
fn times(validity: &Validity, zones: &mut Zones) -> (i64, i64) {
    if validity.from.is_none() && validity.until.is_none() {
        return (i64::MIN, i64::MAX);
    }
    let zone = zones.get(validity.zone.as_ref());
    let instant = |civil| zone.instant(Wall::of(civil));
    (validity.from.map_or(i64::MIN, instant), validity.until.map_or(i64::MAX, instant))
}
