//! A server for one test: free ports on loopback, a data folder of its own.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use axum::routing::get;
use server::config::{Config, Sources};
use server::listen::{self, Bound, Peer, Routes, Running};
use server::tls::{self, Pace, Tls};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// A configuration for loopback and free ports, with these further settings.
pub(crate) fn config(data: &TempDir, settings: &[&str]) -> Config {
    let data = format!("data.dir={}", data.path().display());
    let fixed = [data.as_str(), "bind.address=127.0.0.1", "web.http-port=0", "web.https-port=0", "control.port=0"];
    let set = fixed.iter().chain(settings).map(|text| (*text).to_owned()).collect();
    Config::load(&Sources { set, ..Sources::default() }).unwrap()
}

/// A running server.
pub(crate) struct Site {
    pub(crate) data: TempDir,
    pub(crate) http: Option<SocketAddr>,
    pub(crate) https: SocketAddr,
    pub(crate) tls: Tls,
    running: Running,
    stop: CancellationToken,
}

impl Site {
    /// Starts with the own authority.
    pub(crate) async fn start(app: Router, settings: &[&str]) -> Self {
        let data = tempfile::tempdir().unwrap();
        let config = config(&data, settings);
        let bound = listen::bind(&config).unwrap();
        Self::on(bound, app, data, &config).await
    }

    /// Starts on ports that are bound already.
    pub(crate) async fn on(bound: Bound, app: Router, data: TempDir, config: &Config) -> Self {
        Self::at(Pace::default(), bound, app, data, config).await
    }

    /// The same with certificates looked after at another pace.
    pub(crate) async fn at(pace: Pace, bound: Bound, app: Router, data: TempDir, config: &Config) -> Self {
        let stop = CancellationToken::new();
        let tls = tls::start_at(pace, config, stop.clone()).await.unwrap();
        let endpoints = bound.endpoints();
        let address = |tls| endpoints.iter().find(|it| it.tls == tls).map(|it| it.addr);
        let (http, https) = (address(false), address(true).unwrap());
        let routes = Routes { app, open: tls.open.clone() };
        let running = bound.serve(routes, tls.server.clone());
        Self { data, http, https, tls, running, stop }
    }

    /// A client that trusts the server's own authority and nothing else.
    pub(crate) fn client(&self) -> reqwest::Client {
        client(self.tls.trust.pem().unwrap().as_bytes()).build().unwrap()
    }

    pub(crate) fn http_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.http.unwrap())
    }

    pub(crate) fn https_url(&self, path: &str) -> String {
        format!("https://{}{path}", self.https)
    }

    /// Stops; how many connections had to be cut.
    pub(crate) async fn stop(self, deadline: Duration) -> usize {
        self.stop.cancel();
        self.running.stop(deadline).await
    }
}

/// A client that trusts this authority and nothing else, and follows no redirect.
pub(crate) fn client(authority: &[u8]) -> reqwest::ClientBuilder {
    let authority = reqwest::Certificate::from_pem(authority).unwrap();
    reqwest::Client::builder().tls_certs_only([authority]).redirect(reqwest::redirect::Policy::none()).no_proxy()
}

/// An application that says what it knows of the other end.
pub(crate) fn peer_app() -> Router {
    let peer = |Extension(peer): Extension<Peer>| async move { format!("{} {}", peer.addr.ip(), peer.tls) };
    Router::new().route("/peer", get(peer)).fallback(|| async { "application" })
}
