//! The judge of server certificates in the handshake.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};

use super::certificate::{CertificateFault, ServerCertificate};
use super::trust::{JudgedAt, Trust};

/// Judges by [`Trust`] instead of by the name under which a server was reached.
#[derive(Debug)]
pub(super) struct Judge {
    pub(super) trust: Trust,
    /// The installation that this device belongs to, once it does.
    pub(super) installation: Option<String>,
    pub(super) judged_at: JudgedAt,
    pub(super) provider: Arc<CryptoProvider>,
}

impl Judge {
    fn judge(&self, chain: &[CertificateDer<'_>]) -> Result<(), CertificateFault> {
        let certificate = ServerCertificate::read(chain)?;
        let time = self.judged_at.now();
        match &self.trust {
            Trust::First => {}
            Trust::Authorities(authorities) => certificate.comes_from(authorities, time)?,
            Trust::Fingerprint(wanted) => certificate.matches(wanted, time)?,
        }
        match &self.installation {
            Some(mine) if !mine.eq_ignore_ascii_case(&certificate.installation) => {
                Err(CertificateFault::Installation { found: certificate.installation })
            }
            _ => Ok(()),
        }
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _clock: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chain: Vec<CertificateDer<'_>> = core::iter::once(leaf).chain(others).cloned().collect();
        self.judge(&chain)
            .map(|()| ServerCertVerified::assertion())
            .map_err(|fault| Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(fault)))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, leaf, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Takes any certificate: for the outer connection of a tunnel, whose bytes are proved by the session inside, and for files, which are proved by their hash.
#[derive(Debug)]
pub(super) struct Anybody(pub(super) Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _leaf: &CertificateDer<'_>,
        _others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        _ocsp: &[u8],
        _clock: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, leaf, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
