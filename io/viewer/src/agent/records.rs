//! Records on their way to the server: stored first, sent next, forgotten when it has them.

use std::time::{Duration, Instant};

use control::play::PlayRecord;
use control::v1::{self, from_viewer::Message};
use domain::content::Content;
use prost::Message as _;
use uuid::Uuid;

use super::Agent;
use crate::journal::Batch;

/// Records in one message.
const MOST: usize = 500;
/// After so long without an answer they are sent again.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest sentence in a record, in characters.
const LONGEST_TEXT: usize = 1_000;

impl Agent {
    /// Something happened that people may want to know.
    pub(super) fn event(&mut self, level: &str, code: &str, text: &str) {
        match level {
            "error" => tracing::error!(code, "{text}"),
            "warn" => tracing::warn!(code, "{text}"),
            _ => tracing::info!(code, "{text}"),
        }
        let text = text.chars().take(LONGEST_TEXT).collect();
        let record = v1::Record { n: 0, at: self.now(), level: level.to_owned(), code: code.to_owned(), text };
        self.records.append(&[record.encode_to_vec()]);
        self.pump();
    }

    /// The screen has shown something.
    pub(super) fn played(&mut self, plays: &[PlayRecord]) {
        let records: Vec<Vec<u8>> = plays.iter().map(|play| record(play).encode_to_vec()).collect();
        self.plays.append(&records);
        self.look_at_disk();
        self.pump();
    }

    /// Sends what waits, one message of each sort at a time.
    pub(super) fn pump(&mut self) {
        let Some(conversation) = &mut self.conversation else { return };
        if !conversation.welcomed {
            return;
        }
        let is_due = |sent: &Option<(Uuid, u64, Instant)>| sent.is_none_or(|(_, _, since)| since.elapsed() > PATIENCE);
        if is_due(&conversation.plays)
            && let Some(batch) = self.plays.batch(MOST)
        {
            conversation.plays = Some((batch.stream, last(&batch), Instant::now()));
            let records = numbered(&batch, sound);
            conversation.say(Message::Plays(v1::Plays { stream: batch.stream.as_bytes().to_vec(), records }));
        }
        if is_due(&conversation.records)
            && let Some(batch) = self.records.batch(MOST)
        {
            conversation.records = Some((batch.stream, last(&batch), Instant::now()));
            let records = numbered(&batch, |record: &mut v1::Record, n| record.n = n);
            conversation.say(Message::Records(v1::Records { stream: batch.stream.as_bytes().to_vec(), records }));
        }
    }

    /// The server has records up to `n`.
    pub(super) fn stored(&mut self, stream: &[u8], n: u64) {
        let Ok(stream) = Uuid::from_slice(stream) else { return };
        self.plays.acknowledge(stream, n);
        self.records.acknowledge(stream, n);
        if let Some(conversation) = &mut self.conversation {
            for sent in [&mut conversation.plays, &mut conversation.records] {
                if sent.is_some_and(|(of, last, _)| of == stream && n >= last) {
                    *sent = None;
                }
            }
        }
        self.pump();
    }
}

fn last(batch: &Batch) -> u64 {
    batch.first + batch.records.len() as u64 - 1
}

/// The records with their numbers. One that cannot be read any more is sent empty, so that the numbering has no gap.
fn numbered<T: prost::Message + Default>(batch: &Batch, number: impl Fn(&mut T, u64)) -> Vec<T> {
    let each = (batch.first..).zip(&batch.records).map(|(n, bytes)| {
        let mut record = T::decode(bytes.as_slice()).unwrap_or_default();
        number(&mut record, n);
        record
    });
    each.collect()
}

/// Numbers a play record. One during which the clock was set back ends where it begins: the server would refuse it, and with it all that
/// come after.
fn sound(play: &mut v1::Play, n: u64) {
    play.n = n;
    play.until = play.until.max(play.from);
}

fn record(play: &PlayRecord) -> v1::Play {
    let content = play.content.map(|content| match content {
        Content::Media(id) => format!("media:{id}"),
        Content::Playlist(id) => format!("playlist:{id}"),
        Content::Presentation(id) => format!("presentation:{id}"),
        Content::Revision(id) => format!("revision:{id}"),
    });
    v1::Play {
        n: 0,
        row: play.row.map(|id| id.to_string()).unwrap_or_default(),
        plan: play.plan.clone(),
        item: play.item.clone(),
        content: content.unwrap_or_default(),
        revision: play.revision.map(|id| id.to_string()).unwrap_or_default(),
        media: play.media.map(|id| id.to_string()).unwrap_or_default(),
        from: play.from,
        until: play.until,
        complete: play.complete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_over_which_the_clock_was_set_back_does_not_hold_up_the_others() {
        let play = |from, until| v1::Play { from, until, ..v1::Play::default() }.encode_to_vec();
        let batch = Batch { stream: Uuid::nil(), first: 7, records: vec![play(5, 9), play(50, 3), vec![0xff]] };
        let sent: Vec<_> = numbered(&batch, sound).iter().map(|play| (play.n, play.from, play.until)).collect();
        assert_eq!(sent, [(7, 5, 9), (8, 50, 50), (9, 0, 0)]);
    }
}
