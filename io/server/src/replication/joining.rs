//! This server joins the installation of another one.

use std::time::Duration;

use control::replication::Token;
use control::v1::{self, JoinRequest};
use http::StatusCode;
use net::control::{Address, Dialer, Identity, JudgedAt, LinkError, Trust, Windows};
use uuid::Uuid;

use super::admitting::{addresses, host_name};
use super::dialling;
use super::identity::Membership;
use crate::app::App;
use crate::core::Core;
use crate::http::error::Error;

/// How long the other server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a server that has content of its own is not taken over.
const OWN_CONTENT: &str = "this server has content of its own, which joining would mix with the other one's: start a server with an empty data folder (--data) and let that join, or export what you need first";

/// What came of it.
#[derive(Clone, Debug)]
pub struct Joined {
    /// Name of the installation.
    pub installation: String,
}

/// Joins by a one-time token. Only a server without content of its own can.
///
/// # Errors
/// 400 for what is no token, 409 where this server has content or has joined already, 502 with what was tried where the other server is not
/// reached or refuses.
pub async fn join(app: &App, token: &str) -> Result<Joined, Error> {
    let token: Token = token.parse().map_err(|error: control::replication::TokenError| Error::malformed(error.to_string()))?;
    let _one_at_a_time = app.replication.joining.lock().await;
    if app.replication.own.membership().is_some() {
        return Err(conflict("already_joined", "this server has joined an installation already: see `signboard servers`"));
    }
    let state = app.core.state();
    if state.rows.installation().set_up_at.is_some() || !state.servers.is_empty() {
        return Err(conflict("has_content", OWN_CONTENT));
    }
    let reply = tokio::time::timeout(PATIENCE, ask(app, &token)).await;
    let reply = reply.map_err(|_| bad_gateway("the other server did not answer within 30 s: try again".to_owned()))??;
    take_over(app, Membership { reply, servers: token.servers }).await
}

fn conflict(code: &'static str, text: &str) -> Error {
    Error::new(StatusCode::CONFLICT, code, text)
}

fn bad_gateway(text: String) -> Error {
    Error::new(StatusCode::BAD_GATEWAY, "not_joined", text)
}

async fn ask(app: &App, token: &Token) -> Result<v1::JoinReply, Error> {
    let places: Vec<Address> = token.servers.iter().filter_map(Address::told).collect();
    let dialer = Dialer { windows: Windows::SERVERS, ..Dialer::unknown(Trust::Fingerprint(token.authority), JudgedAt::system()) };
    let link = dialling::any(&dialer, None, &places).await.map_err(bad_gateway)?;
    let request = JoinRequest {
        secret: token.secret.to_vec(),
        csr: app.replication.own.key().request(),
        server: app.core.server_id().as_bytes().to_vec(),
        hostname: host_name(),
        addresses: addresses(app),
        version: crate::cli::version().to_owned(),
    };
    link.join(request).await.map_err(|error| match error {
        LinkError::Denied { message } | LinkError::Refused { message, .. } => bad_gateway(message),
        other => bad_gateway(other.to_string()),
    })
}

/// Keeps what was given, and becomes an empty part of the installation: its state comes with the first session.
async fn take_over(app: &App, membership: Membership) -> Result<Joined, Error> {
    let reply = &membership.reply;
    let damaged = || bad_gateway("the other server's answer is not understood: update the older one of the two".to_owned());
    let installation = Uuid::from_slice(&reply.installation).map_err(|_| damaged())?;
    let granted = reply.certificate.as_ref().ok_or_else(damaged)?;
    Identity::new(app.replication.own.key().clone(), granted).map_err(|_| damaged())?;
    membership.main().ok_or_else(damaged)?;
    let name = reply.name.clone();
    let full = |error: std::io::Error| Error::unavailable(format!("what was given cannot be stored: {error}"));
    // First the file: a server that has adopted the installation must still know it after a crash.
    app.replication.own.joined(membership).map_err(full)?;
    if let Err(error) = app.core.adopt(installation).await {
        app.replication.own.left().map_err(full)?;
        return Err(Error::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", error.to_string()));
    }
    app.setup_link.spend();
    tracing::info!(installation = name, "this server joined an installation; its state comes now");
    app.replication.nudge.notify_one();
    Ok(Joined { installation: name })
}

/// Finishes what a crash between the two steps of joining left.
///
/// # Errors
/// As the store says.
pub(crate) async fn finish(core: &Core, membership: &Membership) -> Result<(), store::AloneFailed> {
    let Ok(installation) = Uuid::from_slice(&membership.reply.installation) else { return Ok(()) };
    if core.store().standing().installation == installation {
        return Ok(());
    }
    core.adopt(installation).await.map(drop)
}
