//! Judging client certificates in the handshake: they must come from one of our authorities; whether they have expired is judged later.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// What a client's certificate says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said {
    /// SHA-256 of its public key (SubjectPublicKeyInfo in DER).
    pub(super) key: [u8; 32],
    /// The id that it names: its common name, as the authority wrote it.
    pub(super) holder: Option<Uuid>,
    /// Its first moment, Unix seconds.
    pub(super) from: i64,
    /// Its last moment, Unix seconds.
    pub(super) until: i64,
}

impl Said {
    /// Reads a certificate (RFC 5280).
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let (_, parsed) = X509Certificate::from_der(certificate).ok()?;
        Some(Self {
            key: Sha256::digest(parsed.public_key().raw).into(),
            holder: parsed.subject().iter_common_name().next().and_then(|name| name.as_str().ok()?.parse().ok()),
            from: parsed.validity().not_before.timestamp(),
            until: parsed.validity().not_after.timestamp(),
        })
    }
}

/// Demands a chain to the authorities, at a time at which the certificate counts: a device that slept for a year still proves who it is,
/// and may renew.
#[derive(Debug)]
pub(super) struct Verifier {
    anchors: RwLock<Arc<Vec<TrustAnchor<'static>>>>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    pub(super) fn new(algorithms: WebPkiSupportedAlgorithms, authorities: &[CertificateDer<'static>]) -> Self {
        let verifier = Self { anchors: RwLock::default(), algorithms };
        verifier.trust(authorities);
        verifier
    }

    /// Takes these authorities from the next handshake on.
    pub(super) fn trust(&self, authorities: &[CertificateDer<'static>]) {
        let anchor = |der: &CertificateDer<'static>| webpki::anchor_from_trusted_cert(der).ok().map(|anchor| anchor.to_owned());
        *self.anchors.write() = Arc::new(authorities.iter().filter_map(anchor).collect());
    }
}

impl ClientCertVerifier for Verifier {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let bad = || Error::InvalidCertificate(CertificateError::BadEncoding);
        let certificate = webpki::EndEntityCert::try_from(end_entity).map_err(|_| bad())?;
        let said = Said::of(end_entity).ok_or_else(bad)?;
        let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX).clamp(said.from, said.until.max(said.from));
        let judged_at = UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(now).unwrap_or(0)));
        let anchors = Arc::clone(&self.anchors.read());
        let usage = webpki::KeyUsage::client_auth();
        match certificate.verify_for_usage(self.algorithms.all, &anchors, intermediates, judged_at, usage, None, None) {
            Ok(_) => Ok(ClientCertVerified::assertion()),
            Err(webpki::Error::UnknownIssuer | webpki::Error::InvalidSignatureForPublicKey) => {
                Err(Error::InvalidCertificate(CertificateError::UnknownIssuer))
            }
            Err(_) => Err(Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)),
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::General("TLS 1.2 is not spoken here".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
