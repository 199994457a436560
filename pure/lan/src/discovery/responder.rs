//! The server's side: greets, answers, says goodbye (WS-Discovery target service, ad hoc mode).

use core::net::{IpAddr, SocketAddr};
use core::time::Duration;

use uuid::Uuid;

use super::card::Card;
use super::choice::Draw;
use super::link::Link;
use super::links::Links;
use super::message::{self, Body, Message, Probe, Sequence, Target};
use super::outbox::{Destination, MULTICAST_UDP_REPEAT, Outbox, Transmit, UNICAST_UDP_REPEAT};
use super::rate::Limiter;
use super::refusal::{Counters, Refusal};
use super::seen::Seen;
use super::version::{QName, Version};
use super::writer;

/// `APP_MAX_DELAY` of WS-Discovery 1.1 section 3.1.3.
const APP_MAX_DELAY: Duration = Duration::from_millis(500);
const MAX_SEEN: usize = 1_024;
const MAX_WAITING: usize = 256;
const FACTOR_ON_LINK: usize = 4;

/// How a datagram came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrival {
    /// Who sent it.
    pub from: SocketAddr,
    /// The index of the interface that it came in on.
    pub link: u32,
    /// The address that it was sent to: a group or an own address.
    pub to: IpAddr,
}

/// A target service as a machine.
///
/// After every call that changes it, ask [`Responder::next_time`] and call [`Responder::poll`] until it answers `None` when that time has come.
#[derive(Debug)]
pub struct Responder {
    endpoint: Uuid,
    card: Card,
    links: Links,
    instance: u32,
    number: u32,
    metadata_version: u32,
    seen: Seen,
    limiter: Limiter,
    outbox: Outbox,
    counters: Counters,
}

impl Responder {
    /// A responder that serves no interface yet. `endpoint` is the server's id, the same at every start; `started` is the Unix time of this start
    /// in seconds; `now` and all later times count from one moment of the caller's choice.
    #[must_use]
    pub fn new(endpoint: Uuid, card: Card, started: u32, now: Duration) -> Self {
        Self {
            endpoint,
            card,
            links: Links::default(),
            instance: started,
            number: 0,
            metadata_version: started,
            seen: Seen::new(MAX_SEEN),
            limiter: Limiter::new(now),
            outbox: Outbox::default(),
            counters: Counters::default(),
        }
    }

    /// Takes the interfaces that are served now. If they differ from before, everybody is greeted.
    pub fn set_links(&mut self, links: Vec<Link>, now: Duration, draw: &mut dyn FnMut() -> Draw) {
        let links = Links(links);
        if links == self.links {
            return;
        }
        for gone in self.links.without(&links) {
            self.outbox.forget_link(gone);
        }
        if !self.links.0.is_empty() {
            self.metadata_version = self.metadata_version.wrapping_add(1);
        }
        self.links = links;
        self.greet(now, draw);
    }

    /// Takes a new card. If it differs from before, everybody is greeted.
    pub fn set_card(&mut self, card: Card, now: Duration, draw: &mut dyn FnMut() -> Draw) {
        if card != self.card {
            self.card = card;
            self.metadata_version = self.metadata_version.wrapping_add(1);
            self.greet(now, draw);
        }
    }

    /// Says goodbye: forgets what waited, and sends Bye and its repeat.
    pub fn leave(&mut self, now: Duration, draw: &mut dyn FnMut() -> Draw) {
        self.outbox.clear();
        for (group, _) in self.links.groups() {
            for version in Version::ALL {
                let body = Body::Bye(writer::urn(self.endpoint));
                self.multicast(version, group, body, now, draw());
            }
        }
    }

    /// Hears a datagram. Whatever is not answered is counted.
    pub fn hear(&mut self, bytes: &[u8], arrival: Arrival, now: Duration, draw: &mut dyn FnMut() -> Draw) {
        self.counters.heard += 1;
        match self.answer(bytes, arrival, now, draw) {
            Ok(()) => self.counters.answered += 1,
            Err(reason) => self.counters.drop_for(reason),
        }
    }

    /// The next bytes to send. Call until it answers `None`.
    pub fn poll(&mut self, now: Duration) -> Option<Transmit> {
        self.outbox.poll(now)
    }

    /// When [`Responder::poll`] has something next.
    #[must_use]
    pub fn next_time(&self) -> Option<Duration> {
        self.outbox.next_time()
    }

