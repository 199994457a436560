//! Typed ids. Every document is addressed by a UUIDv7 (RFC 9562 section 5.7), made by the caller and never reused.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )*};
}

id! {
    /// A certification authority for devices.
    AuthorityId
    /// A network card of a viewer's machine.
    CardId
    /// A device: one machine with a key.
    DeviceId
    /// What a machine brings to be approved without a person.
    EnrolmentTokenId
    /// An entry of the list of expected machines.
    ExpectedDeviceId
    /// Limits for downloads.
    DownloadRuleId
    /// A folder of the library.
    FolderId
    /// A permission granted to a user on a scope.
    GrantId
    /// A group of viewers.
    GroupId
    /// A way in which a user signs in.
    IdentityId
    /// A media file's record.
    MediaId
    /// One viewer or group inside a group.
    MembershipId
    /// A part of the time in which viewers should be on.
    OnHoursId
    /// A playlist.
    PlaylistId
    /// One entry of a playlist.
    PlaylistItemId
    /// A presentation.
    PresentationId
    /// A priority level.
    PriorityId
    /// Somebody who is told of alerts.
    RecipientId
    /// An immutable published state of a presentation.
    RevisionId
    /// A schedule row.
    ScheduleId
    /// A server of the installation.
    ServerId
    /// A one-time token by which a server joins.
    ServerInvitationId
    /// Something that viewers are to do.
    TaskId
    /// An API token.
    TokenId
    /// A person who may sign in.
    UserId
    /// A viewer: a place where content is shown.
    ViewerId
    /// Settings of native viewers.
    ViewerSettingsId
}
