//! Set-up, sign-in and people.

use domain::cell::ZoneName;
use domain::id::UserId;
use domain::user::{Role, Scope};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether the installation is set up.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SetUpState {
    /// Whether it is.
    pub set_up: bool,
}

/// Sets an installation up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetUpRequest {
    /// Secret of the set-up link.
    pub link: String,
    /// Name of the installation.
    pub name: String,
    /// Language of the viewers' own pages, such as `en`.
    pub language: String,
    /// Time zone, such as `Europe/Berlin`.
    pub zone: ZoneName,
    /// Address under which people and viewers reach the server; may be empty.
    #[serde(default)]
    pub public_address: String,
    /// Sign-in name of the administrator.
    pub login: String,
    /// Password of the administrator, at least 10 characters.
    pub password: String,
    /// Name of the administrator.
    pub user_name: String,
}

/// Signs in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Sign-in name.
    pub login: String,
    /// Password.
    pub password: String,
}

/// Who is signed in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignedIn {
    /// The person.
    pub user: SignedInUser,
    /// To be sent as `X-CSRF-Token` with changes; empty with a token.
    pub csrf: String,
    /// What the person may do.
    pub roles: Vec<GrantedRole>,
    /// Whether the connection is encrypted, or stays on this machine.
    pub secure: bool,
}

/// The person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SignedInUser {
    /// Id.
    pub id: UserId,
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Language of the admin; empty = the browser's.
    pub language: String,
}

/// A role on a scope.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GrantedRole {
    /// The role.
    pub role: Role,
    /// Where.
    pub scope: Scope,
}

/// Makes a user with a password.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Language of the admin.
    #[serde(default)]
    pub language: String,
    /// Password, at least 10 characters.
    pub password: String,
}

/// Sets a password.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The present password; needed for one's own.
    #[serde(default)]
    pub present: Option<String>,
    /// The new one, at least 10 characters.
    pub password: String,
}

/// Makes a token.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for.
    pub name: String,
    /// The most that it may do.
    pub role: Role,
    /// When it ends, Unix milliseconds.
    #[serde(default)]
    pub expires_at: Option<i64>,
}

/// A new token; its secret is shown this once.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MadeToken {
    /// Id of the token.
    pub id: uuid::Uuid,
    /// To be sent as `Authorization: Bearer`.
    pub secret: String,
}
