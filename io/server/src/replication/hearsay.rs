//! What is known of servers with which this one holds no session: those that do tell how they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use control::replication::{read_ends, write_ends};
use control::v1::{ReplicationCondition, ReplicationOther, ReplicationOthers};
use domain::id::ServerId;
use replica::session::Ends;
use uuid::Uuid;

use super::links::Condition;

/// What was heard of a server.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// What it has, durably.
    pub ends: Arc<Ends>,
    /// How it is; none: it has not said.
    pub condition: Option<Condition>,
    /// When it was heard by a server that holds a session with it, Unix milliseconds.
    pub heard_at: i64,
}

/// Who told it; none: the server itself did.
pub(super) type Teller = Option<ServerId>;

/// The newest word of each server.
#[derive(Debug, Default)]
pub(super) struct Hearsay(BTreeMap<ServerId, (Word, Teller)>);

impl Hearsay {
    /// The newest word of a server.
    pub(super) fn of(&self, server: ServerId) -> Option<&Word> {
        self.0.get(&server).map(|(word, _)| word)
    }

    /// Keeps a word that is newer than the one before.
    pub(super) fn note(&mut self, server: ServerId, word: Word, teller: Teller) {
        if self.of(server).is_none_or(|known| known.heard_at < word.heard_at) {
            self.0.insert(server, (word, teller));
        }
    }

    /// What another server is told: all but what is about it, and what it told itself.
    pub(super) fn for_server(&self, other: ServerId) -> Vec<(ServerId, Word)> {
        let new = |(id, (_, teller)): &(&ServerId, &(Word, Teller))| **id != other && *teller != Some(other);
        self.0.iter().filter(new).map(|(id, (word, _))| (*id, word.clone())).collect()
    }
}

/// What is told in a session: ends that were said in it before are not said again.
#[derive(Debug, Default)]
pub(super) struct Telling(BTreeMap<ServerId, Arc<Ends>>);

impl Telling {
    /// The message; none: there is nothing to tell.
    pub(super) fn message(&mut self, words: Vec<(ServerId, Word)>) -> Option<ReplicationOthers> {
        let others = words.into_iter().map(|(id, word)| {
            let same = self.0.get(&id).is_some_and(|said| *said == word.ends);
            let ends = (!same).then(|| write_ends(&word.ends));
            self.0.insert(id, Arc::clone(&word.ends));
            let condition = word.condition.map(write_condition);
            ReplicationOther { server: id.0.as_bytes().to_vec(), heard_ms: word.heard_at, ends, condition }
        });
        let others: Vec<_> = others.collect();
        (!others.is_empty()).then_some(ReplicationOthers { others })
    }
}

/// What was told; garbled parts, and those whose ends were never said, are passed over. Nobody hears a server later than now.
pub(super) fn read(message: ReplicationOthers, now_ms: i64, known: impl Fn(ServerId) -> Option<Word>) -> Vec<(ServerId, Word)> {
    let word = |other: ReplicationOther| {
        let server = ServerId(Uuid::from_slice(&other.server).ok()?);
        let ends = match other.ends {
            Some(ends) => Arc::new(read_ends(ends).ok()?),
            None => known(server)?.ends,
        };
        let condition = other.condition.map(read_condition);
        Some((server, Word { ends, condition, heard_at: other.heard_ms.min(now_ms) }))
    };
    message.others.into_iter().filter_map(word).collect()
}

/// A condition as a message.
pub(super) fn write_condition(condition: Condition) -> ReplicationCondition {
    ReplicationCondition {
        files_missing: condition.files_missing,
        bytes_missing: condition.bytes_missing,
        records_waiting: condition.records_waiting,
        records_dropped: condition.records_dropped,
        damage: condition.damage.unwrap_or_default(),
    }
}

/// A condition from a message.
pub(super) fn read_condition(condition: ReplicationCondition) -> Condition {
    Condition {
        files_missing: condition.files_missing,
        bytes_missing: condition.bytes_missing,
        records_waiting: condition.records_waiting,
        records_dropped: condition.records_dropped,
        damage: Some(condition.damage).filter(|damage| !damage.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use domain::stamp::Actor;
    use replica::session::End;

    use super::*;

    fn id(number: u128) -> ServerId {
        ServerId(Uuid::from_u128(number))
    }

    fn word(seq: u64, heard_at: i64) -> Word {
        let end = (Actor { server: Uuid::from_u128(9), incarnation: 1 }, End { seq, cum_ops: seq, chain: [1; 16] });
        let condition = Some(Condition { files_missing: seq, ..Condition::default() });
        Word { ends: Arc::new([end].into_iter().collect()), condition, heard_at }
    }

    #[test]
    fn the_newest_word_counts_and_goes_to_whom_it_is_new() {
        let mut hearsay = Hearsay::default();
        hearsay.note(id(1), word(5, 50), None);
        hearsay.note(id(1), word(4, 40), Some(id(2)));
        hearsay.note(id(3), word(7, 60), Some(id(2)));
        assert_eq!(hearsay.of(id(1)), Some(&word(5, 50)));
        assert_eq!(hearsay.for_server(id(2)), [(id(1), word(5, 50))], "not what it told itself");
        assert_eq!(hearsay.for_server(id(1)), [(id(3), word(7, 60))], "not what is about it");
        hearsay.note(id(1), word(6, 70), Some(id(3)));
        assert_eq!(hearsay.for_server(id(3)), [], "it told the rest itself");
    }

    #[test]
    fn ends_are_said_once_and_understood_after_that() {
        let (mut telling, mut known) = (Telling::default(), None);
        for (seq, heard_at, said) in [(5, 50, true), (5, 60, false), (6, 70, true)] {
            let message = telling.message(vec![(id(1), word(seq, heard_at))]).unwrap();
            assert_eq!(message.others[0].ends.is_some(), said);
            let read = read(message, 1_000, |_| known.clone());
            assert_eq!(read, [(id(1), word(seq, heard_at))]);
            known = Some(read[0].1.clone());
        }
        let message = telling.message(vec![(id(1), word(6, 9_000))]).unwrap();
        assert_eq!(read(message.clone(), 1_000, |_| known.clone())[0].1.heard_at, 1_000, "nobody is heard in the future");
        assert_eq!(read(message, 1_000, |_| None), [], "of whom nothing was said");
        assert_eq!(telling.message(Vec::new()), None);
    }
}
