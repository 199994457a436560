//! Which kinds of documents the API shows as resources, and what is particular about each.

use domain::content::Destination;
use domain::document::Document;
use domain::folder::Folder;
use domain::group::{Group, Member, Membership};
use domain::media::Media;
use domain::noun::Noun;
use domain::permission::{Action, Object};
use domain::playlist::{Playlist, PlaylistItem};
use domain::presentation::{Presentation, Revision};
use domain::priority::Priority;
use domain::schedule::Schedule;
use domain::state::State;
use domain::user::{Grant, Suspension, Token, User};
use domain::viewer::{Device, Viewer};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A filter of a list: the name of the query member, what it means, and whether a document passes.
pub struct Filter<T> {
    /// Name of the query member.
    pub name: &'static str,
    /// What it means.
    pub about: &'static str,
    /// Whether a document passes; none: the value is not understood.
    pub passes: fn(&State, Uuid, &T, &str) -> Option<bool>,
}

/// Who makes a document, and when.
#[derive(Clone, Copy, Debug)]
pub struct Making {
    /// Who.
    pub user: domain::id::UserId,
    /// When, Unix milliseconds.
    pub now_ms: i64,
}

/// A kind that the API shows.
pub trait Exposed: Noun + Serialize + ToSchema {
    /// The noun in the address, such as `viewers`.
    const PATH: &'static str;
    /// What one is, for the description, such as `a screen`.
    const ONE: &'static str;
    /// What a caller must be allowed to do to change one.
    const CHANGE: Action;
    /// What a caller must be allowed to do to look at one.
    const SEE: Action = Action::See;
    /// Whether `POST` makes one from its members.
    const CREATE: bool = true;
    /// Whether `PATCH` changes members.
    const PATCH: bool = true;
    /// Whether `DELETE` discards it.
    const DELETE: bool = true;
    /// Whether only a signed-in browser may change one, not a token.
    const BY_BROWSER: bool = false;
    /// Filters of the list.
    const FILTERS: &'static [Filter<Self>] = &[];

    /// What a caller must be allowed to change besides the document itself to let it stand where it stands.
    fn reaches(&self) -> Vec<Object> {
        Vec::new()
    }

    /// Sets what the server sets when one is made.
    fn prepare(&mut self, _making: Making) {}
}

fn same_id(id: Option<Uuid>, value: &str) -> Option<bool> {
    match value {
        "none" => Some(id.is_none()),
        value => value.parse::<Uuid>().ok().map(|wanted| id == Some(wanted)),
    }
}

macro_rules! made {
    () => {
        fn prepare(&mut self, making: Making) {
            self.made_by = Some(making.user);
            self.made_at = making.now_ms;
        }
    };
}

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
    const CREATE: bool = false;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "playlist",
        about: "of this playlist",
        passes: |_, _, item, value| same_id(Some(item.playlist.0), value),
    }];
}

impl Exposed for Viewer {
    const PATH: &'static str = "viewers";
    const ONE: &'static str = "a screen";
    const CHANGE: Action = Action::Administer;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "group",
        about: "in this group or one inside it; none = in no group",
        passes: |state, id, _, value| {
            let around = state.rows.groups_around(id.into());
            match value {
                "none" => Some(around.is_empty()),
                value => value.parse().ok().map(|group| around.contains(&group)),
            }
        },
    }];
    made!();
}

impl Exposed for Device {
    const PATH: &'static str = "devices";
    const ONE: &'static str = "a machine with a key";
    const CHANGE: Action = Action::Administer;
    const CREATE: bool = false;
    const PATCH: bool = false;
    const DELETE: bool = false;
    const FILTERS: &'static [Filter<Self>] = &[Filter {
        name: "viewer",
        about: "at this screen",
        passes: |_, _, device, value| same_id(device.viewer.map(|id| id.0), value),
    }];
}

