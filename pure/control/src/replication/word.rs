//! What the Main and its voters say to each other.

use replica::election::{Beat, Says, Word};

use super::Garbled;
use super::frame::{read_epoch, write_epoch};
use super::histories::{bytes, fixed, id};
use crate::v1;
use crate::v1::replication_word::Says as Message;

/// A word as a message.
#[must_use]
pub fn write(word: &Word) -> v1::ReplicationWord {
    let says = match word.says {
        Says::Leading(beat) => Message::Leading(write_beat(beat)),
        Says::Following(beat) => Message::Following(write_beat(beat)),
        Says::Yielding => Message::Yielding(v1::ReplicationNothing {}),
        Says::Ask { term, trial } => Message::Ask(v1::ReplicationBallot { term, trial, granted: false }),
        Says::Answer { term, trial, granted } => Message::Answer(v1::ReplicationBallot { term, trial, granted }),
    };
    v1::ReplicationWord { lead: Some(write_epoch(word.lead)), term: word.term, council: word.council.to_vec(), says: Some(says) }
}

/// The word of a message; none: it is one of a newer version.
///
/// # Errors
/// [`Garbled`] if a member is not what it must be.
pub fn read(word: v1::ReplicationWord) -> Result<Option<Word>, Garbled> {
    let Some(says) = word.says else { return Ok(None) };
    let says = match says {
        Message::Leading(beat) => Says::Leading(read_beat(&beat)?),
        Message::Following(beat) => Says::Following(read_beat(&beat)?),
        Message::Yielding(_) => Says::Yielding,
        Message::Ask(ballot) => Says::Ask { term: ballot.term, trial: ballot.trial },
        Message::Answer(ballot) => Says::Answer { term: ballot.term, trial: ballot.trial, granted: ballot.granted },
    };
    Ok(Some(Word { lead: read_epoch(word.lead)?, term: word.term, council: fixed(&word.council)?, says }))
}

fn write_beat(beat: Beat) -> v1::ReplicationBeat {
    v1::ReplicationBeat { run: bytes(beat.run), sent_ms: beat.sent_ms }
}

fn read_beat(beat: &v1::ReplicationBeat) -> Result<Beat, Garbled> {
    Ok(Beat { run: id(&beat.run)?, sent_ms: beat.sent_ms })
}

#[cfg(test)]
mod tests {
    use replica::session::Epoch;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_word_comes_back_as_it_went() {
        let beat = Beat { run: Uuid::from_u128(7), sent_ms: 9 };
        let ask = Says::Ask { term: 3, trial: true };
        let answer = Says::Answer { term: 3, trial: false, granted: true };
        for says in [Says::Leading(beat), Says::Following(beat), Says::Yielding, ask, answer] {
            let word = Word { lead: Epoch { number: 2, server: Uuid::from_u128(1) }, term: 2, council: [5; 16], says };
            assert_eq!(read(write(&word)), Ok(Some(word)));
        }
        assert_eq!(read(v1::ReplicationWord::default()), Ok(None), "of a newer version");
        let short = v1::ReplicationWord {
            council: vec![1],
            says: Some(Message::Yielding(v1::ReplicationNothing {})),
            ..Default::default()
        };
        assert!(read(short).is_err());
    }
}
