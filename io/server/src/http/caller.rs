//! Who asks: a signed-in browser by its cookie, or a program by its token.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::FromRequestParts;
use domain::id::{TokenId, UserId};
use domain::permission::Caller;
use domain::user::Role;
use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{Method, StatusCode};

use super::error::{Error, Result};
use crate::app::App;
use crate::auth::session::COOKIE_NAME;
use crate::listen::Peer;
use crate::now::{digest, now_ms};
use crate::session::identity::cookie;

/// A caller who is known.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The person and the most that this way of signing in may do.
    pub caller: Caller,
    /// The browser's session; none for a token.
    pub session: Option<store::facts::Session>,
    /// The token; none for a session.
    pub token: Option<TokenId>,
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let state = app.core.state();
        if state.rows.installation().set_up_at.is_none() {
            return Err(not_set_up());
        }
        let signed_in = match bearer(parts)? {
            Some(token) => by_token(&state, &token)?,
            None => by_cookie(parts, app).await?,
        };
        let user = signed_in.caller.user;
        let live = state.users.get(user).is_some_and(|user| user.trashed_at.is_none()) && !state.is_suspended(user.0);
        if live { Ok(signed_in) } else { Err(sign_in_required()) }
    }
}

impl SignedIn {
    /// Whether the session has not ended and the person may still be here; for streams that outlive their request.
    pub(super) async fn still_counts(&self, app: &App) -> bool {
        let state = app.core.state();
        let user = self.caller.user;
        let live = state.users.get(user).is_some_and(|user| user.trashed_at.is_none()) && !state.is_suspended(user.0);
        live && match (&self.session, self.token) {
            (Some(session), _) => app.sessions.is_open(session),
            (None, Some(token)) => state.tokens.get(token).is_some_and(|t| t.expires_at.is_none_or(|end| end > now_ms())),
            (None, None) => false,
        }
    }
}

/// 503: nobody can sign in yet.
pub(super) fn not_set_up() -> Error {
    let text = "this installation is not set up: open the set-up link that the server printed, or run `signboard setup-link`";
    Error::new(StatusCode::SERVICE_UNAVAILABLE, "not_set_up", text)
}

fn sign_in_required() -> Error {
    Error::new(StatusCode::UNAUTHORIZED, "sign_in_required", "sign in first")
}

fn bearer(parts: &Parts) -> Result<Option<String>> {
    let Some(value) = parts.headers.get(AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer ").or_else(|| text.strip_prefix("bearer ")));
    let error =
        || Error::new(StatusCode::UNAUTHORIZED, "sign_in_required", "the Authorization header needs the form Bearer and a token");
    token.map(|token| Some(token.trim().to_owned())).ok_or_else(error)
}

fn by_token(state: &domain::state::State, token: &str) -> Result<SignedIn> {
    let error =
        || Error::new(StatusCode::UNAUTHORIZED, "sign_in_required", "this token does not count, or no longer: make a new one");
    let (id, token) = state.token_by_hash(&digest(token)).ok_or_else(error)?;
    if token.expires_at.is_some_and(|end| end <= now_ms()) {
        return Err(error());
    }
    Ok(SignedIn { caller: Caller { user: token.user, ceiling: token.role }, session: None, token: Some(id) })
}

async fn by_cookie(parts: &Parts, app: &App) -> Result<SignedIn> {
    let token = cookie(&parts.headers, COOKIE_NAME).ok_or_else(sign_in_required)?;
    let session = app.sessions.find(&token).await.map_err(Error::unavailable)?.ok_or_else(sign_in_required)?;
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS].contains(&parts.method);
    let sent = parts.headers.get("x-csrf-token").map(http::HeaderValue::as_bytes);
    if !safe && sent.map(digest_bytes) != Some(digest_bytes(session.csrf.as_bytes())) {
        let text = "the X-CSRF-Token header is missing or not this session's: load the page again";
        return Err(Error::new(StatusCode::FORBIDDEN, "csrf", text));
    }
    let caller = Caller { user: UserId(session.user), ceiling: Role::Administrator };
    Ok(SignedIn { caller, session: Some(session), token: None })
}

/// Digests are compared instead of secrets, so that the time that it takes tells nothing.
fn digest_bytes(bytes: &[u8]) -> [u8; 32] {
    *blake3::hash(bytes).as_bytes()
}

/// Where a request comes from, as far as trusted proxies say.
#[derive(Clone, Copy, Debug)]
pub struct From {
    /// The address of the person or device.
    pub address: IpAddr,
    /// Whether nobody on the way can read along: TLS, or the same machine.
    pub secure: bool,
}

impl FromRequestParts<App> for From {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let peer = parts.extensions.get::<Peer>().copied();
        let direct = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.addr.ip().to_canonical());
        let tls = peer.is_some_and(|peer| peer.tls);
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        if app.config.web.trusted_proxies.iter().any(|range| range.contains(direct)) {
            let forwarded = header("x-forwarded-for").and_then(|list| list.rsplit(',').next()?.trim().parse().ok());
            let secure = header("x-forwarded-proto") == Some("https");
            return Ok(Self { address: forwarded.unwrap_or(direct), secure });
        }
        Ok(Self { address: direct, secure: tls || direct.is_loopback() })
    }
}
