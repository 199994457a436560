//! What one recipient is told of one alert, as it waits in the queue.

use api::alert::{AlertView, NamedServer};
use domain::alert::{AlertKind, Pace};
use domain::id::{RecipientId, ViewerId};
use domain::notify::{Address, Recipient};
use domain::state::State;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::facts::Message;
use uuid::Uuid;

use crate::now::new_id;

/// Name of the one queue that there was for all recipients; what is still in it is moved at the start.
pub const TOPIC: &str = "notify";

/// Name of a recipient's queue.
#[must_use]
pub fn topic(recipient: RecipientId) -> String {
    format!("{TOPIC}/{recipient}")
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// An alert was raised.
    Raised,
    /// It was cleared.
    Cleared,
    /// It is still raised.
    Reminder,
    /// Somebody tries it out.
    Test,
}

/// One message to one recipient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// The same in every repetition.
    pub id: Uuid,
    /// Whom.
    pub recipient: RecipientId,
    /// What happened.
    pub event: Event,
    /// When, Unix milliseconds.
    pub at: i64,
    /// The alert; none for a test.
    pub alert: Option<NoticeAlert>,
    /// What is said in a test.
    #[serde(default)]
    pub text: String,
    /// Whether it is told only if the alert is still raised.
    #[serde(default)]
    pub if_still: bool,
}

/// The alert as it was when the message was written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeAlert {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub kind: AlertKind,
    /// The screen; none: a server.
    pub viewer: Option<NoticeViewer>,
    /// The server that it is about, or the silent one of the screen; none: the only one, or the screen itself.
    #[serde(default)]
    pub server: Option<NamedServer>,
    /// Since when it was so, Unix milliseconds.
    pub since: i64,
    /// When it was raised, Unix milliseconds.
    pub raised: i64,
    /// When it was cleared, Unix milliseconds.
    pub cleared: Option<i64>,
    /// The numbers behind it.
    pub numbers: Value,
}

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeViewer {
    /// Its id.
    pub id: ViewerId,
    /// Its name.
    pub name: String,
}

impl Notice {
    /// Something to try a recipient out.
    #[must_use]
    pub fn test(recipient: RecipientId, text: &str, now: i64) -> Self {
        Self { id: new_id(), recipient, event: Event::Test, at: now, alert: None, text: text.to_owned(), if_still: false }
    }
}

/// Who is told in one round, and when.
#[derive(Debug)]
pub struct Notices {
    recipients: Vec<(RecipientId, Recipient)>,
    pace: Pace,
    now: i64,
}

impl Notices {
    /// The recipients of now, Unix milliseconds.
    #[must_use]
    pub fn of(state: &State, pace: Pace, now: i64) -> Self {
        Self { recipients: state.recipients.iter().map(|(id, held)| (id, held.value.clone())).collect(), pace, now }
    }

    /// Adds the messages about a change of an alert, due at `at` or later, Unix milliseconds.
    pub fn about(
        &self,
        state: &State,
        alert: &AlertView,
        event: Event,
        at: i64,
        if_still: bool,
        messages: &mut Vec<(String, i64, Value)>,
    ) {
        let viewer = alert.viewer.as_ref().map(|viewer| viewer.id);
        for (id, recipient) in &self.recipients {
            if !recipient.wants(state, alert.kind, viewer) {
                continue;
            }
            let due = match recipient.address {
                Some(Address::Mail(_)) => self.gathered(at),
                Some(Address::Webhook(_)) | None => at,
            };
            let notice = Notice {
                id: new_id(),
                recipient: *id,
                event,
                at: self.now,
                alert: Some(NoticeAlert::of(alert)),
                text: String::new(),
                if_still,
            };
            messages.push((topic(*id), due, serde_json::to_value(notice).expect("notices are plain data")));
        }
    }

    /// Mails go out at common times, so that all that was gathered until then is one mail. The least wait is half of the time for gathering.
    fn gathered(&self, at: i64) -> i64 {
        let step = i64::from(self.pace.gather_s) * 1_000;
        if step == 0 { at } else { (at + step / 2).div_euclid(step) * step + step }
    }
}

impl NoticeAlert {
    fn of(alert: &AlertView) -> Self {
        Self {
            id: alert.id,
            kind: alert.kind,
            viewer: alert.viewer.as_ref().map(|viewer| NoticeViewer { id: viewer.id, name: viewer.name.clone() }),
            server: alert.server.clone(),
            since: alert.since,
            raised: alert.raised,
            cleared: alert.cleared,
            numbers: alert.numbers.clone(),
        }
    }
}

/// The notices of messages, in the order in which they fell due; with the numbers of those that are not understood.
pub(super) fn read(messages: Vec<Message>) -> (Vec<(Message, Notice)>, Vec<i64>) {
    let (mut known, mut unread) = (Vec::new(), Vec::new());
    for message in messages {
        match serde_json::from_value::<Notice>(message.body.clone()) {
            Ok(notice) => known.push((message, notice)),
            Err(_) => unread.push(message.n),
        }
    }
    (known, unread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mails_wait_for_half_to_one_and_a_half_of_the_time_and_meet() {
        let notices = Notices { recipients: Vec::new(), pace: Pace { gather_s: 60, ..Pace::default() }, now: 0 };
        for at in (0..600_000).step_by(7_777) {
            let due = notices.gathered(at);
            assert!((30_000..=90_000).contains(&(due - at)), "{at} {due}");
            assert_eq!(due % 60_000, 0);
        }
        let at_once = Notices { recipients: Vec::new(), pace: Pace { gather_s: 0, ..Pace::default() }, now: 0 };
        assert_eq!(at_once.gathered(17), 17);
    }

    #[test]
    fn a_message_of_a_newer_version_is_set_aside() {
        let message = |n, body| Message { n, attempts: 0, body };
        let good = serde_json::to_value(Notice::test(RecipientId::default(), "hello", 1)).unwrap();
        let (known, unread) = read(vec![message(1, good), message(2, serde_json::json!({"shape": "new"}))]);
        assert_eq!((known.len(), unread), (1, vec![2]));
    }
}
