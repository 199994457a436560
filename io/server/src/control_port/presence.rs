//! Which device is connected from which start of its program: two machines with one key differ in it.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::id::DeviceId;
use parking_lot::Mutex;

/// How long the earlier one may take to show that it is still there. Each side of a session says something at least every 5 s.
const PATIENCE: Duration = Duration::from_secs(6);

/// Devices that are connected.
#[derive(Clone, Default)]
pub struct Presence(Arc<Mutex<HashMap<DeviceId, Seat>>>);

#[derive(Clone)]
struct Seat {
    start: Vec<u8>,
    number: u64,
    heard: Arc<AtomicU64>,
}

/// Another machine with the same key is connected and answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("another machine with the same key is connected: throw the key away, make a new one and enrol again")]
pub struct KeyInUse;

/// A connected device; it is gone when this is dropped.
pub struct Present {
    device: DeviceId,
    number: u64,
    heard: Arc<AtomicU64>,
    seats: Presence,
}

impl Presence {
    /// The device connects from this start of its program (16 random bytes). Where another start is connected, waits until that has said
    /// something, or has been silent for too long.
    ///
    /// # Errors
    /// [`KeyInUse`] when the other one is still there.
    pub async fn claim(&self, device: DeviceId, start: &[u8]) -> Result<Present, KeyInUse> {
        self.claim_after(device, start, || tokio::time::sleep(PATIENCE)).await
    }

    async fn claim_after<W: Future<Output = ()>>(
        &self,
        device: DeviceId,
        start: &[u8],
        wait: impl Fn() -> W,
    ) -> Result<Present, KeyInUse> {
        // Whom it waited for and found silent.
        let mut silent = None;
        loop {
            let other = {
                let mut seats = self.0.lock();
                match seats.get(&device).filter(|seat| seat.start != start && Some(seat.number) != silent) {
                    Some(other) => other.clone(),
                    None => return Ok(self.sit(&mut seats, device, start)),
                }
            };
            if self.answers(device, &other, wait()).await {
                return Err(KeyInUse);
            }
            // Somebody else may have taken the seat meanwhile.
            silent = Some(other.number);
        }
    }

    /// Takes the seat, whoever has it.
    fn sit(&self, seats: &mut HashMap<DeviceId, Seat>, device: DeviceId, start: &[u8]) -> Present {
        let number = crate::session::hub::turn();
        let heard = Arc::new(AtomicU64::new(0));
        seats.insert(device, Seat { start: start.to_vec(), number, heard: Arc::clone(&heard) });
        Present { device, number, heard, seats: self.clone() }
    }

    /// Whether the device is connected from another start and answers.
    pub async fn is_elsewhere(&self, device: DeviceId, start: &[u8]) -> bool {
        self.is_elsewhere_after(device, start, tokio::time::sleep(PATIENCE)).await
    }

    async fn is_elsewhere_after(&self, device: DeviceId, start: &[u8], wait: impl Future<Output = ()>) -> bool {
        let other = self.0.lock().get(&device).filter(|seat| seat.start != start).cloned();
        match other {
            Some(other) => self.answers(device, &other, wait).await,
            None => false,
        }
    }

    /// Whether this one is still there after a while and has said something.
    async fn answers(&self, device: DeviceId, other: &Seat, wait: impl Future<Output = ()>) -> bool {
        let before = other.heard.load(Ordering::Relaxed);
        wait.await;
        let present = self.0.lock().get(&device).is_some_and(|seat| seat.number == other.number);
        present && other.heard.load(Ordering::Relaxed) != before
    }
}

impl Present {
    /// A later one has a higher number.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The device said something.
    pub fn heard(&self) {
        self.heard.fetch_add(1, Ordering::Relaxed);
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let mut seats = self.seats.0.lock();
        if seats.get(&self.device).is_some_and(|seat| seat.number == self.number) {
            seats.remove(&self.device);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device() -> DeviceId {
        DeviceId(uuid::Uuid::from_u128(1))
    }

    #[tokio::test]
    async fn a_second_machine_is_told_while_the_first_answers() {
        let presence = Presence::default();
        let nobody = || async { panic!("nobody is waited for") };
        let first = presence.claim_after(device(), &[1; 16], nobody).await.unwrap();
        let talking = || async { first.heard() };
        assert!(presence.claim_after(device(), &[2; 16], talking).await.is_err());
        let nobody = || async { panic!("the same start comes again at once") };
        assert!(presence.claim_after(device(), &[1; 16], nobody).await.is_ok());
    }

    #[tokio::test]
    async fn one_that_fell_silent_or_left_gives_its_seat_up() {
        let presence = Presence::default();
        let silent = presence.claim_after(device(), &[1; 16], || async {}).await.unwrap();
        let second = presence.claim_after(device(), &[2; 16], || async {}).await.unwrap();
        assert!(second.number() > silent.number());
        drop(silent);
        assert!(presence.0.lock().contains_key(&device()), "the seat is the second one's");
        let leaving = async { drop(second) };
        assert!(!presence.is_elsewhere_after(device(), &[3; 16], leaving).await);
        assert!(presence.0.lock().is_empty());
    }

    #[tokio::test]
    async fn of_two_that_waited_for_the_same_silent_one_the_later_waits_for_the_other() {
        let presence = Presence::default();
        let _silent = presence.claim_after(device(), &[1; 16], || async {}).await.unwrap();
        let second = Mutex::new(None);
        let wait = || async {
            let mut second = second.lock();
            match &*second {
                // While it waits for the silent one, another machine takes the seat ...
                None => {
                    let mut seats = presence.0.lock();
                    *second = Some(presence.sit(&mut seats, device(), &[2; 16]));
                }
                // ... and talks.
                Some(second) => second.heard(),
            }
        };
        assert!(presence.claim_after(device(), &[3; 16], wait).await.is_err());
        assert_eq!(presence.0.lock()[&device()].start, [2; 16]);
    }
}
