//! What plays, and what is needed for it: the plan out of the rows, as the server would make it for a browser.

mod bodies;
mod wants;

use control::plan::{Plan, PlanFont};
use control::planner::Material;
use control::v1;
use domain::cell::Hash;
use domain::id::ViewerId;
use domain::rows::Rows;

use crate::cache::Cache;
pub use bodies::Bodies;
pub use wants::{Press, Rank, Want, wants};

/// Length of plans before a server has said another.
const HORIZON_DAYS: u32 = 14;

/// A plan with what it needs.
#[derive(Clone, Debug)]
pub struct Prospect {
    /// The plan. While bodies are missing it is not the final one: it lacks what they name.
    pub plan: Plan,
    /// Everything that it needs, also what is here, in the order in which it should be fetched.
    pub wants: Vec<Want>,
}

impl Prospect {
    /// Puts what the plan needs from `now` on, Unix milliseconds, into the order of need as it is now: what was needed later may be needed now.
    pub fn rank(&mut self, now: i64, bodies: &Bodies, cache: &Cache) {
        // A body that came meanwhile leads to another plan, which is made when its download is heard of.
        if !self.wants.iter().any(|want| want.bytes == 0 && cache.has(&want.hash)) {
            self.wants = wants(&self.plan, now, &|hash| bodies.facts(hash, cache));
        }
    }

    /// What is not in the cache.
    #[must_use]
    pub fn missing(&self, cache: &Cache) -> Vec<Want> {
        self.wants.iter().filter(|want| !cache.has(&want.hash)).copied().collect()
    }
}

/// The plan of a viewer at `now`, Unix milliseconds; none if the rows do not hold the viewer.
#[must_use]
pub fn prospect(
    rows: &Rows,
    viewer: ViewerId,
    now: i64,
    surroundings: Option<&v1::Welcome>,
    bodies: &Bodies,
    cache: &Cache,
) -> Option<Prospect> {
    let fonts = surroundings.map(fonts).unwrap_or_default();
    let horizon_days = surroundings.map(|welcome| welcome.horizon_days).filter(|days| *days > 0).unwrap_or(HORIZON_DAYS);
    let body = |hash: Hash| bodies.facts(hash, cache);
    let plan = control::planner::plan(rows, viewer, now, &Material { body: &body, fonts: &fonts, horizon_days })?;
    let wants = wants(&plan, now, &body);
    Some(Prospect { plan, wants })
}

/// The fonts that the server named; those with a hash that is none are left out.
fn fonts(welcome: &v1::Welcome) -> Vec<PlanFont> {
    let font = |font: &v1::Font| {
        Some(PlanFont {
            family: font.family.clone(),
            weight: font.weight.clone(),
            style: font.style.clone(),
            range: font.range.clone(),
            hash: font.hash.parse().ok()?,
            sha256: font.sha256.clone(),
            bytes: font.bytes,
        })
    };
    welcome.fonts.iter().filter_map(font).collect()
}
