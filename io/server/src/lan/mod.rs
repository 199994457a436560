//! The services of the local network: being found, and time. Each stands aside where its port is taken, and the server goes on without it.

mod discovery;
mod time;
pub(crate) mod wake;

use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use ::lan::discovery::Card;
use api::network::Finding;
use net::discovery::{Service, Stats};
use net::time::{Status, TimeService};
use rustls::sign::CertifiedKey;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::app::App;
use crate::config::Config;

/// How often what was counted goes to the metrics.
const COUNTING: Duration = Duration::from_secs(5);

/// What the services need to know of the running server.
pub(crate) struct Bound {
    /// HTTP port, where it is open.
    pub(crate) http: Option<u16>,
    /// HTTPS port, where it is open.
    pub(crate) https: Option<u16>,
    /// Port of the control protocol.
    pub(crate) control: Option<u16>,
    /// The certificate of the HTTPS port.
    pub(crate) certificate: watch::Receiver<Arc<CertifiedKey>>,
}

/// The services of the local network.
#[derive(Default)]
pub struct Lan {
    /// The pace of magic packets.
    pub(crate) pace: wake::Pace,
    running: RwLock<Running>,
}

#[derive(Default)]
struct Running {
    discovery: Option<Service>,
    time: Option<TimeService>,
    card: Option<(Uuid, Card)>,
    aside: Vec<Finding>,
}

impl Lan {
    /// Starts what the settings want.
    pub(crate) async fn start(&self, app: &App, bound: Bound, stop: CancellationToken) {
        let config = &app.config;
        let mut aside = Vec::new();
        let time = time::start(config, &mut aside);
        let discovery = match config.discovery.enabled && !only_loopback(config) {
            true => discovery::start(app, &bound, &mut aside).await,
            false => None,
        };
        for finding in &aside {
            let remedy = finding.remedy.as_deref().unwrap_or_default();
            tracing::warn!(port = %finding.subject, "{} {remedy}", finding.text);
        }
        let endpoint = discovery::endpoint(app);
        let card = discovery::card(app, &bound);
        {
            let mut running = self.running.write().unwrap_or_else(PoisonError::into_inner);
            *running = Running { discovery, time, card: Some((endpoint, card)), aside };
        }
        tokio::spawn(follow(app.clone(), bound, stop));
    }

    /// Says goodbye to the network and ends the services.
    pub(crate) async fn stop(&self) {
        let running = std::mem::take(&mut *self.running.write().unwrap_or_else(PoisonError::into_inner));
        drop(running.time);
        if let Some(discovery) = running.discovery {
            discovery.stop().await;
        }
    }

    fn read<T>(&self, what: impl FnOnce(&Running) -> T) -> T {
        what(&self.running.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// How being found is doing; none where it does not run.
    #[must_use]
    pub fn discovery(&self) -> Option<Stats> {
        self.read(|running| running.discovery.as_ref().map(Service::stats))
    }

    /// How far this machine's clock is behind its chosen source of time, milliseconds; none where it follows none.
    #[must_use]
    pub fn clock_offset_ms(&self) -> Option<f64> {
        self.time()?.sources.iter().find(|source| source.is_selected)?.offset.map(|offset| offset * 1_000.0)
    }

    /// What time is given out; none where the service does not run.
    #[must_use]
    pub fn time(&self) -> Option<Status> {
        self.read(|running| running.time.as_ref().map(TimeService::status))
    }

    /// What could not start, and why.
    #[must_use]
    pub fn aside(&self) -> Vec<Finding> {
        self.read(|running| running.aside.clone())
    }

    /// The server's id in the network and what it says of itself.
    #[must_use]
    pub fn card(&self) -> Option<(Uuid, Card)> {
        self.read(|running| running.card.clone())
    }

    fn say(&self, card: Card) {
        let mut running = self.running.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(discovery) = &running.discovery {
            discovery.set_card(card.clone());
        }
        if let Some((_, said)) = &mut running.card {
            *said = card;
        }
    }
}

/// Whether only this machine itself can reach the server, so that announcing it would mislead.
fn only_loopback(config: &Config) -> bool {
    config.bind.address.iter().all(IpAddr::is_loopback)
}

/// Follows the state, who leads and the certificate, and counts.
async fn follow(app: App, mut bound: Bound, stop: CancellationToken) {
    let (mut state, mut lead) = (app.core.watch(), app.core.store().watch_lead());
    let mut counting = tokio::time::interval(COUNTING);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = counting.tick() => count(&app),
            Ok(()) = state.changed() => {
                state.mark_unchanged();
                app.lan.say(discovery::card(&app, &bound));
            }
            // Heard from another server, before its documents come.
            Ok(()) = lead.changed() => {
                lead.mark_unchanged();
                app.lan.say(discovery::card(&app, &bound));
            }
            Ok(()) = bound.certificate.changed() => {
                bound.certificate.mark_unchanged();
                app.lan.say(discovery::card(&app, &bound));
            }
        }
    }
}

/// What was heard, answered and dropped, by reason. Nothing of it is logged per packet.
fn count(app: &App) {
    if let Some(stats) = app.lan.discovery() {
        metrics::counter!("signboard_discovery_heard_total").absolute(stats.counters.heard);
        metrics::counter!("signboard_discovery_answered_total").absolute(stats.counters.answered);
        metrics::counter!("signboard_discovery_send_failures_total").absolute(stats.send_failures);
        for (reason, count) in stats.counters.each_dropped() {
            metrics::counter!("signboard_discovery_dropped_total", "reason" => reason.name()).absolute(count);
        }
    }
    if let Some(status) = app.lan.time() {
        metrics::counter!("signboard_time_answered_total").absolute(status.counters.answered);
        metrics::counter!("signboard_time_limited_total").absolute(status.counters.limited);
        for (reason, count) in status.counters.all_dropped() {
            metrics::counter!("signboard_time_dropped_total", "reason" => reason.name()).absolute(count);
        }
        metrics::gauge!("signboard_time_stratum").set(f64::from(status.state.quality.stratum));
        if let Some(bound) = status.state.error_bound(net::time::Reading::now()) {
            metrics::gauge!("signboard_time_error_bound_seconds").set(bound);
        }
    }
}
