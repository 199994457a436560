//! What a running machine needs from this host: the time since its start, and chance.

use core::time::Duration;
use std::time::Instant;

use lan::discovery::Draw;
use uuid::Uuid;

/// Time since the machine's start, on the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn now(self) -> Duration {
        self.0.elapsed()
    }

    /// Sleeps until that time; for ever if there is none.
    pub(crate) async fn sleep_until(self, at: Option<Duration>) {
        match at {
            Some(at) => tokio::time::sleep_until((self.0 + at).into()).await,
            None => std::future::pending().await,
        }
    }
}

/// A draw that nobody can guess.
pub(crate) fn draw() -> Draw {
    let id = uuid::Builder::from_random_bytes(rand::random::<[u8; 16]>()).into_uuid();
    debug_assert_ne!(id, Uuid::nil());
    Draw { id, delay: rand::random(), repeat: rand::random() }
}

#[cfg(test)]
mod tests {
    use lan::discovery::{Arrival, Body, Card, Link, Message, Probe, Responder, Role, Version, urn, write};

    use super::*;

    /// How long an answer to a probe by multicast waits, in milliseconds.
    fn wait(number: u128) -> u128 {
        let card = Card {
            role: Role::Main,
            installation: Uuid::nil(),
            name: "Harbour".to_owned(),
            server: None,
            site: None,
            version: "0.1.0".to_owned(),
            certificate: None,
            http: Some(80),
            https: None,
            control: None,
        };
        let (greeted, asked) = (Duration::ZERO, Duration::from_secs(9));
        let mut responder = Responder::new(Uuid::from_u128(7), card, 1, greeted);
        let addresses = vec![("192.0.2.7".parse().unwrap(), 24)];
        responder.set_links(vec![Link { index: 2, addresses }], greeted, &mut draw);
        while let Some(at) = responder.next_time() {
            while responder.poll(at).is_some() {}
        }
        let version = Version::V11;
        let (id, to) = (urn(Uuid::from_u128(number)), Some(version.everybody().to_owned()));
        let body = Body::Probe(Probe::default());
        let probe = write(&Message { version, id, relates_to: None, to, sequence: None, body });
        let arrival = Arrival { from: "192.0.2.9:4000".parse().unwrap(), link: 2, to: "239.255.255.250".parse().unwrap() };
        responder.hear(&probe, arrival, asked, &mut draw);
        (responder.next_time().unwrap() - asked).as_millis()
    }

    #[test]
    fn answers_wait_up_to_half_a_second_and_nobody_knows_how_long() {
        let waits: Vec<u128> = (1..=1_000).map(wait).collect();
        assert!(waits.iter().all(|wait| *wait <= 500), "{waits:?}");
        // With a thousand draws a tenth of the span stays empty once in 10^45 runs.
        for tenth in 0..10 {
            assert!(waits.iter().any(|wait| *wait / 50 == tenth), "none from {} ms on: {waits:?}", tenth * 50);
        }
    }
}
