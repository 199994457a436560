//! Promised digests of requests.

use sha2::Digest;

/// A digest that the bytes of one request must have.
#[derive(Clone, Debug)]
pub enum Checksum {
    /// SHA-1 (offered since tus demands it).
    Sha1(sha1::Sha1, Vec<u8>),
    /// SHA-256.
    Sha256(sha2::Sha256, Vec<u8>),
}

impl Checksum {
    /// A promised digest; none if the algorithm is not known.
    #[must_use]
    pub fn new(algorithm: &str, digest: Vec<u8>) -> Option<Self> {
        match algorithm {
            "sha1" => Some(Self::Sha1(sha1::Sha1::new(), digest)),
            "sha256" => Some(Self::Sha256(sha2::Sha256::new(), digest)),
            _ => None,
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hash, _) => hash.update(bytes),
            Self::Sha256(hash, _) => hash.update(bytes),
        }
    }

    pub(super) fn holds(self) -> bool {
        match self {
            Self::Sha1(hash, promised) => hash.finalize().as_slice() == promised,
            Self::Sha256(hash, promised) => hash.finalize().as_slice() == promised,
        }
    }
}
