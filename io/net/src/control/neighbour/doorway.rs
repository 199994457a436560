//! The end that is called.

use core::time::Duration;
use std::io;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use rustls::server::NoServerSessionStorage;
use rustls::version::TLS13;
use rustls::{Error, ServerConfig};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::pin::{Pin, key_of};
use crate::control::identity::Identity;
use crate::control::secure::HTTP1;

/// How long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// After this the kernel gives up a neighbour that takes nothing of what was sent (tcp(7), `TCP_USER_TIMEOUT`): others wait for its place.
const UNREAD: Duration = Duration::from_secs(10);

/// Lets in those whose key is taken. Cheap to clone.
#[derive(Clone)]
pub struct Doorway(TlsAcceptor);

impl Doorway {
    /// A doorway that shows this identity.
    ///
    /// # Errors
    /// The identity's key and certificate do not fit together.
    pub fn new(identity: &Identity, pin: Pin) -> Result<Self, Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13])?
            .with_client_cert_verifier(Arc::new(pin))
            .with_single_cert(identity.chain(), identity.key.private())?;
        config.alpn_protocols = vec![HTTP1.to_vec()];
        // Who was let in once is judged anew each time.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// Does the handshake; hands back the connection, and the key that the other end has proved to have.
    ///
    /// # Errors
    /// The other end is not let in, or does not speak in time.
    pub async fn receive(&self, stream: TcpStream) -> io::Result<(TlsStream<TcpStream>, [u8; 32])> {
        stream.set_nodelay(true)?;
        SockRef::from(&stream).set_tcp_user_timeout(Some(UNREAD))?;
        let stream = timeout(PATIENCE, self.0.accept(stream)).await??;
        let certificate = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
        let key = certificate.and_then(key_of).ok_or_else(|| io::Error::from(io::ErrorKind::PermissionDenied))?;
        Ok((stream, key))
    }
}

impl std::fmt::Debug for Doorway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Doorway")
    }
}
