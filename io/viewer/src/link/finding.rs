//! Finding servers in the local network (`docs/protocols/discovery.md`).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use lan::discovery::{Found, Seek};
use net::control::Address;
use net::discovery::{Request, Search};
use uuid::Uuid;

/// How long answers are waited for.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long others are waited for once one has answered.
const REST: Duration = Duration::from_millis(1_500);

/// An installation that answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id.
    pub installation: Uuid,
    /// Its name.
    pub name: String,
    /// One of its servers.
    pub address: String,
}

/// What a search brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Nobody who could be meant; why, as a sentence.
    Nobody(String),
    /// Servers of one installation, in the order in which they are to be tried.
    Servers(Vec<Address>),
    /// Servers of several installations: a person must choose.
    Several(Vec<Candidate>),
}

/// Searches. `wanted` is the id of the installation to which this viewer belongs or shall belong.
pub async fn find(known: &[Address], port: u16, wanted: Option<&str>) -> Finding {
    let places: Vec<IpAddr> = known.iter().filter_map(|address| address.host.parse().ok()).collect();
    let names = known.iter().map(|address| address.host.clone()).filter(|host| host.parse::<IpAddr>().is_err()).collect();
    let request = Request { seek: Seek::Servers, port, known: places, names, name_system: true };
    let mut search = match Search::start(request) {
        Ok(search) => search,
        Err(error) => return Finding::Nobody(format!("this computer cannot search ({error}); connect it to a network")),
    };
    let end = tokio::time::Instant::now() + PATIENCE;
    let mut until = end;
    while let Ok(found) = tokio::time::timeout_at(until, search.next()).await {
        if found.card.as_ref().is_some_and(|card| wanted.is_none_or(|wanted| is(card.installation, wanted))) {
            until = end.min(tokio::time::Instant::now() + REST);
        }
    }
    let found: Vec<Found> = search.found().cloned().collect();
    judge(&found, wanted, search.unsent(), port)
}

fn is(installation: Uuid, wanted: &str) -> bool {
    Uuid::try_parse(wanted).is_ok_and(|wanted| wanted == installation)
}

fn judge(found: &[Found], wanted: Option<&str>, unsent: u64, port: u16) -> Finding {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut servers: Vec<(u8, Address)> = Vec::new();
    for (found, card) in found.iter().filter_map(|found| Some((found, found.card.as_ref()?))) {
        let Some(place) = places(found).into_iter().next() else { continue };
        if wanted.is_some_and(|wanted| !is(card.installation, wanted)) {
            continue;
        }
        if candidates.iter().all(|candidate| candidate.installation != card.installation) {
            candidates.push(Candidate { installation: card.installation, name: card.name.clone(), address: place.to_string() });
        }
        // A server of the own site is nearer than the main one, and one that stands by comes last.
        let order = match card.role {
            lan::discovery::Role::Sub => 0,
            lan::discovery::Role::Main => 1,
            lan::discovery::Role::Backup => 2,
        };
        let [control_port, https_port, http_port] = [card.control, card.https, card.http].map(|port| port.unwrap_or(0));
        servers.extend(
            places(found)
                .into_iter()
                .map(|place| (order, Address { host: place.to_string(), control_port, https_port, http_port })),
        );
    }
    match candidates.len() {
        0 => Finding::Nobody(nobody(unsent, port)),
        1 => {
            servers.sort_by_key(|(order, _)| *order);
            Finding::Servers(
                servers.into_iter().map(|(_, address)| address).filter(|address| address.ways().next().is_some()).collect(),
            )
        }
        _ => {
            candidates.sort_by(|a, b| (&a.name, a.installation).cmp(&(&b.name, b.installation)));
            Finding::Several(candidates)
        }
    }
}

/// The addresses that answered, IPv4 first. One of the link alone is left out: a connection to it would need its zone.
fn places(found: &Found) -> Vec<IpAddr> {
    let usable = |place: &SocketAddr| match place.ip() {
        IpAddr::V4(_) => true,
        IpAddr::V6(ip) => !ip.is_unicast_link_local(),
    };
    let mut places: Vec<IpAddr> = found.places.iter().filter(|place| usable(place)).map(SocketAddr::ip).collect();
    places.sort_by_key(|place| (place.is_ipv6(), *place));
    places.dedup();
    places
}

fn nobody(unsent: u64, port: u16) -> String {
    if unsent > 0 {
        return format!("nobody answered, and this computer would not send {unsent} of the questions; let UDP {port} out");
    }
    format!("nobody answered; set the server's address, or let the answers of UDP {port} in")
}

#[cfg(test)]
mod tests {
    use lan::discovery::{Card, Role};

    use super::*;

    fn server(installation: u128, role: Role, place: &str) -> Found {
        let card = Card {
            role,
            installation: Uuid::from_u128(installation),
            name: format!("House {installation}"),
            server: None,
            site: None,
            version: "0.1.0".into(),
            certificate: None,
            http: Some(80),
            https: None,
            control: Some(7237),
        };
        Found {
            endpoint: format!("urn:uuid:{place}"),
            card: Some(card),
            types: Vec::new(),
            scopes: Vec::new(),
            urls: Vec::new(),
            places: vec![place.parse().unwrap(), "[fe80::1%2]:3702".parse().unwrap()],
            metadata_version: 1,
            by_multicast: true,
            by_unicast: false,
        }
    }

    #[test]
    fn several_installations_are_listed_and_none_is_joined() {
        let found = [server(2, Role::Main, "10.0.0.2:3702"), server(1, Role::Main, "10.0.0.1:3702")];
        let Finding::Several(candidates) = judge(&found, None, 0, 3702) else { panic!("one was chosen") };
        assert_eq!(
            candidates.iter().map(|c| (c.name.as_str(), c.address.as_str())).collect::<Vec<_>>(),
            [("House 1", "10.0.0.1"), ("House 2", "10.0.0.2")]
        );
        let wanted = Uuid::from_u128(2).to_string();
        let Finding::Servers(servers) = judge(&found, Some(&wanted), 0, 3702) else { panic!("the wanted one is not found") };
        assert_eq!(
            servers.iter().map(|s| (s.host.as_str(), s.control_port, s.https_port)).collect::<Vec<_>>(),
            [("10.0.0.2", 7237, 0)]
        );
    }

    #[test]
    fn servers_of_one_installation_are_tried_nearest_first() {
        let found = [
            server(1, Role::Backup, "10.0.0.3:3702"),
            server(1, Role::Main, "10.0.0.1:3702"),
            server(1, Role::Sub, "10.0.0.2:3702"),
        ];
        let Finding::Servers(servers) = judge(&found, None, 0, 3702) else { panic!("{found:?}") };
        assert_eq!(servers.iter().map(|s| s.host.as_str()).collect::<Vec<_>>(), ["10.0.0.2", "10.0.0.1", "10.0.0.3"]);
    }

    #[test]
    fn nobody_is_explained() {
        assert!(matches!(judge(&[], None, 3, 3702), Finding::Nobody(text) if text.contains("UDP 3702 out")));
        let foreign = [server(1, Role::Main, "10.0.0.1:3702")];
        let wanted = Uuid::from_u128(9).to_string();
        assert!(matches!(judge(&foreign, Some(&wanted), 0, 3702), Finding::Nobody(text) if text.contains("address")));
    }
}
