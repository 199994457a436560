//! A whole server for one test: free ports on loopback, a data folder of its own, stopped when the test ends.

use std::time::Duration;

use server::app::App;
use server::cli::ServeOptions;
use server::config::{Config, Sources};
use server::serve::{self, Server};
use tempfile::TempDir;

use crate::caller::Caller;
use serde_json::json;

/// Password of the administrator.
pub(crate) const PASSWORD: &str = "a long way to the harbour";

/// A running server and its data folder.
pub(crate) struct Site {
    pub(crate) data: TempDir,
    pub(crate) app: App,
    pub(crate) base: String,
    server: Server,
}

impl Site {
    /// Starts on an empty data folder, not set up.
    pub(crate) async fn empty(settings: &[&str]) -> Self {
        Self::on(tempfile::tempdir().unwrap(), settings).await
    }

    /// Starts on this data folder.
    pub(crate) async fn on(data: TempDir, settings: &[&str]) -> Self {
        let folder = format!("data.dir={}", data.path().display());
        let ports = ["web.http-port=0", "web.https-port=0", "control.port=0", "time.enabled=false"];
        let fixed = [folder.as_str(), "bind.address=127.0.0.1"].into_iter().chain(ports).collect::<Vec<_>>();
        let set = fixed.iter().chain(settings).map(|text| (*text).to_owned()).collect();
        let config = Config::load(&Sources { set, ..Sources::default() }).unwrap();
        let started = serve::start(config, ServeOptions::default(), axum::Router::new()).await;
        let server = started.unwrap_or_else(|failure| panic!("{failure}"));
        let http = server.endpoints().iter().find(|endpoint| !endpoint.tls).unwrap();
        Self { data, app: server.app.clone(), base: format!("http://{}", http.addr), server }
    }

    /// Starts and sets up; the caller is the administrator.
    pub(crate) async fn set_up(settings: &[&str]) -> (Self, Caller) {
        let site = Self::empty(settings).await;
        let ada = site.stranger().set_up(&site.link()).await;
        (site, ada)
    }

    /// Somebody who is not signed in.
    pub(crate) fn stranger(&self) -> Caller {
        Caller::new(&self.base)
    }

    /// A set-up link's secret.
    pub(crate) fn link(&self) -> String {
        self.app.setup_link.renew(server::now::now_ms())
    }

    /// A person with these roles, signed in.
    pub(crate) async fn person(&self, ada: &Caller, login: &str, roles: &[(&str, serde_json::Value)]) -> Caller {
        let user = json!({"login": login, "name": login, "password": PASSWORD});
        let id = ada.post("/users", &user).await.created()["id"].clone();
        for (role, scope) in roles {
            ada.post("/grants", &json!({"user": id, "role": role, "scope": scope})).await.created();
        }
        self.stranger().sign_in(login, PASSWORD).await
    }

    /// Stops; hands back the data folder.
    pub(crate) async fn stop(self) -> TempDir {
        let Self { data, server, app, .. } = self;
        drop(app);
        assert_eq!(server.stop(Duration::from_secs(10)).await, 0, "connections were left");
        data
    }
}
