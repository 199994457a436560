//! Which server becomes the Main by itself when the present one falls silent (`docs/decisions/0014-three-servers-vote.md`).
//!
//! A machine without clock, socket, thread or random source: one [`Election`] belongs to one running server, and its driver keeps the order of
//! what comes out. `council` says who votes and when most agree, `leading` is the Main's side: it has its duties only for as long as most voters
//! have heard it. `voting` is the side of the others: to ask, and to answer. Nothing here elects where no council is set.

mod council;
mod leading;
mod voting;
mod word;

use std::collections::BTreeMap;

use uuid::Uuid;

pub use council::{Council, Sign};
pub use word::{Beat, Says, Vote, Word};

use crate::session::Epoch;
use voting::Campaign;

/// The Main says so often that it is there, in milliseconds.
pub const BEAT_MS: u64 = 2_000;
/// A question that nobody answered is asked again after so many milliseconds.
pub const ASK_MS: u64 = 1_000;
/// So long a server waits for votes, in milliseconds.
pub const CAMPAIGN_MS: u64 = 10_000;

/// What the machine must know of its server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Who votes.
    pub council: Council,
    /// Who leads.
    pub lead: Epoch,
    /// So many milliseconds it lets others go first; none: it cannot lead.
    pub wait_ms: Option<u64>,
}

/// What happens to a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Time passes: to be told at least once a second.
    Tick,
    /// Something of this has changed, durably.
    Facts(Facts),
    /// Another server said something.
    Heard {
        /// Which, as its certificate says.
        from: Uuid,
        /// What.
        word: Word,
    },
    /// What [`Output::Keep`] asked for is done, durably; or it could not be done.
    Kept(Result<Vote, ()>),
    /// What [`Output::Promote`] asked for could not be done. That it was done is told by the facts.
    NotPromoted,
}

/// What the driver shall do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this; it may get lost.
    Say {
        /// To whom.
        to: Uuid,
        /// What.
        word: Word,
    },
    /// Keep this vote, and answer with [`Input::Kept`] when it is durable. At most one is under way.
    Keep(Vote),
    /// Most voters agree: become the Main under exactly this number, if no promotion with it or a later one is known.
    Promote {
        /// The number.
        term: u32,
        /// Not later than then, by the monotonic clock in milliseconds.
        until_ms: u64,
    },
    /// Most of the former voters know the present ones: forget the former ones.
    Settle,
}

/// One server's part in elections.
#[derive(Clone, Debug)]
pub struct Election {
    own: Uuid,
    run: Uuid,
    facts: Facts,
    sign: Sign,
    vote: Vote,
    /// The largest number that others told of.
    seen: u32,
    /// A vote that is being written, and who asked for it; none: this server itself.
    keeping: Option<(Vote, Option<Uuid>)>,
    /// When the Main was heard last, or a vote was given: before some time has passed since then, this server votes for nobody.
    quiet_since: u64,
    /// Whom it follows or voted for, and until when it does so with nobody else: that one may count on it.
    promised: (Uuid, u64),
    campaign: Option<Campaign>,
    beat_at: Option<u64>,
    /// The newest sign of life that each voter answered under this council.
    answered: BTreeMap<Uuid, u64>,
    duties_until: Option<u64>,
    out: Vec<Output>,
}

impl Election {
    /// A server that has just started. `vote` is the last one that it kept, `run` different at each start, `now_ms` the time by its monotonic
    /// clock.
    #[must_use]
    pub fn new(own: Uuid, run: Uuid, facts: Facts, vote: Vote, now_ms: u64) -> Self {
        // What it promised before this start still holds. Where nobody votes, nothing was.
        let to = if vote.term > facts.lead.number { vote.server } else { facts.lead.server };
        let voted = facts.council.is_on() || !facts.council.former.is_empty();
        let promised = (to, if voted { now_ms.saturating_add(facts.council.silence_ms()) } else { now_ms });
        Self {
            own,
            run,
            sign: facts.council.sign(),
            facts,
            vote,
            seen: 0,
            keeping: None,
            quiet_since: now_ms,
            promised,
            campaign: None,
            beat_at: None,
            answered: BTreeMap::new(),
            duties_until: None,
            out: Vec::new(),
        }
    }