    /// What was heard, answered and dropped.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    fn answer(&mut self, bytes: &[u8], arrival: Arrival, now: Duration, draw: &mut dyn FnMut() -> Draw) -> Result<(), Refusal> {
        self.limiter.admit(arrival.from.ip(), now)?;
        let question = message::read(bytes)?;
        if !matches!(question.body, Body::Probe(_) | Body::Resolve(_)) {
            return Err(Refusal::NotForUs);
        }
        // Looked at first, so that the repeat of a question for which there was no room is not taken for answered.
        if self.outbox.len() >= MAX_WAITING {
            return Err(Refusal::TooBusy);
        }
        if !self.seen.is_new(&question.id) {
            return Err(Refusal::Duplicate);
        }
        let multicast = arrival.to.is_multicast();
        let draw = draw();
        let body = match &question.body {
            Body::Probe(probe) => match self.suits(probe) {
                Ok(true) => Body::ProbeMatches(vec![
                    self.target(question.version, self.links.address_for(arrival).ok_or(Refusal::NoAddress)?),
                ]),
                Ok(false) => return Err(Refusal::NoMatch),
                Err(_) if multicast => return Err(Refusal::NoMatch),
                Err(UnknownRule) => Body::Fault,
            },
            Body::Resolve(endpoint) if self.is_own(endpoint) => Body::ResolveMatches(vec![
                self.target(question.version, self.links.address_for(arrival).ok_or(Refusal::NoAddress)?),
            ]),
            _ => return Err(Refusal::NoMatch),
        };
        let waits = multicast && matches!(body, Body::ProbeMatches(_));
        let on_link = self.links.are_near(arrival);
        let number = self.number.wrapping_add(1);
        let bytes =
            bounded(&question, body, self.sequence(number), draw, if on_link { FACTOR_ON_LINK } else { 1 } * bytes.len())?;
        self.number = number;
        let delay = if waits { Draw::between(draw.delay, Duration::ZERO, APP_MAX_DELAY) } else { Duration::ZERO };
        let from = if multicast {
            self.links.find(arrival.link).and_then(|link| link.address_for(arrival.from.ip()))
        } else {
            Some(arrival.to)
        };
        let to = Destination::One { to: arrival.from, link: arrival.link, from };
        self.outbox.put(now + delay, if on_link { UNICAST_UDP_REPEAT } else { 0 }, Transmit { to, bytes }, draw);
        Ok(())
    }

    /// Whether a probe asks for us.
    fn suits(&self, probe: &Probe) -> Result<bool, UnknownRule> {
        let ours = |name: &QName| *name == QName::server() || Version::ALL.iter().any(|version| *name == QName::device(*version));
        let rule = probe.rule().ok_or(UnknownRule)?;
        Ok(probe.types.iter().all(ours) && rule.matches(&probe.scopes, &self.card.scopes()))
    }

    fn is_own(&self, endpoint: &str) -> bool {
        endpoint.get(..9).is_some_and(|head| head.eq_ignore_ascii_case("urn:uuid:"))
            && Uuid::parse_str(&endpoint[9..]) == Ok(self.endpoint)
    }

    fn target(&self, version: Version, address: IpAddr) -> Target {
        let host = match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        };
        let port = self.card.http.map(|port| ("http", port)).or(self.card.https.map(|port| ("https", port)));
        Target {
            endpoint: writer::urn(self.endpoint),
            types: vec![QName::device(version), QName::server()],
            scopes: self.card.scopes(),
            addresses: port
                .map(|(scheme, port)| format!("{scheme}://{host}:{port}{}", super::device::PATH))
                .into_iter()
                .collect(),
            metadata_version: self.metadata_version,
        }
    }

    fn sequence(&self, number: u32) -> Sequence {
        Sequence { instance: self.instance, sequence: None, number }
    }

    fn greet(&mut self, now: Duration, draw: &mut dyn FnMut() -> Draw) {
        for (group, address) in self.links.groups() {
            for version in Version::ALL {
                let draw = draw();
                let at = now + Draw::between(draw.delay, Duration::ZERO, APP_MAX_DELAY);
                self.multicast(version, group, Body::Hello(self.target(version, address)), at, draw);
            }
        }
    }

    fn multicast(&mut self, version: Version, to: Destination, body: Body, at: Duration, draw: Draw) {
        self.number = self.number.wrapping_add(1);
        let message = Message {
            version,
            id: writer::urn(draw.id),
            relates_to: None,
            to: Some(version.everybody().to_owned()),
            sequence: Some(self.sequence(self.number)),
            body,
        };
        self.outbox.put(at, MULTICAST_UDP_REPEAT, Transmit { to, bytes: writer::write(&message) }, draw);
    }
}

struct UnknownRule;

/// The answer as bytes, not more than `limit`: without scopes if it does not fit with them.
fn bounded(question: &Message, body: Body, sequence: Sequence, draw: Draw, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut answer = Message {
        version: question.version,
        id: writer::urn(draw.id),
        relates_to: Some(question.id.clone()),
        to: Some(question.version.anonymous().to_owned()),
        sequence: Some(sequence),
        body,
    };
    let bytes = writer::write(&answer);
    if bytes.len() <= limit {
        return Ok(bytes);
    }
    if let Body::ProbeMatches(targets) | Body::ResolveMatches(targets) = &mut answer.body {
        targets.iter_mut().for_each(|target| target.scopes.clear());
    }
    let bytes = writer::write(&answer);
    if bytes.len() <= limit { Ok(bytes) } else { Err(Refusal::AnswerTooLarge) }
}

#[cfg(test)]
mod tests;
