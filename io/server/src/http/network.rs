//! The network as the server sees it, and what Windows asks a device.

use api::network::{DiscoveryView, Finding, InterfaceView, NetworkView, TimeSourceView, TimeView};
use axum::body::Bytes;
use axum::extract::State as Extract;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use domain::permission::{Action, Object};
use http::{HeaderMap, StatusCode, Uri, header};
use net::time::{Status, Timeline};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::caller::SignedIn;
use super::error::{Error, Result};
use super::noun::allow;
use crate::app::App;
use crate::listen::{Peer, requested_host};
use crate::network::{doctor, port_state};
use crate::now::new_id;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(network)).routes(routes!(findings))
}

/// Ports, interfaces, discovery and time, as they are now.
#[utoipa::path(get, path = "/network", operation_id = "show_network", tag = "network", responses((status = 200, body = NetworkView)))]
async fn network(Extract(app): Extract<App>, caller: SignedIn) -> Result<Json<NetworkView>> {
    allow(&app.core.state(), caller.caller, Action::Administer, Object::System)?;
    let config = app.config.clone();
    // Both read many small files of the system.
    let looked = tokio::task::spawn_blocking(move || (port_state::of(&config), interfaces())).await;
    let (rows, interfaces) = looked.map_err(Error::unavailable)?;
    Ok(Json(NetworkView {
        ports: rows.iter().map(port_state::Row::view).collect(),
        interfaces,
        discovery: app.lan.discovery().map(|stats| DiscoveryView {
            heard: stats.counters.heard,
            answered: stats.counters.answered,
            dropped: stats.counters.each_dropped().map(|(_, count)| count).sum(),
            failures: stats.join_failures.iter().map(|(name, error)| format!("{name}: {error}")).collect(),
        }),
        time: app.lan.time().as_ref().map(time),
        aside: app.lan.aside(),
    }))
}

/// What the doctor finds on the server's machine. Takes a few seconds.
#[utoipa::path(get, path = "/network/findings", operation_id = "list_network_findings", tag = "network", responses((status = 200, body = Vec<Finding>)))]
async fn findings(Extract(app): Extract<App>, caller: SignedIn) -> Result<Json<Vec<Finding>>> {
    allow(&app.core.state(), caller.caller, Action::Administer, Object::System)?;
    Ok(Json(doctor::here(&app.config).await))
}

fn interfaces() -> Vec<InterfaceView> {
    let all = net::interfaces::all().unwrap_or_default();
    let view = |one: net::interfaces::Interface| InterfaceView {
        addresses: one.link.addresses.iter().map(|(address, prefix)| format!("{address}/{prefix}")).collect(),
        unserved: one.unserved.map(|why| why.to_string()),
        name: one.name,
    };
    all.into_iter().map(view).collect()
}

fn time(status: &Status) -> TimeView {
    let quality = &status.state.quality;
    let source = |source: &::lan::ntp::SourceStatus| TimeSourceView {
        address: source.address.to_string(),
        stratum: source.stratum,
        offset: source.offset,
        delay: source.delay,
        reached: source.reach.count_ones(),
        selected: source.is_selected,
    };
    TimeView {
        clock: match status.state.timeline {
            Timeline::System => "system",
            Timeline::Own(_) => "own",
        },
        stratum: quality.stratum,
        reference: quality.reference_id.to_string(),
        error_bound: status.state.error_bound(net::time::Reading::now()),
        answered: status.counters.answered,
        refused: status.counters.limited + status.counters.all_dropped().map(|(_, count)| count).sum::<u64>(),
        sources: status.sources.iter().map(source).collect(),
    }
}

/// What answers without encryption too, whatever `web.http-mode` says: those who ask follow no redirect.
pub(crate) fn open_routes(app: App) -> axum::Router {
    let limit = axum::extract::DefaultBodyLimit::max(::lan::discovery::MAX_BYTES);
    axum::Router::new().route(::lan::discovery::device::PATH, axum::routing::post(device)).layer(limit).with_state(app)
}

/// What a double click opens: the installation's public address, else the address by which the asker reached this server.
fn presentation_url(app: &App, uri: &Uri, headers: &HeaderMap, tls: bool) -> String {
    let public = app.core.state().rows.installation().public_address;
    let scheme = if tls { "https" } else { "http" };
    match requested_host(headers, uri) {
        _ if !public.is_empty() => format!("{public}/"),
        Some(host) => format!("{scheme}://{host}/"),
        None => format!("{}/", app.address),
    }
}

/// `POST /wsd`: a WS-Transfer `Get` of the device's metadata (DPWS 1.1, section 5).
async fn device(
    Extract(app): Extract<App>,
    peer: Option<Extension<Peer>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some((endpoint, card)) = app.lan.card().filter(|_| app.config.discovery.enabled) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let presentation = presentation_url(&app, &uri, &headers, peer.is_some_and(|peer| peer.tls));
    match ::lan::discovery::device::answer(&body, endpoint, &card, &presentation, new_id()) {
        Ok(answer) => ([(header::CONTENT_TYPE, ::lan::discovery::device::CONTENT_TYPE)], answer).into_response(),
        Err(refusal) => (StatusCode::BAD_REQUEST, format!("{refusal}\n")).into_response(),
    }
}
