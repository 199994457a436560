//! Network cards of viewers: what a magic packet is addressed to.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::document::document;
use crate::id::{CardId, UserId, ViewerId};

document! {
    /// A network card of the machine that stands at a viewer. A machine with two cards has two of these.
    Card(CardId) = "network_card" {
        /// Whose machine it is in.
        viewer: Option<ViewerId> = Public,
        /// Its hardware address.
        mac: Mac = Public,
        /// The password that the card demands before it wakes the machine (SecureOn); none = it demands none. Never shown again.
        /// Others see as `has_secure_on` whether there is one.
        #[serde(rename = "has_secure_on", serialize_with = "whether_given", skip_deserializing)]
        #[cfg_attr(feature = "schema", schema(value_type = bool, read_only))]
        secure_on: Option<SecureOn> = Secret,
        /// Who made it; none = the viewer reported it.
        made_by: Option<UserId> = Public,
        /// When, Unix milliseconds.
        made_at: i64 = Public,
    }
}

/// The hardware address of one network card (IEEE 802, MAC-48), written as `00:11:22:aa:bb:cc`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema), schema(value_type = String))]
pub struct Mac(pub [u8; 6]);

/// A password of SecureOn: six bytes, written like a hardware address, or four, written like an IPv4 address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SecureOn(Vec<u8>);

fn whether_given<S: serde::Serializer>(password: &Option<SecureOn>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_bool(password.is_some())
}

/// The text is no such address or password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MacError {
    /// Not six bytes in hexadecimal digits.
    #[error("{0:?} is not a hardware address: give six pairs of hexadecimal digits, such as 00:11:22:aa:bb:cc")]
    Form(String),
    /// Not the address of one card.
    #[error("{0} addresses no single network card: give the card's own address")]
    NotOneCard(String),
    /// Not a password of SecureOn.
    #[error(
        "the SecureOn password must be six pairs of hexadecimal digits, such as 00:11:22:aa:bb:cc, or four numbers, such as 192.0.2.1"
    )]
    Password,
}

/// Six bytes in the usual spellings: pairs with colons or hyphens, Cisco's groups of four with dots, or nothing between.
fn six_bytes(text: &str) -> Option<[u8; 6]> {
    let text = text.trim();
    let regular = |separator: char, width: usize| {
        let mut parts = text.split(separator);
        parts.clone().count() == 12 / width && parts.all(|part| part.len() == width)
    };
    if !(text.len() == 12 || regular(':', 2) || regular('-', 2) || regular('.', 4)) {
        return None;
    }
    let digits: String = text.chars().filter(|c| !matches!(c, ':' | '-' | '.')).collect();
    if digits.len() != 12 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some(u64::from_str_radix(&digits, 16).ok()?.to_be_bytes()[2..].try_into().expect("six of eight bytes"))
}

fn write_pairs(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (position, byte) in bytes.iter().enumerate() {
        let separator = if position == 0 { "" } else { ":" };
        write!(f, "{separator}{byte:02x}")?;
    }
    Ok(())
}

impl FromStr for Mac {
    type Err = MacError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mac = six_bytes(text).map(Self).ok_or_else(|| MacError::Form(text.chars().take(40).collect()))?;
        // The lowest bit of the first byte marks groups of cards (IEEE 802, section 8.2).
        if mac.0[0] & 1 == 1 || mac.0 == [0; 6] {
            return Err(MacError::NotOneCard(mac.to_string()));
        }
        Ok(mac)
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_pairs(&self.0, f)
    }
}

impl TryFrom<String> for Mac {
    type Error = MacError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Mac> for String {
    fn from(mac: Mac) -> Self {
        mac.to_string()
    }
}

impl SecureOn {
    /// The password's four or six bytes, as they end a magic packet.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<String> for SecureOn {
    type Error = MacError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let four = || text.trim().parse::<core::net::Ipv4Addr>().ok().map(|address| address.octets().to_vec());
        six_bytes(&text).map(Vec::from).or_else(four).map(Self).ok_or(MacError::Password)
    }
}

impl From<SecureOn> for String {
    fn from(password: SecureOn) -> Self {
        match <[u8; 4]>::try_from(password.0.as_slice()) {
            Ok(four) => core::net::Ipv4Addr::from(four).to_string(),
            Err(_) => password.0.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings_are_one_address() {
        for text in ["00:11:22:aa:bb:cc", "00-11-22-AA-BB-CC", "0011.22aa.bbcc", "001122aabbcc", " 00:11:22:AA:bb:cc "] {
            assert_eq!(text.parse::<Mac>().unwrap().to_string(), "00:11:22:aa:bb:cc", "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_by_name() {
        for text in [
            "",
            "00:11:22:aa:bb",
            "00:11:22:aa:bb:cc:dd",
            "00:11:22:aa:bb:cg",
            "0:11:22:aa:bb:ccc",
            "+01122aabbcc",
            "00:11-22:aa:bb:cc",
        ] {
            let message = text.parse::<Mac>().unwrap_err().to_string();
            assert!(message.contains(&format!("{text:?}")), "{message}");
        }
    }

    #[test]
    fn a_group_of_cards_is_no_card() {
        for text in ["ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "00:00:00:00:00:00"] {
            assert_eq!(text.parse::<Mac>(), Err(MacError::NotOneCard(text.to_owned())));
        }
    }

    #[test]
    fn a_password_has_six_or_four_bytes_and_survives_storage() {
        for (text, bytes) in [("00:11:22:aa:bb:cc", vec![0, 0x11, 0x22, 0xaa, 0xbb, 0xcc]), ("192.0.2.1", vec![192, 0, 2, 1])] {
            let password = SecureOn::try_from(text.to_owned()).unwrap();
            assert_eq!(password.bytes(), bytes);
            assert_eq!(String::from(password), text);
        }
        let refused = SecureOn::try_from("hunter2".to_owned()).unwrap_err().to_string();
        assert!(!refused.contains("hunter2"), "a password never stands in a message: {refused}");
    }
}
