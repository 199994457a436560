//! What a screen makes of datagrams on the ports of magic packets.

use core::net::IpAddr;
use std::collections::BTreeMap;

use super::{Mac, MagicPacket};

/// For how long the same packet over the same port from the same sender counts once, in milliseconds.
const ONCE_MS: i64 = 5_000;
/// How many senders and ports are remembered; when there are more, the oldest is forgotten.
const REMEMBERED: usize = 256;

/// A magic packet for one of our own cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The port that it came to.
    pub port: u16,
    /// Who sent it.
    pub from: IpAddr,
    /// What it said.
    pub packet: MagicPacket,
}

/// What became of a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It wakes a card that is not ours.
    Foreign,
    /// It wakes one of our cards, and is new.
    Heard(Heard),
    /// It holds no magic packet.
    NoPacket,
    /// It was heard already.
    Repeated,
}

/// How many datagrams were passed over, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Magic packets for other cards.
    pub foreign: u64,
    /// Datagrams without a magic packet.
    pub no_packet: u64,
    /// Magic packets that were heard already.
    pub repeated: u64,
}

/// Tells new magic packets for our own cards from everything else. Its memory is bounded.
#[derive(Clone, Debug)]
pub struct Hearing {
    own: Vec<Mac>,
    /// When each was heard last.
    heard: BTreeMap<(Mac, u16, IpAddr), i64>,
    counters: Counters,
}

impl Hearing {
    /// Listens for these cards.
    #[must_use]
    pub fn new(own: Vec<Mac>) -> Self {
        Self { own, heard: BTreeMap::new(), counters: Counters::default() }
    }

    /// Takes a datagram that came to `port` at `now`, in milliseconds of any clock that does not go back.
    pub fn take(&mut self, now: i64, port: u16, from: IpAddr, datagram: &[u8]) -> Outcome {
        let Some(packet) = MagicPacket::find_for(datagram, |target| self.own.contains(target)) else {
            let foreign = MagicPacket::find(datagram).is_some();
            let (count, outcome) = match foreign {
                true => (&mut self.counters.foreign, Outcome::Foreign),
                false => (&mut self.counters.no_packet, Outcome::NoPacket),
            };
            *count += 1;
            return outcome;
        };
        let key = (packet.target, port, from);
        if self.heard.get(&key).is_some_and(|last| now.saturating_sub(*last) < ONCE_MS) {
            self.counters.repeated += 1;
            return Outcome::Repeated;
        }
        if self.heard.len() >= REMEMBERED && !self.heard.contains_key(&key) {
            let oldest = self.heard.iter().min_by_key(|(_, last)| **last).map(|(key, _)| *key);
            oldest.and_then(|oldest| self.heard.remove(&oldest));
        }
        self.heard.insert(key, now);
        Outcome::Heard(Heard { port, from, packet })
    }

    /// What was passed over so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;

    use super::*;

    const OWN: Mac = [2, 0, 0, 0, 0, 1];

    fn bytes(target: Mac) -> Vec<u8> {
        MagicPacket { target, password: None }.to_bytes()
    }

    #[test]
    fn each_port_and_sender_counts_once_in_a_while() {
        let mut hearing = Hearing::new(vec![[2, 0, 0, 0, 0, 9], OWN]);
        let (one, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let packet = MagicPacket { target: OWN, password: None };
        let heard = |port, from| Outcome::Heard(Heard { port, from, packet });
        for (now, port, from, expected) in [
            (0, 9, one, heard(9, one)),
            (1, 7, one, heard(7, one)),
            (2, 9, one, Outcome::Repeated),
            (3, 9, other, heard(9, other)),
            (4_999, 9, one, Outcome::Repeated),
            (5_000, 9, one, heard(9, one)),
        ] {
            assert_eq!(hearing.take(now, port, from, &bytes(OWN)), expected, "at {now}");
        }
        assert_eq!(hearing.take(6_000, 9, one, &bytes([2, 0, 0, 0, 0, 2])), Outcome::Foreign);
        assert_eq!(hearing.take(6_000, 9, one, b"hello"), Outcome::NoPacket);
        assert_eq!(hearing.counters(), Counters { foreign: 1, no_packet: 1, repeated: 2 });
    }

    #[test]
    fn a_flood_of_senders_takes_no_more_memory() {
        let mut hearing = Hearing::new(vec![OWN]);
        for number in 0..10_000_u32 {
            let from = Ipv4Addr::from(number).into();
            assert!(matches!(hearing.take(i64::from(number), 9, from, &bytes(OWN)), Outcome::Heard(_)));
        }
        assert_eq!(hearing.heard.len(), REMEMBERED);
        let last = Ipv4Addr::from(9_999).into();
        assert_eq!(hearing.take(10_000, 9, last, &bytes(OWN)), Outcome::Repeated);
    }
}
