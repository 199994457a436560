//! How often one source is answered, in a table that never grows.

use core::net::IpAddr;

use super::instant::Raw;

/// Sets of the table; each holds [`WAYS`] sources.
const SETS: usize = 4_096;

/// Sources that share a set.
const WAYS: usize = 4;

/// Seconds between two kisses to one source.
const KISS_INTERVAL: f64 = 8.0;

/// How many questions of one source are answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Questions at once.
    pub burst: u16,
    /// Questions per second in the long run.
    pub per_second: f64,
}

impl Default for Limit {
    fn default() -> Self {
        Self { burst: 64, per_second: 8.0 }
    }
}

/// What to do with a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Answer it.
    Answer,
    /// Tell the source to ask less often.
    Kiss,
    /// Say nothing.
    Drop,
}

#[derive(Clone, Copy)]
struct Entry {
    key: u128,
    tokens: f64,
    seen: Raw,
    kissed: Option<Raw>,
}

/// A bucket per source (IPv4 address, IPv6 /64).
pub struct Limiter {
    limit: Limit,
    seed: u64,
    table: Vec<[Option<Entry>; WAYS]>,
}

impl Limiter {
    /// A limiter; `seed` is random, so that nobody outside can choose who shares a place.
    #[must_use]
    pub fn new(limit: Limit, seed: u64) -> Self {
        Self { limit, seed, table: vec![[None; WAYS]; SETS] }
    }

    /// Judges a question of a source at a moment. Calls must not go back in time; if one does, no tokens are added.
    pub fn judge(&mut self, source: IpAddr, at: Raw) -> Verdict {
        let key = key(source);
        let set = &mut self.table[place(key, self.seed)];
        let index = set.iter().position(|entry| entry.is_some_and(|entry| entry.key == key)).unwrap_or_else(|| {
            // A free place sorts before any other, then the source that was silent the longest.
            (0..WAYS).min_by_key(|way| set[*way].map(|entry| entry.seen)).expect("a set has places")
        });
        let full = f64::from(self.limit.burst);
        let entry = match &mut set[index] {
            Some(entry) if entry.key == key => entry,
            place => place.insert(Entry { key, tokens: full, seen: at, kissed: None }),
        };
        entry.tokens = (entry.tokens + at.since(entry.seen).max(0.0) * self.limit.per_second).min(full);
        entry.seen = entry.seen.max(at);
        if entry.tokens >= 1.0 {
            entry.tokens -= 1.0;
            return Verdict::Answer;
        }
        if entry.kissed.is_some_and(|kissed| at.since(kissed) < KISS_INTERVAL) {
            return Verdict::Drop;
        }
        entry.kissed = Some(at);
        Verdict::Kiss
    }
}

/// What stands for a source: the whole IPv4 address, or the network half of the IPv6 address, since a host may choose the other half.
fn key(source: IpAddr) -> u128 {
    match source.to_canonical() {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => (u128::from(address) >> 64) | (1 << 127),
    }
}

/// The set of a key: two rounds of the finaliser of SplitMix64 over key and seed.
fn place(key: u128, seed: u64) -> usize {
    let mix = |value: u64| {
        let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    };
    let hash = mix(mix(seed ^ (key as u64)).wrapping_add((key >> 64) as u64).wrapping_add(seed));
    (hash % SETS as u64) as usize
}

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

    use super::{Limit, Limiter, SETS, Verdict, WAYS};
    use crate::ntp::Raw;

    const SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

    fn at(seconds: f64) -> Raw {
        Raw::from_nanos(0).plus(seconds)
    }

    #[test]
    fn a_burst_then_one_kiss_then_silence() {
        let mut limiter = Limiter::new(Limit { burst: 3, per_second: 1.0 }, 7);
        let verdicts: Vec<Verdict> = (0..6).map(|_| limiter.judge(SOURCE, at(0.0))).collect();
        assert_eq!(verdicts, [Verdict::Answer, Verdict::Answer, Verdict::Answer, Verdict::Kiss, Verdict::Drop, Verdict::Drop]);
        assert_eq!(limiter.judge("192.0.2.2".parse().unwrap(), at(0.0)), Verdict::Answer, "others are not meant");
        assert_eq!(limiter.judge(SOURCE, at(1.0)), Verdict::Answer);
        assert_eq!(limiter.judge(SOURCE, at(1.0)), Verdict::Drop);
        assert_eq!(limiter.judge(SOURCE, at(60.0)), Verdict::Answer);
    }

    #[test]
    fn a_kiss_comes_again_after_eight_seconds() {
        let mut limiter = Limiter::new(Limit { burst: 1, per_second: 0.001 }, 7);
        assert_eq!(limiter.judge(SOURCE, at(0.0)), Verdict::Answer);
        assert_eq!(limiter.judge(SOURCE, at(1.0)), Verdict::Kiss);
        assert_eq!(limiter.judge(SOURCE, at(8.9)), Verdict::Drop);
        assert_eq!(limiter.judge(SOURCE, at(9.1)), Verdict::Kiss);
    }

    #[test]
    fn a_host_cannot_escape_by_another_ipv6_address() {
        let mut limiter = Limiter::new(Limit { burst: 2, per_second: 1.0 }, 7);
        let host = |last: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last));
        assert_eq!(limiter.judge(host(1), at(0.0)), Verdict::Answer);
        assert_eq!(limiter.judge(host(2), at(0.0)), Verdict::Answer);
        assert_eq!(limiter.judge(host(3), at(0.0)), Verdict::Kiss);
    }

    #[test]
    fn a_flood_of_sources_takes_no_memory() {
        let mut limiter = Limiter::new(Limit::default(), 7);
        for source in 0..100_000_u32 {
            assert_eq!(limiter.judge(IpAddr::V4(Ipv4Addr::from(source)), at(f64::from(source) * 1e-5)), Verdict::Answer);
        }
        assert_eq!(limiter.table.len() * WAYS, SETS * WAYS);
        assert!(
            limiter.table.iter().flatten().filter(|entry| entry.is_some()).count() > SETS * WAYS * 9 / 10,
            "the places are used evenly"
        );
    }
}
