//! Folders, media, presentations, revisions, playlists and their entries.

use uuid::Uuid;

use super::{Noun, check_name, name_free, trashable};
use crate::content::Content;
use crate::folder::Folder;
use crate::id::FolderId;
use crate::media::Media;
use crate::permission::Object;
use crate::playlist::{Playlist, PlaylistItem};
use crate::presentation::{Presentation, Revision};
use crate::refusal::Refusal;
use crate::state::State;
use crate::table::Table;

/// The longest time an entry of a playlist may stand: one day, in milliseconds.
const MAX_ITEM_MS: u64 = 86_400_000;

fn check_folder(state: &State, field: &str, folder: Option<FolderId>) -> Result<(), Refusal> {
    match folder {
        Some(id) if state.folders.get(id).is_none_or(|folder| folder.trashed_at.is_some()) => {
            Err(Refusal::invalid(field, format!("there is no folder {id}")))
        }
        _ => Ok(()),
    }
}

/// Content that exists and is not in the trash.
pub(super) fn check_content(state: &State, field: &str, content: Content) -> Result<(), Refusal> {
    let rows = &state.rows;
    let live = match content {
        Content::Media(id) => rows.media.get(id).is_some_and(|media| media.trashed_at.is_none()),
        Content::Playlist(id) => rows.playlists.get(id).is_some_and(|playlist| playlist.trashed_at.is_none()),
        Content::Presentation(id) => rows.presentations.get(id).is_some_and(|p| p.trashed_at.is_none()),
        Content::Revision(id) => rows.revisions.get(id).is_some(),
    };
    if live {
        Ok(())
    } else {
        Err(Refusal::invalid(field, format!("{field} names something that does not exist or is in the trash")))
    }
}

fn check_validity(validity: &crate::cell::Validity) -> Result<(), Refusal> {
    match (validity.from, validity.until) {
        (Some(from), Some(until)) if until <= from => {
            Err(Refusal::invalid("validity.until", format!("{until} is not after {from}: choose a later end")))
        }
        _ => Ok(()),
    }
}

impl Noun for Folder {
    const EDITABLE: &'static [&'static str] = &["name", "parent"];

    fn table(state: &State) -> &Table<Self> {
        &state.folders
    }

    fn object(&self, _: &State, id: Uuid) -> Object {
        Object::Folder(Some(FolderId(id)))
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        check_folder(state, "parent", self.parent)?;
        if self.parent.is_some_and(|parent| state.folders_around(parent).contains(&FolderId(id))) {
            return Err(Refusal::invalid("parent", "a folder cannot lie inside itself: choose another folder"));
        }
        name_free(self, state, id, |other| other.parent == self.parent)
    }

    trashable!();

    fn removable(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        let here = Some(FolderId(id));
        let live = |trashed: Option<i64>, folder: Option<FolderId>| trashed.is_none() && folder == here;
        let rows = &state.rows;
        let used = state.folders.iter().any(|(_, f)| live(f.value.trashed_at, f.value.parent))
            || rows.media.iter().any(|(_, m)| live(m.value.trashed_at, m.value.folder))
            || rows.presentations.iter().any(|(_, p)| live(p.value.trashed_at, p.value.folder))
            || rows.playlists.iter().any(|(_, p)| live(p.value.trashed_at, p.value.folder));
        if used {
            Err(Refusal::InUse(format!("the folder {:?} is not empty: move or delete its content first", self.name)))
        } else {
            Ok(())
        }
    }
}

impl Noun for Media {
    const EDITABLE: &'static [&'static str] = &["name", "folder", "validity", "attribution"];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.media
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::Folder(self.folder)
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        check_folder(state, "folder", self.folder)?;
        check_validity(&self.validity)
    }

    trashable!();
}

impl Noun for Presentation {
    const EDITABLE: &'static [&'static str] = &["name", "folder"];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.presentations
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::Folder(self.folder)
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        check_folder(state, "folder", self.folder)
    }

    trashable!();
}

impl Noun for Revision {
    const EDITABLE: &'static [&'static str] = &[];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.revisions
    }

    fn object(&self, state: &State, _: Uuid) -> Object {
        Object::Folder(state.rows.presentations.get(self.presentation).and_then(|p| p.folder))
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        if self.pages.is_empty() {
            return Err(Refusal::invalid("pages", "a presentation without pages cannot be published: add a page first"));
        }
        super::find::<Presentation>(state, self.presentation.0).map(drop)
    }
}

impl Noun for Playlist {
    const EDITABLE: &'static [&'static str] = &["name", "folder", "shuffle", "transition"];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.playlists
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::Folder(self.folder)
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        check_folder(state, "folder", self.folder)?;
        if self.transition.ms > 10_000 {
            return Err(Refusal::invalid("transition.ms", format!("{} is out of range: give 0 to 10000 ms", self.transition.ms)));
        }
        Ok(())
    }

    trashable!();
}

impl Noun for PlaylistItem {
    const EDITABLE: &'static [&'static str] = &["content", "duration_ms", "validity"];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.items
    }

    fn object(&self, state: &State, _: Uuid) -> Object {
        Object::Folder(state.rows.playlists.get(self.playlist).and_then(|playlist| playlist.folder))
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        super::find::<Playlist>(state, self.playlist.0)?;
        match self.content {
            None => return Err(Refusal::invalid("content", "an entry needs content: give media or a presentation")),
            Some(Content::Playlist(_)) => {
                return Err(Refusal::invalid("content", "a playlist cannot stand inside a playlist: add its entries instead"));
            }
            Some(content) => check_content(state, "content", content)?,
        }
        if self.duration_ms.is_some_and(|ms| ms == 0 || ms > MAX_ITEM_MS) {
            return Err(Refusal::invalid("duration_ms", format!("give 1 to {MAX_ITEM_MS} ms")));
        }
        check_validity(&self.validity)
    }
}
