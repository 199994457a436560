//! When which bytes are sent: waits, and the repeats of SOAP-over-UDP 1.1 (section 3.2 and appendix A).

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;
use std::collections::BTreeMap;

use super::choice::Draw;

/// How often a message to one receiver is sent again.
pub(crate) const UNICAST_UDP_REPEAT: u8 = 1;
/// How often a message to a group is sent again.
pub(crate) const MULTICAST_UDP_REPEAT: u8 = 1;
const UDP_MIN_DELAY: Duration = Duration::from_millis(50);
const UDP_MAX_DELAY: Duration = Duration::from_millis(250);
const UDP_UPPER_DELAY: Duration = Duration::from_millis(500);

/// IPv4 or IPv6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

/// Where bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// The group of discovery, out of the interface with this index.
    Group(u32, Family),
    /// One receiver. If known: out of which interface, and from which own address, so that the answer comes from the address that was asked.
    One {
        /// The receiver.
        to: SocketAddr,
        /// The index of the interface, 0 if the system shall choose.
        link: u32,
        /// The own address.
        from: Option<IpAddr>,
    },
}

/// Bytes to send now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmit {
    /// Where to.
    pub to: Destination,
    /// What.
    pub bytes: Vec<u8>,
}

/// Messages that wait to be sent, in the order of their times.
#[derive(Debug, Default)]
pub struct Outbox {
    waiting: BTreeMap<(Duration, u64), Waiting>,
    counter: u64,
}

#[derive(Debug)]
struct Waiting {
    transmit: Transmit,
    repeats: u8,
    pause: Duration,
}

impl Outbox {
    /// Puts a message in: to be sent at `at`, and `repeats` times again, the first time 50 to 250 ms later, then after twice that, up to 500 ms.
    pub fn put(&mut self, at: Duration, repeats: u8, transmit: Transmit, draw: Draw) {
        let pause = Draw::between(draw.repeat, UDP_MIN_DELAY, UDP_MAX_DELAY);
        self.insert(at, Waiting { transmit, repeats, pause });
    }

    /// The next bytes whose time has come. Call until it answers `None`.
    pub fn poll(&mut self, now: Duration) -> Option<Transmit> {
        let entry = self.waiting.first_entry()?;
        if entry.key().0 > now {
            return None;
        }
        let Waiting { transmit, repeats, pause } = entry.remove();
        if repeats > 0 {
            let next = (pause * 2).min(UDP_UPPER_DELAY);
            self.insert(now + pause, Waiting { transmit: transmit.clone(), repeats: repeats - 1, pause: next });
        }
        Some(transmit)
    }

    /// When [`Outbox::poll`] has something next.
    #[must_use]
    pub fn next_time(&self) -> Option<Duration> {
        self.waiting.keys().next().map(|(at, _)| *at)
    }

    /// How many messages wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Forgets all that waits.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Forgets what would leave by an interface that is gone.
    pub fn forget_link(&mut self, index: u32) {
        self.waiting.retain(|_, waiting| match waiting.transmit.to {
            Destination::Group(link, _) => link != index,
            Destination::One { link, .. } => link != index || index == 0,
        });
    }

    fn insert(&mut self, at: Duration, waiting: Waiting) {
        self.waiting.insert((at, self.counter), waiting);
        self.counter += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(bytes: &[u8]) -> Transmit {
        Transmit { to: Destination::Group(2, Family::V4), bytes: bytes.to_vec() }
    }

    fn draw(repeat: u32) -> Draw {
        Draw { id: uuid::Uuid::nil(), delay: 0, repeat }
    }

    #[test]
    fn repeats_double_their_wait_up_to_500_ms() {
        let mut outbox = Outbox::default();
        outbox.put(Duration::from_millis(10), 4, group(b"x"), draw(100));
        let mut times = Vec::new();
        while let Some(at) = outbox.next_time() {
            assert_eq!(outbox.poll(at - Duration::from_millis(1)), None);
            assert_eq!(outbox.poll(at), Some(group(b"x")));
            times.push(at.as_millis());
        }
        assert_eq!(times, [10, 160, 460, 960, 1_460]);
    }

    #[test]
    fn the_first_wait_is_within_the_standards_limits() {
        for repeat in [0, 1, 200, 201, u32::MAX] {
            let mut outbox = Outbox::default();
            outbox.put(Duration::ZERO, 1, group(b"x"), draw(repeat));
            outbox.poll(Duration::ZERO).unwrap();
            assert!((UDP_MIN_DELAY..=UDP_MAX_DELAY).contains(&outbox.next_time().unwrap()));
        }
    }

    #[test]
    fn same_times_keep_their_order_and_gone_links_are_forgotten() {
        let mut outbox = Outbox::default();
        outbox.put(Duration::ZERO, 0, group(b"1"), draw(0));
        outbox.put(Duration::ZERO, 0, group(b"2"), draw(0));
        assert_eq!(outbox.poll(Duration::ZERO).unwrap().bytes, b"1");
        outbox.forget_link(2);
        assert!(outbox.is_empty());
    }
}
