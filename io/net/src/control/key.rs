//! The key of a device.

use core::fmt;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The P-256 key of a device, which never leaves it. Cheap to clone.
#[derive(Clone)]
pub struct Key(Arc<KeyPair>);

impl Key {
    /// Makes a new key from the system's randomness.
    #[must_use]
    pub fn make() -> Self {
        Self(Arc::new(KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).expect("the provider can make P-256 keys")))
    }

    /// Takes a key as [`Key::pkcs8`] gave it.
    ///
    /// # Errors
    /// If the bytes are not the PKCS #8 form (RFC 5208) of a P-256 key.
    pub fn load(pkcs8: &[u8]) -> Result<Self, KeyError> {
        KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(pkcs8), &PKCS_ECDSA_P256_SHA256)
            .map(|pair| Self(Arc::new(pair)))
            .map_err(|_| KeyError)
    }

    /// The secret key as PKCS #8 in DER. Store it where only the viewer can read it.
    #[must_use]
    pub fn pkcs8(&self) -> Vec<u8> {
        self.0.serialize_der()
    }

    /// A certification request (PKCS #10, RFC 2986) in DER, as [`Enrolment/Enrol`](crate::grpc) and `Renew` want it.
    #[must_use]
    pub fn request(&self) -> Vec<u8> {
        let params = CertificateParams::default();
        params.serialize_request(&*self.0).expect("a request without extensions can be signed").der().to_vec()
    }

    /// What the server knows the device by: SHA-256 of the SubjectPublicKeyInfo in DER.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(self.public()).into()
    }

    /// The SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) in DER.
    pub(super) fn public(&self) -> Vec<u8> {
        self.0.subject_public_key_info()
    }

    pub(super) fn private(&self) -> PrivateKeyDer<'static> {
        PrivatePkcs8KeyDer::from(self.pkcs8()).into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Key")
    }
}

/// Bytes are not the key of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("these bytes are not a P-256 key in PKCS #8 form; the device needs a new key, and enrols again")]
pub struct KeyError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_stored() {
        let key = Key::make();
        let again = Key::load(&key.pkcs8()).unwrap();
        assert_eq!(again.fingerprint(), key.fingerprint());
        assert_ne!(Key::make().fingerprint(), key.fingerprint());
    }

    #[test]
    fn garbage_is_no_key() {
        assert_eq!(Key::load(b"garbage").unwrap_err(), KeyError);
    }

    #[test]
    fn a_key_does_not_show_itself() {
        assert_eq!(format!("{:?}", Key::make()), "Key");
    }
}
