//! What can be seen of servers: the search, each way to each of them, and the clock.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use net::control::{Address, Dialer, Trust, Way, Windows};

use super::Finding;
use crate::app::proxy;
use crate::clock::Timekeeper;
use crate::config::Config;
use crate::disk::Local;
use crate::identity::Passport;
use crate::link::{Finding as Found, find};
use crate::memory::Memory;

const PATIENCE: Duration = Duration::from_secs(5);
const NTP_PORT: u16 = 123;

pub(super) async fn look(config: &Config, data: &Path) -> Vec<Finding> {
    let disk = Arc::new(Local);
    let mut findings = vec![addresses()];
    let is_member = data.join("identity.key").exists();
    let identity = if is_member { Passport::open(data, disk.clone()).identity().cloned() } else { None };
    let memory = Memory::of(data, disk.clone());
    let mut servers = config.addresses();
    servers.extend(memory.places().servers);
    if config.server.discovery {
        let wanted = identity.as_ref().map(|identity| identity.installation.clone());
        match find(&servers, config.server.discovery_port, wanted.as_deref()).await {
            Found::Nobody(text) if servers.is_empty() => {
                findings.push(Finding::trouble("search", capital(&text), "name the server: signboard-viewer setup ADDRESS"));
            }
            Found::Nobody(text) => findings.push(Finding::note("search", capital(&text), "no harm: an address is known")),
            Found::Several(candidates) => {
                let names: Vec<_> = candidates.iter().map(|c| format!("{} ({})", c.name, c.address)).collect();
                findings.push(Finding::trouble(
                    "search",
                    format!("Several installations answered: {}.", names.join(", ")),
                    "name one: signboard-viewer setup ADDRESS",
                ));
            }
            Found::Servers(found) => {
                let hosts: Vec<_> = found.iter().map(|address| address.host.clone()).collect();
                findings.push(Finding::fine("search", format!("A server answered: {}.", hosts.join(", "))));
                servers.extend(found);
            }
        }
    }
    let mut seen = Vec::new();
    servers.retain(|server| {
        !seen.contains(server) && {
            seen.push(server.clone());
            true
        }
    });
    let clock = Timekeeper::start(data, disk);
    let trust = match (&identity, config.fingerprint()) {
        (Some(identity), _) => Trust::authorities(&identity.authorities),
        (None, Some(fingerprint)) => Trust::Fingerprint(fingerprint),
        (None, None) => Trust::First,
    };
    let proxy = match proxy(config) {
        Ok(proxy) => proxy,
        Err(error) => {
            findings.push(Finding::trouble("proxy", error.to_string(), "correct server.proxy or http_proxy"));
            None
        }
    };
    let judged_at = clock.judged_at(identity.as_ref().map(net::control::Identity::expires_at));
    let dialer = Dialer { trust, identity, proxy, preferred: None, judged_at, windows: Windows::default() };
    for server in &servers {
        findings.extend(ways(&dialer, server).await);
    }
    findings.push(time(config, servers.first()).await);
    findings
}

fn addresses() -> Finding {
    let addresses = crate::host::addresses();
    if addresses.is_empty() {
        return Finding::trouble("network", "This computer has no address.", "connect it to a network");
    }
    Finding::fine("network", format!("{} at {}, {}.", crate::host::name(), addresses.join(", "), crate::host::macs().join(", ")))
}

/// Each way to one server by itself. One open way suffices.
async fn ways(dialer: &Dialer, server: &Address) -> Vec<Finding> {
    let mut outcomes = Vec::new();
    for (way, port) in server.ways().collect::<Vec<_>>() {
        let mut alone = Address { control_port: 0, https_port: 0, http_port: 0, ..server.clone() };
        match way {
            Way::Control => alone.control_port = port,
            Way::Https => alone.https_port = port,
            Way::Http => alone.http_port = port,
        }
        outcomes.push((alone.authority(way), way, dialer.dial(&[alone]).await));
    }
    let is_reached = outcomes.iter().any(|(.., outcome)| outcome.is_ok());
    let finding = |(place, way, outcome): (String, Way, Result<net::control::Link, net::control::DialReport>)| match outcome {
        Ok(_) => Finding::fine("server", format!("{place} answers ({way}).")),
        Err(report) => {
            let text =
                report.tried.first().map_or_else(|| report.to_string(), |tried| format!("{place} ({way}): {}.", tried.fault));
            if is_reached {
                Finding::note("server", text, "no harm: one open way suffices")
            } else {
                Finding::trouble("server", text, "see to the server, and to the firewalls between")
            }
        }
    };
    outcomes.into_iter().map(finding).collect()
}

async fn time(config: &Config, server: Option<&Address>) -> Finding {
    let named = config.time.servers.first().cloned();
    let Some(host) = named.or_else(|| server.map(|server| server.host.clone())) else {
        return Finding::note("clock", "No server is known to compare it with.", "name one in time.servers");
    };
    let (host, port) = match host.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') => (name.to_owned(), port.parse().unwrap_or(NTP_PORT)),
        _ => (host, NTP_PORT),
    };
    let answered = net::time::query(&host, port, PATIENCE).await;
    match answered {
        Ok(queried) => Finding::fine("clock", format!("{host} answers on UDP {port}; this clock is {} of it.", offset(&queried))),
        Err(error) => Finding::note(
            "clock",
            format!("{host} gives no time on UDP {port} ({error})."),
            "no harm: the session brings the time; for frame-exact walls let 123/UDP through",
        ),
    }
}

fn offset(queried: &net::time::Queried) -> String {
    let milliseconds = queried.offset * 1_000.0;
    if milliseconds < 0.0 { format!("{:.1} ms ahead", -milliseconds) } else { format!("{milliseconds:.1} ms behind") }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect::<String>() + ".").unwrap_or_default()
}
