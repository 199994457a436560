//! Which other servers and awake screens stand in the segment of a screen that sleeps, as far as addresses tell.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use domain::id::{ServerId, ViewerId};

/// The most that call where the segment is known.
const NEIGHBOURS: usize = 2;
/// The most that call, one for each segment, where it is not.
const SCOUTS: usize = 8;

/// Who can call a machine of its segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// Another server of the installation.
    Server(ServerId),
    /// An awake screen.
    Viewer(ViewerId),
}

/// A segment: the first address of the network and the length of its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Segment(IpAddr, u8);

impl Segment {
    /// The segment of an address, or of one with the length of its prefix (`10.1.2.3/24`). Without it 24 bits are assumed for IPv4 and 64 for IPv6,
    /// as most local networks have them. None for addresses that only count on their own machine or link.
    pub(super) fn of(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, prefix.parse().ok()),
            None => (text, None),
        };
        Self::around(address.parse().ok()?, prefix)
    }

    /// The same of an address that is one already.
    pub(crate) fn around(address: IpAddr, prefix: Option<u8>) -> Option<Self> {
        match address.to_canonical() {
            IpAddr::V4(own) => {
                let prefix = prefix.unwrap_or(24).min(32);
                let mask = u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
                let counts = !own.is_loopback() && !own.is_link_local() && !own.is_unspecified();
                counts.then(|| Self(Ipv4Addr::from_bits(own.to_bits() & mask).into(), prefix))
            }
            IpAddr::V6(own) => {
                let prefix = prefix.unwrap_or(64).min(128);
                let mask = u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0);
                let counts = !own.is_loopback() && !own.is_unicast_link_local() && !own.is_unspecified();
                counts.then(|| Self(Ipv6Addr::from_bits(own.to_bits() & mask).into(), prefix))
            }
        }
    }
}

/// Who should call besides the server: those in the segments of the screen that sleeps, unless the server stands there itself; where
/// these are not known, one of each segment in which the server does not stand. Who stands earlier in `awake` comes first.
pub(super) fn callers(
    sleeper: &BTreeSet<Segment>,
    server: &BTreeSet<Segment>,
    awake: &[(Caller, BTreeSet<Segment>)],
) -> Vec<Caller> {
    if !sleeper.is_disjoint(server) {
        return Vec::new();
    }
    if !sleeper.is_empty() {
        let near = awake.iter().filter(|(_, segments)| !segments.is_disjoint(sleeper));
        return near.map(|(id, _)| *id).take(NEIGHBOURS).collect();
    }
    let mut reached = server.clone();
    let mut scouts = Vec::new();
    for (id, segments) in awake {
        if scouts.len() < SCOUTS && segments.iter().any(|segment| !reached.contains(segment)) {
            reached.extend(segments);
            scouts.push(*id);
        }
    }
    scouts
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn segments(texts: &[&str]) -> BTreeSet<Segment> {
        texts.iter().filter_map(|text| Segment::of(text)).collect()
    }

    fn awake(list: &[(u128, &[&str])]) -> Vec<(Caller, BTreeSet<Segment>)> {
        list.iter().map(|(n, texts)| (Caller::Viewer(ViewerId(Uuid::from_u128(*n))), segments(texts))).collect()
    }

    fn number(caller: Caller) -> u128 {
        match caller {
            Caller::Server(ServerId(id)) | Caller::Viewer(ViewerId(id)) => id.as_u128(),
        }
    }

    fn chosen(sleeper: &[&str], server: &[&str], screens: &[(u128, &[&str])]) -> Vec<u128> {
        callers(&segments(sleeper), &segments(server), &awake(screens)).into_iter().map(number).collect()
    }

    #[test]
    fn an_address_belongs_to_its_network() {
        assert_eq!(Segment::of("10.1.2.3"), Segment::of("10.1.2.250/24"));
        assert_ne!(Segment::of("10.1.2.3/16"), Segment::of("10.1.2.3"));
        assert_eq!(Segment::of("fd00::1"), Segment::of("fd00::ffff/64"));
        for nowhere in ["127.0.0.1", "::1", "fe80::1", "169.254.3.4", "screen-4", ""] {
            assert_eq!(Segment::of(nowhere), None, "{nowhere}");
        }
        assert!(Segment::of("10.1.2.3/0").is_some() && Segment::of("::ffff:10.1.2.3") == Segment::of("10.1.2.9"));
    }

    #[test]
    fn the_server_calls_alone_where_it_stands_there() {
        assert!(chosen(&["10.1.2.3"], &["10.1.2.1", "10.9.0.1"], &[(1, &["10.1.2.4"])]).is_empty());
    }

    #[test]
    fn neighbours_call_where_the_server_does_not_stand() {
        let screens: &[(u128, &[&str])] =
            &[(1, &["10.1.3.4"]), (2, &["10.1.2.4", "fd00::4"]), (3, &["10.1.2.5"]), (4, &["10.1.2.6"])];
        assert_eq!(chosen(&["10.1.2.3"], &["10.9.0.1"], screens), [2, 3]);
    }

    #[test]
    fn a_server_of_the_segment_calls_before_its_screens() {
        let pier = (Caller::Server(ServerId(Uuid::from_u128(9))), segments(&["10.1.2.2"]));
        let all: Vec<_> = [pier].into_iter().chain(awake(&[(1, &["10.1.2.4"]), (2, &["10.1.2.5"])])).collect();
        let chosen = |sleeper: &[&str]| -> Vec<u128> {
            callers(&segments(sleeper), &segments(&["10.9.0.1"]), &all).into_iter().map(number).collect()
        };
        assert_eq!(chosen(&["10.1.2.3"]), [9, 1]);
        assert_eq!(chosen(&[]), [9], "one for the segment is enough where nobody knows");
    }

    #[test]
    fn one_of_each_segment_calls_where_nobody_knows() {
        let screens: &[(u128, &[&str])] =
            &[(1, &["10.1.2.4"]), (2, &["10.1.2.5"]), (3, &["10.1.3.5"]), (4, &["10.9.0.7"]), (5, &[])];
        assert_eq!(chosen(&[], &["10.9.0.1"], screens), [1, 3]);
    }
}
