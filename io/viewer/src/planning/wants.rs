//! What a plan needs, in the order in which it should be fetched.

use std::collections::BTreeMap;

use control::plan::{Plan, PlanSlot};
use control::planner::BodyFacts;
use domain::cell::Hash;
use domain::id::MediaId;
use domain::timetable::{Program, Show};

/// A file that a plan needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Want {
    /// When it is first needed, Unix milliseconds; what is needed now has the time of the question.
    pub at: i64,
    /// Bodies and fonts come before media of the same time: they are small, and bodies say what else is needed.
    pub rank: Rank,
    /// Whether it can wait for the hours of downloads.
    pub press: Press,
    /// Its length; 0 = unknown, as for a body that is not here.
    pub bytes: u64,
    /// Which.
    pub hash: Hash,
}

/// How much a file presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Press {
    /// An emergency shows it: it waits for nothing.
    Emergency,
    /// It should stand on the screen now: it does not wait where nothing whole stands there instead.
    Now,
    /// It is needed later.
    Later,
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The body of a presentation.
    Body,
    /// A font.
    Font,
    /// A picture or film.
    Media,
}

/// Everything that a plan needs from `now` on, Unix milliseconds, also what is here already: each file once, in the order of need.
#[must_use]
pub fn wants(plan: &Plan, now: i64, body: &dyn Fn(Hash) -> Option<BodyFacts>) -> Vec<Want> {
    let mut wants: BTreeMap<Hash, Want> = BTreeMap::new();
    let mut need = |want: Want| {
        let known = wants.entry(want.hash).or_insert(want);
        known.at = known.at.min(want.at);
        known.rank = known.rank.min(want.rank);
        known.press = known.press.min(want.press);
    };
    for font in &plan.fonts {
        need(Want { at: now, rank: Rank::Font, press: Press::Now, bytes: font.bytes, hash: font.hash });
    }
    for (name, program) in &plan.programs {
        let Some(at) = first_use(plan, name, now) else { continue };
        let is_emergency = |slot: &PlanSlot| slot.emergency && slot.program == *name && slot.until > now;
        let press = match plan.slots.iter().any(is_emergency) {
            true => Press::Emergency,
            false if at <= now => Press::Now,
            false => Press::Later,
        };
        for (rank, bytes, hash) in files(plan, program, body) {
            need(Want { at, rank, press, bytes, hash });
        }
    }
    let mut wants: Vec<Want> = wants.into_values().collect();
    // What an emergency shows goes before all else, also one that is still to come.
    wants.sort_by_key(|want| (want.press != Press::Emergency, want.at, want.rank, want.bytes, want.hash));
    wants
}

/// When a program is first needed; none if that is over.
fn first_use(plan: &Plan, program: &str, now: i64) -> Option<i64> {
    let slots = plan.slots.iter().filter(|slot| slot.program == program && slot.until > now);
    let first = slots.map(|slot| slot.from.max(now)).min();
    // The fallback is what plays when the plan has run out, too.
    first.or_else(|| (plan.fallback == program).then_some(plan.until))
}

fn files(plan: &Plan, program: &Program, body: &dyn Fn(Hash) -> Option<BodyFacts>) -> Vec<(Rank, u64, Hash)> {
    let media = |id: &MediaId| plan.media.get(id).map(|media| (Rank::Media, media.bytes, media.hash));
    let mut files = Vec::new();
    for item in &program.items {
        match &item.show {
            Show::Page { body: hash, .. } => {
                let facts = body(*hash);
                files.push((Rank::Body, facts.as_ref().map_or(0, |facts| facts.bytes), *hash));
                files.extend(facts.iter().flat_map(|facts| &facts.media).filter_map(media));
            }
            Show::Image { media: id } | Show::Video { media: id } => files.extend(media(id)),
            Show::Standby => {}
        }
    }
    files
}
