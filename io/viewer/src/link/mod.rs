//! The way to a server, and what is said on it: found, dialled, enrolled, renewed, and one session after the other.

mod backoff;
mod course;
mod enrolment;
mod event;
mod finding;
mod homeward;
mod order;
mod pace;
mod session;
mod standing;

use std::sync::Arc;
use std::time::Duration;

use control::v1;
use net::control::{Address, Dialer, Identity, Link, LinkError, Proxy, Trust, Windows};
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tonic::Code;

use crate::clock::Timekeeper;
use crate::config::Server;
use crate::identity::Passport;
use crate::memory::{Memory, Places};
pub use course::Course;
pub use event::{Files, LinkEvent, Open};
pub use finding::{Candidate, Finding, find};
use pace::Pace;
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
    /// How it went lately.
    pub course: Course,
    /// Who hears what happens.
    pub events: mpsc::Sender<LinkEvent>,
}

/// So many addresses are remembered.
const REMEMBERED: usize = 16;

/// How one visit at a server ended.
#[derive(Debug)]
enum Visit {
    /// Come again as usual.
    Again,
    /// Come again after this time.
    After(Duration),
    /// It granted a certificate: come again soon with that.
    Granted,
    /// All was well for a while: come again soon.
    Fresh,
    /// A session was lost, and there are other servers: go to the next at once.
    Next,
}

impl Connector {
    /// Works until the listener of its events is gone.
    pub async fn run(self) {
        let mut pace = Pace::default();
        while !self.events.is_closed() {
            let visit = match self.reach().await {
                Some(link) => self.visit(link).await,
                None => Visit::Again,
            };
            let wait = pace.after(&visit, rand::random());
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
        let known_addresses = known.concat();
        if !known.is_empty() {
            match dialer.dial_servers(known.iter().map(Vec::as_slice)).await {
                Ok(link) => return self.arrived(link),
                Err(report) => tried.extend(
                    report.tried.iter().map(|t| (format!("{} ({})", t.address.authority(t.way), t.way), t.fault.to_string())),
                ),
            }
        }
        let found = if self.settings.discovery { self.search(&known_addresses, &mut tried).await? } else { Vec::new() };
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
        let address = address_of(&link);
        places.servers.retain(|server| server.host != address.host);
        places.servers.insert(0, address);
        places.servers.truncate(REMEMBERED);
        // A disk that takes nothing is told by the agent.
        let _ = self.memory.store_places(&places);
        Some(link)
    }

    /// The server that is reached by this link said its welcome.
    fn note_server(&self, link: &Link, welcome: &v1::Welcome) {
        self.course.begin(&welcome.servers);
        self.memory.note_epoch(welcome.epoch);
        let (mut places, address) = (self.memory.places(), address_of(link));
        if !welcome.server.is_empty() && places.servers.contains(&address) {
            places.whose.insert(address, welcome.server.clone());
            // A disk that takes nothing is told by the agent.
            let _ = self.memory.store_places(&places);
        }
    }

    /// What a server named last.
    fn told(&self) -> Vec<v1::Server> {
        let stored = || self.memory.surroundings().map(|welcome| welcome.servers);
        self.course.told().or_else(stored).unwrap_or_default()
    }

    /// Servers that are known, each with its addresses, in the order in which they are tried.
    fn known(&self) -> Vec<Vec<Address>> {
        let configured = self.settings.address.iter().filter_map(|address| address.parse().ok());
        let told = self.told();
        // Without an identity, what is remembered may be of an installation that this machine was taken out of.
        let is_member = self.passport.lock().identity().is_some();
        let remembered = if is_member { self.memory.places() } else { Places::default() };
        order::order(configured.collect(), order::choices(&told), &remembered, &self.course.avoided())
    }

    fn dialer(&self) -> Dialer {
        let identity = self.passport.lock().identity().cloned();
        let judged_at = self.clock.judged_at(identity.as_ref().map(Identity::expires_at));
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
        if !self.is_renewal_due() {
            return self.converse(link, false).await;
        }
        match self.renew(&link).await {
            // Calls and files of this link would go on with the old certificate.
            Ok(()) if !self.is_renewal_due() => Visit::Granted,
            // The clock may be wrong, which a session mends.
            Ok(()) => self.converse(link, true).await,
            Err(error) if self.is_expired() => self.not_renewed(&link, error).await,
            Err(_) => self.converse(link, false).await,
        }
    }

    fn is_renewal_due(&self) -> bool {
        self.until_renewal().is_some_and(|left| left <= 0)
    }

    /// Seconds until the certificate is to be renewed; none without one.
    fn until_renewal(&self) -> Option<i64> {
        let due = self.passport.lock().identity().map(Identity::renew_at)?;
        Some(i64::try_from(due.as_secs()).unwrap_or(i64::MAX).saturating_sub(self.clock.now() / 1_000))
    }

    fn is_expired(&self) -> bool {
        let end = self.passport.lock().identity().map(Identity::expires_at);
        end.is_some_and(|end| self.clock.now() / 1_000 > i64::try_from(end.as_secs()).unwrap_or(i64::MAX))
    }

    /// The server gives no new certificate.
    async fn not_renewed(&self, link: &Link, error: LinkError) -> Visit {
        match error {
            // Its data are older than this device's place. What is here plays on until there is a new one.
            LinkError::Refused { code: Code::NotFound, .. } if self.others_may_know(link) => {
                tracing::info!("this server does not know this viewer yet; it goes to another one");
                Visit::Next
            }
            LinkError::Refused { code: Code::NotFound, .. } => {
                tracing::warn!("the server does not know this viewer's key; it enrols again with it");
                self.enrol(link).await
            }
            error => self.refused(error).await,
        }
    }

    /// Whether there is a server left that did not say that it does not know this viewer: what one server was told may not have come to the next.
    fn others_may_know(&self, link: &Link) -> bool {
        self.course.avoid(link.address());
        let avoided = self.course.avoided();
        let is_left = |server: &Vec<Address>| server.iter().all(|address| !avoided.contains(address));
        order::choices(&self.told()).len() > 1 && self.known().iter().any(is_left)
    }

    /// The installation does not know this machine any more: everything of it is given up.
    async fn revoked(&self, message: String, then: Visit) -> Visit {
        tracing::warn!(%message, "this viewer's key is not taken any more: its content is removed, and it enrols anew");
        self.passport.lock().renew_key();
        self.course.forget();
        self.tell(LinkEvent::Revoked { message }).await;
        then
    }

    /// What a refused call means.
    async fn refused(&self, error: LinkError) -> Visit {
        match error {
            LinkError::Denied { message } => self.revoked(message, Visit::Again).await,
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

/// Where a link leads, with the port that the server named.
fn address_of(link: &Link) -> Address {
    let address = link.address().clone();
    match link.control_port().filter(|port| *port != 0) {
        Some(control_port) => Address { control_port, ..address },
        None => address,
    }
}
