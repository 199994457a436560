//! `signboard discover`.

use std::fmt::Write as _;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use lan::discovery::{Found, Seek};
use net::discovery::{Request, Search};
use serde_json::json;

use super::{Exit, Failure};

const WRITES: &str = "writing to a string cannot fail";

/// What to search for.
pub(super) struct Wish {
    /// How long to listen, in seconds.
    pub(super) seconds: u32,
    /// UDP port of the servers.
    pub(super) port: u16,
    /// Names or addresses that are asked directly.
    pub(super) names: Vec<String>,
    /// Every device that speaks the protocol, not only our servers.
    pub(super) all: bool,
    /// JSON instead of lines for people.
    pub(super) json: bool,
}

/// Searches, and prints what was found.
pub(super) fn run(wish: Wish) -> Result<String, Failure> {
    let seek = if wish.all { Seek::Devices } else { Seek::Servers };
    let request = Request { seek, port: wish.port, known: Vec::new(), names: wish.names, name_system: true };
    let patience = Duration::from_secs(u64::from(wish.seconds));
    let runtime = super::runtime()?;
    let searched = runtime.block_on(search(request, patience));
    // A name system that is silent may hold a question for much longer than the search.
    runtime.shutdown_background();
    let (found, unsent) = searched.map_err(|error| {
        Failure::new(Exit::Unavailable, format!("this machine cannot search ({error}); connect it to a network."))
    })?;
    if wish.json {
        let mut text = serde_json::to_string_pretty(&found.iter().map(as_json).collect::<Vec<_>>())
            .expect("text and numbers are always JSON");
        text.push('\n');
        return Ok(text);
    }
    if found.is_empty() {
        return Err(Failure::new(Exit::Unavailable, nobody(wish.port, unsent)));
    }
    Ok(found.iter().map(lines).collect())
}

/// What answered within `patience`, and how many questions this machine would not send.
async fn search(request: Request, patience: Duration) -> io::Result<(Vec<Found>, u64)> {
    let mut search = Search::start(request)?;
    let listening = async {
        loop {
            search.next().await;
        }
    };
    // It listens until the time is over.
    let _ = tokio::time::timeout(patience, listening).await;
    Ok((search.found().cloned().collect(), search.unsent()))
}

/// Why nothing was found, as far as it can be told from here, and what to do.
fn nobody(port: u16, unsent: u64) -> String {
    if unsent > 0 {
        return format!(
            "no server answered, and this machine refused to send {unsent} of the questions; let UDP {port} out: `signboard firewall --role viewer --outgoing` prints the rules."
        );
    }
    format!(
        "no server answered on UDP {port}; where this machine has a firewall, let answers in (`signboard firewall --role viewer` prints the rule) or name the server (`signboard discover NAME`); `signboard doctor --server NAME` says what is in the way, and a typed address works without any search."
    )
}

fn lines(found: &Found) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| writeln!(out, "  {name:<12} {value}").expect(WRITES);
    let title = match &found.card {
        Some(card) => {
            line("role", card.role.name());
            if let Some(server) = &card.server {
                line("server", server);
            }
            if let Some(site) = &card.site {
                line("site", site);
            }
            line("version", &card.version);
            if let Some(certificate) = &card.certificate {
                line("certificate", &hex::encode(certificate));
            }
            card.name.clone()
        }
        None => found.types.iter().map(|name| name.local.clone()).collect::<Vec<_>>().join(", "),
    };
    for url in admin(found) {
        line("address", &url);
    }
    line("heard by", heard(found));
    line("endpoint", &found.endpoint);
    format!("{title}\n{out}\n")
}

/// Where people and screens reach it: the web ports on the addresses that answered; for other devices what they named.
fn admin(found: &Found) -> Vec<String> {
    let Some(card) = &found.card else { return found.urls.clone() };
    let ports = [("http", card.http, 80), ("https", card.https, 443)];
    let url = |address: &String| {
        ports
            .iter()
            .filter_map(|(scheme, port, usual)| {
                let port = (*port)?;
                Some(if port == *usual { format!("{scheme}://{address}/") } else { format!("{scheme}://{address}:{port}/") })
            })
            .collect::<Vec<_>>()
    };
    hosts(&found.places).iter().flat_map(url).collect()
}

