//! How TLS is spoken, with one provider of cryptography and no default of the process.

use std::sync::{Arc, LazyLock};

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::ServerName;
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, Error};

use super::certificate::ENDING;
use super::identity::Identity;
use super::judge::{Anybody, Judge};
use super::trust::{JudgedAt, Trust};

/// ALPN of gRPC (RFC 9113 section 3.1).
pub(super) const H2: &[u8] = b"h2";

/// ALPN of plain HTTP (RFC 9112).
pub(super) const HTTP1: &[u8] = b"http/1.1";

static PROVIDER: LazyLock<Arc<CryptoProvider>> = LazyLock::new(|| Arc::new(aws_lc_rs::default_provider()));

/// TLS to the control port: version 1.3 alone, servers judged by `trust`, `identity` shown where there is one.
///
/// # Errors
/// If the identity's key and certificate do not fit together.
pub(super) fn inner(trust: &Trust, identity: Option<&Identity>, judged_at: &JudgedAt) -> Result<ClientConfig, Error> {
    let judge = Judge {
        trust: trust.clone(),
        installation: identity.map(|identity| identity.installation.clone()),
        judged_at: judged_at.clone(),
        provider: Arc::clone(&PROVIDER),
    };
    let builder = ClientConfig::builder_with_provider(Arc::clone(&PROVIDER))
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(judge));
    let mut config = match identity {
        Some(identity) => builder.with_client_auth_cert(identity.chain(), identity.key.private())?,
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![H2.to_vec()];
    // A resumed session would spare one signature and keep tickets for every server.
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// TLS to an HTTPS port round a tunnel or a file: nothing is proved by it.
pub(super) fn outer() -> Arc<ClientConfig> {
    static OUTER: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| {
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&PROVIDER))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .expect("the provider speaks both versions")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Anybody(Arc::clone(&PROVIDER))))
            .with_no_client_auth();
        config.alpn_protocols = vec![HTTP1.to_vec()];
        config.resumption = Resumption::disabled();
        Arc::new(config)
    });
    Arc::clone(&OUTER)
}

/// The name that is sent to the control port.
pub(super) fn name(identity: Option<&Identity>) -> ServerName<'static> {
    let label = identity.map_or("any", |identity| identity.installation.as_str());
    ServerName::try_from(format!("{label}{ENDING}"))
        .unwrap_or_else(|_| ServerName::try_from(format!("any{ENDING}")).expect("the name is legal"))
}
