//! The only place that builds and joins the services.

use std::ops::Deref;
use std::sync::Arc;

use bytes::Bytes;
use domain::id::ViewerId;

use crate::alerts::Alerts;
use crate::auth::session::Sessions;
use crate::auth::setup_link::SetupLink;
use crate::auth::throttle::Throttle;
use crate::config::Config;
use crate::control_port::ControlPort;
use crate::core::Core;
use crate::distribution::Distribution;
use crate::ingest::uploads::Uploads;
use crate::lan::Lan;
use crate::mirror::Mirror;
use crate::neighbours::Neighbours;
use crate::notify::Notify;
use crate::replication::Replication;
use crate::session::bodies::Bodies;
use crate::session::changes::Changes;
use crate::session::deliveries::Deliveries;
use crate::session::fonts::Fonts;
use crate::session::hub::Hub;
use crate::session::live::Live;
use crate::session::native::Surroundings;
use crate::session::native::slices::Slices;
use crate::session::pending::Pending;
use crate::session::plans::Plans;
use crate::session::screenshots::Screenshots;
use crate::tasks::Tasks;

/// Everything that handlers use. A clone is a handle.
#[derive(Clone)]
pub struct App(Arc<Services>);

/// The services of a running server.
pub struct Services {
    /// Settings.
    pub config: Config,
    /// State and changes.
    pub core: Core,
    /// Signed-in browsers.
    pub sessions: Sessions,
    /// Patience with wrong guesses.
    pub throttle: Throttle,
    /// The set-up link.
    pub setup_link: SetupLink,
    /// Devices that wait for a person.
    pub pending: Pending,
    /// How viewers are.
    pub live: Live,
    /// The control port.
    pub control: ControlPort,
    /// Other servers of the installation.
    pub replication: Replication,
    /// Open viewer sessions.
    pub hub: Hub,
    /// What viewers play.
    pub plans: Plans,
    /// The latest changes and whose plans they altered.
    pub changes: Changes,
    /// Which plans viewers were given, had and showed.
    pub deliveries: Deliveries,
    /// What native viewers make their plans from.
    pub slices: Slices,
    /// Where this server answers.
    pub surroundings: Surroundings,
    /// Bodies of presentations.
    pub bodies: Bodies,
    /// Fonts for viewers.
    pub fonts: Fonts,
    /// Uploads under way.
    pub uploads: Uploads,
    /// What should reach a person.
    pub alerts: Alerts,
    /// Telling people.
    pub notify: Notify,
    /// Files on their way from other servers.
    pub mirror: Mirror,
    /// Files on their way to screens.
    pub distribution: Distribution,
    /// Viewers that give each other files.
    pub neighbours: Neighbours,
    /// What viewers are told to do.
    pub tasks: Tasks,
    /// Pictures of the screens.
    pub screenshots: Screenshots,
    /// What browsers hear besides the log.
    pub feed: crate::http::events::LiveFeed,
    /// The services of the local network.
    pub lan: Lan,
    /// Address that people and links use, such as `http://localhost:8080`.
    pub address: String,
    /// A token that approves any device, in the demo only.
    pub demo_token: Option<String>,
}

impl App {
    /// Joins services that exist.
    #[must_use]
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }
}

impl Services {
    /// Keeps a picture of a viewer's screen that came at `now` (Unix milliseconds).
    pub(crate) fn keep_screenshot(&self, viewer: ViewerId, picture: Bytes, now: i64) {
        if let Some(at) = self.screenshots.keep(viewer, picture, now) {
            self.live.pictured(viewer, at);
        }
    }

    /// The address of the set-up page for a link's secret.
    #[must_use]
    pub fn setup_address(&self, secret: &str) -> String {
        format!("{}/setup?link={secret}", self.address)
    }
}

impl Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}
