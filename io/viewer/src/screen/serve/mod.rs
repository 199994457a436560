//! The loopback server: the player's files, media by hash and the player's session, for the kiosk browser alone.
//!
//! It listens on 127.0.0.1 at a port that the system chooses. Everything lies below a token that is made at each start and told to the
//! browser over its own pipe, so that no other program of the computer can read what is shown here (see `gate`).

mod assets;
mod files;
mod gate;
mod message;
mod session;

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub(super) use message::HostMessage;

use super::contract::{Clock, Library, ScreenError, ScreenEvent};
use super::stage::Stage;
use gate::Gate;

/// What every request may need.
pub(super) struct Served {
    pub(super) gate: Gate,
    pub(super) library: Arc<dyn Library>,
    pub(super) stage: Arc<Stage>,
    pub(super) clock: Clock,
    pub(super) events: tokio::sync::mpsc::Sender<ScreenEvent>,
}

/// Starts to listen and serves until `stopped`. Answers the player's address, token included: for the browser's pipe only.
pub(super) async fn start(
    library: Arc<dyn Library>,
    stage: Arc<Stage>,
    clock: Clock,
    events: tokio::sync::mpsc::Sender<ScreenEvent>,
    stopped: CancellationToken,
) -> Result<String, ScreenError> {
    let refused = |error: std::io::Error| ScreenError::Listen(error.to_string());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(refused)?;
    let gate = Gate::new(listener.local_addr().map_err(refused)?);
    let address = gate.address();
    let served = Arc::new(Served { gate, library, stage, clock, events });
    let inside = Router::new()
        .route("/viewer/", get(assets::index))
        .route("/viewer/{*path}", get(assets::file))
        .route("/media/{hash}", get(files::media))
        .route("/api/v1/viewer/session", get(session::open));
    let app = Router::new()
        .nest("/{token}", inside)
        .fallback(gate::refuse)
        .layer(axum::middleware::from_fn_with_state(Arc::clone(&served), gate::watch))
        .with_state(served);
    tokio::spawn(async move {
        let serving = axum::serve(listener, app);
        tokio::select! {
            () = stopped.cancelled() => {}
            ended = serving => tracing::error!(?ended, "the player is served no more"),
        }
    });
    Ok(address)
}
