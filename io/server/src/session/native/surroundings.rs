//! What `Welcome` says besides the state: where the servers are. Interfaces are looked at now and then, not for every session.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use control::message::Place;
use control::v1;
use domain::id::{ServerId, ViewerId};
use domain::server::{ServerAddress, servers_of};
use parking_lot::Mutex;

use crate::app::App;
use crate::session::origin::{http, https, public_origin};

/// How long an answer counts.
const FRESH: Duration = Duration::from_secs(30);

/// The most addresses of one server that viewers are told.
const MOST: usize = 8;

/// Where this server answers, as viewers are told.
#[derive(Debug, Default)]
pub struct Surroundings(Mutex<Option<(Instant, Vec<ServerAddress>)>>);

impl Surroundings {
    /// Servers in the order in which this viewer is to try them. Where this one is not among them, it comes last.
    pub(super) fn servers(&self, app: &App, viewer: ViewerId) -> Vec<v1::Server> {
        let told = self.order(app, viewer).into_iter();
        told.flat_map(|(id, name, addresses)| {
            addresses.into_iter().map(move |address| message(address, id, &name)).collect::<Vec<_>>()
        })
        .collect()
    }

    /// The same for browsers.
    pub(in crate::session) fn places(&self, app: &App, viewer: ViewerId) -> Vec<Place> {
        let own = ServerId(app.core.server_id());
        let public = public_origin(&app.core.state());
        let place = |(id, name, addresses): (ServerId, String, Vec<ServerAddress>)| {
            // A proxy may answer there, on ports that this server knows nothing of.
            let public = public.clone().filter(|_| id == own);
            let origins = addresses.iter().filter_map(https).chain(addresses.iter().filter_map(http)).chain(public);
            let mut roots: Vec<String> = origins.map(|origin| format!("{origin}/")).collect();
            let mut seen = BTreeSet::new();
            roots.retain(|root| seen.insert(root.clone()));
            Place { id, name, roots }
        };
        self.order(app, viewer).into_iter().map(place).collect()
    }

    fn order(&self, app: &App, viewer: ViewerId) -> Vec<(ServerId, String, Vec<ServerAddress>)> {
        let state = app.core.state();
        let own = ServerId(app.core.server_id());
        let mut order = servers_of(&state, viewer);
        if !order.contains(&own) {
            order.push(own);
        }
        let told = |id: ServerId| {
            let server = state.servers.get(id);
            let name = server.map(|server| server.name.clone()).unwrap_or_default();
            // What an operator has set for a router between stands there, and first.
            let mut addresses = server.map(|server| server.addresses.clone()).unwrap_or_default();
            let now = if id == own { self.own(app) } else { Vec::new() };
            addresses.retain(|known| now.is_empty() || now.iter().all(|own| own.host != known.host));
            addresses.extend(now);
            addresses.truncate(MOST);
            (id, name, addresses)
        };
        order.into_iter().map(told).collect()
    }

    /// Where this server answers now.
    fn own(&self, app: &App) -> Vec<ServerAddress> {
        let mut known = self.0.lock();
        if let Some((_, addresses)) = known.as_ref().filter(|(since, _)| since.elapsed() < FRESH) {
            return addresses.clone();
        }
        let ports = app.control.ports();
        let address = |host| ServerAddress { host, control_port: ports.control, https_port: ports.https, http_port: ports.http };
        let addresses: Vec<ServerAddress> = app.control.hosts(app).into_iter().map(address).collect();
        *known = Some((Instant::now(), addresses.clone()));
        addresses
    }
}

fn message(address: ServerAddress, id: ServerId, name: &str) -> v1::Server {
    v1::Server {
        host: address.host,
        control_port: address.control_port.into(),
        https_port: address.https_port.into(),
        http_port: address.http_port.into(),
        id: id.to_string(),
        name: name.to_owned(),
    }
}
