//! Screenshots that nobody ordered: every so often, as the server's settings say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use control::v1::{self, from_viewer::Message};
use uuid::Uuid;

use super::{Agent, File};

/// The longest part of a file.
const PART: usize = 256 * 1024;
/// The shortest time between two of them: each costs the machine some work.
const LEAST: Duration = Duration::from_secs(10);
/// How far the first ones of many viewers lie apart at most: these may have come to the server at the same moment.
const SPREAD: Duration = Duration::from_secs(60);

/// When the next one is due.
#[derive(Debug, Default)]
pub(super) struct Pictures {
    /// The time between two, and when the next is due.
    due: Option<(Duration, Instant)>,
    busy: Arc<AtomicBool>,
}

impl Pictures {
    /// Whether one is due now.
    fn is_due(&mut self, every: Duration, now: Instant) -> bool {
        let due = match self.due {
            Some((before, due)) if before == every => due,
            _ => {
                let spread = every.min(SPREAD).as_millis().max(1);
                let first = u64::try_from(Uuid::new_v4().as_u128() % spread).unwrap_or(0);
                now + Duration::from_millis(first)
            }
        };
        let is_due = now >= due;
        self.due = Some((every, if is_due { now + every } else { due }));
        is_due
    }
}

impl Agent {
    /// Takes and sends one if it is time.
    pub(super) fn picture_now_and_then(&mut self) {
        let seconds = self.told_settings().screenshot_s.unwrap_or(0);
        let Some(conversation) = self.conversation.as_ref().filter(|conversation| conversation.welcomed && seconds > 0) else {
            self.pictures.due = None;
            return;
        };
        let every = Duration::from_secs(seconds.into()).max(LEAST);
        if !self.pictures.is_due(every, Instant::now()) || self.pictures.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        let (say, picture, busy) = (conversation.voice(), self.setting.stage.screenshot(), self.pictures.busy.clone());
        tokio::spawn(async move {
            match picture.await {
                Ok(bytes) => {
                    let file = File { name: "screenshot.jpg", mime: "image/jpeg", bytes };
                    parts(None, &file).for_each(|part| say(Message::Attachment(part)));
                }
                Err(error) => tracing::debug!(%error, "no picture could be taken"),
            }
            busy.store(false, Ordering::Release);
        });
    }
}

/// A file in parts. `command` asked for it; none: nobody did.
pub(super) fn parts(command: Option<Uuid>, file: &File) -> impl Iterator<Item = v1::Attachment> {
    let command = command.map_or_else(Vec::new, |id| id.as_bytes().to_vec());
    let count = file.bytes.len().div_ceil(PART).max(1);
    (0..count).map(move |part| {
        let begin = part * PART;
        v1::Attachment {
            command: command.clone(),
            name: file.name.to_owned(),
            mime: file.mime.to_owned(),
            offset: begin as u64,
            bytes: file.bytes[begin..file.bytes.len().min(begin + PART)].to_vec(),
            last: part + 1 == count,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_comes_soon_and_the_others_at_their_distance() {
        let (mut pictures, begin) = (Pictures::default(), Instant::now());
        let after = |seconds| begin + Duration::from_secs(seconds);
        let every = Duration::from_secs(600);
        assert!((0..=60).any(|second| pictures.is_due(every, after(second))));
        let (_, due) = pictures.due.unwrap();
        assert!(!pictures.is_due(every, due - Duration::from_secs(1)));
        assert!(pictures.is_due(every, due));
        assert!(!pictures.is_due(every, due + Duration::from_secs(599)));
        // A shorter distance counts from when it was told.
        let quick = Duration::from_secs(10);
        assert!((600..=610).any(|second| pictures.is_due(quick, due + Duration::from_secs(second))));
    }

    #[test]
    fn a_file_is_cut_into_parts_that_make_it_again() {
        for length in [0, 1, PART, PART + 1, 3 * PART] {
            let bytes: Vec<u8> = (0..length).map(|n| n.to_le_bytes()[0]).collect();
            let file = File { name: "a", mime: "b", bytes };
            let all: Vec<v1::Attachment> = parts(None, &file).collect();
            assert!(all.iter().all(|part| part.command.is_empty() && part.bytes.len() <= PART));
            assert_eq!(all.iter().position(|part| part.last), Some(all.len() - 1));
            assert_eq!(all.iter().flat_map(|part| part.bytes.clone()).collect::<Vec<_>>(), file.bytes);
        }
    }
}
