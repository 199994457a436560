//! Devices that wait for a person: they show a code. Kept in memory only, so that strangers cost no disk.

use std::collections::BTreeMap;

use api::device::PendingDevice;
use control::code;
use domain::cell::Size;
use domain::id::DeviceId;
use parking_lot::Mutex;

/// The most devices that may wait at a time.
pub const MOST: usize = 1_000;
/// How long a silent device is remembered, in milliseconds.
const FORGET_MS: i64 = 30 * 60_000;

/// A waiting device.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// SHA-256 of its secret, hexadecimal.
    pub secret_hash: String,
    /// The code on its screen.
    pub code: String,
    /// What the browser calls itself.
    pub user_agent: String,
    /// Its screen.
    pub screen: Size,
    /// Its network address.
    pub address: String,
    /// Since when it waits, Unix milliseconds.
    pub since: i64,
    /// When it was heard last, Unix milliseconds.
    pub seen: i64,
}

/// All waiting devices.
#[derive(Debug, Default)]
pub struct Pending(Mutex<BTreeMap<DeviceId, Waiting>>);

/// Why a device cannot wait here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwelcome {
    /// Too many wait already.
    Crowded,
    /// Another device with this id has another secret.
    WrongSecret,
}

impl Pending {
    /// A device introduces itself, or comes again. Returns its code. `random` makes codes.
    ///
    /// # Errors
    /// [`Unwelcome`].
    pub fn greet(
        &self,
        device: DeviceId,
        visitor: Waiting,
        random: impl Fn() -> [u8; code::LENGTH],
    ) -> Result<String, Unwelcome> {
        let mut waiting = self.0.lock();
        let now = visitor.seen;
        waiting.retain(|id, w| *id == device || now - w.seen < FORGET_MS);
        if let Some(known) = waiting.get_mut(&device) {
            if known.secret_hash != visitor.secret_hash {
                return Err(Unwelcome::WrongSecret);
            }
            known.seen = now;
            known.user_agent = visitor.user_agent;
            known.address = visitor.address;
            if visitor.screen != Size::default() {
                known.screen = visitor.screen;
            }
            return Ok(known.code.clone());
        }
        if waiting.len() >= MOST {
            return Err(Unwelcome::Crowded);
        }
        let code = std::iter::repeat_with(|| code::from_random(random()))
            .find(|code| waiting.values().all(|w| w.code != *code))
            .expect("there are more codes than waiting devices");
        waiting.insert(device, Waiting { code: code.clone(), since: now, ..visitor });
        Ok(code)
    }

    /// A waiting device.
    #[must_use]
    pub fn get(&self, device: DeviceId) -> Option<Waiting> {
        self.0.lock().get(&device).cloned()
    }

    /// It is still there; its screen became known.
    pub fn seen(&self, device: DeviceId, screen: Option<Size>, now_ms: i64) {
        if let Some(waiting) = self.0.lock().get_mut(&device) {
            waiting.seen = now_ms;
            waiting.screen = screen.unwrap_or(waiting.screen);
        }
    }

    /// The device that shows this code, as typed by a person.
    #[must_use]
    pub fn by_code(&self, typed: &str) -> Option<(DeviceId, Waiting)> {
        let code = code::parse(typed)?;
        self.0.lock().iter().find(|(_, w)| w.code == code).map(|(id, w)| (*id, w.clone()))
    }

    /// It waits no more.
    pub fn remove(&self, device: DeviceId) {
        self.0.lock().remove(&device);
    }

    /// All of them, the longest waiting first.
    #[must_use]
    pub fn list(&self) -> Vec<PendingDevice> {
        let view = |(device, w): (&DeviceId, &Waiting)| PendingDevice {
            device: *device,
            code: w.code.clone(),
            user_agent: w.user_agent.clone(),
            screen: w.screen,
            address: w.address.clone(),
            since: w.since,
        };
        let mut list: Vec<PendingDevice> = self.0.lock().iter().map(view).collect();
        list.sort_by_key(|device| (device.since, device.device));
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor(secret: &str, now: i64) -> Waiting {
        Waiting {
            secret_hash: secret.to_owned(),
            code: String::new(),
            user_agent: "test".into(),
            screen: Size::default(),
            address: String::new(),
            since: now,
            seen: now,
        }
    }

    #[test]
    fn a_device_keeps_its_code_and_nobody_takes_its_id() {
        let pending = Pending::default();
        let device = DeviceId(uuid::Uuid::from_u128(1));
        let code = pending.greet(device, visitor("a", 0), || [7; 6]).unwrap();
        assert_eq!(pending.greet(device, visitor("a", 5), || [8; 6]).unwrap(), code);
        assert_eq!(pending.greet(device, visitor("b", 5), || [8; 6]), Err(Unwelcome::WrongSecret));
        assert_eq!(pending.by_code(&code.to_lowercase()).unwrap().0, device);
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let pending = Pending::default();
        let counter = std::sync::atomic::AtomicU32::new(0);
        let random = || {
            let n = counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            [0, 0, (n / 900) as u8, (n / 30 % 30) as u8, (n % 30) as u8, 0]
        };
        for n in 0..MOST as u128 {
            pending.greet(DeviceId(uuid::Uuid::from_u128(n)), visitor("s", 0), random).unwrap();
        }
        let late = DeviceId(uuid::Uuid::from_u128(u128::MAX));
        assert_eq!(pending.greet(late, visitor("s", 0), random), Err(Unwelcome::Crowded));
        assert!(pending.greet(late, visitor("s", FORGET_MS), random).is_ok(), "the silent ones were forgotten");
        assert_eq!(pending.list().len(), 1);
    }
}
