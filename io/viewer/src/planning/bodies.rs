//! What plans need to know of bodies, remembered.

use std::collections::BTreeMap;

use control::planner::BodyFacts;
use domain::body::Body;
use domain::cell::Hash;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::cache::Cache;

/// Facts by the hash of the body.
#[derive(Debug, Default)]
pub struct Bodies(Mutex<BTreeMap<Hash, BodyFacts>>);

impl Bodies {
    /// What plans need to know of a body; none while it is not in the cache.
    #[must_use]
    pub fn facts(&self, hash: Hash, cache: &Cache) -> Option<BodyFacts> {
        if !cache.has(&hash) {
            self.0.lock().remove(&hash);
            return None;
        }
        if let Some(facts) = self.0.lock().get(&hash) {
            return Some(facts.clone());
        }
        let text = cache.read(&hash)?;
        let body: Body = serde_json::from_slice(&text).ok()?;
        let elements = body.pages.iter().flat_map(|page| &page.elements);
        let clocks = elements.filter(|element| element.kind == "clock");
        let zones = clocks.filter_map(|clock| clock.more.get("zone")?.as_str().map(str::to_owned)).collect();
        let sha256 = hex::encode(Sha256::digest(&text));
        let facts = BodyFacts { sha256, bytes: text.len() as u64, media: body.media(), zones };
        self.0.lock().insert(hash, facts.clone());
        Some(facts)
    }
}
