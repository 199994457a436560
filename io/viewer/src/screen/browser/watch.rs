//! Whether the browser is well: judged from what it says and from what it uses.
//!
//! A page that hangs is silent in two ways: its thread answers no question over the pipe, and its player says nothing in its session. On a computer
//! that has far too much to do either may be late, but not both for long, and what nobody looked at does not count.

use std::time::{Duration, Instant};

use crate::screen::contract::RestartCause;
use crate::screen::stage::Pulse;

/// A page that was loaded and has no session after so long is loaded again.
const ARRIVAL: Duration = Duration::from_secs(20);
/// A page whose session broke has so long to come back by itself.
const RETURN: Duration = Duration::from_secs(15);
/// While the first page loads, a slow computer may be silent for longer than later.
const FIRST: Duration = Duration::from_secs(60);
/// Loads that may fail in a row before the browser itself is suspected.
const LOADS: u32 = 3;
/// Memory over the limit is answered at the next change of item, but not later than this.
const OVER: Duration = Duration::from_secs(60);
/// A browser that answers nothing for so long is of no use, though its player still speaks.
const DEAF: Duration = Duration::from_secs(600);
/// Between two judgements lies a second. Where it was this much, the whole computer stood still.
const PAUSE: Duration = Duration::from_secs(5);

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Well,
    /// Load the page again.
    Reload(RestartCause),
    /// End the browser and start another.
    Restart(RestartCause),
}

/// What is known of one life of a browser.
#[derive(Debug)]
pub(super) struct Watch {
    patience: Duration,
    limit: u64,
    loaded: Instant,
    loads: u32,
    arrived: bool,
    lost: Option<Instant>,
    breath: Instant,
    /// When the player said something last, and how much it had said by then.
    word: (Instant, u64),
    over: Option<(Instant, u64, u64)>,
    judged: Instant,
}

impl Watch {
    /// A browser that was just told to load the page.
    pub(super) fn new(now: Instant, patience: Duration, limit: u64) -> Self {
        let word = (now, 0);
        Self { patience, limit, loaded: now, loads: 0, arrived: false, lost: None, breath: now, word, over: None, judged: now }
    }

    /// The page was told to load again.
    pub(super) fn reloaded(&mut self, now: Instant) {
        self.loaded = now;
        self.arrived = false;
        self.lost = None;
    }

    /// The page's thread answered.
    pub(super) fn breathed(&mut self, now: Instant) {
        self.breath = now;
    }

    /// All processes together use so many bytes.
    pub(super) fn weighed(&mut self, now: Instant, bytes: u64, pulse: Pulse) {
        if self.limit == 0 || bytes <= self.limit {
            self.over = None;
        } else if self.over.is_none() {
            self.over = Some((now, bytes, pulse.items));
        }
    }

    /// The page crashed or could not be loaded.
    pub(super) fn failed(&mut self, cause: RestartCause) -> Verdict {
        self.loads += 1;
        if self.loads >= LOADS { Verdict::Restart(cause) } else { Verdict::Reload(cause) }
    }

    /// What was not looked at is no silence of the browser: nothing ran meanwhile.
    fn pass_over_pause(&mut self, now: Instant) {
        let pause = now.saturating_duration_since(self.judged);
        self.judged = now;
        if pause > PAUSE {
            for moment in [&mut self.loaded, &mut self.breath, &mut self.word.0].into_iter().chain(&mut self.lost) {
                *moment = (*moment + pause).min(now);
            }
        }
    }