impl Exposed for Group {
    const PATH: &'static str = "groups";
    const ONE: &'static str = "a group of screens";
    const CHANGE: Action = Action::Administer;
    made!();
}

impl Exposed for Membership {
    const PATH: &'static str = "memberships";
    const ONE: &'static str = "a screen or group inside a group";
    const CHANGE: Action = Action::Administer;
    const FILTERS: &'static [Filter<Self>] = &[
        Filter { name: "group", about: "in this group", passes: |_, _, m, value| same_id(Some(m.group.0), value) },
        Filter {
            name: "member",
            about: "this screen or group",
            passes: |_, _, m, value| {
                let member = match m.member {
                    Some(Member::Viewer(id)) => Some(id.0),
                    Some(Member::Group(id)) => Some(id.0),
                    None => None,
                };
                same_id(member, value)
            },
        },
    ];
    fn reaches(&self) -> Vec<Object> {
        let member = self.member.map(|member| match member {
            Member::Viewer(id) => Object::Viewer(id),
            Member::Group(id) => Object::Group(id),
        });
        [Object::Group(self.group)].into_iter().chain(member).collect()
    }
}

impl Exposed for Schedule {
    const PATH: &'static str = "schedules";
    const ONE: &'static str = "a row of the schedule";
    const CHANGE: Action = Action::Edit;
    const FILTERS: &'static [Filter<Self>] = &[
        Filter {
            name: "destination",
            about: "all, or the id of a group or screen",
            passes: |_, _, row, value| match (row.destination, value) {
                (Some(Destination::All), "all") => Some(true),
                (_, "all") => Some(false),
                (Some(Destination::Group(id)), value) => same_id(Some(id.0), value),
                (Some(Destination::Viewer(id)), value) => same_id(Some(id.0), value),
                (_, value) => value.parse::<Uuid>().ok().map(|_| false),
            },
        },
        Filter {
            name: "viewer",
            about: "reaches this screen, directly or through groups",
            passes: |state, _, row, value| {
                let viewer = value.parse().ok()?;
                Some(match row.destination {
                    Some(Destination::All) => true,
                    Some(Destination::Viewer(id)) => id == viewer,
                    Some(Destination::Group(group)) => state.rows.groups_around(viewer).contains(&group),
                    None => false,
                })
            },
        },
    ];
    made!();
}

impl Exposed for Priority {
    const PATH: &'static str = "priorities";
    const ONE: &'static str = "a priority level";
    const CHANGE: Action = Action::Administer;
}

impl Exposed for User {
    const PATH: &'static str = "users";
    const ONE: &'static str = "a person";
    const CHANGE: Action = Action::Administer;
    const CREATE: bool = false;
}

impl Exposed for Suspension {
    const PATH: &'static str = "suspensions";
    const ONE: &'static str = "a suspended person or device";
    const CHANGE: Action = Action::Administer;
    const PATCH: bool = false;
    fn prepare(&mut self, making: Making) {
        self.made_by = Some(making.user);
        self.made_at = making.now_ms;
    }
}

impl Exposed for Grant {
    const PATH: &'static str = "grants";
    const ONE: &'static str = "a role on a scope";
    const CHANGE: Action = Action::Administer;
    const FILTERS: &'static [Filter<Self>] =
        &[Filter { name: "user", about: "of this person", passes: |_, _, grant, value| same_id(Some(grant.user.0), value) }];
}

impl Exposed for Token {
    const PATH: &'static str = "tokens";
    const ONE: &'static str = "an API token";
    // One's own is always one's own; those of others are for administrators.
    const SEE: Action = Action::Administer;
    const CHANGE: Action = Action::Administer;
    const CREATE: bool = false;
    const BY_BROWSER: bool = true;
}

/// The members that a list of this kind can be sorted by.
#[must_use]
pub fn sortable<T: Document>() -> Vec<&'static str> {
    let public = T::SPEC.cells.iter().filter(|cell| cell.class == domain::document::Class::Public);
    public.map(|cell| cell.name).collect()
}
