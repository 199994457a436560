//! `signboard discover`.

use std::fmt::Write as _;
use std::time::Duration;

use lan::discovery::{Found, Seek};
use net::discovery::{Request, search};
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
    let found = super::runtime()?.block_on(search(request, patience));
    let found = found.map_err(|error| {
        Failure::new(Exit::Unavailable, format!("this machine cannot search ({error}); connect it to a network."))
    })?;
    if wish.json {
        let mut text = serde_json::to_string_pretty(&found.iter().map(as_json).collect::<Vec<_>>())
            .expect("text and numbers are always JSON");
        text.push('\n');
        return Ok(text);
    }
    if found.is_empty() {
        return Err(Failure::new(
            Exit::Unavailable,
            "no server answered; if there is one, `signboard doctor --server NAME` says what is in the way, and a typed address works without any search.",
        ));
    }
    Ok(found.iter().map(lines).collect())
}

fn lines(found: &Found) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| writeln!(out, "  {name:<12} {value}").expect(WRITES);
    let title = match &found.card {
        Some(card) => {
            line("role", card.role.name());
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
    let mut addresses: Vec<String> = found
        .places
        .iter()
        .map(|place| match place {
            std::net::SocketAddr::V4(place) => place.ip().to_string(),
            std::net::SocketAddr::V6(place) => format!("[{}]", place.ip()),
        })
        .collect();
    addresses.dedup();
    let url = |address: &String| {
        ports
            .iter()
            .filter_map(|(scheme, port, usual)| {
                let port = (*port)?;
                Some(if port == *usual { format!("{scheme}://{address}/") } else { format!("{scheme}://{address}:{port}/") })
            })
            .collect::<Vec<_>>()
    };
    addresses.iter().flat_map(url).collect()
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
