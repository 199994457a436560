//! Requests that were found to be signed, as handlers take them (RFC 8555, section 6).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use super::jws::{Header, Jwk, Jws};
use super::problem::Problem;
use super::state::Authority;

/// A request that a known account signed (section 6.2).
pub(super) struct Signed {
    pub(super) account: usize,
    payload: Vec<u8>,
}

impl Signed {
    /// What the request says.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_slice(&self.payload).map_err(|error| Problem::malformed(error.to_string()))
    }
}

impl FromRequest<Arc<Authority>> for Signed {
    type Rejection = Problem;

    async fn from_request(request: Request, authority: &Arc<Authority>) -> Result<Self, Problem> {
        let (jws, header) = fresh(request, authority).await?;
        let unknown = || Problem::new(StatusCode::UNAUTHORIZED, "accountDoesNotExist", "no such account");
        let prefix = format!("{}/account/", authority.base);
        let account: usize = header.kid.and_then(|kid| kid.strip_prefix(&prefix)?.parse().ok()).ok_or_else(unknown)?;
        let key = authority.memory().accounts.get(account).cloned().ok_or_else(unknown)?;
        Ok(Self { account, payload: jws.verified(&key)? })
    }
}

/// A request that brings the key that signed it, as only a new account's does.
pub(super) struct SelfSigned(pub(super) Jwk);

impl FromRequest<Arc<Authority>> for SelfSigned {
    type Rejection = Problem;

    async fn from_request(request: Request, authority: &Arc<Authority>) -> Result<Self, Problem> {
        let (jws, header) = fresh(request, authority).await?;
        let key = header.jwk.ok_or_else(|| Problem::malformed("a new account is signed with its own key"))?;
        jws.verified(&key)?;
        Ok(Self(key))
    }
}

/// A nonce is good once (section 6.5), and a signature only for its address (section 6.4).
async fn fresh(request: Request, authority: &Arc<Authority>) -> Result<(Jws, Header), Problem> {
    let address = format!("{}{}", authority.base, request.uri().path());
    let body = Bytes::from_request(request, authority).await.map_err(|error| Problem::malformed(error.to_string()))?;
    let jws = Jws::read(&body)?;
    let header = jws.header()?;
    if !authority.memory().nonces.remove(&header.nonce) {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "badNonce", "the nonce is unknown or used"));
    }
    if header.url != address {
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "unauthorized", "signed for another address"));
    }
    Ok((jws, header))
}
