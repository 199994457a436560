//! The Main's side: it is there, and has its duties as long as most voters heard that lately.

use uuid::Uuid;

use super::{BEAT_MS, Beat, Election, Output, Says, Word};

impl Election {
    /// The Main says that it is there.
    pub(super) fn beat(&mut self, now: u64) {
        let council = &self.facts.council;
        let due = self.beat_at.is_none_or(|at| now.saturating_sub(at) >= BEAT_MS);
        let has_listeners = council.is_on() || !council.former.is_empty();
        if !due || !has_listeners {
            return;
        }
        self.beat_at = Some(now);
        let beat = Beat { run: self.run, sent_ms: now };
        for to in self.facts.council.members() {
            if to != self.own {
                self.say(to, Says::Leading(beat));
            }
        }
        self.count(now);
    }

    /// A voter answered a sign of life.
    pub(super) fn answered(&mut self, now: u64, from: Uuid, word: &Word, beat: Beat) {
        let meant = word.lead == self.facts.lead && word.council == self.sign && beat.run == self.run;
        if !self.leads() || !meant || beat.sent_ms > now {
            return;
        }
        let newest = self.answered.entry(from).or_default();
        *newest = beat.sent_ms.max(*newest);
        self.count(now);
    }

    /// It leads no more, and says so to those who promised not to vote.
    pub(super) fn yield_to_another(&mut self) {
        if self.promised.0 == self.own {
            self.promised.1 = 0;
        }
        for to in self.facts.council.members() {
            if to != self.own {
                self.say(to, Says::Yielding);
            }
        }
    }

    /// Until when most have promised to follow nobody else, counted from when the signs of life were sent.
    fn count(&mut self, now: u64) {
        let council = &self.facts.council;
        let own = self.is_free_for(now, self.own).then_some(now);
        let since = |voter: Uuid| if voter == self.own { own } else { self.answered.get(&voter).copied() };
        let mut times: Vec<u64> = self.answered.values().copied().chain(own).collect();
        times.sort_unstable();
        let heard = times.into_iter().rev().find(|time| council.most(|voter| since(voter).is_some_and(|at| at >= *time)));
        let Some(heard) = heard else { return };
        self.duties_until = self.duties_until.max(Some(heard.saturating_add(council.patience_ms)));
        if !council.former.is_empty() {
            self.out.push(Output::Settle);
        }
    }
}
