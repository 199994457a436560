//! The way to a server, and what is said on it: found, dialled, enrolled, renewed, and one session after the other.

mod backoff;
mod enrolment;
mod event;
mod finding;
mod session;
mod standing;

use std::sync::Arc;
use std::time::Duration;

use net::control::{Address, Dialer, Link, LinkError, Proxy, Trust, Windows};
use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::clock::Timekeeper;
use crate::config::Server;
use crate::identity::Passport;
use crate::memory::Memory;
use backoff::Backoff;
pub use event::{Files, LinkEvent, Open};
pub use finding::{Candidate, Finding, find};
pub use standing::Present;

/// Goes to the server, again and again, for as long as the program runs.
pub struct Connector {
    /// Settings of the machine.
    pub settings: Server,
    /// SHA-256 of the certificate that is trusted before the first enrolment.
    pub fingerprint: Option<[u8; 32]>,
    /// The proxy between.
    pub proxy: Option<Proxy>,
    /// Who this viewer is.
    pub passport: Arc<Mutex<Passport>>,
    /// Where servers were.
    pub memory: Memory,
    /// The time.
    pub clock: Timekeeper,
    /// What the viewer has, for the first message of a session.
    pub present: Arc<Mutex<Present>>,
    /// Who hears what happens.
    pub events: mpsc::Sender<LinkEvent>,
}

/// How one visit at a server ended.
enum Visit {
    /// Come again as usual.
    Again,
    /// Come again after this time.
    After(Duration),
    /// All was well for a while: come again soon.
    Fresh,
}

impl Connector {
    /// Works until the listener of its events is gone.
    pub async fn run(self) {
        let mut backoff = Backoff::default();
        while !self.events.is_closed() {
            let visit = match self.reach().await {
                Some(link) => self.visit(link).await,
                None => Visit::Again,
            };
            let wait = match visit {
                Visit::Again => backoff.next(rand::random()),
                Visit::After(wait) => wait,
                Visit::Fresh => {
                    backoff = Backoff::default();
                    backoff.next(rand::random())
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.events.closed() => {}
            }
        }
    }

    /// A link to a server of this installation, or to one that may be joined.
    async fn reach(&self) -> Option<Link> {
        let dialer = self.dialer();
        let mut tried = Vec::new();
        let known = self.known();
        if !known.is_empty() {
            match dialer.dial(&known).await {
                Ok(link) => return self.arrived(link),
                Err(report) => tried.extend(
                    report.tried.iter().map(|t| (format!("{} ({})", t.address.authority(t.way), t.way), t.fault.to_string())),
                ),
            }
        }
        let found = if self.settings.discovery { self.search(&known, &mut tried).await? } else { Vec::new() };
        if found.is_empty() {
            self.tell(LinkEvent::Looking { tried }).await;
            return None;
        }
        match dialer.dial(&found).await {
            Ok(link) => self.arrived(link),
            Err(report) => {
                tried.extend(
                    report.tried.iter().map(|t| (format!("{} ({})", t.address.authority(t.way), t.way), t.fault.to_string())),
                );
                self.tell(LinkEvent::Looking { tried }).await;
                None
            }
        }
    }

    /// Servers in the local network that may be used; none where several installations could be meant, which is said here.
    async fn search(&self, known: &[Address], tried: &mut Vec<(String, String)>) -> Option<Vec<Address>> {
        let wanted = self.passport.lock().identity().map(|identity| identity.installation.clone());
        // An address that somebody typed says which installation is meant; nobody else's is joined then.
        if wanted.is_none() && !known.is_empty() {
            return Some(Vec::new());
        }
        let wanted = wanted.or_else(|| Some(self.settings.installation.clone()).filter(|id| !id.is_empty()));
        match find(known, self.settings.discovery_port, wanted.as_deref()).await {
            Finding::Nobody(outcome) => {
                tried.push((format!("search, UDP {}", self.settings.discovery_port), outcome));
                Some(Vec::new())
            }
            Finding::Several(candidates) => {
                self.tell(LinkEvent::Several(candidates)).await;
                None
            }
            Finding::Servers(addresses) => Some(addresses.into_iter().filter(|address| !known.contains(address)).collect()),
        }
    }

    fn arrived(&self, link: Link) -> Option<Link> {
        let mut places = self.memory.places();
        places.preferred = Some(link.way());
        let mut address = link.address().clone();
        if let Some(port) = link.control_port().filter(|port| *port != 0) {
            address.control_port = port;
        }
        places.servers.retain(|server| server.host != address.host);
        places.servers.insert(0, address);
        places.servers.truncate(8);
        // A disk that takes nothing is told by the agent.
        let _ = self.memory.store_places(&places);
        Some(link)
    }

    /// Servers that are known, in the order in which they are tried: those set on this machine, those that the server named, those that were found before.
    fn known(&self) -> Vec<Address> {
        let configured = self.settings.address.iter().filter_map(|address| address.parse().ok());
        let told = self.memory.surroundings().map(|welcome| welcome.servers).unwrap_or_default();
        let told = told.iter().filter_map(Address::told).collect::<Vec<_>>();
        // Without an identity, what is remembered may be of an installation that this machine was taken out of.
        let is_member = self.passport.lock().identity().is_some();
        let remembered = if is_member { self.memory.places().servers } else { Vec::new() };
        let mut known: Vec<Address> = Vec::new();
        for address in configured.chain(told).chain(remembered) {
            if !known.contains(&address) {
                known.push(address);
            }
        }
        known
    }

    fn dialer(&self) -> Dialer {
        let judged_at = self.clock.judged_at();
        let identity = self.passport.lock().identity().cloned();
        let trust = match (&identity, self.fingerprint) {
            (Some(identity), _) => Trust::authorities(&identity.authorities),
            (None, Some(fingerprint)) => Trust::Fingerprint(fingerprint),
            (None, None) => Trust::First,
        };
        let preferred = self.memory.places().preferred;
        Dialer { trust, identity, proxy: self.proxy.clone(), preferred, judged_at, windows: Windows::default() }
    }

    /// Everything at one server: enrolment or session.
    async fn visit(&self, link: Link) -> Visit {
        if self.passport.lock().identity().is_none() {
            return self.enrol(&link).await;
        }
        if self.is_renewal_due() && self.renew(&link).await.is_err() && self.is_expired() {
            return Visit::Again;
        }
        self.converse(link).await
    }

    fn is_renewal_due(&self) -> bool {
        self.passport.lock().identity().is_some_and(|identity| self.clock.judged_at().now() >= identity.renew_at())
    }

    fn is_expired(&self) -> bool {
        self.passport.lock().identity().is_some_and(|identity| self.clock.judged_at().now() > identity.expires_at())
    }

    /// The installation does not know this machine any more: everything of it is given up.
    async fn revoked(&self, message: String) -> Visit {
        tracing::warn!(%message, "this viewer was revoked: its content is removed, and it enrols anew");
        self.passport.lock().renew_key();
        self.tell(LinkEvent::Revoked { message }).await;
        Visit::After(Duration::from_secs(1))
    }

    /// What a refused call means.
    async fn refused(&self, error: LinkError) -> Visit {
        match error {
            LinkError::Denied { message } => self.revoked(message).await,
            error => {
                self.tell(LinkEvent::Closed { why: error.to_string() }).await;
                Visit::Again
            }
        }
    }

    /// The listener is gone only when the program ends.
    async fn tell(&self, event: LinkEvent) {
        let _ = self.events.send(event).await;
    }
}
