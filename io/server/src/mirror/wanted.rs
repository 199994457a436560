//! Which files the state names, in the order in which they should be here.

use std::collections::{BTreeMap, BTreeSet};

use domain::cell::Hash;
use domain::content::Content;
use domain::id::MediaId;
use domain::rows::Rows;

/// How soon a file is needed; the smaller the sooner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// An emergency row leads to it.
    Emergency,
    /// Another schedule row leads to it, or it is what plays where nothing else does.
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
    /// Its length; none for bodies and thumbnails, which are small.
    pub bytes: Option<u64>,
    /// Which.
    pub hash: Hash,
}

/// Every file that the rows name, the most urgent first; of equal urgency the small ones before the large ones.
#[must_use]
pub fn wanted(rows: &Rows) -> Vec<Wanted> {
    let mut found = Found { rows, files: BTreeMap::new(), followed: BTreeSet::new() };
    let fallback = rows.installation().fallback;
    let scheduled = rows.schedules.iter().filter(|(_, held)| held.value.trashed_at.is_none());
    let mut leads: Vec<(Rank, Content)> = scheduled
        .filter_map(|(_, held)| Some((if held.value.emergency { Rank::Emergency } else { Rank::Scheduled }, held.value.content?)))
        .chain(fallback.map(|content| (Rank::Scheduled, content)))
        .collect();
    leads.sort_unstable();
    for (rank, content) in leads {
        found.follow(rank, content);
    }
    for (_, held) in rows.presentations.iter() {
        if let Some(draft) = held.value.draft {
            found.add(Rank::Editing, None, draft);
        }
    }
    for (id, held) in rows.media.iter() {
        if let Some(thumbnail) = held.value.thumbnail {
            found.add(Rank::Editing, None, thumbnail);
        }
        found.media(Rank::Library, id);
    }
    for (_, held) in rows.revisions.iter() {
        found.add(Rank::Library, None, held.value.body);
    }
    let mut all: Vec<Wanted> = found.files.into_iter().map(|(hash, (rank, bytes))| Wanted { rank, bytes, hash }).collect();
    all.sort_unstable();
    all
}

struct Found<'a> {
    rows: &'a Rows,
    files: BTreeMap<Hash, (Rank, Option<u64>)>,
    /// What was followed already, at a rank at least as urgent: rows lead to the same content by the hundred.
    followed: BTreeSet<Content>,
}

impl Found<'_> {
    fn add(&mut self, rank: Rank, bytes: Option<u64>, hash: Hash) {
        let known = self.files.entry(hash).or_insert((rank, bytes));
        known.0 = known.0.min(rank);
        known.1 = known.1.or(bytes);
    }

    fn media(&mut self, rank: Rank, id: MediaId) {
        if let Some(media) = self.rows.media.get(id) {
            self.add(rank, Some(media.bytes), media.hash);
        }
    }

    fn follow(&mut self, rank: Rank, content: Content) {
        if !self.followed.insert(content) {
            return;
        }
        match content {
            Content::Media(id) => self.media(rank, id),
            Content::Playlist(id) => {
                let items: Vec<Content> = self.rows.items_of(id).filter_map(|(_, item)| item.content).collect();
                items.into_iter().for_each(|content| self.follow(rank, content));
            }
            Content::Presentation(id) => {
                if let Some(head) = self.rows.presentations.get(id).and_then(|presentation| presentation.head) {
                    self.follow(rank, Content::Revision(head));
                }
            }
            Content::Revision(id) => {
                if let Some(revision) = self.rows.revisions.get(id) {
                    self.add(rank, None, revision.body);
                    revision.media.iter().for_each(|id| self.media(rank, *id));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::document::Document;
    use domain::log::{Cell, Row};
    use domain::media::Media;
    use domain::playlist::{Playlist, PlaylistItem};
    use domain::presentation::{Presentation, Revision};
    use domain::schedule::Schedule;
    use domain::stamp::{Dot, Stamp};
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

    fn ranks(rows: &Rows) -> Vec<(u8, Rank)> {
        wanted(rows).iter().map(|wanted| (wanted.hash.0[0], wanted.rank)).collect()
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
