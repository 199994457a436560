//! The installation, viewers, devices, groups with their members, and priorities.

use uuid::Uuid;

use super::{Noun, check_name, library::check_content, name_free, taken, trashable};
use crate::document::Document;
use crate::group::{Group, Member, Membership};
use crate::id::{GroupId, ViewerId};
use crate::installation::{INSTALLATION, Installation};
use crate::permission::Object;
use crate::priority::Priority;
use crate::refusal::Refusal;
use crate::rows::Rows;
use crate::state::State;
use crate::table::Table;
use crate::viewer::{Device, Viewer};

impl Noun for Installation {
    const EDITABLE: &'static [&'static str] = &["name", "language", "zone", "public_address", "fallback"];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.installations
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::Shared
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        if id != INSTALLATION {
            return Err(Refusal::not_found("installation", id));
        }
        check_name("name", &self.name)?;
        let tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if self.language.len() < 2 || self.language.len() > 35 || !self.language.chars().all(tag) {
            return Err(Refusal::invalid(
                "language",
                format!("{:?} is not a language: give a tag such as en or de", self.language),
            ));
        }
        let address = self.public_address.as_str();
        let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
        if !address.is_empty() && rest.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#', ' ', '@'])) {
            let text = format!("{address:?} is not an address: give one such as https://signs.example.org, without a path");
            return Err(Refusal::invalid("public_address", text));
        }
        self.fallback.map_or(Ok(()), |content| check_content(state, "fallback", content))
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Noun for Viewer {
    const EDITABLE: &'static [&'static str] =
        &["name", "location", "zone", "rotation", "fit", "volume", "muted", "fallback", "server"];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.viewers
    }

    fn object(&self, _: &State, id: Uuid) -> Object {
        Object::Viewer(ViewerId(id))
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        name_free(self, state, id, |_| true)?;
        // One that was taken out since may stand here: its screens go to Main.
        if let Some(server) = self.server.filter(|server| state.servers.get(*server).is_none()) {
            let text = format!("there is no server {server}: give one of the installation, or none for Main");
            return Err(Refusal::invalid("server", text));
        }
        self.fallback.map_or(Ok(()), |content| check_content(state, "fallback", content))
    }

    trashable!();
}

impl Noun for Device {
    const EDITABLE: &'static [&'static str] = &[];

    fn table(state: &State) -> &Table<Self> {
        &state.devices
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        self.viewer.map_or(Object::System, Object::Viewer)
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        match self.viewer {
            Some(viewer) => super::find::<Viewer>(state, viewer.0).map(drop),
            None => Ok(()),
        }
    }
}

impl Noun for Group {
    const EDITABLE: &'static [&'static str] = &["name"];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.groups
    }

    fn object(&self, _: &State, id: Uuid) -> Object {
        Object::Group(GroupId(id))
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        name_free(self, state, id, |_| true)
    }

    trashable!();
}

impl Noun for Membership {
    const EDITABLE: &'static [&'static str] = &["group", "member"];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.memberships
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::Group(self.group)
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        let live = |group: GroupId| state.rows.groups.get(group).is_some_and(|g| g.trashed_at.is_none());
        if !live(self.group) {
            return Err(Refusal::invalid("group", format!("there is no group {}", self.group)));
        }
        let Some(member) = self.member else {
            return Err(Refusal::invalid("member", "give a viewer or a group"));
        };
        match member {
            Member::Viewer(viewer) if state.rows.viewers.get(viewer).is_none() => {
                return Err(Refusal::invalid("member.viewer", format!("there is no viewer {viewer}")));
            }
            Member::Group(inner) if !live(inner) => {
                return Err(Refusal::invalid("member.group", format!("there is no group {inner}")));
            }
            Member::Group(inner) if inner == self.group || is_inside(&without(state, id), self.group, inner) => {
                return Err(Refusal::invalid("member.group", "a group cannot stand inside itself: choose another group"));
            }
            _ => {}
        }
        if taken(state, id, |other: &Self| other.group == self.group && other.member == self.member) {
            return Err(Refusal::invalid("member", "it is in this group already"));
        }
        Ok(())
    }
}

/// The rows without one link: a link that is moved must not count as it stood before.
fn without(state: &State, link: Uuid) -> Rows {
    let mut rows = state.rows.clone();
    rows.put(Membership::SPEC.name, link, None);
    rows
}

/// Whether `inner` is a member of `outer`, directly or through other groups.
fn is_inside(rows: &Rows, inner: GroupId, outer: GroupId) -> bool {
    let mut seen = vec![inner];
    let mut next = 0;
    while let Some(group) = seen.get(next).copied() {
        for around in rows.groups_directly_of(Member::Group(group)) {
            if around == outer {
                return true;
            }
            if !seen.contains(&around) {
                seen.push(around);
            }
        }
        next += 1;
    }
    false
}

impl Noun for Priority {
    const EDITABLE: &'static [&'static str] = &["name", "rank", "colour"];

    fn table(state: &State) -> &Table<Self> {
        &state.rows.priorities
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::Shared
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        let digits = self.colour.strip_prefix('#').unwrap_or_default();
        if !self.colour.is_empty() && (digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(Refusal::invalid("colour", format!("{:?} is not a colour: give one such as #d97706", self.colour)));
        }
        name_free(self, state, id, |_| true)?;
        if taken(state, id, |other: &Self| other.rank == self.rank) {
            return Err(Refusal::invalid("rank", format!("another priority has rank {}: choose another number", self.rank)));
        }
        Ok(())
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn removable(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        let rows = state.rows.schedules.iter();
        let used = rows.filter(|(_, s)| s.value.trashed_at.is_none() && s.value.priority.is_some_and(|p| p.0 == id)).count();
        if used > 0 {
            return Err(Refusal::InUse(format!(
                "{used} schedule rows have the priority {:?}: give them another one first",
                self.name
            )));
        }
        Ok(())
    }
}
