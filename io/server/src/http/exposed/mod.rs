//! Which kinds of documents the API shows as resources, and what is particular about each.

mod enrolment;
mod library;
mod people;
mod place;
mod server;
mod task;
mod watch;

use domain::content::Destination;
use domain::document::Document;
use domain::noun::Noun;
use domain::permission::{Action, Object};
use domain::state::State;
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
    /// Whether it, or what it leads to, may stand on screens, so that `DELETE` names those that it leaves.
    const ON_SCREENS: bool = false;
    /// Whether only a signed-in browser may change one, not a token.
    const BY_BROWSER: bool = false;
    /// Filters of the list.
    const FILTERS: &'static [Filter<Self>] = &[];

    /// What a caller must be allowed to do to change this one.
    fn needs(&self) -> Action {
        Self::CHANGE
    }

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

/// Whether a row or a task goes to what a filter names: `all`, or the id of a group or screen.
fn same_destination(destination: Option<Destination>, value: &str) -> Option<bool> {
    match (destination, value) {
        (Some(Destination::All), "all") => Some(true),
        (_, "all") => Some(false),
        (Some(Destination::Group(id)), value) => same_id(Some(id.0), value),
        (Some(Destination::Viewer(id)), value) => same_id(Some(id.0), value),
        (None | Some(Destination::All), value) => value.parse::<Uuid>().ok().map(|_| false),
    }
}

/// Who made it and when are set by the server.
macro_rules! made {
    () => {
        fn prepare(&mut self, making: Making) {
            self.made_by = Some(making.user);
            self.made_at = making.now_ms;
        }
    };
}
use made;

/// The members that a list of this kind can be sorted by.
#[must_use]
pub fn sortable<T: Document>() -> Vec<&'static str> {
    let public = T::SPEC.cells.iter().filter(|cell| cell.class == domain::document::Class::Public);
    public.map(|cell| cell.name).collect()
}
