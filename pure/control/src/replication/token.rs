//! The one-time token by which a server joins: everything that it needs to find its Main and to know it.

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use prost::Message as _;
use thiserror::Error;

use crate::v1;

/// What stands before every token, so that people and scanners know it.
const PREFIX: &str = "sbs_";

/// A one-time token.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// What proves it.
    pub secret: [u8; 20],
    /// SHA-256 of the certificate of the installation's device CA: who answers must have one of its certificates.
    pub authority: [u8; 32],
    /// Where the server that made it answers, the likeliest first.
    pub servers: Vec<v1::Server>,
}

/// A text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// It is for something else.
    #[error(
        "this is no token for a server: it must begin with sbs_. Make one in the admin under Servers, or with `signboard server-token` on the Main"
    )]
    Foreign,
    /// It is damaged.
    #[error("the token is cut off or damaged: copy the whole line, from sbs_ to its end")]
    Damaged,
}

impl fmt::Display for Token {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message =
            v1::ServerToken { secret: self.secret.to_vec(), authority: self.authority.to_vec(), servers: self.servers.clone() };
        write!(out, "{PREFIX}{}", URL_SAFE_NO_PAD.encode(message.encode_to_vec()))
    }
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Self, TokenError> {
        let body = text.trim().strip_prefix(PREFIX).ok_or(TokenError::Foreign)?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| TokenError::Damaged)?;
        let message = v1::ServerToken::decode(bytes.as_slice()).map_err(|_| TokenError::Damaged)?;
        let secret = message.secret.try_into().map_err(|_| TokenError::Damaged)?;
        let authority = message.authority.try_into().map_err(|_| TokenError::Damaged)?;
        if message.servers.is_empty() {
            return Err(TokenError::Damaged);
        }
        Ok(Self { secret, authority, servers: message.servers })
    }
}
