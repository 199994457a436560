//! The first change of all: the installation, its administrator and its priorities.

use crate::document::Document;
use crate::id::{GrantId, IdentityId, PriorityId, UserId};
use crate::installation::{INSTALLATION, Installation};
use crate::log::{Change, Edit};
use crate::noun::Noun;
use crate::priority::Priority;
use crate::refusal::Refusal;
use crate::state::State;
use crate::user::{Grant, Identity, Role, Scope, User};

/// What set-up asks for, and the ids of what it makes.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// The installation; `set_up_at` is set here.
    pub installation: Installation,
    /// The administrator.
    pub user: (UserId, User),
    /// The administrator's password, hashed.
    pub identity: (IdentityId, Identity),
    /// Id of the administrator's role.
    pub grant: GrantId,
    /// Ids of the three priorities that every installation starts with: low, normal, high.
    pub priorities: [PriorityId; 3],
}

/// Sets the installation up.
///
/// # Errors
/// [`Refusal`] when it is set up already, or a value is not possible.
pub fn set_up(state: &State, wish: SetUp, now_ms: i64) -> Result<Vec<Edit>, Refusal> {
    if state.rows.installation().set_up_at.is_some() {
        return Err(Refusal::InUse("this installation is set up already: sign in".to_owned()));
    }
    let installation = Installation { set_up_at: Some(now_ms), ..wish.installation };
    installation.check(state, INSTALLATION)?;
    let user = User { made_at: now_ms, ..wish.user.1 };
    user.check(state, wish.user.0.0)?;
    let grant = Grant { user: wish.user.0, role: Role::Administrator, scope: Scope::All };
    let identity = Identity { user: wish.user.0, ..wish.identity.1 };
    let mut edits = vec![
        insert(INSTALLATION, &installation),
        insert(wish.user.0.0, &user),
        insert(wish.identity.0.0, &identity),
        insert(wish.grant.0, &grant),
    ];
    let levels = [("Low", 100, "#64748b"), ("Normal", 200, "#2563eb"), ("High", 300, "#d97706")];
    for (id, (name, rank, colour)) in wish.priorities.into_iter().zip(levels) {
        edits.push(insert(id.0, &Priority { name: name.to_owned(), rank, colour: colour.to_owned() }));
    }
    Ok(edits)
}

fn insert<T: Document>(id: uuid::Uuid, document: &T) -> Edit {
    let cells = document.changed_since(&T::default());
    Edit { kind: T::SPEC.name.to_owned(), id, change: Change::Insert(cells) }
}
