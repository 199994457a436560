//! A name of a host in the DNS.

use std::fmt;

use super::{Setting, Value};

/// A host name in lower case (RFC 1123, section 2.1), at most 253 characters, no trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HostName(String);

impl HostName {
    /// Reads a name; `None` unless it is a legal host name. Letters are lowered.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = text.to_ascii_lowercase();
        let legal_label = |label: &str| {
            let body = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            body && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
        };
        let is_address = name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        (name.len() <= 253 && !is_address && name.split('.').all(legal_label)).then_some(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Setting for HostName {
    const LEGAL: &'static str = "a host name such as signage.example.org";

    fn read(value: &Value) -> Option<Self> {
        Self::parse(value.text()?)
    }

    fn show(&self) -> String {
        format!("{:?}", self.0)
    }
}
