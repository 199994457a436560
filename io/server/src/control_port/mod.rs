//! The control port (`docs/protocols/control.md`): one TLS listener for native viewers, other servers and administration tools.
//!
//! `door` takes connections, of the listener and of tunnels alike; `peer` says who is at the other end, and `routes` what answers.

mod authority;
mod capabilities;
mod certificate;
mod connections;
mod crew;
mod csr;
mod door;
mod enrolment;
mod fetching;
mod guard;
mod parting;
mod peer;
mod presence;
mod refused;
mod routes;
mod servers;
mod tallied;
mod threshold;
mod verifier;

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

pub use authority::{Authorities, AuthorityError, ensure as ensure_authority};
pub use capabilities::{Capabilities, Capability};
pub(crate) use certificate::validity as certificate_validity;
pub use connections::Connections;
pub use door::{Door, Hangup};
pub use enrolment::newcomer;
pub use fetching::fetching_viewer;
pub use peer::{ControlPeer, Place};
pub use presence::{KeyInUse, Presence, Present};
pub use refused::{Reason, Refusals};
pub(crate) use servers::{answering_certificate, certificate_for_server, request_key, server_certificate};

use crate::app::App;
use crate::cli::Failure;
use crate::listen::Listening;
use crate::tls::ServerNames;

/// Where this server answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Port of the control protocol; 0 = closed.
    pub control: u16,
    /// Port of HTTPS; 0 = closed.
    pub https: u16,
    /// Port of HTTP where the whole application answers there; 0 = closed.
    pub http: u16,
}

/// The control port and what its sessions share.
#[derive(Default)]
pub struct ControlPort {
    /// Which device is connected from which start of its program.
    pub presence: Presence,
    /// What sessions give out for fetching files at the web ports.
    pub capabilities: Capabilities,
    /// Open connections of devices.
    pub connections: Connections,
    /// What was refused, and why.
    pub refusals: Refusals,
    /// The installation's authorities, ready to sign.
    pub authorities: Authorities,
    /// Empty while the server starts and once it has stopped, since the door keeps everything else alive.
    door: Mutex<Option<Arc<Door>>>,
    stopping: OnceLock<CancellationToken>,
    ports: OnceLock<Ports>,
}

impl ControlPort {
    /// Starts to answer on bound sockets until `stop` is cancelled.
    ///
    /// # Errors
    /// A [`Failure`] when the authority's key cannot be used, or the system refuses threads or sockets.
    pub(crate) async fn start(
        &self,
        app: &App,
        listening: Listening,
        ports: Ports,
        stop: CancellationToken,
    ) -> Result<(), Failure> {
        let certificate = certificate::keep(app.clone(), stop.clone()).await?;
        let refused = |error: std::io::Error| Failure::of_files("the control port cannot be served", &error);
        let door = Arc::new(Door::new(app.clone(), certificate, stop.clone()).map_err(refused)?);
        let _ = self.ports.set(ports);
        let _ = self.stopping.set(door.stopping());
        *self.door.lock() = Some(Arc::clone(&door));
        door.listen(listening).map_err(refused)?;
        tokio::spawn(connections::cut_revoked(app.clone(), stop));
        Ok(())
    }

    /// Lets requests under way finish until the deadline, then cuts the rest. Returns how many connections were cut.
    pub(crate) async fn stop(&self, deadline: Duration) -> usize {
        let door = self.door.lock().take();
        match door {
            Some(door) => door.stop(deadline).await,
            None => 0,
        }
    }

    /// What takes connections; none while the server starts or stops.
    #[must_use]
    pub fn door(&self) -> Option<Arc<Door>> {
        self.door.lock().clone()
    }

    /// Cancelled once the server stops; never while it starts.
    pub(crate) fn stopping(&self) -> CancellationToken {
        self.stopping.get().cloned().unwrap_or_default()
    }

    /// The ports on which this server answers; all closed while it starts.
    #[must_use]
    pub fn ports(&self) -> Ports {
        self.ports.get().copied().unwrap_or_default()
    }

    /// Names and addresses under which viewers may reach this server, the likeliest first: the public address, the host name, and the
    /// addresses of its interfaces. Looks at the interfaces of this machine: not for every message.
    #[must_use]
    pub fn hosts(&self, app: &App) -> Vec<String> {
        let public = app.core.state().rows.installation().public_address;
        let public = public.parse::<http::Uri>().ok().and_then(|uri| uri.host().map(ToOwned::to_owned));
        let names = ServerNames::of_machine(&app.config);
        let addresses = names.addresses.iter().filter(|address| !address.is_loopback()).map(IpAddr::to_string);
        let mut hosts: Vec<String> = public.into_iter().collect();
        for host in addresses.chain(names.names.iter().map(|name| name.as_str().to_owned())) {
            if !hosts.contains(&host) && !host.starts_with("localhost") {
                hosts.push(host);
            }
        }
        if hosts.is_empty() {
            hosts.push(SocketAddr::from(([127, 0, 0, 1], 0)).ip().to_string());
        }
        hosts
    }
}

/// The installation's id; the server's own before there is one, and that of the joined one before its state has come.
pub(crate) fn installation_id(app: &App) -> uuid::Uuid {
    let joined = || app.replication.own.membership()?.reply.certificate?.installation.parse().ok();
    let known = app.core.state().rows.installation().uid;
    known.or_else(joined).unwrap_or_else(|| app.core.server_id())
}
