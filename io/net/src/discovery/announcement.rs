//! Multicast DNS: `_signboard._tcp` and `_http._tcp` (RFC 6762, RFC 6763).

use core::time::Duration;
use std::net::IpAddr;

use lan::discovery::Card;
use mdns_sd::{IfKind, IfPredicate, ServiceDaemon, ServiceInfo};
use uuid::Uuid;

use super::service::is_wanted;

const SIGNBOARD: &str = "_signboard._tcp.local.";
const HTTP: &str = "_http._tcp.local.";
/// An instance name is one label.
const MAX_NAME: usize = 63;
const GOODBYE: Duration = Duration::from_secs(1);

/// An announcement that stays until it is stopped.
pub(crate) struct Announcement {
    daemon: ServiceDaemon,
    endpoint: Uuid,
    /// The full names that are registered.
    registered: Vec<String>,
}

impl core::fmt::Debug for Announcement {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Announcement").field("registered", &self.registered).finish_non_exhaustive()
    }
}

impl Announcement {
    /// Announces. `None` if multicast DNS cannot be started: that is told in the log, and nothing else depends on it.
    pub(crate) fn start(endpoint: Uuid, card: &Card, addresses: &[IpAddr]) -> Option<Self> {
        let daemon = ServiceDaemon::new().inspect_err(|error| tracing::warn!(%error, "multicast DNS is not available")).ok()?;
        let addresses = addresses.to_vec();
        let unserved = IfPredicate::new(move |interface| {
            crate::interfaces::served().is_ok_and(|served| {
                !served.iter().any(|one| Some(one.link.index) == interface.index && is_wanted(one, &addresses))
            })
        });
        let mut announcement = Self { daemon, endpoint, registered: Vec::new() };
        if let Err(error) = announcement.daemon.disable_interface(IfKind::Predicate(unserved)) {
            tracing::warn!(%error, "multicast DNS does not take its interfaces");
            return None;
        }
        announcement.set(card);
        Some(announcement)
    }

    /// Announces something new.
    pub(crate) fn set(&mut self, card: &Card) {
        let next = services(self.endpoint, card);
        for gone in self.registered.iter().filter(|name| next.iter().all(|service| service.get_fullname() != name.as_str())) {
            let _ = self.daemon.unregister(gone);
        }
        self.registered = next.iter().map(|service| service.get_fullname().to_owned()).collect();
        for service in next {
            if let Err(error) = self.daemon.register(service) {
                tracing::warn!(%error, "multicast DNS does not take the announcement");
            }
        }
    }

    /// Takes the announcement back.
    pub(crate) async fn stop(self) {
        for name in &self.registered {
            if let Ok(done) = self.daemon.unregister(name) {
                let _ = tokio::time::timeout(GOODBYE, done.recv_async()).await;
            }
        }
        if let Ok(done) = self.daemon.shutdown() {
            let _ = tokio::time::timeout(GOODBYE, done.recv_async()).await;
        }
    }
}

fn services(endpoint: Uuid, card: &Card) -> Vec<ServiceInfo> {
    let host = format!("signboard-{}.local.", &endpoint.simple().to_string()[20..]);
    let name = card.label();
    let end = (0..=MAX_NAME.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    let mut made = Vec::new();
    let mut add = |kind: &str, port: Option<u16>, properties: &[(&str, String)]| {
        let Some(port) = port else { return };
        match ServiceInfo::new(kind, &name[..end], &host, (), port, properties) {
            Ok(service) => made.push(service.enable_addr_auto()),
            Err(error) => tracing::warn!(%error, kind, "multicast DNS cannot say this"),
        }
    };
    add(SIGNBOARD, card.https.or(card.http), &properties(endpoint, card));
    add(HTTP, card.http, &[("path", "/".to_owned())]);
    made
}

/// The facts of the card under the keys of `docs/protocols/discovery.md`.
fn properties(endpoint: Uuid, card: &Card) -> Vec<(&'static str, String)> {
    let mut properties = vec![
        ("id", endpoint.to_string()),
        ("role", card.role.name().to_owned()),
        ("installation", card.installation.to_string()),
        ("version", card.version.clone()),
    ];
    properties.extend(card.server.clone().map(|server| ("server", server)));
    properties.extend(card.site.clone().map(|site| ("site", site)));
    let certificate = card.certificate.map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect());
    properties.extend(certificate.map(|digits| ("fp", digits)));
    for (key, port) in [("http", card.http), ("https", card.https), ("control", card.control)] {
        properties.extend(port.map(|port| (key, port.to_string())));
    }
    properties
}
