//! What a server says about itself, carried as scopes. Nothing in it is secret.

use std::fmt::Write as _;

use uuid::Uuid;

const PREFIX: &str = "signboard:/";
const MAX_NAME: usize = 64;

/// The part of a server in its installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The server that people work on.
    Main,
    /// The server of another site.
    Sub,
    /// The server that stands by.
    Backup,
}

impl Role {
    /// The word for it: `main`, `sub` or `backup`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Role::Main => "main",
            Role::Sub => "sub",
            Role::Backup => "backup",
        }
    }

    /// The role of that word.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Role::Main, Role::Sub, Role::Backup].into_iter().find(|role| role.name() == word)
    }
}

/// What a server says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its part.
    pub role: Role,
    /// The installation that it belongs to.
    pub installation: Uuid,
    /// The installation's name; cut at 64 bytes when it is said.
    pub name: String,
    /// Its own name, where the installation has several servers; cut at 64 bytes when it is said.
    pub server: Option<String>,
    /// Its site, if it has one; cut at 64 bytes when it is said.
    pub site: Option<String>,
    /// The version of the software.
    pub version: String,
    /// SHA-256 of the certificate on the HTTPS port.
    pub certificate: Option<[u8; 32]>,
    /// The port of plain HTTP, if it is open.
    pub http: Option<u16>,
    /// The port of HTTPS, if it is open.
    pub https: Option<u16>,
    /// The control port, if it is open.
    pub control: Option<u16>,
}

impl Card {
    /// The name under which people see it in a list of devices: that of the installation, and its own where there are several.
    #[must_use]
    pub fn label(&self) -> String {
        let name = if self.name.is_empty() { "Signboard" } else { &self.name };
        self.server.as_ref().map_or_else(|| name.to_owned(), |server| format!("{name}, {server}"))
    }

    /// The card as scopes.
    #[must_use]
    pub fn scopes(&self) -> Vec<String> {
        let mut scopes = vec![
            format!("{PREFIX}role/{}", self.role.name()),
            format!("{PREFIX}installation/{}", self.installation),
            format!("{PREFIX}name/{}", encode(&self.name)),
        ];
        for (name, value) in [("server", &self.server), ("site", &self.site)] {
            scopes.extend(value.as_ref().map(|value| format!("{PREFIX}{name}/{}", encode(value))));
        }
        scopes.push(format!("{PREFIX}version/{}", encode(&self.version)));
        if let Some(certificate) = &self.certificate {
            scopes.push(format!("{PREFIX}certificate/{}", hex(certificate)));
        }
        for (name, port) in [("http", self.http), ("https", self.https), ("control", self.control)] {
            scopes.extend(port.map(|port| format!("{PREFIX}{name}/{port}")));
        }
        scopes
    }

    /// Reads a card out of scopes; `None` without a role and an installation. Unknown and broken scopes are passed over.
    #[must_use]
    pub fn from_scopes(scopes: &[String]) -> Option<Self> {
        let value = |name: &str| {
            scopes
                .iter()
                .find_map(|scope| scope.strip_prefix(PREFIX)?.strip_prefix(name)?.strip_prefix('/'))
                .filter(|value| !value.is_empty())
        };
        let port = |name: &str| value(name)?.parse().ok();
        Some(Self {
            role: Role::named(value("role")?)?,
            installation: Uuid::parse_str(value("installation")?).ok()?,
            name: value("name").map(decode).unwrap_or_default(),
            server: value("server").map(decode),
            site: value("site").map(decode),
            version: value("version").map(decode).unwrap_or_default(),
            certificate: value("certificate").and_then(unhex),
            http: port("http"),
            https: port("https"),
            control: port("control"),
        })
    }
}

/// Percent-encodes all but the unreserved characters (RFC 3986 section 2.3), after cutting at 64 bytes between characters.
fn encode(text: &str) -> String {
    let end = (0..=MAX_NAME.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let mut out = String::new();
    for byte in text[..end].bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing into a string cannot fail");
        }
    }
    out
}

/// Undoes [`encode`]. Control characters are left out, since the text is shown to people.
fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut place = 0;
    while let Some(&byte) = bytes.get(place) {
        let coded = (byte == b'%').then(|| bytes.get(place + 1..place + 3)).flatten();
        match coded.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()) {
            Some(value) => {
                out.push(value);
                place += 3;
            }
            None => {
                out.push(byte);
                place += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).chars().filter(|character| !character.is_control()).take(MAX_NAME).collect()
}

fn hex(bytes: &[u8; 32]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut out, byte| {
        write!(out, "{byte:02x}").expect("writing into a string cannot fail");
        out
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn sample() -> Card {
        Card {
            role: Role::Main,
            installation: Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001),
            name: "Town hall".to_owned(),
            server: Some("Pier".to_owned()),
            site: Some("North / 2".to_owned()),
            version: "0.1.0".to_owned(),
            certificate: Some([0xab; 32]),
            http: Some(80),
            https: Some(443),
            control: Some(7237),
        }
    }

    #[test]
    fn a_card_becomes_scopes_and_back() {
        let card = sample();
        let scopes = card.scopes();
        assert_eq!(scopes[0], "signboard:/role/main");
        assert_eq!(scopes[3..5], ["signboard:/server/Pier", "signboard:/site/North%20%2F%202"]);
        assert_eq!(Card::from_scopes(&scopes), Some(card));
    }

    #[test]
    fn servers_of_one_installation_have_labels_of_their_own() {
        assert_eq!(sample().label(), "Town hall, Pier");
        assert_eq!(Card { server: None, ..sample() }.label(), "Town hall");
        assert_eq!(Card { name: String::new(), server: None, ..sample() }.label(), "Signboard");
    }

    #[test]
    fn strange_scopes_do_no_harm() {
        let scopes = |extra: &[&str]| {
            let base = ["signboard:/role/sub", "signboard:/installation/01920000-0000-7000-8000-000000000001"];
            base.iter().chain(extra).map(|scope| (*scope).to_owned()).collect::<Vec<_>>()
        };
        let card = Card::from_scopes(&scopes(&[
            "onvif://x",
            "signboard:/http/99999",
            "signboard:/certificate/é",
            "signboard:/name/a%zz%0A%C3b%",
        ]))
        .unwrap();
        assert_eq!((card.http, card.certificate, card.name.as_str()), (None, None, "a%zz\u{fffd}b%"));
        assert_eq!(Card::from_scopes(&["signboard:/role/main".to_owned()]), None);
        assert_eq!(Card::from_scopes(&[]), None);
    }

    proptest! {
        #[test]
        fn any_name_survives_up_to_its_limit(name in "\\PC{0,40}") {
            let card = Card { name: name.clone(), ..sample() };
            let back = Card::from_scopes(&card.scopes()).unwrap().name;
            prop_assert!(name.starts_with(&back));
            prop_assert!(back.len() == name.len() || back.len() > MAX_NAME - 4);
        }
    }
}
