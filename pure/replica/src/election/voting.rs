//! The voters' side: to notice that the Main is silent, to ask for votes, and to give them.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{ASK_MS, Beat, CAMPAIGN_MS, Election, Output, Says, Vote, Word};
use crate::session::Epoch;

/// A server's attempt to become the Main.
#[derive(Clone, Debug)]
pub(super) struct Campaign {
    term: u32,
    stage: Stage,
    /// When this stage began.
    since: u64,
    asked_at: u64,
    yes: BTreeSet<Uuid>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// It asks who would vote for it, so that numbers are not used up, and nobody is bound, as long as most hear the Main.
    Trial,
    /// Most would; its own vote is being written.
    Keeping,
    /// It asks for votes.
    Asking,
    /// Most have voted for it.
    Won,
}

impl Campaign {
    /// Until when the winner may have the Main's duties by the votes alone.
    pub(super) fn lease(&self, lead: Epoch, patience_ms: u64) -> Option<u64> {
        (self.stage == Stage::Won && self.term == lead.number).then(|| self.since.saturating_add(patience_ms))
    }
}

impl Election {
    /// Looks whether the Main has been silent for too long.
    pub(super) fn seek(&mut self, now: u64) {
        if let Some(campaign) = &self.campaign {
            let age = now.saturating_sub(campaign.since);
            let over = match campaign.stage {
                Stage::Trial | Stage::Asking => age > CAMPAIGN_MS,
                // The disk answers, or the facts do.
                Stage::Keeping | Stage::Won => age > self.facts.council.patience_ms,
            };
            if over {
                self.campaign = None;
            }
        }
        let council = &self.facts.council;
        let may = council.voters.contains(&self.own) && self.keeping.is_none();
        let Some(wait) = self.facts.wait_ms.filter(|_| may) else { return };
        if self.campaign.is_none() && now.saturating_sub(self.quiet_since) >= council.silence_ms().saturating_add(wait) {
            let Some(term) = self.term().max(self.seen).checked_add(1) else { return };
            self.enter(now, term, Stage::Trial);
        }
        self.ask_again(now);
    }

    fn enter(&mut self, now: u64, term: u32, stage: Stage) {
        let asked_at = now.saturating_sub(ASK_MS);
        self.campaign = Some(Campaign { term, stage, since: now, asked_at, yes: [self.own].into() });
        self.look(now);
    }

    fn ask_again(&mut self, now: u64) {
        let members = self.facts.council.members();
        let Some(campaign) = &mut self.campaign else { return };
        let trial = match campaign.stage {
            Stage::Trial => true,
            Stage::Asking => false,
            Stage::Keeping | Stage::Won => return,
        };
        if now.saturating_sub(campaign.asked_at) < ASK_MS {
            return;
        }
        campaign.asked_at = now;
        let term = campaign.term;
        let silent: Vec<Uuid> = members.difference(&campaign.yes).copied().collect();
        silent.into_iter().for_each(|to| self.say(to, Says::Ask { term, trial }));
    }

    /// Whether most have agreed.
    fn look(&mut self, now: u64) {
        let Some(campaign) = &mut self.campaign else { return };
        if !self.facts.council.most(|voter| campaign.yes.contains(&voter)) {
            return;
        }
        let term = campaign.term;
        match campaign.stage {
            Stage::Trial if self.keeping.is_none() => {
                (campaign.stage, campaign.since) = (Stage::Keeping, now);
                let vote = Vote { term, server: self.own };
                self.keeping = Some((vote, None));
                self.out.push(Output::Keep(vote));
            }
            Stage::Asking => {
                campaign.stage = Stage::Won;
                let until_ms = campaign.since.saturating_add(self.facts.council.patience_ms);
                self.out.push(Output::Promote { term, until_ms });
            }
            Stage::Trial | Stage::Keeping | Stage::Won => {}
        }
    }

    /// The Main is there.
    pub(super) fn main_said(&mut self, now: u64, from: Uuid, word: &Word, beat: Beat) {
        let main = self.facts.lead.server == from && word.lead == self.facts.lead;
        let won = self.campaign.as_ref().is_some_and(|campaign| campaign.stage == Stage::Won);
        if self.leads() || !main {
            // It hears by this that another one was promoted.
            return self.say(from, Says::Following(Beat::default()));
        }
        self.quiet_since = now;
        if won || self.keeping.is_some() || !self.is_free_for(now, from) {
            return;
        }
        self.campaign = None;
        self.promise(now, from);
        self.say(from, Says::Following(beat));
    }

    /// Somebody wants a vote.
    pub(super) fn asked(&mut self, now: u64, from: Uuid, word: &Word, term: u32, trial: bool) {
        let vote = Vote { term, server: from };
        let council = &self.facts.council;
        let meant = word.council == self.sign && council.voters.contains(&from) && council.members().contains(&self.own);
        if !meant || self.leads() || term <= self.facts.lead.number {
            return self.say(from, Says::Answer { term, trial, granted: false });
        }
        if !trial && vote == self.vote && !(now >= self.promised.1 || self.promised.0 != from) {
            // It did not hear the answer.
            return self.say(from, Says::Answer { term, trial, granted: true });
        }
        let free = term > self.vote.term && self.keeping.is_none();
        let silent = now.saturating_sub(self.quiet_since) >= council.silence_ms();
        let won = self.campaign.as_ref().is_some_and(|campaign| campaign.stage == Stage::Won);
        if !free || !silent || won || trial {
            return self.say(from, Says::Answer { term, trial, granted: free && silent && !won });
        }
        self.campaign = None;
        self.keeping = Some((vote, Some(from)));
        self.out.push(Output::Keep(vote));
    }

    /// A vote is on disk, or cannot be.
    pub(super) fn kept(&mut self, now: u64, vote: Option<Vote>) {
        let Some((wanted, asker)) = self.keeping.take() else { return };
        let Some(vote) = vote.filter(|vote| *vote == wanted) else {
            self.campaign = None;
            return;
        };
        self.vote = vote;
        self.quiet_since = now;
        self.promise(now, vote.server);
        match asker {
            Some(asker) => self.say(asker, Says::Answer { term: vote.term, trial: false, granted: true }),
            // The Main may have come back, or the voters be others.
            None if self.campaign.as_ref().is_some_and(|campaign| campaign.term == vote.term) => {
                self.enter(now, vote.term, Stage::Asking);
                self.ask_again(now);
            }
            None => {}
        }
    }

    /// Somebody voted, or did not.
    pub(super) fn heard_vote(&mut self, now: u64, from: Uuid, word: &Word, (term, trial, granted): (u32, bool, bool)) {
        let stage = if trial { Stage::Trial } else { Stage::Asking };
        let Some(campaign) = &mut self.campaign else { return };
        // What comes late may have been answered by somebody who has followed the Main since.
        if now.saturating_sub(campaign.since) > CAMPAIGN_MS {
            return;
        }
        if !granted && word.term >= campaign.term && campaign.stage == Stage::Trial {
            // That number is used up; the next try takes a larger one.
            self.campaign = None;
            return;
        }
        if granted && word.council == self.sign && campaign.term == term && campaign.stage == stage {
            campaign.yes.insert(from);
            self.look(now);
        }
    }
}
