//! Servers, and the invitations by which further ones join.

use uuid::Uuid;

use super::{Noun, check_name, taken};
use crate::id::ServerId;
use crate::lead::lead;
use crate::line_limit::{LineLimit, MOST};
use crate::permission::Object;
use crate::refusal::Refusal;
use crate::server::{Server, ServerInvitation, ServerRole};
use crate::state::State;
use crate::table::Table;

impl Noun for Server {
    const EDITABLE: &'static [&'static str] = &["name", "role", "parent", "read_only", "site", "keeps", "zone", "limits"];

    fn table(state: &State) -> &Table<Self> {
        &state.servers
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, state: &State, id: Uuid) -> Result<(), Refusal> {
        check_name("name", &self.name)?;
        check_parent(state, self.parent, self.role, Some(ServerId(id)))?;
        if self.site.chars().count() > SITE_LONGEST {
            return Err(Refusal::invalid("site", format!("a place may have {SITE_LONGEST} characters")));
        }
        check_limits(&self.limits)?;
        let before = state.servers.get(ServerId(id));
        // The others would refuse what it made before it heard of it.
        if self.read_only && before.is_some_and(|before| !before.read_only) {
            let text = format!(
                "what people made on {} and has not arrived elsewhere yet would be taken by no other server: take it out, and let it join anew by a token with read_only",
                self.name
            );
            return Err(Refusal::invalid("read_only", text));
        }
        let other_main = |other: &Self| other.role == ServerRole::Main && other.retired_at.is_none();
        if self.role == ServerRole::Main && self.retired_at.is_none() && taken(state, id, other_main) {
            return Err(Refusal::invalid("role", "there is a Main already: an installation has one"));
        }
        let leads = lead(state).is_some_and(|lead| lead.server == ServerId(id));
        let founder = before.is_some_and(|before| before.role == ServerRole::Main);
        if founder && leads && self.role != ServerRole::Main {
            return Err(Refusal::invalid("role", "this is the Main: make another server the Main first"));
        }
        Ok(())
    }

    fn name(&self) -> &str {
        &self.name
    }
}

impl Noun for ServerInvitation {
    const EDITABLE: &'static [&'static str] = &["name", "role", "parent", "read_only"];

    fn table(state: &State) -> &Table<Self> {
        &state.server_invitations
    }

    fn object(&self, _: &State, _: Uuid) -> Object {
        Object::System
    }

    fn check(&self, state: &State, _: Uuid) -> Result<(), Refusal> {
        if !self.name.is_empty() {
            check_name("name", &self.name)?;
        }
        if self.role == ServerRole::Main {
            return Err(Refusal::invalid("role", "a server joins as sub or backup: an installation has one Main"));
        }
        check_parent(state, self.parent, self.role, None)
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// Characters of a place.
const SITE_LONGEST: usize = 200;

fn check_limits(limits: &[LineLimit]) -> Result<(), Refusal> {
    if limits.len() > MOST {
        return Err(Refusal::invalid("limits", format!("a server may have {MOST} limits")));
    }
    if limits.iter().any(|limit| limit.days.is_empty()) {
        return Err(Refusal::invalid("limits", "each limit needs a day of the week at least"));
    }
    Ok(())
}

/// A parent must be there, and cannot be the server itself; Main has none.
fn check_parent(state: &State, parent: Option<ServerId>, role: ServerRole, own: Option<ServerId>) -> Result<(), Refusal> {
    let Some(parent) = parent else { return Ok(()) };
    if role == ServerRole::Main {
        return Err(Refusal::invalid("parent", "Main follows nobody: leave parent out"));
    }
    if own == Some(parent) || state.servers.get(parent).is_none_or(|server| server.retired_at.is_some()) {
        return Err(Refusal::invalid("parent", format!("there is no other server {parent}")));
    }
    Ok(())
}
