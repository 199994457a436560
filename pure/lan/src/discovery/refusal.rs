//! Why something that was heard is not answered, and how often.

use thiserror::Error;

/// Why a message was dropped. None of them is logged per message: they are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// More bytes than [`super::MAX_BYTES`].
    #[error("the message is longer than 16 KiB")]
    TooLong,
    /// One source asks too often.
    #[error("this source asks too often")]
    SourceTooBusy,
    /// All sources together ask too often, or too many answers wait.
    #[error("too many questions at once")]
    TooBusy,
    /// Not UTF-8, or not well-formed XML.
    #[error("the message is not well-formed XML in UTF-8")]
    Malformed,
    /// A DOCTYPE, a processing instruction, or an entity that XML does not define itself.
    #[error("the message holds a DOCTYPE, an entity or a processing instruction, which SOAP forbids")]
    Forbidden,
    /// Too deep, too many elements, attributes or namespaces.
    #[error("the message has too many or too deeply nested parts")]
    TooComplex,
    /// Not a SOAP 1.2 envelope of either version: wrong or mixed namespaces, or headers missing.
    #[error("the message is not a WS-Discovery envelope of 1.1 or April 2005")]
    WrongEnvelope,
    /// The body does not fit the action.
    #[error("the body does not fit the action")]
    WrongBody,
    /// A message id that was seen before.
    #[error("the message was heard before")]
    Duplicate,
    /// A message of a kind that the receiver has no use for.
    #[error("the message is of no use here")]
    NotForUs,
    /// A question for types or scopes that we do not have, or for another endpoint.
    #[error("the question does not match")]
    NoMatch,
    /// There is no address that the asker could use.
    #[error("no served interface has an address of the asker's family")]
    NoAddress,
    /// The answer would be too large beside the question.
    #[error("the answer would be too large beside the question")]
    AnswerTooLarge,
}

impl Refusal {
    /// Each reason.
    pub const ALL: [Refusal; 13] = [
        Refusal::TooLong,
        Refusal::SourceTooBusy,
        Refusal::TooBusy,
        Refusal::Malformed,
        Refusal::Forbidden,
        Refusal::TooComplex,
        Refusal::WrongEnvelope,
        Refusal::WrongBody,
        Refusal::Duplicate,
        Refusal::NotForUs,
        Refusal::NoMatch,
        Refusal::NoAddress,
        Refusal::AnswerTooLarge,
    ];

    /// A short stable name, for the label of a metric.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Refusal::TooLong => "too_long",
            Refusal::SourceTooBusy => "source_too_busy",
            Refusal::TooBusy => "too_busy",
            Refusal::Malformed => "malformed",
            Refusal::Forbidden => "forbidden",
            Refusal::TooComplex => "too_complex",
            Refusal::WrongEnvelope => "wrong_envelope",
            Refusal::WrongBody => "wrong_body",
            Refusal::Duplicate => "duplicate",
            Refusal::NotForUs => "not_for_us",
            Refusal::NoMatch => "no_match",
            Refusal::NoAddress => "no_address",
            Refusal::AnswerTooLarge => "answer_too_large",
        }
    }
}

/// How much was heard, answered and dropped since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages heard.
    pub heard: u64,
    /// Messages answered.
    pub answered: u64,
    dropped: [u64; Refusal::ALL.len()],
}

impl Counters {
    /// Counts one dropped message.
    pub fn drop_for(&mut self, reason: Refusal) {
        self.dropped[reason as usize] += 1;
    }

    /// How many were dropped for `reason`.
    #[must_use]
    pub fn dropped(&self, reason: Refusal) -> u64 {
        self.dropped[reason as usize]
    }

    /// Each reason with its count, in a fixed order.
    pub fn each_dropped(&self) -> impl Iterator<Item = (Refusal, u64)> + '_ {
        Refusal::ALL.into_iter().map(|reason| (reason, self.dropped(reason)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_has_its_own_place() {
        for (place, reason) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, place);
            let mut counters = Counters::default();
            counters.drop_for(reason);
            assert_eq!(counters.each_dropped().filter(|(_, count)| *count == 1).collect::<Vec<_>>(), [(reason, 1)]);
        }
    }
}
