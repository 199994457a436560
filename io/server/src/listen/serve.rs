//! Answering on the bound ports until told to stop.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use rustls::ServerConfig;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::accept::{Acceptor, accept};
use super::redirect::redirect;
use super::watchdog::watchdog;
use super::{Bound, Endpoint};
use crate::config::HttpMode;

/// What answers where.
#[derive(Debug)]
pub struct Routes {
    /// The application: on HTTPS always, on HTTP when its mode is `serve`. It must have its own fallback.
    pub app: Router,
    /// What must be reachable without encryption in every mode: the page `/trust` and the challenges of ACME.
    pub open: Router,
}

/// The web ports while they answer.
#[derive(Debug)]
pub struct Running {
    endpoints: Vec<Endpoint>,
    /// Ends the acceptors and asks connections to finish.
    stop: CancellationToken,
    /// Cuts connections that did not finish.
    cut: CancellationToken,
    tasks: TaskTracker,
}

impl Bound {
    /// Starts to answer.
    #[must_use]
    pub fn serve(self, routes: Routes, tls: Arc<ServerConfig>) -> Running {
        let endpoints = self.endpoints();
        let https = routes.app.clone().merge(routes.open.clone());
        let http = match (self.mode, self.https_port()) {
            (HttpMode::Redirect, Some(port)) => routes.open.merge(redirect(port)),
            _ => https.clone(),
        };
        let running =
            Running { endpoints, stop: CancellationToken::new(), cut: CancellationToken::new(), tasks: TaskTracker::new() };
        let slots = Arc::new(Semaphore::new(self.connections));
        for (listener, endpoint) in self.listeners {
            let acceptor = Acceptor {
                router: if endpoint.tls { https.clone() } else { http.clone() },
                tls: endpoint.tls.then(|| tokio_rustls::TlsAcceptor::from(Arc::clone(&tls))),
                slots: Arc::clone(&slots),
                stop: running.stop.clone(),
                cut: running.cut.clone(),
                tasks: running.tasks.clone(),
            };
            running.tasks.spawn(accept(listener, acceptor));
        }
        running.tasks.spawn(watchdog(running.stop.clone()));
        running.tasks.close();
        running
    }
}

impl Running {
    /// The addresses and ports, HTTP before HTTPS.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// Takes no new connections, lets requests under way finish until the deadline, then cuts the rest. Returns
    /// how many connections were cut.
    pub async fn stop(self, deadline: Duration) -> usize {
        self.stop.cancel();
        if tokio::time::timeout(deadline, self.tasks.wait()).await.is_ok() {
            return 0;
        }
        let left = self.tasks.len();
        self.cut.cancel();
        self.tasks.wait().await;
        left
    }
}
