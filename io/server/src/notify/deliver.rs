//! One look at the queue: who is told what, and what happens when it fails.

use std::time::{Duration, Instant};

use domain::id::RecipientId;
use domain::notify::{Address, Recipient, mail_account};
use domain::state::State;
use futures::future::join_all;
use store::facts::Message;

use super::notice::{Notice, TOPIC, by_recipient};
use super::{Event, Notify, mail, webhook};
use crate::app::App;

/// Messages that are looked at at once.
const MOST: u32 = 500;
/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first wait after a failure, in milliseconds; each further one is twice as long.
const FIRST_WAIT_MS: i64 = 2_000;
/// The longest wait after a failure, in milliseconds.
const LONGEST_WAIT_MS: i64 = 15 * 60_000;
/// How long it is tried, in milliseconds: 3 days.
const TRIED_MS: i64 = 3 * 86_400_000;

/// Delivers what is due at Unix time `now` in milliseconds.
pub(super) async fn round(app: &App, now: i64) -> Result<(), store::Error> {
    let facts = app.core.store().facts();
    let due = facts.due(TOPIC, now, MOST).await?;
    if due.is_empty() {
        return Ok(());
    }
    let (by_recipient, unread) = by_recipient(due);
    if !unread.is_empty() {
        tracing::warn!(count = unread.len(), "messages to people are of another version and were thrown away");
        facts.remove_all(&unread).await?;
    }
    let rounds = by_recipient.into_iter().map(|(recipient, messages)| to_one(app, recipient, messages, now));
    join_all(rounds).await.into_iter().collect()
}

/// Tells one recipient what is due.
async fn to_one(app: &App, id: RecipientId, messages: Vec<(Message, Notice)>, now: i64) -> Result<(), store::Error> {
    let facts = app.core.store().facts();
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
    let Some(settings) = settings.filter(|_| !wanted.is_empty()) else { return Ok(()) };
    // A mail takes all of them, a request one each.
    let each = if matches!(settings.address, Some(Address::Webhook(_))) { 1 } else { wanted.len() };
    let began = Instant::now();
    for (index, part) in wanted.chunks(each).enumerate() {
        // A slow recipient must not keep the others waiting; the rest stays due.
        if began.elapsed() > PATIENCE {
            break;
        }
        let notices: Vec<Notice> = part.iter().map(|(_, notice)| notice.clone()).collect();
        let outcome = tell(&app.notify, &state, &settings, &notices, &app.address).await;
        match outcome {
            Ok(said) => {
                facts.remove_all(&numbers(part)).await?;
                app.notify.note(id, (true, said));
            }
            Err(said) => {
                tracing::warn!(recipient.id = %id, said, "a recipient could not be told, it is tried again");
                app.notify.note(id, (false, said));
                let rest = &wanted[index * each..];
                let attempts = rest.iter().map(|(message, _)| message.attempts).max().unwrap_or(0);
                return facts.put_all_off(&numbers(rest), now + wait_ms(attempts)).await;
            }
        }
    }
    Ok(())
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
