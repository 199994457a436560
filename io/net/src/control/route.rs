//! How connections to a server are made, on any way.

use core::time::Duration;
use std::io;
use std::sync::Arc;

use futures::FutureExt;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite;

use super::address::{Address, Way, authority};
use super::fault::DialFault;
use super::proxy::{self, Proxy};
use super::race::race;
use super::secure;
use super::tunnel::{self, Opened};

/// Between the addresses of one name (RFC 8305 section 5).
const STAGGER: Duration = Duration::from_millis(250);

/// How long an address may take to answer at all: one that is gone, with all its machine, says nothing for minutes.
const CONNECTING: Duration = Duration::from_secs(3);

/// What bytes go over.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Io for S {}

/// What is needed to connect to servers.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) proxy: Option<Proxy>,
    /// TLS to the control port.
    pub(super) tls: Arc<ClientConfig>,
    /// The name that is sent to it.
    pub(super) name: ServerName<'static>,
}

impl Route {
    /// A session of TLS with the control port, and which control port the answer of a tunnel named.
    pub(super) async fn secure(&self, address: &Address, way: Way) -> Result<(TlsStream<Box<dyn Io>>, Option<u16>), DialFault> {
        let (stream, announced): (Box<dyn Io>, _) = match way {
            Way::Control => (Box::new(self.reach(&address.host, address.control_port).await?), None),
            Way::Https | Way::Http => {
                let Opened { tunnel, control_port } = self.tunnel(address, way).await?;
                (tunnel, control_port)
            }
        };
        let tls =
            TlsConnector::from(Arc::clone(&self.tls)).connect(self.name.clone(), stream).await.map_err(DialFault::of_tls)?;
        Ok((tls, announced))
    }

    /// A connection on which the files are: the control port itself, or a web port outside of its tunnel. Where that would be in the clear, it goes
    /// through a tunnel of its own.
    pub(super) async fn files(&self, address: &Address, way: Way) -> Result<Box<dyn Io>, DialFault> {
        let stream: Box<dyn Io> = match way {
            Way::Control => Box::new(self.reach(&address.host, address.control_port).await?),
            Way::Http => self.tunnel(address, way).await?.tunnel,
            Way::Https => return self.web(address, way).await,
        };
        let mut config = (*self.tls).clone();
        config.alpn_protocols = vec![secure::HTTP1.to_vec()];
        let tls = TlsConnector::from(Arc::new(config)).connect(self.name.clone(), stream).await.map_err(DialFault::of_tls)?;
        Ok(Box::new(tls))
    }

    async fn tunnel(&self, address: &Address, way: Way) -> Result<Opened<Box<dyn Io>>, DialFault> {
        let web = self.web(address, way).await?;
        match tunnel::open(web, &address.authority(way)).await {
            Ok(opened) => Ok(Opened { tunnel: Box::new(opened.tunnel), control_port: opened.control_port }),
            Err(tungstenite::Error::Http(answer)) => Err(DialFault::NoTunnel { status: answer.status().as_u16() }),
            Err(fault) => Err(DialFault::Tunnel(fault.to_string())),
        }
    }

    /// A connection to a web port.
    async fn web(&self, address: &Address, way: Way) -> Result<Box<dyn Io>, DialFault> {
        let stream = self.reach(&address.host, address.port(way)).await?;
        if way == Way::Http {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(address.host.clone())
            .map_err(|_| DialFault::Name { name: address.host.clone(), source: io::Error::from(io::ErrorKind::InvalidInput) })?;
        let tls = TlsConnector::from(secure::outer()).connect(name, stream).await.map_err(DialFault::Outer)?;
        Ok(Box::new(tls))
    }

    async fn reach(&self, host: &str, port: u16) -> Result<TcpStream, DialFault> {
        let Some(proxy) = self.proxy.as_ref().filter(|proxy| proxy.serves(host)) else {
            return connect(host, port).await;
        };
        let mut stream = connect(&proxy.host, proxy.port)
            .await
            .map_err(|fault| DialFault::ToProxy { proxy: proxy.authority(), source: Box::new(fault) })?;
        proxy::ask(&mut stream, proxy, &authority(host, port))
            .await
            .map_err(|source| DialFault::Proxy { proxy: proxy.authority(), source })?;
        Ok(stream)
    }
}

/// TCP to the first address of a host that answers.
async fn connect(host: &str, port: u16) -> Result<TcpStream, DialFault> {
    let unknown = |source| DialFault::Name { name: host.to_owned(), source };
    let nobody = |_| unknown(io::Error::new(io::ErrorKind::TimedOut, "the name servers do not answer"));
    let places: Vec<_> = timeout(CONNECTING, lookup_host((host, port))).await.map_err(nobody)?.map_err(unknown)?.collect();
    let attempts = places.iter().map(|place| {
        async move {
            let silent = || io::Error::new(io::ErrorKind::TimedOut, format!("silence for {} s", CONNECTING.as_secs()));
            let stream = timeout(CONNECTING, TcpStream::connect(place)).await.unwrap_or_else(|_| Err(silent()))?;
            stream.set_nodelay(true)?;
            Ok(stream)
        }
        .boxed()
    });
    race(attempts.collect(), STAGGER).await.map_err(|faults: Vec<io::Error>| match faults.into_iter().next() {
        Some(source) => DialFault::Connect { place: authority(host, port), source },
        None => unknown(io::Error::from(io::ErrorKind::NotFound)),
    })
}
