//! What `Welcome` says besides the state: where the servers are. Interfaces are looked at now and then, not for every session.

use std::time::{Duration, Instant};

use control::v1;
use parking_lot::Mutex;

use crate::app::App;

/// How long an answer counts.
const FRESH: Duration = Duration::from_secs(30);

/// Where this server answers, as viewers are told.
#[derive(Debug, Default)]
pub struct Surroundings(Mutex<Option<(Instant, Vec<v1::Server>)>>);

impl Surroundings {
    /// Servers in the order in which they are to be tried.
    pub(super) fn servers(&self, app: &App) -> Vec<v1::Server> {
        let mut known = self.0.lock();
        if let Some((_, servers)) = known.as_ref().filter(|(since, _)| since.elapsed() < FRESH) {
            return servers.clone();
        }
        let ports = app.control.ports();
        let server = |host| v1::Server {
            host,
            control_port: ports.control.into(),
            https_port: ports.https.into(),
            http_port: ports.http.into(),
        };
        let servers: Vec<v1::Server> = app.control.hosts(app).into_iter().map(server).collect();
        *known = Some((Instant::now(), servers.clone()));
        servers
    }
}
