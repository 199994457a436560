//! Being found: what this server says of itself (`docs/protocols/discovery.md`).

use ::lan::discovery::{Card, Role};
use api::network::Finding;
use domain::id::ServerId;
use domain::lead::role_of;
use domain::server::{Server, ServerRole};
use domain::state::State;
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
    let own = state.servers.get(ServerId(app.core.server_id()));
    let certificate = bound.certificate.borrow().cert.first().map(|certificate| Sha256::digest(certificate).into());
    Card {
        role: role(app, own),
        installation: installation.uid.unwrap_or_else(|| endpoint(app)),
        name: if installation.name.is_empty() { "Signboard, not set up yet".to_owned() } else { installation.name },
        server: own.filter(|_| has_several(&state)).map(|server| server.name.clone()).filter(|name| !name.is_empty()),
        site: site(&app.config.discovery.site, own),
        version: crate::cli::version().to_owned(),
        certificate: bound.https.and(certificate),
        http: bound.http,
        https: bound.https,
        control: bound.control,
    }
}

/// What this server is in its installation now; the only one is the Main.
fn role(app: &App, own: Option<&Server>) -> Role {
    let lead = app.core.lead();
    match own.map(|server| role_of(lead, ServerId(app.core.server_id()), server)) {
        Some(ServerRole::Main) => Role::Main,
        Some(ServerRole::Sub) => Role::Sub,
        Some(ServerRole::Backup) => Role::Backup,
        None if app.core.is_main() => Role::Main,
        None => Role::Sub,
    }
}

/// Whether the installation has servers besides this one, so that its name alone does not say which one is meant.
fn has_several(state: &State) -> bool {
    state.servers.iter().filter(|(_, held)| held.value.retired_at.is_none()).count() > 1
}

/// The site: what this machine's settings say, else where the installation has the server stand.
fn site(setting: &str, own: Option<&Server>) -> Option<String> {
    let of_installation = own.map_or("", |server| server.site.as_str());
    [setting, of_installation].into_iter().find(|site| !site.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_own_word_for_its_site_comes_first() {
        let server = Server { site: "North quay".to_owned(), ..Server::default() };
        assert_eq!(site("Hall 2", Some(&server)).as_deref(), Some("Hall 2"));
        assert_eq!(site("", Some(&server)).as_deref(), Some("North quay"));
        assert_eq!((site("", Some(&Server::default())), site("", None)), (None, None));
    }
}
