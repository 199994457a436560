//! People: users, the ways they sign in, what they may do, and their tokens.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::document::document;
use crate::id::{FolderId, GrantId, GroupId, IdentityId, TokenId, UserId};

document! {
    /// A person who may sign in.
    User(UserId) = "user" {
        /// Sign-in name, unique regardless of case.
        login: String = Public,
        /// Name, shown to people.
        name: String = Public,
        /// Language of the admin, a BCP 47 tag; empty = the browser's.
        language: String = Public,
        /// When made, Unix milliseconds.
        made_at: i64 = Public,
        /// When put into the trash, Unix milliseconds.
        trashed_at: Option<i64> = Public,
    }
}

document! {
    /// A way to sign in. Apart from the user, so that directories and single sign-on fit beside passwords.
    Identity(IdentityId) = "identity" {
        /// Whose.
        #[serde(skip)]
        user: UserId = Internal,
        /// `password`, later also directories.
        #[serde(skip)]
        provider: String = Internal,
        /// Argon2id hash in PHC string format.
        #[serde(skip)]
        password_hash: String = Secret,
    }
}

document! {
    /// A suspended user or device. Any live row suspends, so that of two concurrent decisions the safe one wins.
    Suspension(Uuid) = "suspension" {
        /// The user or device.
        subject: Uuid = Public,
        /// Who decided.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
    }
}

document! {
    /// A role given to a user on a scope.
    Grant(GrantId) = "grant" {
        /// To whom.
        user: UserId = Public,
        /// What role.
        role: Role = Public,
        /// On what.
        scope: Scope = Public,
    }
}

document! {
    /// An API token: acts for a user with at most the named role.
    Token(TokenId) = "token" {
        /// For whom.
        user: UserId = Public,
        /// What it is for, in words.
        name: String = Public,
        /// SHA-256 of the token, 64 hexadecimal digits.
        #[serde(skip)]
        secret_hash: String = Secret,
        /// The most that it may do.
        role: Role = Public,
        /// When made, Unix milliseconds.
        made_at: i64 = Public,
        /// When it ends, Unix milliseconds; none = never.
        expires_at: Option<i64> = Public,
    }
}

/// What somebody may do; each includes the ones before.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Look.
    #[default]
    Observer,
    /// Make, schedule and publish content.
    Editor,
    /// Everything, viewers, users and settings too.
    Administrator,
}

/// Where a role counts.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Everywhere.
    All,
    /// In a folder and the folders inside it.
    Folder(FolderId),
    /// On a group's viewers, and on the groups inside it.
    Group(GroupId),
    /// Nowhere: what a scope of a newer version is read as.
    #[default]
    Nowhere,
}
