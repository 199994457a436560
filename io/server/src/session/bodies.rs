//! Bodies of presentations: stored like media, read often, so what plans need of them is remembered.

use std::collections::BTreeMap;

use control::planner::BodyFacts;
use domain::body::Body;
use domain::cell::Hash;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use store::media::Media as Files;

use crate::http::error::Error;

/// Bodies by hash.
pub struct Bodies {
    files: Files,
    facts: Mutex<BTreeMap<Hash, BodyFacts>>,
}

impl Bodies {
    /// Bodies among these files.
    #[must_use]
    pub fn new(files: Files) -> Self {
        Self { files, facts: Mutex::default() }
    }

    /// Stores a body; the file is on disk when this returns.
    ///
    /// # Errors
    /// 507 when the disk is full, 503 when it cannot be written for another reason.
    pub async fn put(&self, body: &Body) -> Result<Hash, Error> {
        let stored = self.files.put(body.canonical().into_bytes()).await.map_err(|error| Error::of_store(&error))?;
        Ok(stored.hash)
    }

    /// Reads a body. None if it is not here or damaged.
    #[must_use]
    pub fn read(&self, hash: Hash) -> Option<Body> {
        let text = self.text(hash)?;
        serde_json::from_str(&text).ok()
    }

    /// The canonical text of a body. None if it is not here.
    #[must_use]
    pub fn text(&self, hash: Hash) -> Option<String> {
        std::fs::read_to_string(self.files.path(hash)).ok()
    }

    /// What plans need to know of a body. None if it is not here.
    #[must_use]
    pub fn facts(&self, hash: Hash) -> Option<BodyFacts> {
        if let Some(facts) = self.facts.lock().get(&hash) {
            return Some(facts.clone());
        }
        let text = self.text(hash)?;
        let body: Body = serde_json::from_str(&text).ok()?;
        let elements = body.pages.iter().flat_map(|page| &page.elements);
        let clocks = elements.filter(|element| element.kind == "clock");
        let zones = clocks.filter_map(|clock| clock.more.get("zone")?.as_str().map(str::to_owned)).collect();
        let sha256 = hex::encode(Sha256::digest(text.as_bytes()));
        let facts = BodyFacts { sha256, bytes: text.len() as u64, media: body.media(), zones };
        self.facts.lock().insert(hash, facts.clone());
        Some(facts)
    }
}
