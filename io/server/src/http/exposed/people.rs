//! People, what they may do, and their tokens.

use domain::permission::Action;
use domain::user::{Grant, Suspension, Token, User};

use super::{Exposed, Filter, Making, made, same_id};

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
    made!();
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
