//! Who may do what: the one question that every handler and every list asks.

use crate::group::Member;
use crate::id::{FolderId, GroupId, UserId, ViewerId};
use crate::state::State;
use crate::user::{Role, Scope};

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Change viewers, people and settings.
    Administer,
    /// Make, schedule and publish content.
    Edit,
    /// Look.
    See,
}

/// To what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// All viewers at once.
    AllViewers,
    /// A folder, and what lies in it; none = the top.
    Folder(Option<FolderId>),
    /// A group of viewers.
    Group(GroupId),
    /// Users, roles and tokens, settings and devices.
    System,
    /// What everybody with any role may see: the installation's name, priorities.
    Shared,
    /// One user's own things.
    Own(UserId),
    /// A viewer.
    Viewer(ViewerId),
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub user: UserId,
    /// The most that this way of signing in may do: a token may be weaker than its user.
    pub ceiling: Role,
}

/// Whether the caller may do that. Trashed and suspended people may nothing.
#[must_use]
pub fn may(state: &State, caller: Caller, action: Action, object: Object) -> bool {
    let live = state.users.get(caller.user).is_some_and(|user| user.trashed_at.is_none());
    if !live || state.is_suspended(caller.user.0) {
        return false;
    }
    if object == Object::Own(caller.user) {
        return true;
    }
    let needed = match action {
        Action::See => Role::Observer,
        Action::Edit => Role::Editor,
        Action::Administer => Role::Administrator,
    };
    let mut grants = state.grants_of(caller.user);
    caller.ceiling >= needed && grants.any(|grant| grant.role >= needed && covers(state, grant.scope, action, object))
}

fn covers(state: &State, scope: Scope, action: Action, object: Object) -> bool {
    match (scope, object) {
        (Scope::All, _) => true,
        (Scope::Nowhere, _) => false,
        (_, Object::Shared) => action == Action::See,
        (Scope::Folder(scope), Object::Folder(Some(folder))) => state.folders_around(folder).contains(&scope),
        (Scope::Group(scope), Object::Viewer(viewer)) => state.rows.groups_around(viewer).contains(&scope),
        (Scope::Group(scope), Object::Group(group)) => scope == group || groups_above(state, group).contains(&scope),
        _ => false,
    }
}

/// The groups around a group, each once.
fn groups_above(state: &State, group: GroupId) -> Vec<GroupId> {
    let mut found = state.rows.groups_directly_of(Member::Group(group));
    let mut next = 0;
    while let Some(inner) = found.get(next).copied() {
        for outer in state.rows.groups_directly_of(Member::Group(inner)) {
            if !found.contains(&outer) {
                found.push(outer);
            }
        }
        next += 1;
    }
    found
}
