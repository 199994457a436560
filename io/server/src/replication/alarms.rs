//! What was found wrong with a server, in words for people.

use std::collections::BTreeMap;

use domain::id::ServerId;
use parking_lot::Mutex;
use replica::session::Alarm;

/// How long it is said that a server runs twice after both were heard, in milliseconds: ten minutes.
const TWICE_MS: i64 = 600_000;
/// How long it is said that an older state of a disk came back, in milliseconds: a day.
const OLD_MS: i64 = 86_400_000;

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// Two programs run as that server.
    Twice,
    /// Its clock is another one.
    Clock,
    /// Its data are others.
    Digest,
    /// It broke the rules.
    Entry,
    /// An older state of its disk came back.
    OldDisk,
}

/// What is wrong, by server.
#[derive(Debug, Default)]
pub(super) struct Alarms(Mutex<BTreeMap<(ServerId, What), Said>>);

#[derive(Debug)]
struct Said {
    text: String,
    /// When it is no longer said, Unix milliseconds.
    until: i64,
}

impl Alarms {
    /// Keeps what a session found.
    pub(super) fn found(&self, server: ServerId, alarm: &Alarm) {
        let (what, text) = match alarm {
            Alarm::Digest { .. } => (
                What::Digest,
                "Both servers have the same changes, but not the same data. Nothing was altered; rebuild one of the two from the other."
                    .to_owned(),
            ),
            Alarm::Clock { offset_ms } => {
                (What::Clock, format!("The other server's clock differs by {} s. Set it.", offset_ms / 1_000))
            }
            Alarm::BadEntry(error) => (What::Entry, error.to_string()),
        };
        self.keep(server, what, text, i64::MAX);
    }

    /// In which documents its data are others.
    pub(super) fn differs(&self, server: ServerId, text: String) {
        self.keep(server, What::Digest, text, i64::MAX);
    }

    /// A copy of that server was refused while the server itself was there.
    pub(super) fn twice(&self, server: ServerId, address: &str, now_ms: i64) {
        let text = format!(
            "This server runs twice: a program at {address} has a copy of its disk, and is refused. Switch the copy off, and start it again only with an empty data folder and a new token."
        );
        self.keep(server, What::Twice, text, now_ms + TWICE_MS);
    }

    /// An older state of that server's disk came back.
    pub(super) fn old_disk(&self, server: ServerId, now_ms: i64) {
        let text = "An older state of this server's disk came back. It goes on under a new number and gets its own changes back from the others. If somebody restored a backup, nothing is to be done; else see to its disk.";
        self.keep(server, What::OldDisk, text.to_owned(), now_ms + OLD_MS);
    }

    fn keep(&self, server: ServerId, what: What, text: String, until: i64) {
        self.0.lock().insert((server, what), Said { text, until });
    }

    /// It is well again.
    pub(super) fn over(&self, server: ServerId, what: What) {
        self.0.lock().remove(&(server, what));
    }

    /// What is wrong with a server, a line each; empty: nothing.
    pub(super) fn of(&self, server: ServerId, now_ms: i64) -> String {
        let mut all = self.0.lock();
        all.retain(|_, said| said.until > now_ms);
        let lines = all.iter().filter(|((other, _), _)| *other == server).map(|(_, said)| said.text.as_str());
        lines.collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn each_is_said_until_it_is_over_and_of_its_server_alone() {
        let (alarms, one, other) = (Alarms::default(), ServerId(Uuid::from_u128(1)), ServerId(Uuid::from_u128(2)));
        alarms.found(one, &Alarm::Clock { offset_ms: 90_500 });
        alarms.twice(one, "10.0.0.7:7237", 1_000);
        assert_eq!(alarms.of(other, 2_000), "");
        let text = alarms.of(one, 2_000);
        assert!(text.lines().count() == 2 && text.contains("10.0.0.7:7237") && text.contains("by 90 s"), "{text}");
        alarms.over(one, What::Clock);
        assert!(!alarms.of(one, 2_000).contains("90 s"));
        assert_eq!(alarms.of(one, 1_000 + TWICE_MS), "");
    }
}
