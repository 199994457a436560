//! The server's side of one session as a machine: what came in and what time it is go in, what to do comes out.

use domain::id::ViewerId;

use crate::message::{FromViewer, Hello, Missing, PROTOCOL, Status};
use crate::play::PlayRecord;

/// Something is sent at least this often, in milliseconds.
pub const KEEP_ALIVE_MS: i64 = 5_000;
/// After so long a silence the other side is given up, in milliseconds.
pub const DEAD_MS: i64 = 15_000;
/// The most play records in one message.
pub const MAX_RECORDS: usize = 1_000;

/// What the driver of a session shall do.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Answer the question for the time; `t1` is the time at which it came.
    AnswerTime {
        /// As asked.
        t0: f64,
        /// When it came, Unix milliseconds.
        t1: i64,
    },
    /// End the session: the other side is silent or does not keep to the rules.
    Close(CloseReason),
    /// A command was carried out or not.
    CommandResult {
        /// Which.
        command: uuid::Uuid,
        /// Whether it was.
        ok: bool,
        /// What is to say about it.
        text: Option<String>,
        /// A screenshot as a data URL.
        image: Option<String>,
    },
    /// The viewer introduced itself: send pairing or welcome, and the plan unless it has it.
    Greeted(Box<Hello>),
    /// Nothing.
    Nothing,
    /// The plan could not be completed.
    PlanIncomplete(String, Vec<Missing>),
    /// The plan is in force.
    PlanReceived(String),
    /// The plan stands on the screen, since this time (Unix milliseconds).
    PlanShown(String, i64),
    /// Send a ping.
    Ping,
    /// Refuse a message, with a sentence; the session goes on.
    Refuse(&'static str, String),
    /// How the viewer is.
    Reported(Box<Status>),
    /// Store these records, then acknowledge the last number.
    StorePlays(uuid::Uuid, Vec<PlayRecord>),
}

/// Why a session ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The first message was not `hello`.
    NoHello,
    /// Nothing came for [`DEAD_MS`].
    Silent,
    /// The viewer speaks a version that this server does not.
    Version,
}

/// One session.
#[derive(Clone, Debug)]
pub struct Session {
    greeted: bool,
    last_received: i64,
    last_sent: i64,
    /// Where the device stands; none while it shows its code.
    pub viewer: Option<ViewerId>,
}

impl Session {
    /// A session that begins now (Unix milliseconds).
    #[must_use]
    pub fn new(viewer: Option<ViewerId>, now: i64) -> Self {
        Self { greeted: false, last_received: now, last_sent: now, viewer }
    }

    /// Takes a text frame. JSON that is no message is refused, and the session goes on.
    pub fn handle_text(&mut self, text: &str, now: i64) -> Output {
        self.last_received = now;
        match serde_json::from_str::<FromViewer>(text) {
            Ok(message) => self.handle(message, now),
            Err(error) if self.greeted => Output::Refuse("malformed", format!("the message is not understood: {error}")),
            Err(_) => Output::Close(CloseReason::NoHello),
        }
    }

    fn handle(&mut self, message: FromViewer, now: i64) -> Output {
        if !self.greeted {
            return match message {
                FromViewer::Hello(hello) if hello.protocol == PROTOCOL => {
                    self.greeted = true;
                    Output::Greeted(Box::new(hello))
                }
                FromViewer::Hello(_) => Output::Close(CloseReason::Version),
                _ => Output::Close(CloseReason::NoHello),
            };
        }
        match message {
            FromViewer::Hello(hello) => Output::Greeted(Box::new(hello)),
            FromViewer::Incomplete { plan, missing } => Output::PlanIncomplete(plan, missing),
            FromViewer::Ping | FromViewer::Unknown => Output::Nothing,
            FromViewer::Plays { stream, records } => plays(stream, records),
            FromViewer::Received { plan } => Output::PlanReceived(plan),
            FromViewer::Result { command, ok, text, image } => Output::CommandResult { command, ok, text, image },
            FromViewer::Shown { plan, at } => Output::PlanShown(plan, at),
            FromViewer::Status(status) => Output::Reported(Box::new(status)),
            FromViewer::Time { t0 } => Output::AnswerTime { t0, t1: now },
        }
    }

