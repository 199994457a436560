//! How a row repeats: one file per kind of rule, each with its occurrences in time and the rule in words.
//!
//! A new kind is a variant of [`crate::schedule::Recurrence`], a file here with `next_after`, an arm in [`Occurrences`] and one in [`Words`].

mod throughout;
mod weekly;
mod words;

pub use words::Words;

use crate::civil::{Wall, Zone};
use crate::schedule::{Recurrence, When};

/// One time at which a row is on, in Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// First instant.
    pub from: i64,
    /// First instant after; `i64::MAX` where there is no end.
    pub until: i64,
    /// From where the position in the content is counted: the start of the occurrence before anything cut it short.
    pub anchor: i64,
}

/// The occurrences of a row in a zone, in order and apart from each other.
#[derive(Clone, Debug)]
pub struct Occurrences<'z> {
    zone: &'z Zone,
    rule: Rule,
}

#[derive(Clone, Debug)]
enum Rule {
    Throughout(Occurrence),
    Weekly(weekly::Days),
}

impl<'z> Occurrences<'z> {
    /// The occurrences of `when` where its civil times count in `zone`.
    #[must_use]
    pub fn of(when: &When, zone: &'z Zone) -> Self {
        let (from, until) = (Wall::of(when.from), when.until.map(Wall::of));
        let rule = match &when.recurrence {
            None => Rule::Throughout(throughout::occurrence(zone, from, until)),
            Some(Recurrence::Weekly(weekly)) => Rule::Weekly(weekly::Days::of(weekly, from, until)),
        };
        Self { zone, rule }
    }

    /// The first occurrence that ends after `at`: the present one, else the next one.
    #[must_use]
    pub fn next_after(&self, at: i64) -> Option<Occurrence> {
        match &self.rule {
            Rule::Throughout(one) => (one.from < one.until && one.until > at).then_some(*one),
            Rule::Weekly(days) => days.next_after(self.zone, at),
        }
    }

    /// The occurrences that overlap the time from `from` to `until`, in order.
    pub fn between(&self, from: i64, until: i64) -> impl Iterator<Item = Occurrence> + '_ {
        let next = move |after| self.next_after(after).filter(|occurrence| occurrence.from < until);
        std::iter::successors((from < until).then(|| next(from)).flatten(), move |before| next(before.until))
    }
}
