//! One look at the queue: who is told what, and what happens when it fails.

use std::time::Duration;

use domain::id::RecipientId;
use domain::notify::{Address, Recipient, mail_account};
use domain::state::State;
use store::facts::{Facts, Message, Telling};

use super::notice::{Notice, TOPIC, read, topic};
use super::{Event, Notify, mail, webhook};
use crate::app::App;
use crate::now::now_ms;

/// Messages that are looked at at once.
const AT_ONCE: u32 = 100;
/// The most messages that wait for one recipient; the oldest give way.
const WAITING: usize = 1_000;
/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first wait after a failure, in milliseconds; each further one is twice as long.
const FIRST_WAIT_MS: i64 = 2_000;
/// The longest wait after a failure, in milliseconds.
const LONGEST_WAIT_MS: i64 = 15 * 60_000;
/// How long it is tried, in milliseconds: 3 days.
const TRIED_MS: i64 = 3 * 86_400_000;

/// Moves what an older version left in the one queue for all.
pub(super) async fn move_old(facts: &Facts, now: i64) -> Result<(), store::Error> {
    loop {
        let old = facts.due(TOPIC, i64::MAX, AT_ONCE).await?;
        if old.is_empty() {
            return Ok(());
        }
        let numbers: Vec<i64> = old.iter().map(|message| message.n).collect();
        let (known, unread) = read(old);
        if !unread.is_empty() {
            tracing::warn!(count = unread.len(), "messages to people are of another version and were thrown away");
        }
        let messages = known.into_iter().map(|(message, notice)| (topic(notice.recipient), now, message.body)).collect();
        facts.tell(&Telling { messages, ..Telling::default() }).await?;
        facts.remove_all(&numbers).await?;
    }
}

/// Throws away what waits for a recipient that is there no more.
pub(super) async fn forget(facts: &Facts, recipient: RecipientId) -> Result<(), store::Error> {
    loop {
        let left = facts.due(&topic(recipient), i64::MAX, AT_ONCE).await?;
        if left.is_empty() {
            return Ok(());
        }
        facts.remove_all(&left.iter().map(|message| message.n).collect::<Vec<_>>()).await?;
    }
}

/// Tells one recipient what is due at Unix time `now` in milliseconds. Returns when to try again where that failed.
pub(super) async fn to_one(app: &App, id: RecipientId, now: i64) -> Result<Option<i64>, store::Error> {
    let facts = app.core.store().facts();
    let (messages, unread) = read(facts.due(&topic(id), now, AT_ONCE).await?);
    if !unread.is_empty() {
        tracing::warn!(count = unread.len(), "messages to people are of another version and were thrown away");
        facts.remove_all(&unread).await?;
    }
    if messages.is_empty() {
        return Ok(None);
    }
    let state = app.core.state();
    let settings = state.recipients.get(id).filter(|recipient| !recipient.paused).cloned();
    let counts = |notice: &Notice| {
        let still = !notice.if_still || notice.alert.as_ref().is_some_and(|alert| app.alerts.is_open(alert.id));
        still && now - notice.at < TRIED_MS
    };
    let (wanted, over): (Vec<_>, Vec<_>) = messages.into_iter().partition(|(_, notice)| settings.is_some() && counts(notice));
    let numbers = |messages: &[(Message, Notice)]| messages.iter().map(|(message, _)| message.n).collect::<Vec<_>>();
    if !over.is_empty() {
        let given_up = over.iter().filter(|(_, notice)| now - notice.at >= TRIED_MS).count();
        if given_up > 0 {
            tracing::warn!(recipient.id = %id, count = given_up, "messages could not be delivered for three days and were given up");
        }
        facts.remove_all(&numbers(&over)).await?;
    }
    let Some(settings) = settings.filter(|_| !wanted.is_empty()) else { return Ok(None) };
    // A mail takes all of them, a request one each.
    let each = if matches!(settings.address, Some(Address::Webhook(_))) { 1 } else { wanted.len() };
    for (index, part) in wanted.chunks(each).enumerate() {
        let notices: Vec<Notice> = part.iter().map(|(_, notice)| notice.clone()).collect();
        let outcome = tell(&app.notify, &state, &settings, &notices, &app.address).await;
        match outcome {
            Ok(said) => {
                facts.remove_all(&numbers(part)).await?;
                app.notify.note(id, (true, said), 0);
            }
            Err(said) => {
                tracing::warn!(recipient.id = %id, said, "a recipient could not be told, it is tried again");
                let rest = &wanted[index * each..];
                let attempts = rest.iter().map(|(message, _)| message.attempts).max().unwrap_or(0);
                let again = now_ms() + wait_ms(attempts);
                facts.put_all_off(&numbers(rest), again).await?;
                let waiting = keep_short(facts, id).await?;
                app.notify.note(id, (false, said), waiting);
                return Ok(Some(again));
            }
        }
    }
    Ok(None)
}

/// Lets the oldest messages go that are too many. Returns how many wait.
async fn keep_short(facts: &Facts, id: RecipientId) -> Result<usize, store::Error> {
    let all = facts.due(&topic(id), i64::MAX, u32::try_from(2 * WAITING).unwrap_or(u32::MAX)).await?;
    let mut numbers: Vec<i64> = all.iter().map(|message| message.n).collect();
    // Numbers grow; the order in which they are due says when each was tried last.
    numbers.sort_unstable();
    let surplus = numbers.len().saturating_sub(WAITING);
    if surplus > 0 {
        tracing::warn!(recipient.id = %id, count = surplus, "so many messages wait for a recipient that the oldest were given up");
        metrics::counter!("signboard_notifications_total", "result" => "displaced").increment(surplus as u64);
        facts.remove_all(&numbers[..surplus]).await?;
    }
    Ok(numbers.len() - surplus)
}

/// Tells a recipient, within a time limit. What the other end said, or what went wrong.
pub(super) async fn tell(
    notify: &Notify,
    state: &State,
    to: &Recipient,
    notices: &[Notice],
    address: &str,
) -> Result<String, String> {
    let attempt = async {
        match &to.address {
            None => Err("this recipient has no address: give one".to_owned()),
            Some(Address::Mail(mailbox)) => mail::send(&mail_account(state), state, mailbox, notices, address).await,
            Some(Address::Webhook(url)) => {
                let key = to.key.as_deref().unwrap_or_default();
                let client = notify.client.get_or_init(webhook::client).as_ref().map_err(Clone::clone)?;
                let mut said = String::new();
                for notice in notices {
                    said = webhook::post(client, url, key, &webhook::body(state, notice)).await?;
                }
                Ok(said)
            }
        }
    };
    let late = |_| format!("no answer within {} seconds", PATIENCE.as_secs());
    tokio::time::timeout(PATIENCE, attempt).await.map_err(late)?
}

/// How long to wait after so many failures before this one, in milliseconds.
fn wait_ms(failures: i64) -> i64 {
    let doublings = u32::try_from(failures.clamp(0, 20)).unwrap_or(20);
    (FIRST_WAIT_MS << doublings).min(LONGEST_WAIT_MS)
}

/// Whether a notice says that something is wrong.
pub(super) fn is_bad(event: Event) -> bool {
    matches!(event, Event::Raised | Event::Reminder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let waits: Vec<i64> = (0..12).map(wait_ms).collect();
        assert_eq!(&waits[..4], [2_000, 4_000, 8_000, 16_000]);
        assert_eq!(waits[11], LONGEST_WAIT_MS);
        assert_eq!(wait_ms(i64::MAX), LONGEST_WAIT_MS);
    }
}
