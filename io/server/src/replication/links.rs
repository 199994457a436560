//! Which connections to other servers there are: of two to the same one, one stays.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::id::ServerId;
use parking_lot::Mutex;
use replica::pending::Pending;
use replica::session::{Ends, Live, Phase, Reason, Status, stays};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::hearsay::{Hearsay, Word};

/// What a program sent before its end has come after this time, in milliseconds.
const UNDER_WAY_MS: u64 = 2_000;

/// What is known of the way to another server.
#[derive(Clone, Debug, Default)]
pub struct Meeting {
    /// The session, as it is; none: there is none.
    pub session: Option<Connected>,
    /// Why there is none, or why the last one ended, in words for people; empty: nothing went wrong yet.
    pub why_not: String,
    /// When that was, Unix milliseconds; 0 = never.
    pub failed_at: i64,
    /// When there was a session the last time, Unix milliseconds; 0 = never.
    pub last_seen: i64,
    /// What the other server's database lacked when it was last heard, and what ours did, in operations.
    pub last_incoming: Option<u64>,
    /// How it was when it last said so.
    pub condition: Option<Condition>,
}

/// How another server is, besides the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Files that it lacks.
    pub files_missing: u64,
    /// Their bytes, as far as their length is known.
    pub bytes_missing: u64,
    /// Records that wait there for the Main.
    pub records_waiting: u64,
    /// Records that it had to drop before they were sent.
    pub records_dropped: u64,
    /// What of its database is damaged; none: nothing is known to be.
    pub damage: Option<String>,
}

/// A session.
#[derive(Clone, Debug)]
pub struct Connected {
    /// How it is.
    pub status: Status,
    /// Whether this server dialled.
    pub dialled: bool,
    /// By which way: `control`, `https`, `http`, or `called` where the other one dialled.
    pub way: String,
    /// The other end.
    pub address: String,
    /// Since when, Unix milliseconds.
    pub since: i64,
}

/// A place among the sessions; given back when dropped.
pub(super) struct Seat {
    server: ServerId,
    number: u64,
    heard: Arc<AtomicU64>,
    doubt: Arc<Mutex<Option<Doubt>>>,
    /// Cancelled when another connection takes this one's place.
    pub(super) displaced: CancellationToken,
    links: Links,
}

/// Another run of the same server's program called while this one was there. It may just have started again, and this connection be a
/// remnant; if this one is heard later, there are two.
struct Doubt {
    /// When, by the monotonic clock, milliseconds.
    at: u64,
    /// From where.
    address: String,
}

struct Held {
    live: Live,
    number: u64,
    heard: Arc<AtomicU64>,
    doubt: Arc<Mutex<Option<Doubt>>>,
    displaced: CancellationToken,
}

#[derive(Default)]
struct Book {
    hearsay: Hearsay,
    seats: BTreeMap<ServerId, Held>,
    meetings: BTreeMap<ServerId, Meeting>,
    next: u64,
}

/// All sessions with other servers. A clone is a handle.
#[derive(Clone, Default)]
pub struct Links {
    book: Arc<Mutex<Book>>,
    /// Changes when a session begins or ends.
    changed: Arc<watch::Sender<u64>>,
}

impl Links {
    /// Takes a place for a connection on which the other side introduced itself.
    pub(super) fn take(&self, server: ServerId, live: Live, address: &str) -> Result<Seat, Reason> {
        let mut book = self.book.lock();
        if let Some(first) = book.seats.get(&server) {
            let heard_at = first.heard.load(Ordering::Relaxed);
            match stays(&Live { heard_at, ..first.live }, &live) {
                Ok(true) => first.displaced.cancel(),
                Ok(false) => return Err(Reason::Duplicate),
                Err(reason) => {
                    *first.doubt.lock() = Some(Doubt { at: live.heard_at, address: address.to_owned() });
                    return Err(reason);
                }
            }
        }
        book.next += 1;
        let (number, heard) = (book.next, Arc::new(AtomicU64::new(live.heard_at)));
        let (doubt, displaced) = (Arc::default(), CancellationToken::new());
        let held = Held { live, number, heard: Arc::clone(&heard), doubt: Arc::clone(&doubt), displaced: displaced.clone() };
        book.seats.insert(server, held);
        Ok(Seat { server, number, heard, doubt, displaced, links: self.clone() })
    }

    /// What is known of the way to a server.
    #[must_use]
    pub fn meeting(&self, server: ServerId) -> Meeting {
        self.book.lock().meetings.get(&server).cloned().unwrap_or_default()
    }

    /// Whether a session with that server runs.
    #[must_use]
    pub fn is_open(&self, server: ServerId) -> bool {
        self.book.lock().seats.contains_key(&server)
    }

    /// Whether this server has all that another one has with which it holds a session.
    #[must_use]
    pub fn is_level(&self) -> bool {
        let level = |status: &Status| status.phase == Phase::Open && status.hold.is_none() && status.incoming == Pending::Ops(0);
        self.book.lock().meetings.values().filter_map(|meeting| meeting.session.as_ref()).any(|session| level(&session.status))
    }