    /// Judges. Call at least every second.
    pub(super) fn judge(&mut self, now: Instant, pulse: Pulse) -> Verdict {
        self.pass_over_pause(now);
        if pulse.words != self.word.1 {
            self.word = (now, pulse.words);
        }
        if pulse.connected {
            self.arrived = true;
            self.lost = None;
            if now - self.loaded > RETURN {
                self.loads = 0;
            }
        } else if self.arrived && self.lost.is_none() {
            self.lost = Some(now);
        }
        let (deaf, dumb) = (now.saturating_duration_since(self.breath), now.saturating_duration_since(self.word.0));
        let allowed = if self.arrived { self.patience } else { self.patience.max(FIRST) };
        let silence = deaf.min(dumb);
        if silence > allowed || deaf > DEAF {
            return Verdict::Restart(RestartCause::Frozen(if silence > allowed { silence } else { deaf }));
        }
        if let Some((since, bytes, items)) = self.over
            && (pulse.items != items || now - since > OVER)
        {
            return Verdict::Restart(RestartCause::Memory(bytes));
        }
        let late = !self.arrived && now - self.loaded > ARRIVAL;
        if late || self.lost.is_some_and(|lost| now - lost > RETURN) {
            return self.failed(RestartCause::NotLoaded("the player does not answer".to_owned()));
        }
        Verdict::Well
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: Pulse = Pulse { connected: true, pages: 1, items: 1, words: 0 };
    const AWAY: Pulse = Pulse { connected: false, pages: 1, items: 1, words: 0 };

    fn seconds(count: u64) -> Duration {
        Duration::from_secs(count)
    }

    #[test]
    fn a_page_that_breathes_is_well() {
        let start = Instant::now();
        let mut watch = Watch::new(start, seconds(15), 0);
        for second in 0..200 {
            watch.breathed(start + seconds(second));
            assert_eq!(watch.judge(start + seconds(second), HERE), Verdict::Well);
        }
    }

    /// Judges at every second of a span, and answers the last verdict.
    fn each(watch: &mut Watch, start: Instant, span: std::ops::RangeInclusive<u64>, pulse: impl Fn(u64) -> Pulse) -> Verdict {
        let mut last = Verdict::Well;
        for second in span {
            last = watch.judge(start + seconds(second), pulse(second));
            if last != Verdict::Well {
                break;
            }
        }
        last
    }

    #[test]
    fn a_page_that_is_silent_in_both_ways_is_frozen_but_a_slow_start_is_not() {
        let start = Instant::now();
        let mut watch = Watch::new(start, seconds(15), 0);
        assert_eq!(each(&mut watch, start, 1..=19, |_| AWAY), Verdict::Well);
        watch.breathed(start + seconds(19));
        assert_eq!(each(&mut watch, start, 20..=34, |_| HERE), Verdict::Well);
        assert_eq!(each(&mut watch, start, 35..=35, |_| HERE), Verdict::Restart(RestartCause::Frozen(seconds(16))));
    }

    #[test]
    fn one_sign_of_life_is_enough_for_a_while() {
        let start = Instant::now();
        let mut watch = Watch::new(start, seconds(15), 0);
        // Every ten seconds the player says something; the pipe is silent.
        let speaks = |second| Pulse { words: second / 10, ..HERE };
        assert_eq!(each(&mut watch, start, 1..=600, speaks), Verdict::Well);
        assert_eq!(each(&mut watch, start, 601..=601, speaks), Verdict::Restart(RestartCause::Frozen(seconds(601))));
        let mut watch = Watch::new(start, seconds(15), 0);
        for second in 1..=600 {
            if second % 10 == 0 {
                watch.breathed(start + seconds(second));
            }
            assert_eq!(watch.judge(start + seconds(second), HERE), Verdict::Well, "{second}");
        }
    }

    #[test]
    fn a_computer_that_stood_still_blames_nobody() {
        let start = Instant::now();
        let mut watch = Watch::new(start, seconds(15), 0);
        assert_eq!(each(&mut watch, start, 1..=10, |_| HERE), Verdict::Well);
        // An hour later everything runs again.
        assert_eq!(each(&mut watch, start, 3_600..=3_604, |_| HERE), Verdict::Well);
        assert!(matches!(each(&mut watch, start, 3_605..=3_610, |_| HERE), Verdict::Restart(RestartCause::Frozen(_))));
        let mut watch = Watch::new(start, seconds(15), 0);
        watch.judge(start, HERE);
        watch.judge(start + seconds(1), AWAY);
        watch.breathed(start + seconds(3_600));
        assert_eq!(watch.judge(start + seconds(3_600), AWAY), Verdict::Well, "a session may come back by itself after it, too");
    }

    #[test]
    fn a_page_that_does_not_arrive_is_loaded_again_then_the_browser_goes() {
        let start = Instant::now();
        let mut watch = Watch::new(start, seconds(15), 0);
        for load in 1..=3 {
            let now = start + seconds(21 * load);
            for second in 21 * (load - 1) + 1..21 * load {
                watch.breathed(start + seconds(second));
                assert_eq!(watch.judge(start + seconds(second), AWAY), Verdict::Well);
            }
            watch.breathed(now);
            let verdict = watch.judge(now, AWAY);
            assert_eq!(matches!(verdict, Verdict::Reload(_)), load < 3, "{verdict:?}");
            assert_eq!(matches!(verdict, Verdict::Restart(_)), load == 3, "{verdict:?}");
            watch.reloaded(now);
        }
    }

    #[test]
    fn a_session_that_breaks_may_come_back_by_itself() {
        let start = Instant::now();
        let mut watch = Watch::new(start, seconds(60), 0);
        watch.judge(start, HERE);
        for second in 1..=16 {
            assert_eq!(watch.judge(start + seconds(second), AWAY), Verdict::Well, "{second}");
        }
        assert!(matches!(watch.judge(start + seconds(17), AWAY), Verdict::Reload(_)));
    }

    #[test]
    fn memory_is_answered_between_two_items_or_after_a_minute() {
        let start = Instant::now();
        let mut watch = Watch::new(start, seconds(600), 1000);
        watch.weighed(start, 1001, HERE);
        assert_eq!(watch.judge(start + seconds(1), HERE), Verdict::Well);
        assert_eq!(watch.judge(start + seconds(2), Pulse { items: 2, ..HERE }), Verdict::Restart(RestartCause::Memory(1001)));
        assert_eq!(watch.judge(start + seconds(61), HERE), Verdict::Restart(RestartCause::Memory(1001)));
        watch.weighed(start + seconds(62), 900, HERE);
        assert_eq!(watch.judge(start + seconds(62), HERE), Verdict::Well);
    }
}
