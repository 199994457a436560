//! The client's side: asks by multicast and by unicast, and collects who answers.

use core::net::SocketAddr;
use core::time::Duration;
use std::collections::BTreeMap;

use super::choice::Draw;
use super::found::Found;
use super::link::Link;
use super::links::Links;
use super::message::{self, Body, Message, Probe, Target};
use super::outbox::{Destination, MULTICAST_UDP_REPEAT, Outbox, Transmit, UNICAST_UDP_REPEAT};
use super::refusal::{Counters, Refusal};
use super::version::{QName, Version};
use super::writer;

/// Pauses between the rounds; the last one goes on.
const PAUSES: [Duration; 5] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_millis(1_500),
    Duration::from_secs(3),
    Duration::from_secs(6),
];
/// Questions are padded to this many bytes, so that a server that answers no more than it was asked can say everything.
const PADDED: usize = 1_400;
const MAX_FOUND: usize = 256;
const MAX_ASKED: usize = 4_096;

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seek {
    /// Signboard servers.
    Servers,
    /// Every device of the profile (`wsdp:Device`): computers, printers, cameras, and Signboard servers.
    Devices,
}

/// A search as a machine. It goes on until it is dropped.
///
/// Call [`Search::poll`] until it answers `None` at the start and whenever [`Search::next_time`] has come.
#[derive(Debug)]
pub struct Search {
    seek: Seek,
    links: Links,
    known: Vec<SocketAddr>,
    /// Whether no round was begun yet: known addresses are asked when they are told, so that round leaves them out.
    is_new: bool,
    asked: BTreeMap<String, bool>,
    round: usize,
    next_round: Duration,
    outbox: Outbox,
    found: BTreeMap<String, Found>,
    counters: Counters,
}

impl Search {
    /// A search that begins at `now`, on these interfaces.
    #[must_use]
    pub fn new(seek: Seek, links: Vec<Link>, now: Duration) -> Self {
        Self {
            seek,
            links: Links(links),
            known: Vec::new(),
            is_new: true,
            asked: BTreeMap::new(),
            round: 0,
            next_round: now,
            outbox: Outbox::default(),
            found: BTreeMap::new(),
            counters: Counters::default(),
        }
    }

    /// Takes the interfaces that are there now; new ones are asked in the next round, which begins at once.
    pub fn set_links(&mut self, links: Vec<Link>, now: Duration) {
        let links = Links(links);
        if links != self.links {
            self.links = links;
            self.round = 0;
            self.next_round = now;
        }
    }

    /// Asks this address too, now and in every round.
    pub fn ask(&mut self, place: SocketAddr, now: Duration, draw: &mut dyn FnMut() -> Draw) {
        if !self.known.contains(&place) {
            self.known.push(place);
            self.probe_one(place, now, draw);
        }
    }

    /// The next bytes to send. Call until it answers `None`.
    pub fn poll(&mut self, now: Duration, draw: &mut dyn FnMut() -> Draw) -> Option<Transmit> {
        if now >= self.next_round {
            self.next_round = now + PAUSES[self.round.min(PAUSES.len() - 1)];
            self.round += 1;
            self.probe_groups(now, draw);
            let known = if std::mem::take(&mut self.is_new) { Vec::new() } else { self.known.clone() };
            known.into_iter().for_each(|place| self.probe_one(place, now, draw));
        }
        self.outbox.poll(now)
    }

    /// When [`Search::poll`] has something next.
    #[must_use]
    pub fn next_time(&self) -> Duration {
        self.outbox.next_time().map_or(self.next_round, |at| at.min(self.next_round))
    }

    /// Hears a datagram from `from`. Hands back the targets about which something new was learned: mostly one or none.
    pub fn hear(&mut self, bytes: &[u8], from: SocketAddr, now: Duration, draw: &mut dyn FnMut() -> Draw) -> Vec<Found> {
        self.counters.heard += 1;
        self.learn(bytes, from, now, draw).unwrap_or_else(|reason| {
            self.counters.drop_for(reason);
            Vec::new()
        })
    }

