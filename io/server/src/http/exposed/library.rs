//! Folders, media, presentations, revisions, playlists and their entries.

use domain::folder::Folder;
use domain::media::Media;
use domain::permission::{Action, Object};
use domain::playlist::{Playlist, PlaylistItem};
use domain::presentation::{Presentation, Revision};

use super::{Exposed, Filter, Making, made, same_id};

impl Exposed for Folder {
    const PATH: &'static str = "folders";
    const ONE: &'static str = "a folder";
    const CHANGE: Action = Action::Edit;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "parent",
        about: "the folder around; none = at the top",
        passes: |_, _, folder, value| same_id(folder.parent.map(|id| id.0), value),
    }];
    fn reaches(&self) -> Vec<Object> {
        vec![Object::Folder(self.parent)]
    }
    made!();
}

impl Exposed for Media {
    const PATH: &'static str = "media";
    const ONE: &'static str = "a picture or film";
    const CHANGE: Action = Action::Edit;
    const ON_SCREENS: bool = true;
    const CREATE: bool = false;
    const FILTERS: &'static [Filter<Self>] = &[
        Filter {
            name: "folder",
            about: "in this folder; none = at the top",
            passes: |_, _, media, value| same_id(media.folder.map(|id| id.0), value),
        },
        Filter {
            name: "type",
            about: "image or video",
            passes: |_, _, media, value| match value {
                "image" => Some(!media.is_film()),
                "video" => Some(media.is_film()),
                _ => None,
            },
        },
    ];
}

impl Exposed for Presentation {
    const PATH: &'static str = "presentations";
    const ONE: &'static str = "a presentation";
    const CHANGE: Action = Action::Edit;
    const ON_SCREENS: bool = true;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "folder",
        about: "in this folder; none = at the top",
        passes: |_, _, presentation, value| same_id(presentation.folder.map(|id| id.0), value),
    }];
    made!();
}

impl Exposed for Revision {
    const PATH: &'static str = "revisions";
    const ONE: &'static str = "a published state of a presentation";
    const CHANGE: Action = Action::Edit;
    const CREATE: bool = false;
    const PATCH: bool = false;
    const DELETE: bool = false;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "presentation",
        about: "of this presentation",
        passes: |_, _, revision, value| same_id(Some(revision.presentation.0), value),
    }];
}

impl Exposed for Playlist {
    const PATH: &'static str = "playlists";
    const ONE: &'static str = "a playlist";
    const CHANGE: Action = Action::Edit;
    const ON_SCREENS: bool = true;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "folder",
        about: "in this folder; none = at the top",
        passes: |_, _, playlist, value| same_id(playlist.folder.map(|id| id.0), value),
    }];
    made!();
}

impl Exposed for PlaylistItem {
    const PATH: &'static str = "playlist-items";
    const ONE: &'static str = "an entry of a playlist";
    const CHANGE: Action = Action::Edit;
    const ON_SCREENS: bool = true;
    const CREATE: bool = false;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "playlist",
        about: "of this playlist",
        passes: |_, _, item, value| same_id(Some(item.playlist.0), value),
    }];
}
