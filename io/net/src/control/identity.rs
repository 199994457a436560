//! Who a device is to an installation.

use control::v1;
use rustls::pki_types::{CertificateDer, UnixTime};
use thiserror::Error;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::key::Key;

/// A device's key with the certificate that an installation gave for it. Cheap enough to clone.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The key, which is what counts.
    pub key: Key,
    /// The device's certificate in DER (RFC 5280).
    pub certificate: Vec<u8>,
    /// Certificates of the installation's device CA in DER, from any of which a server's certificate may come.
    pub authorities: Vec<Vec<u8>>,
    /// Id of the device.
    pub device: String,
    /// Id of the viewer at which it stands.
    pub viewer: String,
    /// Id of the installation.
    pub installation: String,
}

impl Identity {
    /// Joins a key with what `Enrol` or `Renew` brought for it. Store the result before it is used.
    ///
    /// # Errors
    /// If the certificate cannot be read or belongs to another key, or if no authority came with it.
    pub fn new(key: Key, granted: &v1::Certificate) -> Result<Self, IdentityError> {
        let (_, certificate) = X509Certificate::from_der(&granted.certificate).map_err(|_| IdentityError::Malformed)?;
        if certificate.public_key().raw != key.public() {
            return Err(IdentityError::ForeignKey);
        }
        if granted.authorities.is_empty() {
            return Err(IdentityError::NoAuthority);
        }
        Ok(Self {
            key,
            certificate: granted.certificate.clone(),
            authorities: granted.authorities.clone(),
            device: granted.device.clone(),
            viewer: granted.viewer.clone(),
            installation: granted.installation.clone(),
        })
    }

    /// When the certificate is to be renewed: after two thirds of its lifetime.
    #[must_use]
    pub fn renew_at(&self) -> UnixTime {
        let (from, until) = self.lifetime();
        seconds(from + (until - from) / 3 * 2)
    }

    /// The last moment at which the certificate is valid. After it the server still answers `Renew`.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        seconds(self.lifetime().1)
    }

    /// First and last second of the certificate's validity, Unix time.
    fn lifetime(&self) -> (i64, i64) {
        // A certificate that somebody spoilt is one to be renewed now.
        X509Certificate::from_der(&self.certificate)
            .map(|(_, certificate)| (certificate.validity().not_before.timestamp(), certificate.validity().not_after.timestamp()))
            .unwrap_or_default()
    }

    pub(super) fn chain(&self) -> Vec<CertificateDer<'static>> {
        vec![CertificateDer::from(self.certificate.clone())]
    }
}

fn seconds(unix: i64) -> UnixTime {
    UnixTime::since_unix_epoch(core::time::Duration::from_secs(u64::try_from(unix).unwrap_or(0)))
}

/// Why what a server granted makes no identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum IdentityError {
    /// The certificate is for another key.
    #[error("the server gave a certificate for another key; enrol again")]
    ForeignKey,
    /// The certificate is none.
    #[error("the server gave a certificate that cannot be read; update the server or this viewer")]
    Malformed,
    /// Nothing to check servers with.
    #[error("the server gave no authority to know it by; update the server")]
    NoAuthority,
}