/// The addresses as they stand in a web address, IPv4 first. One of the link alone needs its zone, which browsers do not take, so it is
/// named only where there is no other.
fn hosts(places: &[SocketAddr]) -> Vec<String> {
    let is_wide = |place: &&SocketAddr| match place.ip() {
        IpAddr::V4(_) => true,
        IpAddr::V6(ip) => !ip.is_unicast_link_local(),
    };
    let mut chosen: Vec<&SocketAddr> = places.iter().filter(is_wide).collect();
    if chosen.is_empty() {
        chosen = places.iter().collect();
    }
    chosen.sort_by_key(|place| (place.is_ipv6(), place.ip()));
    chosen.dedup_by_key(|place| place.ip());
    let host = |place: &SocketAddr| match place {
        SocketAddr::V4(place) => place.ip().to_string(),
        SocketAddr::V6(place) if place.ip().is_unicast_link_local() && place.scope_id() != 0 => {
            // RFC 6874, section 2: the zone follows an encoded percent sign.
            format!("[{}%25{}]", place.ip(), place.scope_id())
        }
        SocketAddr::V6(place) => format!("[{}]", place.ip()),
    };
    chosen.into_iter().map(host).collect()
}

fn heard(found: &Found) -> &'static str {
    match (found.by_multicast, found.by_unicast) {
        (true, true) => "multicast and direct question",
        (true, false) => "multicast",
        (false, _) => "direct question",
    }
}

fn as_json(found: &Found) -> serde_json::Value {
    let card = found.card.as_ref();
    json!({
        "endpoint": found.endpoint,
        "name": card.map(|card| &card.name),
        "installation": card.map(|card| card.installation),
        "role": card.map(|card| card.role.name()),
        "server": card.and_then(|card| card.server.as_ref()),
        "site": card.and_then(|card| card.site.as_ref()),
        "version": card.map(|card| &card.version),
        "certificate": card.and_then(|card| card.certificate).map(hex::encode),
        "control": card.and_then(|card| card.control),
        "addresses": admin(found),
        "types": found.types.iter().map(|name| json!({"namespace": name.namespace, "name": name.local})).collect::<Vec<_>>(),
        "urls": found.urls,
        "metadata_version": found.metadata_version,
        "by_multicast": found.by_multicast,
        "by_unicast": found.by_unicast,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(places: &[&str]) -> Vec<String> {
        hosts(&places.iter().map(|place| place.parse().unwrap()).collect::<Vec<SocketAddr>>())
    }

    #[test]
    fn addresses_of_the_link_alone_are_left_out_where_there_are_others() {
        let places = ["[fe80::1%2]:3702", "[fd77:1::1]:3702", "10.77.1.1:3702", "10.77.1.1:3702"];
        assert_eq!(named(&places), ["10.77.1.1", "[fd77:1::1]"]);
        assert_eq!(named(&places[..1]), ["[fe80::1%252]"], "the only one is named, with its zone");
        assert!(named(&[]).is_empty());
    }

    #[test]
    fn each_network_that_answers_is_named() {
        assert_eq!(named(&["192.0.2.7:3702", "10.0.0.1:3702"]), ["10.0.0.1", "192.0.2.7"]);
    }

    #[test]
    fn who_finds_nobody_is_told_what_to_do() {
        let silent = nobody(3702, 0);
        for part in ["UDP 3702", "firewall --role viewer`", "discover NAME", "doctor --server NAME", "typed address"] {
            assert!(silent.contains(part), "{silent}");
        }
        let refused = nobody(3703, 4);
        assert!(refused.contains("4 of the questions") && refused.contains("let UDP 3703 out"), "{refused}");
    }
}
