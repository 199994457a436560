//! Certification requests of devices (PKCS #10, RFC 2986).

use rcgen::{PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm};
use sha2::{Digest as _, Sha256};
use x509_parser::certification_request::X509CertificationRequest;
use x509_parser::prelude::FromDer as _;

/// The longest request, in bytes; one with a P-256 key has some 250.
const MOST: usize = 8 << 10;

/// A request that its key has signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Csr {
    /// SHA-256 of the public key (SubjectPublicKeyInfo in DER).
    pub(super) hash: [u8; 32],
    /// The public key.
    pub(super) key: DeviceKey,
}

/// The public key of a device: a point on P-256.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DeviceKey(Vec<u8>);

impl PublicKeyData for DeviceKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

/// Why a request does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum CsrError {
    #[error("the certification request is not DER of PKCS #10: make it anew")]
    Form,
    #[error("the certification request is not for a key on P-256: make such a key")]
    Key,
    #[error("the certification request is not signed by its own key: make it anew")]
    Signature,
}

impl Csr {
    /// Reads a request in DER and checks its signature. Its subject and attributes do not matter.
    pub(super) fn read(der: &[u8]) -> Result<Self, CsrError> {
        if der.len() > MOST {
            return Err(CsrError::Form);
        }
        let (rest, request) = X509CertificationRequest::from_der(der).map_err(|_| CsrError::Form)?;
        if !rest.is_empty() {
            return Err(CsrError::Form);
        }
        let info = &request.certification_request_info.subject_pki;
        let key = DeviceKey(info.subject_public_key.data.to_vec());
        // Written anew it must be what came: no other curve, no other form of the same point.
        if key.0.len() != 65 || key.0[0] != 4 || key.subject_public_key_info() != info.raw {
            return Err(CsrError::Key);
        }
        request.verify_signature().map_err(|_| CsrError::Signature)?;
        Ok(Self { hash: Sha256::digest(info.raw).into(), key })
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P384_SHA384};

    use super::*;

    fn request(key: &KeyPair) -> Vec<u8> {
        CertificateParams::new(vec!["any.example".to_owned()]).unwrap().serialize_request(key).unwrap().der().to_vec()
    }

    #[test]
    fn a_request_names_its_key_whatever_else_it_says() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let csr = Csr::read(&request(&key)).unwrap();
        let hash: [u8; 32] = Sha256::digest(key.subject_public_key_info()).into();
        assert_eq!(csr.hash, hash);
        assert_eq!(csr.key.der_bytes(), key.der_bytes());
    }

    #[test]
    fn what_is_no_signed_request_for_p256_is_refused() {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let good = request(&key);
        assert_eq!(Csr::read(b"nonsense"), Err(CsrError::Form));
        assert_eq!(Csr::read(&[good.as_slice(), &[0]].concat()), Err(CsrError::Form));
        assert_eq!(Csr::read(&vec![0x30; MOST + 1]), Err(CsrError::Form));
        let other = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
        assert_eq!(Csr::read(&request(&other)), Err(CsrError::Key));
        let mut forged = good.clone();
        *forged.last_mut().unwrap() ^= 1;
        assert_eq!(Csr::read(&forged), Err(CsrError::Signature));
        let mut cut = good;
        cut.truncate(100);
        assert_eq!(Csr::read(&cut), Err(CsrError::Form));
    }
}
