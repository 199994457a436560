//! Files for neighbours and from them, where the server's settings want it.

use std::sync::Arc;

use control::v1::{self, from_viewer::Message};

use super::Agent;
use crate::host;
use crate::neighbours::Offer;

/// Bytes per second of a megabit per second.
const MEGABIT: u64 = 125_000;

impl Agent {
    /// Lets neighbours in and says where, or stops, as the settings say.
    pub(super) fn share(&mut self) {
        let own = &self.setting.config.neighbours;
        let is_open = self.conversation.as_ref().is_some_and(|conversation| conversation.welcomed);
        let identity = self.setting.passport.lock().identity().cloned();
        let identity = identity.filter(|_| is_open && own.port != 0 && self.told_settings().share == Some(true));
        let Some(identity) = identity else {
            if self.offer.is_some() {
                self.stop_sharing();
                self.say(Message::Sharing(v1::Sharing::default()));
            }
            return;
        };
        if self.offer.is_none() {
            let (cache, circle) = (self.setting.cache.clone(), Arc::clone(&self.circle));
            let rate = own.mbit_per_second.saturating_mul(MEGABIT);
            match Offer::open(own.port, &identity, cache, circle, rate) {
                Ok(offer) => {
                    self.offer = Some(offer);
                    self.circle.await_word();
                }
                Err(error) => {
                    let text = format!("No files are given to screens nearby ({error}); see to neighbours.port.");
                    return self.event("warn", "neighbours.closed", &text);
                }
            }
        }
        let port = self.offer.as_ref().map_or(0, Offer::port);
        self.shared_at = host::addresses();
        self.say(Message::Sharing(v1::Sharing { port: port.into(), addresses: self.shared_at.clone() }));
    }

    /// The server names the neighbours.
    pub(super) fn meet(&self, told: &v1::Neighbours) {
        if self.offer.is_some() {
            let identity = self.setting.passport.lock().identity().cloned();
            tracing::info!(neighbours = told.neighbours.len(), "the neighbours are others");
            self.circle.set(identity, told);
        }
    }

    /// Outside of a session nobody is let in or asked: who is still a neighbour only a server knows.
    pub(super) fn stop_sharing(&mut self) {
        self.offer = None;
        self.circle.leave();
    }

    /// Neighbours that lied are named, and those who look for this viewer find it where it is now.
    pub(super) fn look_at_neighbours(&mut self) {
        for liar in self.circle.take_liars() {
            let text = format!(
                "The screen at {liar} gave wrong bytes of a file; it is not asked for an hour, and the file comes from elsewhere. See to its disk."
            );
            self.event("warn", "neighbours.wrong", &text);
        }
        if self.offer.is_some() && self.shared_at != host::addresses() {
            self.share();
        }
    }
}
