//! Devices that wait for a person: they show a code. Kept in memory only, so that strangers cost no disk.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Weak;
use std::sync::atomic::{AtomicU64, Ordering};

use api::device::PendingDevice;
use control::code;
use domain::cell::Size;
use domain::id::DeviceId;
use domain::intent::enrol::Newcomer;
use domain::viewer::PlayerKind;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::hub::ToSession;
use super::source::Source;
use crate::app::App;

/// The most devices that may wait at a time.
pub const MOST: usize = 1_000;
/// The most of one source that may wait at a time: many screens may stand behind one address.
pub const MOST_OF_SOURCE: usize = 500;
/// A device that was not heard for so long leaves before those that were, in milliseconds.
const SILENT_MS: i64 = 30_000;
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
    pub address: IpAddr,
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
    /// Counts up whenever one comes or goes.
    edition: AtomicU64,
    settled: Notify,
}

/// A device that may wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcomed {
    /// Its code.
    pub code: String,
    /// The device that gave up its place for it.
    pub displaced: Option<DeviceId>,
}

/// Why a device cannot wait here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwelcome {
    /// Too many wait already, and none of them of a source with more than its own.
    Crowded,
    /// Another device with this id has another secret.
    WrongSecret,
    /// Another machine with the same key waits.
    KeyInUse,
}

impl Pending {
    /// A device introduces itself, or comes again. `random` makes codes. Where its source has too many waiting already, or where all places
    /// are taken and another source has more of them, the one that waits longest there gives up its place; silent ones go first.
    ///
    /// # Errors
    /// [`Unwelcome`].
    pub fn greet(
        &self,
        device: DeviceId,
        visitor: Waiting,
        random: impl Fn() -> [u8; code::LENGTH],
    ) -> Result<Welcomed, Unwelcome> {
        let mut waiting = self.waiting.lock();
        let now = visitor.seen;
        let before = waiting.len();
        waiting.retain(|id, w| *id == device || now - w.seen < FORGET_MS);
        if waiting.len() != before {
            self.edition.fetch_add(1, Ordering::Relaxed);
        }
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
            return Ok(Welcomed { code: known.code.clone(), displaced: None });
        }
        let displaced = make_room(&mut waiting, Source::of(visitor.address), now)?;
        let code = std::iter::repeat_with(|| code::from_random(random()))
            .find(|code| waiting.values().all(|w| w.code != *code))
            .expect("there are more codes than waiting devices");
        waiting.insert(device, Waiting { code: code.clone(), since: now, ..visitor });
        drop(waiting);
        self.edition.fetch_add(1, Ordering::Relaxed);
        if displaced.is_some() {
            metrics::counter!("signboard_waiting_displaced_total").increment(1);
            self.settled.notify_waiters();
        }
        Ok(Welcomed { code, displaced })
    }

    /// A number that changes whenever one comes or goes.
    #[must_use]
    pub fn edition(&self) -> u64 {
        self.edition.load(Ordering::Relaxed)
    }

    /// Whether a device waits.
    #[must_use]
    pub fn is_waiting(&self, device: DeviceId) -> bool {
        self.waiting.lock().contains_key(&device)
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
        self.edition.fetch_add(1, Ordering::Relaxed);
        self.settled.notify_waiters();
    }

    /// Ends when a person has decided about some device, or when one gave up its place.
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
            address: w.address.to_string(),
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

/// Takes the place of one that waits, where a new one of `source` finds none. Returns whose.
fn make_room(waiting: &mut BTreeMap<DeviceId, Waiting>, source: Source, now: i64) -> Result<Option<DeviceId>, Unwelcome> {
    let mut counts: BTreeMap<Source, usize> = BTreeMap::new();
    waiting.values().for_each(|w| *counts.entry(Source::of(w.address)).or_default() += 1);
    let own = counts.get(&source).copied().unwrap_or(0);
    let from = if own >= MOST_OF_SOURCE {
        source
    } else if waiting.len() >= MOST {
        let (largest, many) = counts.into_iter().max_by_key(|(_, many)| *many).ok_or(Unwelcome::Crowded)?;
        if many <= own + 1 {
            return Err(Unwelcome::Crowded);
        }
        largest
    } else {
        return Ok(None);
    };
    let of_source = waiting.iter().filter(|(_, w)| Source::of(w.address) == from);
    let oldest = of_source.min_by_key(|(id, w)| (now - w.seen < SILENT_MS, w.since, **id)).map(|(id, _)| *id);
    if let Some(oldest) = oldest {
        waiting.remove(&oldest);
    }
    Ok(oldest)
}

