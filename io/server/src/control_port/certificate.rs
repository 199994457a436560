//! The server's own certificate at the control port: made from the device authority, kept in memory, renewed while the server runs.

use std::sync::Arc;
use std::time::Duration;

use domain::authority::signing;
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, SanType};
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::authority::{AuthorityError, EARLIEST_MS, Signer};
use super::installation_id;
use super::servers::server_names;
use crate::app::App;
use crate::now::now_ms;
use crate::tls::ServerNames;

/// Validity of certificates of servers and devices, in milliseconds: 90 days.
const VALIDITY_MS: i64 = 90 * 86_400_000;
/// Clocks differ: a certificate counts from a day before it was made.
const BACKDATED_MS: i64 = 86_400_000;
/// When the server's own is made anew, in milliseconds: after two thirds of its lifetime.
const RENEWED_AFTER_MS: i64 = VALIDITY_MS / 3 * 2;
/// How often names, addresses and the clock are looked at.
const LOOK: Duration = Duration::from_secs(600);

/// From when to when a certificate counts, Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// First moment.
    pub from: i64,
    /// Last moment.
    pub until: i64,
}

/// The validity of a certificate that is made now.
#[must_use]
pub(crate) fn validity(now_ms: i64) -> Validity {
    Validity { from: now_ms - BACKDATED_MS, until: now_ms + VALIDITY_MS }
}

/// Hands every new connection the newest certificate.
#[derive(Debug)]
pub(super) struct Certificate(watch::Sender<Arc<CertifiedKey>>);

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.borrow()))
    }
}

/// What a certificate was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Grounds {
    authority: Vec<u8>,
    names: Vec<SanType>,
}

/// Makes the first certificate and keeps it fresh until `stop` is cancelled.
pub(super) async fn keep(app: App, stop: CancellationToken) -> Result<Arc<Certificate>, AuthorityError> {
    let mut grounds = grounds(&app)?;
    let mut made = now_ms();
    let certificate = Arc::new(Certificate(watch::Sender::new(make(&app, &grounds, made)?)));
    let kept = Arc::clone(&certificate);
    let mut state = app.core.watch();
    tokio::spawn(async move {
        let identity = |app: &App| (installation_id(app), signing(&app.core.state()).map(|(id, _)| id));
        let mut known = identity(&app);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
                changed = state.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    state.mark_unchanged();
                    // Only set-up, joining another installation and its state change what the certificate says.
                    if identity(&app) == known {
                        continue;
                    }
                }
            }
            known = identity(&app);
            let now = now_ms();
            let next = match self::grounds(&app) {
                Ok(next) => next,
                Err(error) => {
                    tracing::warn!(%error, "the certificate of the control port could not be renewed; the one in use stays");
                    continue;
                }
            };
            if next == grounds && (made..made + RENEWED_AFTER_MS).contains(&now) {
                continue;
            }
            match make(&app, &next, now) {
                Ok(certified) => {
                    kept.0.send_replace(certified);
                    (grounds, made) = (next, now);
                }
                Err(error) => {
                    tracing::warn!(%error, "the certificate of the control port could not be renewed; the one in use stays");
                }
            }
        }
    });
    Ok(certificate)
}

/// What signs. A server that has joined has no authority before the state has come: until then it signs by one that nobody trusts, unless it was
/// given a certificate ([`given`]).
fn signer(app: &App) -> Result<Arc<Signer>, AuthorityError> {
    match app.control.authorities.signer(&app.core.state()) {
        Err(AuthorityError::None) if app.replication.own.membership().is_some() => app.control.authorities.provisional(),
        signer => signer,
    }
}

fn grounds(app: &App) -> Result<Grounds, AuthorityError> {
    let signer = signer(app)?;
    let machine = ServerNames::of_machine(&app.config);
    let own = server_names(installation_id(app), app.core.server_id());
    let names = own.into_iter().chain(machine.names.iter().map(|name| name.as_str().to_owned()));
    let names = names.filter_map(|name| name.try_into().ok().map(SanType::DnsName));
    let names = names.chain(machine.addresses.iter().copied().map(SanType::IpAddress)).collect();
    Ok(Grounds { authority: signer.certificate.to_vec(), names })
}

/// What was given at joining, for those that call before the state has come; none: it has come, or this server joined nobody.
fn given(app: &App) -> Option<Arc<CertifiedKey>> {
    if signing(&app.core.state()).is_some() {
        return None;
    }
    let reply = app.replication.own.membership()?.reply;
    let authorities = reply.certificate?.authorities;
    if reply.answering.is_empty() {
        return None;
    }
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(app.replication.own.key().pkcs8()));
    let key = any_supported_type(&key).ok()?;
    let chain = std::iter::once(reply.answering).chain(authorities).map(CertificateDer::from).collect();
    Some(Arc::new(CertifiedKey::new(chain, key)))
}

fn make(app: &App, grounds: &Grounds, now_ms: i64) -> Result<Arc<CertifiedKey>, AuthorityError> {
    if let Some(given) = given(app) {
        return Ok(given);
    }
    let signer = signer(app)?;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    // It counts from before any viewer's program was built: a viewer without a clock knows only that it is not earlier than that.
    let validity = Validity { from: EARLIEST_MS, ..validity(now_ms) };
    let leaf = signer.server(&grounds.names, &key, validity)?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let key = any_supported_type(&key).map_err(|_| AuthorityError::Damaged)?;
    // The authority goes along, so that a viewer that knows none yet can compare its fingerprint.
    Ok(Arc::new(CertifiedKey::new(vec![leaf, signer.certificate.clone()], key)))
}
