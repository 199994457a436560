//! Signed requests (RFC 7515, flattened JSON; RFC 8555, section 6.2), ES256 only.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::problem::Problem;

/// A public key on the curve P-256 (RFC 7518, section 6.2.1).
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub(super) struct Jwk {
    crv: String,
    kty: String,
    x: String,
    y: String,
}

impl Jwk {
    /// The thumbprint (RFC 7638), which the answer to a challenge carries.
    pub(super) fn thumbprint(&self) -> String {
        let Self { crv, kty, x, y } = self;
        let text = format!(r#"{{"crv":"{crv}","kty":"{kty}","x":"{x}","y":"{y}"}}"#);
        URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
    }

    fn point(&self) -> Result<Vec<u8>, Problem> {
        if self.kty != "EC" || self.crv != "P-256" {
            return Err(Problem::malformed("only keys on P-256 are known here"));
        }
        let mut point = vec![4];
        point.extend(bytes(&self.x)?);
        point.extend(bytes(&self.y)?);
        Ok(point)
    }
}

/// The protected header.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Header {
    alg: String,
    pub(super) nonce: String,
    pub(super) url: String,
    pub(super) jwk: Option<Jwk>,
    pub(super) kid: Option<String>,
}

/// A request as it came, not yet verified.
#[derive(Debug, Deserialize)]
pub(super) struct Jws {
    protected: String,
    payload: String,
    signature: String,
}

impl Jws {
    pub(super) fn read(body: &[u8]) -> Result<Self, Problem> {
        serde_json::from_slice(body).map_err(|error| Problem::malformed(error.to_string()))
    }

    pub(super) fn header(&self) -> Result<Header, Problem> {
        let header: Header =
            serde_json::from_slice(&bytes(&self.protected)?).map_err(|error| Problem::malformed(error.to_string()))?;
        if header.alg != "ES256" {
            return Err(Problem::malformed("only ES256 is known here"));
        }
        Ok(header)
    }

    /// The payload, once the signature was found to be of this key.
    pub(super) fn verified(&self, key: &Jwk) -> Result<Vec<u8>, Problem> {
        let signed = format!("{}.{}", self.protected, self.payload);
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.point()?)
            .verify(signed.as_bytes(), &bytes(&self.signature)?)
            .map_err(|_| Problem::malformed("the signature is wrong"))?;
        bytes(&self.payload)
    }
}

/// Base64url without padding (RFC 7515, appendix C).
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, Problem> {
    URL_SAFE_NO_PAD.decode(text).map_err(|error| Problem::malformed(error.to_string()))
}