/// Lets a device wait for a person; one that gives up its place is told.
///
/// # Errors
/// [`Unwelcome`].
pub fn greet(app: &App, device: DeviceId, visitor: Waiting) -> Result<String, Unwelcome> {
    let Welcomed { code, displaced } = app.pending.greet(device, visitor, crate::now::random)?;
    if let Some(displaced) = displaced {
        app.hub.tell(displaced, ToSession::Crowded);
    }
    app.live.wake.notify_one();
    Ok(code)
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
            address: IpAddr::from([192, 0, 2, 1]),
            since: now,
            seen: now,
            native: None,
        }
    }

    #[test]
    fn a_device_keeps_its_code_and_nobody_takes_its_id() {
        let pending = Pending::default();
        let device = DeviceId(uuid::Uuid::from_u128(1));
        let code = pending.greet(device, visitor("a", 0), || [7; 6]).unwrap().code;
        assert_eq!(pending.greet(device, visitor("a", 5), || [8; 6]).unwrap().code, code);
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
        let code = pending.greet(device, machine(1, "A", &open), || [7; 6]).unwrap().code;
        assert_eq!(
            pending.greet(device, machine(2, "A", &open), || [8; 6]).unwrap().code,
            code,
            "the same machine, started again"
        );
        assert_eq!(pending.greet(device, machine(3, "B", &open), || [8; 6]), Err(Unwelcome::KeyInUse));
        assert_eq!(pending.greet(device, visitor("a", 0), || [8; 6]), Err(Unwelcome::WrongSecret), "a browser takes no place");
        drop(open);
        let open = std::sync::Arc::new(());
        assert_eq!(pending.greet(device, machine(3, "B", &open), || [8; 6]).unwrap().code, code, "the first one has gone");
    }

    fn codes() -> impl Fn() -> [u8; code::LENGTH] {
        let counter = std::sync::atomic::AtomicU32::new(0);
        move || {
            let n = counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            [0, 0, (n / 900) as u8, (n / 30 % 30) as u8, (n % 30) as u8, 0]
        }
    }

    fn id(n: u128) -> DeviceId {
        DeviceId(uuid::Uuid::from_u128(n))
    }

    fn from(n: u128, now: i64) -> Waiting {
        Waiting { address: std::net::Ipv6Addr::from((0x2001_0db8_u128 << 96) | (n << 64) | n).into(), ..visitor("s", now) }
    }

    #[test]
    fn strangers_cannot_fill_the_memory() {
        let (pending, random) = (Pending::default(), codes());
        for n in 0..MOST as u128 {
            pending.greet(id(n), from(n, 0), &random).unwrap();
        }
        let late = MOST as u128;
        assert_eq!(pending.greet(id(late), from(late, 0), &random), Err(Unwelcome::Crowded), "nobody has more than one place");
        assert!(pending.greet(id(late), from(late, FORGET_MS), &random).is_ok(), "the silent ones were forgotten");
        assert_eq!(pending.list().len(), 1);
    }

    #[test]
    fn one_source_keeps_nobody_else_out_and_loses_its_own_oldest() {
        let (pending, random) = (Pending::default(), codes());
        let most = MOST_OF_SOURCE as u128;
        for n in 0..most {
            let welcomed = pending.greet(id(n), visitor("s", n as i64), &random).unwrap();
            assert_eq!(welcomed.displaced, None);
        }
        let later = |n: u128| pending.greet(id(most + n), visitor("s", most as i64), &random).unwrap().displaced;
        assert_eq!(later(0), Some(id(0)));
        pending.seen(id(1), None, SILENT_MS + 2);
        let silent = pending.greet(id(most + 1), visitor("s", SILENT_MS + 2), &random).unwrap().displaced;
        assert_eq!(silent, Some(id(2)), "one that was heard lately stays");
        assert!(!pending.is_waiting(id(0)) && pending.is_waiting(id(1)));
        assert!(pending.by_code("222222").is_none());
        // Others take what is left, and then what the largest source has too many of.
        for n in 0..most {
            let welcomed = pending.greet(id(10_000 + n), from(n / 250, 2 * SILENT_MS), &random).unwrap();
            assert_eq!(welcomed.displaced, None);
        }
        let other = pending.greet(id(20_000), from(77, 2 * SILENT_MS), &random).unwrap().displaced;
        assert_eq!(other, Some(id(3)));
        assert_eq!(pending.list().len(), MOST);
    }

    #[test]
    fn a_network_of_ipv6_is_one_source() {
        let (pending, random) = (Pending::default(), codes());
        for n in 0..=MOST_OF_SOURCE as u128 {
            let address = std::net::Ipv6Addr::from((0x2001_0db8_u128 << 96) | n).into();
            let displaced = pending.greet(id(n), Waiting { address, ..visitor("s", 0) }, &random).unwrap().displaced;
            assert_eq!(displaced.is_some(), n == MOST_OF_SOURCE as u128);
        }
    }
}