    /// Something happened at this time of the monotonic clock, in milliseconds.
    #[must_use]
    pub fn handle(&mut self, now_ms: u64, input: Input) -> Vec<Output> {
        match input {
            Input::Tick => self.tick(now_ms),
            Input::Facts(facts) => self.learn(now_ms, facts),
            Input::Heard { from, word } => self.hear(now_ms, from, &word),
            Input::Kept(vote) => self.kept(now_ms, vote.ok()),
            Input::NotPromoted => self.campaign = None,
        }
        std::mem::take(&mut self.out)
    }

    /// Whether this server leads.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.facts.lead.server == self.own
    }

    /// Until when the Main has its duties, by the monotonic clock in milliseconds; none: it has not heard from most voters. Of no matter where
    /// nobody votes.
    #[must_use]
    pub fn duties_until(&self) -> Option<u64> {
        self.duties_until
    }

    /// The largest number of a promotion or a vote that this server knows.
    #[must_use]
    pub fn term(&self) -> u32 {
        self.vote.term.max(self.facts.lead.number)
    }

    /// For how many milliseconds nothing was heard of the Main, by another server than the Main.
    #[must_use]
    pub fn silent_ms(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.quiet_since)
    }

    /// Whether it may follow that server: it promised itself to nobody else.
    fn is_free_for(&self, now: u64, server: Uuid) -> bool {
        self.promised.0 == server || now >= self.promised.1
    }

    fn promise(&mut self, now: u64, to: Uuid) {
        self.promised = (to, now.saturating_add(self.facts.council.silence_ms()));
    }

    fn tick(&mut self, now: u64) {
        match self.leads() {
            true => self.beat(now),
            false => self.seek(now),
        }
    }

    fn learn(&mut self, now: u64, facts: Facts) {
        let Facts { council, lead, wait_ms } = facts;
        self.facts.wait_ms = wait_ms;
        if council != self.facts.council {
            self.sign = council.sign();
            // What was promised with another patience stands, as far as it would be promised now.
            let fresh = now.saturating_add(council.patience_ms);
            self.duties_until = self.duties_until.map(|until| until.min(fresh));
            self.facts.council = council;
            self.answered.clear();
            self.campaign = None;
            self.quiet_since = now;
            self.beat_at = None;
        }
        if lead != self.facts.lead {
            self.follow(now, lead);
        }
    }

    /// Another one leads, or this one does.
    fn follow(&mut self, now: u64, lead: Epoch) {
        let led = self.leads();
        let elected = self.campaign.take().and_then(|campaign| campaign.lease(lead, self.facts.council.patience_ms));
        self.facts.lead = lead;
        self.quiet_since = now;
        self.answered.clear();
        self.beat_at = None;
        self.duties_until = elected.filter(|_| self.leads());
        if led && !self.leads() {
            self.yield_to_another();
        }
    }

    fn hear(&mut self, now: u64, from: Uuid, word: &Word) {
        self.seen = self.seen.max(word.term);
        match word.says {
            Says::Leading(beat) => self.main_said(now, from, word, beat),
            Says::Yielding if self.promised.0 == from => self.promised.1 = now,
            Says::Yielding => {}
            Says::Following(beat) => self.answered(now, from, word, beat),
            Says::Ask { term, trial } => self.asked(now, from, word, term, trial),
            Says::Answer { term, trial, granted } => self.heard_vote(now, from, word, (term, trial, granted)),
        }
    }

    fn say(&mut self, to: Uuid, says: Says) {
        let word = Word { lead: self.facts.lead, term: self.vote.term, council: self.sign, says };
        self.out.push(Output::Say { to, word });
    }
}
