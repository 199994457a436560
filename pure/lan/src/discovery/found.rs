//! A target that answered a search, put together from all that it said.

use core::net::{IpAddr, SocketAddr};

use super::card::Card;
use super::message::Target;
use super::version::QName;

const MAX_PLACES: usize = 16;
const MAX_TYPES: usize = 32;

/// A target that answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its endpoint address: `urn:uuid:...`, the same at every start.
    pub endpoint: String,
    /// Its card, if it is a Signboard server that could say everything.
    pub card: Option<Card>,
    /// Its types.
    pub types: Vec<QName>,
    /// Its scopes.
    pub scopes: Vec<String>,
    /// The URLs that it named.
    pub urls: Vec<String>,
    /// Where answers came from, in the order of time, each with the port of discovery. A link-local IPv6 address has its zone.
    pub places: Vec<SocketAddr>,
    /// Rises when it changes.
    pub metadata_version: u32,
    /// Whether an answer to a multicast came through.
    pub by_multicast: bool,
    /// Whether an answer to a unicast came through.
    pub by_unicast: bool,
}

impl Found {
    pub(super) fn new(endpoint: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            card: None,
            types: Vec::new(),
            scopes: Vec::new(),
            urls: Vec::new(),
            places: Vec::new(),
            metadata_version: 0,
            by_multicast: false,
            by_unicast: false,
        }
    }

    /// Adds what one answer says. A newer metadata version replaces what was said before; an older one only adds a place.
    pub(super) fn take(&mut self, target: Target, from: SocketAddr, by_multicast: bool) {
        if target.metadata_version > self.metadata_version {
            self.urls.clear();
        }
        if target.metadata_version >= self.metadata_version {
            self.metadata_version = target.metadata_version;
            // Each profile has its own name for a device; a server found in both versions is listed with both.
            self.types.extend(target.types);
            self.types.sort();
            self.types.dedup();
            // A liar that names new types in each answer takes no more memory than an honest one.
            self.types.truncate(MAX_TYPES);
            if !target.scopes.is_empty() {
                self.card = Card::from_scopes(&target.scopes);
                self.scopes = target.scopes;
            }
            for url in target.addresses {
                if !self.urls.contains(&url) && self.urls.len() < MAX_PLACES {
                    self.urls.push(url);
                }
            }
        }
        if !self.places.contains(&from) && self.places.len() < MAX_PLACES {
            self.places.push(from);
        }
        self.by_multicast |= by_multicast;
        self.by_unicast |= !by_multicast;
    }

    /// The addresses to try, each once: where answers came from.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + '_ {
        self.places.iter().map(SocketAddr::ip)
    }
}
