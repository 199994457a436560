//! What a person in front of the screen is told while nothing can play.

use super::{Agent, words};
use crate::clock::Origin;
use crate::host;
use crate::link::Candidate;
use crate::screen::{Attempt, BootFacts, BootState};

/// Where the viewer stands with its server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Standing {
    /// A session is open.
    Connected,
    /// Nobody was reached.
    Looking { tried: Vec<(String, String)> },
    /// The session is gone.
    Lost { why: String },
    /// A person must approve the code.
    Pending { code: String, installation: String, language: String, server: String },
    /// No place is given.
    Refused { message: String, installation: String, language: String },
    /// The place was taken away.
    Revoked { message: String },
    /// Several installations answered.
    Several(Vec<Candidate>),
    /// It begins.
    #[default]
    Starting,
}

impl Standing {
    pub(super) fn lost(why: String) -> Self {
        Self::Lost { why }
    }

    /// One word for `signboard-viewer status`.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Looking { .. } => "searching",
            Self::Lost { .. } => "lost",
            Self::Pending { .. } => "pending",
            Self::Refused { .. } => "refused",
            Self::Revoked { .. } => "revoked",
            Self::Several(_) => "several",
            Self::Starting => "starting",
        }
    }
}

impl Agent {
    /// Shows the boot page, if it differs from the one that stands there.
    pub(super) fn show_boot(&mut self) {
        let mut facts = self.boot_facts();
        words::translate(&mut facts);
        if self.booted.as_ref() != Some(&facts) {
            self.setting.stage.boot(facts.clone());
            self.booted = Some(facts);
        }
    }

    pub(super) fn boot_facts(&self) -> BootFacts {
        let welcome = self.surroundings.as_ref();
        let mut facts = BootFacts {
            state: BootState::Searching,
            code: None,
            name: welcome.map(|welcome| welcome.name.clone()).filter(|name| !name.is_empty()),
            host_name: host::name(),
            addresses: host::addresses(),
            macs: host::macs(),
            clock: self.clock_words(),
            tried: Vec::new(),
            remedy: None,
            installations: Vec::new(),
            installation: welcome.map(|welcome| welcome.installation.clone()).filter(|name| !name.is_empty()),
            language: welcome.map_or_else(|| "en".to_owned(), |welcome| welcome.language.clone()),
        };
        let of = |facts: &mut BootFacts, installation: &String, language: &String| {
            facts.installation = Some(installation.clone()).filter(|name| !name.is_empty());
            if !language.is_empty() {
                facts.language.clone_from(language);
            }
        };
        match &self.standing {
            Standing::Starting | Standing::Connected => {}
            Standing::Looking { tried } => facts.tried = tried.iter().map(attempt).collect(),
            Standing::Lost { why } => {
                facts.state = BootState::Lost;
                facts.tried = vec![Attempt { what: "session".to_owned(), outcome: why.clone() }];
            }
            Standing::Pending { code, installation, language, server } => {
                facts.state = BootState::Pending;
                facts.code = Some(code.clone());
                facts.tried = vec![Attempt { what: server.clone(), outcome: String::new() }];
                of(&mut facts, installation, language);
            }
            Standing::Refused { message, installation, language } => {
                facts.state = BootState::Refused;
                facts.remedy = Some(message.clone());
                of(&mut facts, installation, language);
            }
            Standing::Revoked { message } => {
                facts.state = BootState::Refused;
                facts.remedy = Some(message.clone());
            }
            Standing::Several(candidates) => {
                facts.state = BootState::Several;
                facts.installations =
                    candidates.iter().map(|candidate| format!("{} ({})", candidate.name, candidate.address)).collect();
            }
        }
        if let Some(message) = &self.turned_out {
            facts.tried.insert(0, Attempt { what: facts.host_name.clone(), outcome: message.clone() });
        }
        if let Some(text) = self.vitals.disk.text() {
            facts.tried.insert(0, Attempt { what: "disk".to_owned(), outcome: text.to_owned() });
        }
        if let Some(refusal) = &self.stick_refused {
            facts.tried.insert(0, Attempt { what: "USB".to_owned(), outcome: refusal.clone() });
        }
        facts
    }

    pub(super) fn clock_words(&self) -> String {
        match self.setting.clock.origin() {
            Origin::Machine => String::new(),
            Origin::Network(bound) => format!("NTP, ±{} ms", bound.ceil()),
            Origin::Session(bound) => format!("server, ±{} ms", bound.ceil()),
        }
    }
}

fn attempt((what, outcome): &(String, String)) -> Attempt {
    Attempt { what: what.clone(), outcome: outcome.clone() }
}
