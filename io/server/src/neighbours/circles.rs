//! Which viewers stand together.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use control::v1;
use domain::id::DeviceId;

use crate::tasks::Segment;

/// The most viewers of one circle: each may be asked by all others, and a file that none of them has costs a question to each.
const MOST: usize = 8;

/// Where a viewer gives files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sharer {
    /// SHA-256 of its public key.
    pub(super) key: [u8; 32],
    pub(super) port: u16,
    /// As it says itself.
    pub(super) addresses: Vec<IpAddr>,
    /// Where its session comes from.
    pub(super) from: IpAddr,
}

impl Sharer {
    pub(super) fn message(&self) -> v1::Neighbour {
        let addresses = self.addresses.iter().map(ToString::to_string).collect();
        v1::Neighbour { key: self.key.to_vec(), port: self.port.into(), addresses }
    }

    /// The local networks in which it stands, and from where the server sees them: two sites behind two routers may use the same addresses.
    fn sites(&self) -> BTreeSet<(Option<IpAddr>, Segment)> {
        let segments: BTreeSet<Segment> = self.addresses.iter().filter_map(|address| Segment::around(*address, None)).collect();
        let is_direct = self.addresses.contains(&self.from.to_canonical());
        let router = (!is_direct).then(|| self.from.to_canonical());
        segments.into_iter().map(|segment| (router, segment)).collect()
    }
}

/// The neighbours of each. Whoever is somebody's neighbour has that one as its own too: the lists also say who may ask.
pub(super) fn circles(sharers: &BTreeMap<DeviceId, Sharer>) -> BTreeMap<DeviceId, Vec<Sharer>> {
    let mut sites: BTreeMap<(Option<IpAddr>, Segment), Vec<DeviceId>> = BTreeMap::new();
    for (device, sharer) in sharers {
        for site in sharer.sites() {
            sites.entry(site).or_default().push(*device);
        }
    }
    let mut pairs: BTreeMap<DeviceId, BTreeSet<DeviceId>> = BTreeMap::new();
    for circle in sites.values().flat_map(|devices| devices.chunks(devices.len().div_ceil(devices.len().div_ceil(MOST)))) {
        for device in circle {
            pairs.entry(*device).or_default().extend(circle.iter().filter(|other| *other != device));
        }
    }
    let sharer = |device: &DeviceId| sharers.get(device).cloned();
    pairs.into_iter().map(|(device, others)| (device, others.iter().filter_map(sharer).collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn sharer(n: u8, addresses: &[&str], from: &str) -> (DeviceId, Sharer) {
        let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
        (DeviceId(Uuid::from_u128(n.into())), Sharer { key: [n; 32], port: 7238, addresses, from: from.parse().unwrap() })
    }

    fn keys(circles: &BTreeMap<DeviceId, Vec<Sharer>>, n: u8) -> Vec<u8> {
        let found = circles.get(&DeviceId(Uuid::from_u128(n.into()))).cloned().unwrap_or_default();
        found.iter().map(|sharer| sharer.key[0]).collect()
    }

    #[test]
    fn who_stands_in_the_same_network_is_a_neighbour() {
        let all = BTreeMap::from([
            sharer(1, &["10.1.2.3"], "10.1.2.3"),
            sharer(2, &["10.1.2.4", "fd00::4"], "::ffff:10.1.2.4"),
            sharer(3, &["10.1.3.5"], "10.1.3.5"),
            // Two sites behind routers, with the same addresses inside.
            sharer(4, &["10.1.2.6"], "192.0.2.1"),
            sharer(5, &["10.1.2.7"], "192.0.2.1"),
            sharer(6, &["10.1.2.8"], "192.0.2.2"),
            sharer(7, &[], "192.0.2.2"),
        ]);
        let circles = circles(&all);
        let found: Vec<_> = (1..=7).map(|n| keys(&circles, n)).collect();
        assert_eq!(found, [vec![2], vec![1], vec![], vec![5], vec![4], vec![], vec![]]);
    }

    #[test]
    fn circles_stay_small_and_everybody_knows_who_knows_it() {
        let all: BTreeMap<_, _> = (1..=17).map(|n| sharer(n, &[&format!("10.1.2.{n}")], &format!("10.1.2.{n}"))).collect();
        let circles = circles(&all);
        for n in 1..=17 {
            let mine = keys(&circles, n);
            assert!((1..MOST).contains(&mine.len()), "{n}: {mine:?}");
            assert!(mine.iter().all(|other| keys(&circles, *other).contains(&n)), "{n}: {mine:?}");
        }
    }
}