    /// All that was found, in the order of the endpoint addresses.
    pub fn found(&self) -> impl Iterator<Item = &Found> {
        self.found.values()
    }

    /// What was heard and dropped.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    fn learn(
        &mut self,
        bytes: &[u8],
        from: SocketAddr,
        now: Duration,
        draw: &mut dyn FnMut() -> Draw,
    ) -> Result<Vec<Found>, Refusal> {
        let answer = message::read(bytes)?;
        let by_multicast = *answer.relates_to.as_ref().and_then(|id| self.asked.get(id)).ok_or(Refusal::NotForUs)?;
        let (Body::ProbeMatches(mut targets) | Body::ResolveMatches(mut targets)) = answer.body else {
            return Err(Refusal::NotForUs);
        };
        targets.retain(|target| self.is_sought(answer.version, target));
        if targets.is_empty() {
            return Err(Refusal::NoMatch);
        }
        let mut news = Vec::new();
        for target in targets {
            if target.addresses.is_empty() {
                self.resolve(answer.version, &target.endpoint, from, now, draw);
            }
            let known = self.found.get(&target.endpoint);
            if known.is_none() && self.found.len() >= MAX_FOUND {
                return Err(Refusal::TooBusy);
            }
            let mut next = known.cloned().unwrap_or_else(|| Found::new(&target.endpoint));
            next.take(target, from, by_multicast);
            if known != Some(&next) {
                self.found.insert(next.endpoint.clone(), next.clone());
                news.push(next);
            }
        }
        if news.is_empty() { Err(Refusal::Duplicate) } else { Ok(news) }
    }

    fn is_sought(&self, version: Version, target: &Target) -> bool {
        match self.seek {
            Seek::Servers => target.types.contains(&QName::server()),
            Seek::Devices => target.types.contains(&QName::device(version)),
        }
    }

    fn probe_groups(&mut self, now: Duration, draw: &mut dyn FnMut() -> Draw) {
        for (to, _) in self.links.groups() {
            for version in Version::ALL {
                self.send(version, self.question(version), to, version.everybody(), now, draw());
            }
        }
    }

    fn probe_one(&mut self, place: SocketAddr, now: Duration, draw: &mut dyn FnMut() -> Draw) {
        for version in Version::ALL {
            self.send(version, self.question(version), one(place), version.everybody(), now, draw());
        }
    }

    fn resolve(&mut self, version: Version, endpoint: &str, from: SocketAddr, now: Duration, draw: &mut dyn FnMut() -> Draw) {
        // One question per endpoint: a target that never names an address would be asked for ever.
        if self.found.contains_key(endpoint) {
            return;
        }
        let mut places = vec![one(from)];
        places.extend(self.links.groups_round(from.ip()));
        for to in places {
            self.send(version, Body::Resolve(endpoint.to_owned()), to, version.everybody(), now, draw());
        }
    }

    fn question(&self, version: Version) -> Body {
        let sought = match self.seek {
            Seek::Servers => QName::server(),
            Seek::Devices => QName::device(version),
        };
        Body::Probe(Probe { types: vec![sought], ..Probe::default() })
    }

    fn send(&mut self, version: Version, body: Body, to: Destination, everybody: &str, now: Duration, draw: Draw) {
        let multicast = matches!(to, Destination::Group(..));
        if self.asked.len() >= MAX_ASKED {
            self.asked.clear();
        }
        let id = writer::urn(draw.id);
        self.asked.insert(id.clone(), multicast);
        let mut bytes =
            writer::write(&Message { version, id, relates_to: None, to: Some(everybody.to_owned()), sequence: None, body });
        bytes.resize(bytes.len().max(PADDED), b' ');
        let repeats = if multicast { MULTICAST_UDP_REPEAT } else { UNICAST_UDP_REPEAT };
        self.outbox.put(now, repeats, Transmit { to, bytes }, draw);
    }
}

fn one(to: SocketAddr) -> Destination {
    Destination::One { to, link: 0, from: None }
}

#[cfg(test)]
mod tests;
