//! What the screen tells.

use std::time::Instant;

use control::v1::{self, from_viewer::Message};

use super::Agent;
use crate::screen::{Look, ScreenEvent};

impl Agent {
    /// The screen has told something.
    pub(super) fn see(&mut self, event: ScreenEvent) {
        match event {
            ScreenEvent::Received { plan } => self.report(plan, v1::PlanState::Received, self.now(), Vec::new()),
            ScreenEvent::Shown { plan, at } => {
                self.vitals.shown = Some((plan.clone(), at));
                self.report(plan, v1::PlanState::Shown, at, Vec::new());
            }
            ScreenEvent::Incomplete { plan, missing } => {
                tracing::info!(%plan, missing = missing.len(), "the player lacks files");
                // The screen cannot have what a corrupt file held; it is told again when it is here.
                self.mend();
                self.tell_missing();
            }
            ScreenEvent::Plays(plays) => self.played(&plays),
            ScreenEvent::Status { plan: _, slot, sound, frames_dropped } => {
                self.vitals.slot = slot;
                self.vitals.sound = sound;
                self.vitals.frames = frames_dropped;
            }
            ScreenEvent::Trouble(trouble) => {
                if self.vitals.is_news(&trouble.code, &trouble.text, Instant::now()) {
                    self.event("warn", &trouble.code, &trouble.text);
                }
                self.vitals.trouble(&trouble.code, &trouble.text, trouble.at);
            }
            ScreenEvent::Restarted(why) => {
                let text = format!("The browser was started again: {why}.");
                if self.vitals.is_news("browser.restarted", &text, Instant::now()) {
                    self.event("warn", "browser.restarted", &text);
                }
                let now = self.now();
                self.vitals.trouble("browser.restarted", &text, now);
            }
            ScreenEvent::Display { on } => {
                self.vitals.display = Some(on);
                self.event(
                    "info",
                    "display.switched",
                    if on { "The display was switched on." } else { "The display was switched off." },
                );
            }
            ScreenEvent::Probe(look) => self.probed(look),
        }
    }

    fn probed(&mut self, look: Look) {
        if self.vitals.look == Some(look) {
            return;
        }
        match (look.black, look.frozen) {
            (true, _) => self.event("error", "picture.black", "The picture is black although something should stand there."),
            (_, true) => self.event("error", "picture.frozen", "The picture does not change although it should."),
            (false, false) if self.vitals.look.is_some() => self.event("info", "picture.well", "The picture is well again."),
            (false, false) => {}
        }
        self.vitals.look = Some(look);
        self.send_status();
    }

    /// Says how far a plan got.
    pub(super) fn report(&self, plan: String, state: v1::PlanState, at: i64, missing: Vec<v1::MissingFile>) {
        self.say(Message::Plan(v1::PlanReport { plan, state: state.into(), at, missing }));
    }
}
