//! Patience with wrong guesses: so many failures within a minute per name and per address, then a pause.

use std::collections::BTreeMap;
use std::net::IpAddr;

use parking_lot::Mutex;

/// Failures within [`WINDOW_MS`] before a pause.
pub const FAILURES: usize = 5;
/// How long a failure counts, in milliseconds.
pub const WINDOW_MS: i64 = 60_000;
/// The most subjects remembered; beyond, the oldest are forgotten.
const SUBJECTS: usize = 10_000;

/// Counts failures. It has no clock: every call says what time it is.
#[derive(Debug, Default)]
pub struct Throttle {
    failures: Mutex<BTreeMap<String, Vec<i64>>>,
}

impl Throttle {
    /// Counts a guess as wrong in advance, so that guesses made at the same time count too; [`Self::succeeded`] takes it back.
    /// Returns the seconds to wait instead if it may not be made now.
    #[must_use]
    pub fn begin(&self, login: &str, address: IpAddr, now_ms: i64) -> Option<u64> {
        self.guess(&subjects(login, address), now_ms)
    }

    /// Counts a wrong guess at a secret that nobody owns, such as a link: only the address has to wait. Returns the seconds, if it has
    /// to already. Sign-ins from the address are not held up.
    #[must_use]
    pub fn guess_at(&self, secret: &str, address: IpAddr, now_ms: i64) -> Option<u64> {
        self.guess(&[format!("{secret} {address}")], now_ms)
    }

    /// A guess at such a secret was right: it is not counted as wrong.
    pub fn guessed_at(&self, secret: &str, address: IpAddr) {
        let mut failures = self.failures.lock();
        if let Some(times) = failures.get_mut(&format!("{secret} {address}")) {
            times.pop();
        }
    }

    fn guess(&self, subjects: &[String], now_ms: i64) -> Option<u64> {
        let mut failures = self.failures.lock();
        let wait = subjects.iter().filter_map(|subject| wait_s(&failures, subject, now_ms)).max();
        if wait.is_none() {
            count(&mut failures, subjects, now_ms);
        }
        wait
    }

    /// A guess that was counted in advance was right: the name's failures are forgotten, of the address's only this one.
    pub fn succeeded(&self, login: &str, address: IpAddr) {
        let [name, address] = subjects(login, address);
        let mut failures = self.failures.lock();
        failures.remove(&name);
        if let Some(times) = failures.get_mut(&address) {
            times.pop();
            if times.is_empty() {
                failures.remove(&address);
            }
        }
    }
}

fn wait_s(failures: &BTreeMap<String, Vec<i64>>, subject: &String, now_ms: i64) -> Option<u64> {
    let times = failures.get(subject)?;
    let recent: Vec<i64> = times.iter().copied().filter(|at| now_ms - at < WINDOW_MS).collect();
    let first = recent.len().checked_sub(FAILURES).map(|index| recent[index])?;
    u64::try_from((first + WINDOW_MS - now_ms) / 1_000 + 1).ok()
}

fn count(failures: &mut BTreeMap<String, Vec<i64>>, subjects: &[String], now_ms: i64) {
    failures.retain(|_, times| times.last().is_some_and(|at| now_ms - at < WINDOW_MS));
    while failures.len() > SUBJECTS {
        failures.pop_first();
    }
    for subject in subjects {
        let times = failures.entry(subject.clone()).or_default();
        times.push(now_ms);
        let surplus = times.len().saturating_sub(FAILURES);
        times.drain(..surplus);
    }
}

fn subjects(login: &str, address: IpAddr) -> [String; 2] {
    [format!("name {}", login.to_lowercase()), format!("address {address}")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_make_a_pause_that_ends() {
        let (throttle, here, there) = (Throttle::default(), IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for n in 0..5 {
            assert_eq!(throttle.begin("Ada", here, n), None);
        }
        assert_eq!(throttle.begin("ada", there, 10), Some(60), "the name waits wherever it comes from");
        assert_eq!(throttle.begin("bob", here, 10), Some(60), "so does the address, whatever name it tries");
        assert_eq!(throttle.begin("bob", there, 10), None);
        assert_eq!(throttle.begin("ada", here, WINDOW_MS), None);
    }

    #[test]
    fn guesses_at_a_link_hold_up_their_address_and_nobody_else() {
        let (throttle, here, there) = (Throttle::default(), IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for n in 0..5 {
            assert_eq!(throttle.guess_at("link", here, n), None);
        }
        assert_eq!(throttle.guess_at("link", here, 10), Some(60));
        assert_eq!(throttle.guess_at("link", there, 10), None);
        assert_eq!(throttle.begin("ada", here, 10), None);
    }

    #[test]
    fn right_guesses_cost_nothing() {
        let (throttle, here) = (Throttle::default(), IpAddr::from([10, 0, 0, 1]));
        for n in 0..20 {
            assert_eq!(throttle.begin("ada", here, n), None);
            throttle.succeeded("ada", here);
        }
        assert!(throttle.failures.lock().is_empty());
        for n in 0..5 {
            assert_eq!(throttle.begin("ada", here, n), None);
        }
        assert_eq!(throttle.begin("ada", here, 10), Some(60), "guesses under way count");
    }
}
