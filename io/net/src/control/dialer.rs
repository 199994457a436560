//! The race to a server (`docs/protocols/control.md`, section 2).

use core::time::Duration;
use std::sync::Arc;

use futures::FutureExt;
use tokio::time::timeout;

use super::address::{Address, Way};
use super::certificate::{CertificateFault, ServerCertificate};
use super::fault::{DialFault, DialReport, Tried};
use super::identity::Identity;
use super::link::Link;
use super::proxy::Proxy;
use super::race::race;
use super::route::Route;
use super::secure;
use super::trust::{JudgedAt, Trust};
use super::wire::{Windows, Wire};

/// Between the starts of two ways.
const STAGGER: Duration = Duration::from_millis(250);

/// How long one way may take until the server's certificate is proved.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connects to servers.
#[derive(Clone, Debug)]
pub struct Dialer {
    /// Which servers are taken.
    pub trust: Trust,
    /// Who this device is; `None` before it has enrolled. Servers of another installation are not taken.
    pub identity: Option<Identity>,
    /// The proxy between.
    pub proxy: Option<Proxy>,
    /// The way that won the last time.
    pub preferred: Option<Way>,
    /// The time at which certificates are judged.
    pub judged_at: JudgedAt,
    /// How many bytes may come before they are read.
    pub windows: Windows,
}

impl Dialer {
    /// A dialer for a device that has enrolled, without proxy.
    #[must_use]
    pub fn of(identity: Identity, judged_at: JudgedAt) -> Self {
        let trust = Trust::authorities(&identity.authorities);
        Self { trust, identity: Some(identity), proxy: None, preferred: None, judged_at, windows: Windows::default() }
    }

    /// A dialer for a device that has not enrolled, without proxy.
    #[must_use]
    pub fn unknown(trust: Trust, judged_at: JudgedAt) -> Self {
        Self { trust, identity: None, proxy: None, preferred: None, judged_at, windows: Windows::default() }
    }

    /// Goes through the servers in order. Of each, all ways race, the preferred one first, and the first on which the certificate proves right wins. May be dropped at any time.
    ///
    /// # Errors
    /// If no server is reached: what was tried.
    pub async fn dial(&self, addresses: &[Address]) -> Result<Link, DialReport> {
        self.race(addresses.chunks(1), None).await
    }

    /// Goes through servers in order, each with its addresses. All ways to all addresses of one race, the preferred way first, and the first on which the
    /// certificate proves right wins. May be dropped at any time.
    ///
    /// # Errors
    /// If no server is reached: what was tried.
    pub async fn dial_servers<'a>(&self, servers: impl IntoIterator<Item = &'a [Address]>) -> Result<Link, DialReport> {
        self.race(servers, None).await
    }

    /// As [`Dialer::dial`], for one server of several: a name or an address may lead to another one of the same installation, or back to
    /// where the call comes from. `server` is its id. Servers whose certificate does not name one are taken.
    ///
    /// # Errors
    /// If that server is not reached: what was tried.
    pub async fn dial_server(&self, server: &str, addresses: &[Address]) -> Result<Link, DialReport> {
        self.race(addresses.chunks(1), Some(server)).await
    }

    async fn race<'a>(&self, servers: impl IntoIterator<Item = &'a [Address]>, server: Option<&str>) -> Result<Link, DialReport> {
        let mut report = DialReport::default();
        for addresses in servers {
            let ways = |address: &'a Address| address.ways().map(move |(way, _)| (address, way));
            let mut ways: Vec<(&Address, Way)> = addresses.iter().flat_map(ways).collect();
            ways.sort_by_key(|(_, way)| Some(*way) != self.preferred);
            let attempts = ways.iter().map(|(address, way)| self.attempt(address, *way, server).boxed());
            match race(attempts.collect(), STAGGER).await {
                Ok(link) => return Ok(link),
                Err(faults) => report.tried.extend(ways.into_iter().zip(faults).map(|((address, way), fault)| Tried {
                    address: address.clone(),
                    way,
                    fault,
                })),
            }
        }
        Err(report)
    }

    async fn attempt(&self, address: &Address, way: Way, server: Option<&str>) -> Result<Link, DialFault> {
        timeout(PATIENCE, self.connect(address, way, server))
            .await
            .unwrap_or(Err(DialFault::Silent { seconds: PATIENCE.as_secs() }))
    }

    async fn connect(&self, address: &Address, way: Way, server: Option<&str>) -> Result<Link, DialFault> {
        let tls = secure::inner(&self.trust, self.identity.as_ref(), &self.judged_at)
            .map_err(|fault| DialFault::Identity(fault.to_string()))?;
        let name = secure::name(self.identity.as_ref());
        let route = Arc::new(Route { proxy: self.proxy.clone(), tls: Arc::new(tls), name });
        let (stream, announced) = route.secure(address, way).await?;
        let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let certificate = Arc::new(ServerCertificate::read(chain).map_err(DialFault::Certificate)?);
        if let (Some(wanted), Some(found)) = (server, &certificate.server)
            && wanted != found
        {
            return Err(DialFault::Certificate(CertificateFault::OtherServer { found: found.clone() }));
        }
        let wire = Wire::open(stream, self.windows).await.map_err(|fault| DialFault::Tls(std::io::Error::other(fault)))?;
        Ok(Link { way, address: address.clone(), certificate, announced, wire, route })
    }
}
