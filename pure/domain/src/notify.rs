//! Who is told of alerts, and by what: recipients, and the account from which mail is sent.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::alert::AlertKind;
use crate::content::Destination;
use crate::document::document;
use crate::id::{RecipientId, UserId, ViewerId};
use crate::state::State;

/// The id of the one document with the mail account.
pub const MAIL_ACCOUNT: Uuid = Uuid::from_u128(0x5167_6e62_6f61_7264_0000_0000_0000_0003);

document! {
    /// The account from which mail is sent (SMTP, RFC 5321).
    MailAccount(Uuid) = "mail_account" {
        /// Host name or address of the mail server; empty = mail is not set up.
        host: String = Public,
        /// Its port; none = 587 with STARTTLS, 465 with TLS, 25 without.
        port: Option<u16> = Public,
        /// How the connection is protected.
        security: MailSecurity = Public,
        /// Certificate in PEM form of an authority that the mail server's own certificate comes from; empty = a public one.
        authority: String = Public,
        /// User name; empty = no sign-in.
        user: String = Public,
        /// Password. Never shown again; others see as `has_password` whether there is one.
        #[serde(rename = "has_password", serialize_with = "whether_given", skip_deserializing)]
        #[cfg_attr(feature = "schema", schema(value_type = bool, read_only))]
        password: Option<String> = Secret,
        /// Address in the From field, such as `signs@example.org`.
        sender: String = Public,
    }
}

document! {
    /// Somebody, or a program, that is told of alerts.
    Recipient(RecipientId) = "recipient" {
        /// Name, shown to people.
        name: String = Public,
        /// Where.
        address: Option<Address> = Public,
        /// Whether it is left alone at present.
        paused: bool = Public,
        /// Only these kinds of alert; empty = all.
        kinds: Vec<AlertKind> = Public,
        /// Only alerts of these screens; none = all, and those of the server itself.
        destination: Option<Destination> = Public,
        /// Key with which requests to a web address are signed. Never shown again; others see as `has_key` whether there is one.
        #[serde(rename = "has_key", serialize_with = "whether_given", skip_deserializing)]
        #[cfg_attr(feature = "schema", schema(value_type = bool, read_only))]
        key: Option<String> = Secret,
        /// Who made it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
    }
}

fn whether_given<S: serde::Serializer>(secret: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(secret.is_some())
}

/// Where a recipient is told.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Address {
    /// A mail address.
    Mail(String),
    /// A web address that takes POST requests.
    Webhook(String),
}

/// How a connection to a mail server is protected.
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailSecurity {
    /// TLS after STARTTLS (RFC 3207); without it nothing is sent.
    #[default]
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// None; only to this machine itself.
    None,
}

impl MailAccount {
    /// The port, by default the one that belongs to the protection.
    #[must_use]
    pub fn effective_port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            MailSecurity::Starttls => 587,
            MailSecurity::Tls => 465,
            MailSecurity::None => 25,
        })
    }
}

impl Recipient {
    /// Whether it wants to know of an alert of this kind about this viewer; none: about the server itself.
    #[must_use]
    pub fn wants(&self, state: &State, kind: AlertKind, viewer: Option<ViewerId>) -> bool {
        let of = match (self.destination, viewer) {
            (None | Some(Destination::All), _) => true,
            (Some(Destination::Viewer(wanted)), Some(viewer)) => wanted == viewer,
            (Some(Destination::Group(group)), Some(viewer)) => state.rows.groups_around(viewer).contains(&group),
            (Some(_), None) => false,
        };
        !self.paused && of && (self.kinds.is_empty() || self.kinds.contains(&kind))
    }
}

/// The mail account; an empty one as long as nobody set it up.
#[must_use]
pub fn mail_account(state: &State) -> MailAccount {
    state.mail_accounts.get(MAIL_ACCOUNT).cloned().unwrap_or_default()
}