    /// Follows beginnings and ends.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Notes how a server says it is.
    pub(super) fn is_like(&self, server: ServerId, condition: Condition) {
        self.book.lock().meetings.entry(server).or_default().condition = Some(condition);
    }

    /// What was heard last of a server, from itself or from others.
    #[must_use]
    pub fn word(&self, server: ServerId) -> Option<Word> {
        self.book.lock().hearsay.of(server).cloned()
    }

    /// What another server is to hear of the rest.
    pub(super) fn words_for(&self, other: ServerId) -> Vec<(ServerId, Word)> {
        self.book.lock().hearsay.for_server(other)
    }

    /// Another server told this. Of those that speak for themselves it is not needed.
    pub(super) fn told(&self, teller: ServerId, words: Vec<(ServerId, Word)>) {
        let mut book = self.book.lock();
        for (server, word) in words {
            if !book.seats.contains_key(&server) {
                book.hearsay.note(server, word, Some(teller));
            }
        }
    }

    /// Notes why there is no session.
    pub(super) fn failed(&self, server: ServerId, why: String, now_ms: i64) {
        let mut book = self.book.lock();
        let meeting = book.meetings.entry(server).or_default();
        (meeting.why_not, meeting.failed_at) = (why, now_ms);
    }
}

impl Seat {
    /// The other side was heard at this time of the monotonic clock, in milliseconds. If that proves that its program runs twice: where the
    /// other one is.
    pub(super) fn heard(&self, mono_ms: u64) -> Option<String> {
        self.heard.store(mono_ms, Ordering::Relaxed);
        let doubt = self.doubt.lock().take_if(|doubt| mono_ms > doubt.at + UNDER_WAY_MS);
        doubt.map(|doubt| doubt.address)
    }

    /// What the other side has, durably, as it says itself.
    pub(super) fn knows(&self, ends: &Ends) {
        let mut book = self.links.book.lock();
        let Some(meeting) = book.meetings.get(&self.server) else { return };
        let (condition, heard_at) = (meeting.condition.clone(), meeting.last_seen);
        let same = book.hearsay.of(self.server).map(|word| &word.ends).filter(|known| ***known == *ends);
        let ends = same.map_or_else(|| Arc::new(ends.clone()), Arc::clone);
        book.hearsay.note(self.server, Word { ends, condition, heard_at }, None);
    }

    /// Shows how the session is.
    pub(super) fn show(&self, connected: Connected, now_ms: i64) {
        let mut book = self.links.book.lock();
        if book.seats.get(&self.server).is_none_or(|held| held.number != self.number) {
            return;
        }
        let meeting = book.meetings.entry(self.server).or_default();
        meeting.last_seen = now_ms;
        if let Pending::Ops(ops) = connected.status.incoming {
            meeting.last_incoming = Some(ops);
        }
        let begins = meeting.session.is_none();
        meeting.session = Some(connected);
        drop(book);
        if begins {
            self.links.changed.send_modify(|count| *count += 1);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut book = self.links.book.lock();
        if book.seats.get(&self.server).is_none_or(|held| held.number != self.number) {
            return;
        }
        book.seats.remove(&self.server);
        if let Some(meeting) = book.meetings.get_mut(&self.server) {
            meeting.session = None;
        }
        drop(book);
        self.links.changed.send_modify(|count| *count += 1);
    }
}

#[cfg(test)]
mod tests {
    use domain::stamp::Actor;
    use uuid::Uuid;

    use super::*;

    fn live(nonce: u128, dialled_by: u128, heard_at: u64) -> Live {
        let actor = Actor { server: Uuid::from_u128(2), incarnation: 1 };
        Live { actor, boot_nonce: Uuid::from_u128(nonce), dialled_by: Uuid::from_u128(dialled_by), heard_at }
    }

    #[test]
    fn of_two_connections_one_stays_whichever_came_first() {
        let server = ServerId(Uuid::from_u128(2));
        let links = Links::default();
        let first = links.take(server, live(7, 2, 0), "a").unwrap();
        let second = links.take(server, live(7, 1, 1), "a").unwrap();
        assert!(first.displaced.is_cancelled(), "the one dialled by the smaller id stays");
        drop(first);
        assert!(links.is_open(server), "the displaced one gives back nothing");
        assert_eq!(links.take(server, live(7, 2, 2), "a").err(), Some(Reason::Duplicate));
        assert!(!second.displaced.is_cancelled());
        drop(second);
        assert!(!links.is_open(server));
    }

    #[test]
    fn a_copy_of_a_server_that_is_alive_is_refused_and_a_return_is_not() {
        let server = ServerId(Uuid::from_u128(2));
        let links = Links::default();
        let first = links.take(server, live(7, 1, 0), "a").unwrap();
        assert_eq!(first.heard(100_000), None);
        assert_eq!(links.take(server, live(8, 1, 101_000), "b").err(), Some(Reason::Clone { server: server.0 }));
        assert_eq!(first.heard(102_000), None, "that may have been under way");
        assert_eq!(first.heard(104_000), Some("b".to_owned()), "there are two");
        assert_eq!(first.heard(105_000), None, "it is said once for each call");
        let _again = links.take(server, live(8, 1, 120_000), "b").unwrap();
        assert!(first.displaced.is_cancelled());
    }
}
