//! Users, identities, suspensions, grants and tokens.

use uuid::Uuid;

use super::{Noun, check_name, taken, trashable};
use crate::id::UserId;
use crate::permission::Object;
use crate::refusal::Refusal;
use crate::state::State;
use crate::table::Table;
use crate::user::{Grant, Identity, Role, Scope, Suspension, Token, User};

fn check_user(state: &State, field: &str, user: UserId) -> Result<(), Refusal> {
    if state.users.get(user).is_some_and(|user| user.trashed_at.is_none()) {
        Ok(())
    } else {
        Err(Refusal::invalid(field, format!("there is no user {user}")))
    }
}

/// Whether somebody is left who administers everything when `without` is taken away.
fn administrator_left(state: &State, without: impl Fn(Uuid, &Grant) -> bool) -> bool {
    state.grants.iter().any(|(id, grant)| {
        let grant_value = &grant.value;
        let live = state.users.get(grant_value.user).is_some_and(|user| user.trashed_at.is_none());
        let all = grant_value.role == Role::Administrator && grant_value.scope == Scope::All;
        live && all && !state.is_suspended(grant_value.user.0) && !without(id.0, grant_value)
    })
}

const LAST: &str = "this is the last administrator of everything: make another one first";

impl Noun for User {
    const EDITABLE: &'static [&'static str] = &["login", "name", "language"];

    fn table(state: &State) -> &Table<Self> {
        &state.users
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        check_name("login", &self.login)?;
        if self.login.chars().any(char::is_whitespace) || self.login.chars().count() > 64 {
            return Err(Refusal::invalid("login", "a sign-in name has 1 to 64 characters and no blanks"));
        }
        if self.trashed_at.is_none() && taken(state, id, |other: &Self| other.login.to_lowercase() == self.login.to_lowercase()) {
            return Err(Refusal::NameTaken(self.login.clone()));
        }
        check_name("name", &self.name)
    }

    trashable!();

    fn removable(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        if administrator_left(state, |_, grant| grant.user.0 == id) { Ok(()) } else { Err(Refusal::InUse(LAST.to_owned())) }
    }
}

impl Noun for Identity {
    const EDITABLE: &'static [&'static str] = &[];

    fn table(state: &State) -> &Table<Self> {
        &state.identities
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        super::find::<User>(state, self.user.0).map(drop)
    }
}

impl Noun for Suspension {
    const EDITABLE: &'static [&'static str] = &["subject"];

    fn table(state: &State) -> &Table<Self> {
        &state.suspensions
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        let device = state.devices.get(self.subject.into()).is_some();
        if !device {
            check_user(state, "subject", UserId(self.subject))?;
        }
        if !administrator_left(state, |_, grant| grant.user.0 == self.subject) {
            return Err(Refusal::InUse(LAST.to_owned()));
        }
        Ok(())
    }
}

impl Noun for Grant {
    const EDITABLE: &'static [&'static str] = &["user", "role", "scope"];

    fn table(state: &State) -> &Table<Self> {
        &state.grants
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        check_user(state, "user", self.user)?;
        match self.scope {
            Scope::Nowhere => return Err(Refusal::invalid("scope", "give all, a group or a folder")),
            Scope::Folder(folder) if state.folders.get(folder).is_none() => {
                return Err(Refusal::invalid("scope.folder", format!("there is no folder {folder}")));
            }
            Scope::Group(group) if state.rows.groups.get(group).is_none() => {
                return Err(Refusal::invalid("scope.group", format!("there is no group {group}")));
            }
            _ => {}
        }
        let weaker = self.role != Role::Administrator || self.scope != Scope::All;
        if weaker && state.grants.get(id.into()).is_some() && !administrator_left(state, |other, _| other == id) {
            return Err(Refusal::InUse(LAST.to_owned()));
        }
        Ok(())
    }

    fn removable(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        if administrator_left(state, |other, _| other == id) { Ok(()) } else { Err(Refusal::InUse(LAST.to_owned())) }
    }
}

impl Noun for Token {
    const EDITABLE: &'static [&'static str] = &["name", "role", "expires_at"];

    fn table(state: &State) -> &Table<Self> {
        &state.tokens
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::Own(self.user)
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        check_user(state, "user", self.user)
    }

    fn name(&self) -> &str {
        &self.name
    }
}
