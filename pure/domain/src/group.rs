//! Groups of viewers; groups may stand inside groups.

use serde::{Deserialize, Serialize};

use crate::document::document;
use crate::id::{GroupId, MembershipId, UserId, ViewerId};

document! {
    /// A group.
    Group(GroupId) = "group" {
        /// Name, shown to people.
        name: String = Public,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
        /// When it was put into the trash, Unix milliseconds.
        trashed_at: Option<i64> = Public,
    }
}

document! {
    /// One viewer or group inside a group.
    Membership(MembershipId) = "membership" {
        /// The group around.
        group: GroupId = Public,
        /// Who is inside.
        member: Option<Member> = Public,
    }
}

/// A member of a group.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Member {
    /// A group with all its members.
    Group(GroupId),
    /// A viewer.
    Viewer(ViewerId),
}
