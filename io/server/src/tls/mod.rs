//! Certificates for the HTTPS port.
//!
//! Three sources (`web.tls`): the server's own web authority, files of the operator, or a public authority by ACME.
//! Each hands its newest certificate to one [`Resolver`]; connections that are open go on with the one they have.

mod acme;
mod acme_account;
mod certificate_facts;
mod challenges;
mod error;
mod files;
mod key_files;
mod names;
mod own;
mod pace;
mod renewal;
mod resolver;
mod serial;
mod trust;
mod web_ca;

use std::sync::Arc;
use std::time::SystemTime;

use axum::Router;
use rustls::ServerConfig;
use tokio_util::sync::CancellationToken;

use challenges::Challenges;
pub use error::TlsError;
pub use names::ServerNames;
pub use pace::Pace;
pub use resolver::Resolver;
pub(crate) use serial::random_serial;
pub use trust::Trust;

use crate::cli::Failure;
use crate::config::{Config, TlsMode};

/// HTTPS, ready to be handed to the listeners.
#[derive(Debug)]
pub struct Tls {
    /// The protocol settings: TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN.
    pub server: Arc<ServerConfig>,
    /// Routes that must answer without encryption too: `/trust` and the challenges of ACME.
    pub open: Router,
    /// The certificate that people can trust, where it is the server's own.
    pub trust: Trust,
    /// The certificate in use.
    pub resolver: Arc<Resolver>,
}

/// Finds or makes the first certificate and keeps it fresh until `stop` is cancelled. Must be called within a tokio
/// runtime.
///
/// # Errors
/// A [`Failure`] when no certificate can be had now; with `acme` the own authority serves until the first one comes.
pub async fn start(config: &Config, stop: CancellationToken) -> Result<Tls, Failure> {
    start_at(Pace::default(), config, stop).await
}

/// The same at another pace.
///
/// # Errors
/// As [`start`].
pub async fn start_at(pace: Pace, config: &Config, stop: CancellationToken) -> Result<Tls, Failure> {
    let trust = Trust::default();
    let challenges = Challenges::default();
    let open = trust.routes().merge(challenges.routes());
    let resolver = match config.web.tls {
        TlsMode::Own => renewal::keep_own(config.clone(), pace, trust.clone(), stop).await?,
        TlsMode::Files => renewal::keep_files(config, pace, stop)?,
        TlsMode::Acme => renewal::keep_acme(config.clone(), pace, trust.clone(), challenges, stop).await?,
    };
    Ok(Tls { server: server_config(Arc::clone(&resolver)), open, trust, resolver })
}

/// The certificate of the own authority for this machine, now.
fn own_now(config: &Config) -> Result<own::Own, TlsError> {
    own::own(&config.data.dir.join("tls"), &ServerNames::of_machine(config), SystemTime::now())
}

fn server_config(resolver: Arc<Resolver>) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .expect("the provider has cipher suites for both versions")
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Arc::new(config)
}
