//! What only a native viewer says to its player, besides the messages of every session (`docs/protocols/viewer-session.md` section 6).

use domain::cell::Hash;
use serde::Serialize;

use crate::screen::contract::BootFacts;

/// A message of host mode.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(in crate::screen) enum HostMessage<'a> {
    /// Something to do, with the name that only the viewer knows.
    Command {
        /// Named in the result.
        id: uuid::Uuid,
        /// `identify`.
        kind: &'a str,
        /// How long.
        seconds: u32,
        /// What to show.
        name: &'a str,
    },
    /// There is nothing to play; the page says why.
    Boot(&'a BootFacts),
    /// These files of the plan that follows are missing; all others are there.
    Files {
        /// Their hashes.
        missing: &'a [Hash],
    },
}

impl HostMessage<'_> {
    /// The message as it goes out.
    pub(in crate::screen) fn text(&self) -> String {
        serde_json::to_string(self).expect("messages are plain data")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screen::contract::{Attempt, BootState};

    #[test]
    fn members_are_called_as_documented() {
        let facts = BootFacts {
            state: BootState::Pending,
            code: Some("K7M4PX".into()),
            name: None,
            host_name: "box".into(),
            addresses: vec!["10.0.0.7".into()],
            macs: vec![],
            clock: String::new(),
            tried: vec![Attempt { what: "a".into(), outcome: "b".into() }],
            remedy: None,
            installations: vec![],
            installation: None,
            language: "de".into(),
        };
        let boot: serde_json::Value = serde_json::from_str(&HostMessage::Boot(&facts).text()).unwrap();
        assert_eq!(boot["type"], "boot");
        assert_eq!(boot["state"], "pending");
        assert_eq!(boot["tried"][0]["what"], "a");
        assert_eq!(boot["remedy"], serde_json::Value::Null);
        let hash = Hash::of(b"x");
        let files: serde_json::Value = serde_json::from_str(&HostMessage::Files { missing: &[hash] }.text()).unwrap();
        assert_eq!(files, serde_json::json!({ "type": "files", "missing": [hash.to_string()] }));
    }
}
