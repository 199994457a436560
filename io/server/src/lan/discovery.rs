//! Being found: what this server says of itself (`docs/protocols/discovery.md`).

use ::lan::discovery::{Card, Role};
use api::network::Finding;
use net::discovery::{Service, Settings, StartError};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Bound;
use crate::app::App;
use crate::listen::Holder;
use crate::now::now_ms;

/// Starts the responder, or says why it stands aside.
pub(super) async fn start(app: &App, bound: &Bound, aside: &mut Vec<Finding>) -> Option<Service> {
    let settings = Settings {
        endpoint: endpoint(app),
        card: card(app, bound),
        port: app.config.discovery.port,
        started: u32::try_from(now_ms() / 1000).unwrap_or(u32::MAX),
        addresses: app.config.bind.address.clone(),
        multicast_dns: app.config.discovery.mdns,
    };
    let port = settings.port;
    match Service::start(settings) {
        Ok(service) => Some(service),
        Err(error) => {
            aside.push(trouble(port, &error));
            None
        }
    }
}

fn trouble(port: u16, error: &StartError) -> Finding {
    let holder = Holder::of(domain::ports::Protocol::Udp, port);
    let text = match (error, holder) {
        (StartError::Bind { .. }, Some(holder)) => {
            format!("UDP port {port} is taken by {holder}, so searches find no server here.")
        }
        _ => format!("Searches find no server here: {error}."),
    };
    Finding::trouble(
        format!("{port}/udp"),
        text,
        "Stop that program and start the server again, or set discovery.enabled to false and type the server's address at the screens.",
    )
}

/// The server's id in the network: the one under which its store writes the log, the same at every start.
pub(super) fn endpoint(app: &App) -> Uuid {
    app.core.server_id()
}

/// What the server says of itself now.
pub(super) fn card(app: &App, bound: &Bound) -> Card {
    let state = app.core.state();
    let installation = state.rows.installation();
    let certificate = bound.certificate.borrow().cert.first().map(|certificate| Sha256::digest(certificate).into());
    Card {
        role: Role::Main,
        installation: installation.uid.unwrap_or_else(|| endpoint(app)),
        name: if installation.name.is_empty() { "Signboard, not set up yet".to_owned() } else { installation.name },
        site: Some(app.config.discovery.site.clone()).filter(|site| !site.is_empty()),
        version: crate::cli::version().to_owned(),
        certificate: bound.https.and(certificate),
        http: bound.http,
        https: bound.https,
        control: bound.control,
    }
}