    /// Something was sent.
    pub fn sent(&mut self, now: i64) {
        self.last_sent = now;
    }

    /// What time demands. Poll when [`Self::next_poll`] is due; a spurious call answers with an unneeded ping at worst.
    pub fn poll(&mut self, now: i64) -> Output {
        if now - self.last_received >= DEAD_MS { Output::Close(CloseReason::Silent) } else { Output::Ping }
    }

    /// When to call [`Self::poll`] next, Unix milliseconds.
    #[must_use]
    pub fn next_poll(&self) -> i64 {
        (self.last_sent + KEEP_ALIVE_MS).min(self.last_received + DEAD_MS)
    }
}

/// Records must be numbered upwards and end after they begin.
fn plays(stream: uuid::Uuid, records: Vec<PlayRecord>) -> Output {
    if records.is_empty() || records.len() > MAX_RECORDS {
        return Output::Refuse("plays", format!("{} records in one message: give 1 to {MAX_RECORDS}", records.len()));
    }
    let ordered = records.windows(2).all(|pair| pair[1].n > pair[0].n);
    match records.iter().find(|r| r.until < r.from || r.n == 0) {
        Some(bad) => Output::Refuse("plays", format!("record {} ends before it begins, or has no number", bad.n)),
        None if !ordered => Output::Refuse("plays", "records must be numbered upwards".to_owned()),
        None => Output::StorePlays(stream, records),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeted() -> Session {
        let mut session = Session::new(None, 0);
        assert!(matches!(session.handle_text(r#"{"type":"hello","protocol":1}"#, 0), Output::Greeted(_)));
        session
    }

    #[test]
    fn a_session_begins_with_hello_in_a_known_version() {
        let check = |text: &str, expected: CloseReason| {
            assert_eq!(Session::new(None, 0).handle_text(text, 0), Output::Close(expected), "{text}");
        };
        check(r#"{"type":"ping"}"#, CloseReason::NoHello);
        check("hello", CloseReason::NoHello);
        check(r#"{"type":"hello","protocol":7}"#, CloseReason::Version);
    }

    #[test]
    fn messages_of_newer_versions_do_no_harm() {
        let mut session = greeted();
        assert_eq!(session.handle_text(r#"{"type":"sing","song":3}"#, 10), Output::Nothing);
        assert!(matches!(session.handle_text("{", 10), Output::Refuse("malformed", _)));
    }

    #[test]
    fn silence_ends_a_session_and_pings_keep_it() {
        let mut session = greeted();
        assert_eq!(session.next_poll(), KEEP_ALIVE_MS);
        assert_eq!(session.poll(KEEP_ALIVE_MS), Output::Ping);
        session.sent(KEEP_ALIVE_MS);
        session.handle_text(r#"{"type":"ping"}"#, 6_000);
        assert_eq!(session.poll(6_000 + DEAD_MS - 1), Output::Ping);
        assert_eq!(session.poll(6_000 + DEAD_MS), Output::Close(CloseReason::Silent));
    }

    #[test]
    fn play_records_are_checked() {
        let mut session = greeted();
        let record = |n: u64, from: i64, until: i64| {
            format!(r#"{{"n":{n},"plan":"p","item":"i","from":{from},"until":{until},"complete":true}}"#)
        };
        let message = |records: &[String]| {
            format!(r#"{{"type":"plays","stream":"00000000-0000-0000-0000-000000000001","records":[{}]}}"#, records.join(","))
        };
        let good = message(&[record(1, 0, 5), record(2, 5, 9)]);
        assert!(matches!(session.handle_text(&good, 0), Output::StorePlays(_, records) if records.len() == 2));
        for bad in
            [message(&[]), message(&[record(1, 5, 0)]), message(&[record(2, 0, 1), record(1, 1, 2)]), message(&[record(0, 0, 1)])]
        {
            assert!(matches!(session.handle_text(&bad, 0), Output::Refuse("plays", _)), "{bad}");
        }
    }
}
