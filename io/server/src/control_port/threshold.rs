//! Connections that have not shown who they are: few, for a short time, and the silent ones make room for those who speak.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::session::source::Source;

/// The most handshakes at a time.
pub(super) const HANDSHAKES: usize = 1_024;
/// So long nobody who has begun to speak makes room for another.
const GRACE: Duration = Duration::from_secs(2);

/// All handshakes under way. A clone is a handle.
#[derive(Clone, Default)]
pub(super) struct Threshold(Arc<Mutex<Guests>>);

#[derive(Default)]
struct Guests {
    next: u64,
    /// By their order of arrival.
    all: BTreeMap<u64, Guest>,
}

struct Guest {
    source: Source,
    since: Instant,
    /// Whether the first message of its handshake has come.
    speaks: bool,
    cut: CancellationToken,
}

/// One handshake; over when dropped.
pub(super) struct Entered {
    number: u64,
    /// Cancelled when it has to make room.
    pub(super) cut: CancellationToken,
    threshold: Threshold,
}

impl Threshold {
    /// A connection from this address begins its handshake at `now`. None: there is no room. Where all places are taken, the oldest of the silent ones is
    /// cut, or the oldest of those who have been speaking for too long; of the source that has the most of them.
    pub(super) fn enter(&self, from: IpAddr, now: Instant) -> Option<Entered> {
        let mut guests = self.0.lock();
        if guests.all.len() >= HANDSHAKES {
            let silent = guests.oldest(|guest| !guest.speaks);
            let slow = || guests.oldest(|guest| now.duration_since(guest.since) > GRACE);
            let number = silent.or_else(slow)?;
            guests.all.remove(&number)?.cut.cancel();
        }
        let (number, cut) = (guests.next, CancellationToken::new());
        guests.next += 1;
        guests.all.insert(number, Guest { source: Source::of(from), since: now, speaks: false, cut: cut.clone() });
        Some(Entered { number, cut, threshold: self.clone() })
    }
}

impl Guests {
    /// The oldest of those, of the source with the most.
    fn oldest(&self, which: impl Fn(&Guest) -> bool) -> Option<u64> {
        let mut sources: BTreeMap<Source, (usize, u64)> = BTreeMap::new();
        for (number, guest) in self.all.iter().filter(|(_, guest)| which(guest)) {
            sources.entry(guest.source).or_insert((0, *number)).0 += 1;
        }
        sources.into_values().max_by_key(|(many, _)| *many).map(|(_, oldest)| oldest)
    }
}

impl Entered {
    /// The first message of the handshake has come.
    pub(super) fn speaks(&self) {
        if let Some(guest) = self.threshold.0.lock().all.get_mut(&self.number) {
            guest.speaks = true;
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.threshold.0.lock().all.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn the_silent_make_room_the_oldest_of_the_largest_source_first() {
        let (threshold, now) = (Threshold::default(), Instant::now());
        let other = threshold.enter(THERE, now).unwrap();
        let crowd: Vec<_> = (1..HANDSHAKES).map(|_| threshold.enter(HERE, now).unwrap()).collect();
        crowd[0].speaks();
        let viewer = threshold.enter(THERE, now).unwrap();
        let cut: Vec<_> = crowd.iter().enumerate().filter(|(_, one)| one.cut.is_cancelled()).map(|(at, _)| at).collect();
        assert_eq!(cut, [1]);
        assert!(!other.cut.is_cancelled() && !viewer.cut.is_cancelled());
        assert_eq!(threshold.0.lock().all.len(), HANDSHAKES);
    }

    #[test]
    fn who_speaks_has_time_to_finish_and_no_more() {
        let (threshold, now) = (Threshold::default(), Instant::now());
        let crowd: Vec<_> = (0..HANDSHAKES).map(|_| threshold.enter(HERE, now).unwrap()).collect();
        crowd.iter().for_each(Entered::speaks);
        assert!(threshold.enter(THERE, now + GRACE).is_none());
        assert!(threshold.enter(THERE, now + GRACE * 2).is_some());
        assert!(crowd[0].cut.is_cancelled() && !crowd[1].cut.is_cancelled());
        drop(crowd);
        assert!(threshold.0.lock().all.is_empty());
    }
}
