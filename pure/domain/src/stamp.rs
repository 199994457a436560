//! Who changed what, in which order: actors, dots, clocks, stamps and version vectors.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Milliseconds since 1970-01-01T00:00Z at 2020-01-01T00:00Z, the epoch of [`Hlc`].
const HLC_EPOCH_MS: i64 = 1_577_836_800_000;
/// Bits of the counter below the milliseconds.
const COUNTER_BITS: u32 = 16;

/// One writer of the log: a server together with its incarnation.
///
/// A new incarnation starts only on evidence of rollback, never on a restart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// The server's id.
    pub server: Uuid,
    /// Counts the server's histories, from 1.
    pub incarnation: u32,
}

/// The address of one log entry: the `seq`-th entry of `actor`, counted from 1 without gaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Dot {
    /// The writer.
    pub actor: Actor,
    /// Position in the writer's own sequence, from 1; 0 stands for "before everything".
    pub seq: u64,
}

impl fmt::Display for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}:{}", self.actor.server, self.actor.incarnation, self.seq)
    }
}

/// Hybrid logical clock: 47 bits of milliseconds since 2020-01-01 UTC above a 16 bit counter, positive in an `i64`, so that SQL orders it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hlc(pub i64);

impl Hlc {
    /// The clock value of a Unix time in milliseconds, counter 0. Times before 2020 give the smallest value.
    #[must_use]
    pub fn from_unix_ms(ms: i64) -> Self {
        Self(ms.saturating_sub(HLC_EPOCH_MS).max(0).saturating_mul(1 << COUNTER_BITS))
    }

    /// Unix time in milliseconds, the counter dropped.
    #[must_use]
    pub fn unix_ms(self) -> i64 {
        (self.0 >> COUNTER_BITS) + HLC_EPOCH_MS
    }

    /// The value of the next local event: after `self`, and not before the wall clock.
    #[must_use]
    pub fn tick(self, wall_unix_ms: i64) -> Self {
        Self(self.0.saturating_add(1)).max(Self::from_unix_ms(wall_unix_ms))
    }

    /// The next larger value.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Orders concurrent writes of one cell. The larger stamp wins: first by epoch (only cells of the Main's duties use one), then clock, then dot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Stamp {
    /// Epoch of the Main server for cells that only it writes, else 0.
    pub epoch: u32,
    /// When, by the writer's hybrid clock.
    pub hlc: Hlc,
    /// Which entry wrote it.
    pub dot: Dot,
}

/// What a database contains: for each actor the highest contiguous sequence number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionVector(BTreeMap<Actor, u64>);

impl VersionVector {
    /// The highest sequence number known of `actor`; 0 if none.
    #[must_use]
    pub fn get(&self, actor: &Actor) -> u64 {
        self.0.get(actor).copied().unwrap_or(0)
    }

    /// Whether the entry at `dot` is contained.
    #[must_use]
    pub fn covers(&self, dot: &Dot) -> bool {
        self.get(&dot.actor) >= dot.seq
    }

    /// Whether everything in `other` is contained.
    #[must_use]
    pub fn covers_all(&self, other: &Self) -> bool {
        other.iter().all(|dot| self.covers(&dot))
    }

    /// Raises the actor's number to `dot.seq`; never lowers it.
    pub fn raise(&mut self, dot: Dot) {
        let seq = self.0.entry(dot.actor).or_insert(0);
        *seq = (*seq).max(dot.seq);
    }

    /// The last dot of each actor, in the order of actors.
    pub fn iter(&self) -> impl Iterator<Item = Dot> + '_ {
        self.0.iter().map(|(actor, seq)| Dot { actor: *actor, seq: *seq })
    }

    /// Whether nothing is contained.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Dot> for VersionVector {
    fn from_iter<T: IntoIterator<Item = Dot>>(dots: T) -> Self {
        let mut vector = Self::default();
        for dot in dots {
            vector.raise(dot);
        }
        vector
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_keeps_milliseconds_and_never_stands_still() {
        let noon = 1_790_000_000_123;
        let first = Hlc::from_unix_ms(noon);
        assert_eq!(first.unix_ms(), noon);
        let second = first.tick(noon);
        assert!(second > first, "two events in one millisecond differ");
        assert!(second.tick(noon - 5_000) > second, "a clock set back does not turn the order round");
    }

    #[test]
    fn a_version_vector_only_grows() {
        let actor = Actor { server: Uuid::from_u128(7), incarnation: 1 };
        let mut vector = VersionVector::default();
        vector.raise(Dot { actor, seq: 4 });
        vector.raise(Dot { actor, seq: 2 });
        assert!(vector.covers(&Dot { actor, seq: 4 }));
        assert!(!vector.covers(&Dot { actor, seq: 5 }));
    }
}
