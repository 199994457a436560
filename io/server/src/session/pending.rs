//! Devices that wait for a person: they show a code. Kept in memory only, so that strangers cost no disk.

use std::collections::BTreeMap;
use std::sync::Weak;

use api::device::PendingDevice;
use control::code;
use domain::cell::Size;
use domain::id::DeviceId;
use domain::intent::enrol::Newcomer;
use domain::viewer::PlayerKind;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

/// The most devices that may wait at a time.
pub const MOST: usize = 1_000;
/// How long a silent device is remembered, in milliseconds.
const FORGET_MS: i64 = 30 * 60_000;

/// A waiting device.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// SHA-256 of its secret, hexadecimal; empty = a native viewer, which has a key.
    pub secret_hash: String,
    /// The code on its screen.
    pub code: String,
    /// What the browser or program calls itself.
    pub user_agent: String,
    /// Its screen.
    pub screen: Size,
    /// Its network address.
    pub address: String,
    /// Since when it waits, Unix milliseconds.
    pub since: i64,
    /// When it was heard last, Unix milliseconds.
    pub seen: i64,
    /// What a native viewer says of itself; none = a browser.
    pub native: Option<Native>,
}

/// A native viewer that waits.
#[derive(Clone, Debug)]
pub struct Native {
    /// The machine.
    pub newcomer: Newcomer,
    /// Random part chosen at the start of its program.
    pub start: Vec<u8>,
    /// Lives as long as its call.
    pub open: Weak<()>,
}

impl Native {
    /// Whether another machine with the same key comes while this one still waits.
    fn is_another(&self, comer: &Self) -> bool {
        let macs = |native: &Self| native.newcomer.cards.iter().map(|(_, mac)| *mac).collect::<Vec<_>>();
        let same = self.start == comer.start
            || (self.newcomer.serial == comer.newcomer.serial
                && self.newcomer.output == comer.newcomer.output
                && macs(self) == macs(comer));
        !same && self.open.strong_count() > 0
    }
}

/// All waiting devices.
#[derive(Debug, Default)]
pub struct Pending {
    waiting: Mutex<BTreeMap<DeviceId, Waiting>>,
    settled: Notify,
}

/// Why a device cannot wait here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwelcome {
    /// Too many wait already.
    Crowded,
    /// Another device with this id has another secret.
    WrongSecret,
    /// Another machine with the same key waits.
    KeyInUse,
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
        let mut waiting = self.waiting.lock();
        let now = visitor.seen;
        waiting.retain(|id, w| *id == device || now - w.seen < FORGET_MS);
        if let Some(known) = waiting.get_mut(&device) {
            match (&known.native, &visitor.native) {
                (Some(native), Some(comer)) if native.is_another(comer) => return Err(Unwelcome::KeyInUse),
                (Some(_), Some(_)) => known.native = visitor.native,
                (None, None) if known.secret_hash == visitor.secret_hash => {}
                _ => return Err(Unwelcome::WrongSecret),
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
        self.waiting.lock().get(&device).cloned()
    }

    /// It is still there; its screen became known.
    pub fn seen(&self, device: DeviceId, screen: Option<Size>, now_ms: i64) {
        if let Some(waiting) = self.waiting.lock().get_mut(&device) {
            waiting.seen = now_ms;
            waiting.screen = screen.unwrap_or(waiting.screen);
        }
    }

    /// The device that shows this code, as typed by a person.
    #[must_use]
    pub fn by_code(&self, typed: &str) -> Option<(DeviceId, Waiting)> {
        let code = code::parse(typed)?;
        self.waiting.lock().iter().find(|(_, w)| w.code == code).map(|(id, w)| (*id, w.clone()))
    }

    /// It waits no more.
    pub fn remove(&self, device: DeviceId) {
        self.waiting.lock().remove(&device);
        self.settled.notify_waiters();
    }

    /// Ends when a person has decided about some device.
    pub fn settled(&self) -> Notified<'_> {
        self.settled.notified()
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
            player: if w.native.is_some() { PlayerKind::Native } else { PlayerKind::Html5 },
            hostname: w.native.as_ref().map(|native| native.newcomer.hostname.clone()).unwrap_or_default(),
            serial: w.native.as_ref().map(|native| native.newcomer.serial.clone()).unwrap_or_default(),
            output: w.native.as_ref().map(|native| native.newcomer.output.clone()).unwrap_or_default(),
            macs: w.native.iter().flat_map(|native| native.newcomer.cards.iter().map(|(_, mac)| *mac)).collect(),
        };
        let mut list: Vec<PendingDevice> = self.waiting.lock().iter().map(view).collect();
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
            native: None,
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

    fn machine(start: u8, serial: &str, open: &std::sync::Arc<()>) -> Waiting {
        let newcomer = Newcomer { serial: serial.to_owned(), ..Newcomer::default() };
        let native = Native { newcomer, start: vec![start; 16], open: std::sync::Arc::downgrade(open) };
        Waiting { native: Some(native), ..visitor("", 0) }
    }

    #[test]
    fn two_machines_with_one_key_are_told_apart_and_one_that_starts_again_is_not() {
        let pending = Pending::default();
        let device = DeviceId(uuid::Uuid::from_u128(1));
        let open = std::sync::Arc::new(());
        let code = pending.greet(device, machine(1, "A", &open), || [7; 6]).unwrap();
        assert_eq!(pending.greet(device, machine(2, "A", &open), || [8; 6]).unwrap(), code, "the same machine, started again");
        assert_eq!(pending.greet(device, machine(3, "B", &open), || [8; 6]), Err(Unwelcome::KeyInUse));
        assert_eq!(pending.greet(device, visitor("a", 0), || [8; 6]), Err(Unwelcome::WrongSecret), "a browser takes no place");
        drop(open);
        let open = std::sync::Arc::new(());
        assert_eq!(pending.greet(device, machine(3, "B", &open), || [8; 6]).unwrap(), code, "the first one has gone");
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
