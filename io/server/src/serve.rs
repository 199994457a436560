//! Starting in order, running, and stopping in reverse.

use std::io::Write as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use store::{Options, Store};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::app::{App, Services};
use crate::auth::session::Sessions;
use crate::cli::{Exit, Failure, ServeOptions};
use crate::config::{Config, HttpMode};
use crate::control_port::{self, Ports};
use crate::core::{Core, Memory};
use crate::demo::{self, Secrets};
use crate::http::error::Error;
use crate::http::events::LiveFeed;
use crate::ingest::uploads::Uploads;
use crate::lan;
use crate::listen::{self, Endpoint, LocalSocket, Routes, Running};
use crate::metrics::Metrics;
use crate::now::now_ms;
use crate::replication::Replication;
use crate::session::bodies::Bodies;
use crate::session::fonts::Fonts;
use crate::session::live::Live;
use crate::session::plans::Plans;
use crate::session::screenshots::Screenshots;
use crate::tls;

/// How long requests under way may take when the server stops.
const STOP_DEADLINE: Duration = Duration::from_secs(10);

/// Runs the server until it is told to stop.
///
/// # Errors
/// A [`Failure`] saying why it cannot start.
pub fn serve(config: Config, options: ServeOptions) -> Result<(), Failure> {
    listen::raise_open_files();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::of_files("the asynchronous runtime cannot start", &error))?;
    let result = runtime.block_on(run(config, options));
    runtime.shutdown_timeout(Duration::from_secs(2));
    result
}

async fn run(config: Config, options: ServeOptions) -> Result<(), Failure> {
    let metrics = Metrics::install().map_err(|error| Failure::new(Exit::Software, error.to_string()))?;
    let server = start(config, options, metrics.routes()).await?;
    for endpoint in server.endpoints() {
        tracing::info!(addr = %endpoint.addr, tls = endpoint.tls, "listening");
    }
    greet(&server);
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);

    let mut terminate =
        signal(SignalKind::terminate()).map_err(|error| Failure::of_files("the signal to stop cannot be awaited", &error))?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    tracing::info!("stopping");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    let cut = server.stop(STOP_DEADLINE).await;
    if cut > 0 {
        tracing::warn!(connections = cut, "connections were cut, since they did not finish in time");
    }
    Ok(())
}

/// A server that answers.
pub struct Server {
    /// Its services.
    pub app: App,
    /// What the demo prints; none without `--demo`.
    secrets: Option<Secrets>,
    running: Running,
    readers: tokio::task::JoinSet<()>,
    local: tokio::task::JoinHandle<()>,
    stop: CancellationToken,
}

/// Starts everything in order. `metrics` is what answers `GET /metrics`.
///
/// # Errors
/// A [`Failure`] saying why it cannot start; nothing is left running then.
pub async fn start(config: Config, options: ServeOptions, metrics: axum::Router) -> Result<Server, Failure> {
    let mut bound = listen::bind(&config)?;
    let (http, https, control) = (bound.http_port(), bound.https_port(), bound.control_port());
    let data = config.data.dir.clone();
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&data);
    made.map_err(|error| Failure::of_files(&format!("{} cannot be made", data.display()), &error))?;
    let core = open(&config).await?;
    let stop = CancellationToken::new();
    let replication = Replication::open(&data, stop.child_token())
        .map_err(|error| Failure::of_files(&format!("the server's identity in {} cannot be used", data.display()), &error))?;
    let authority = match replication.own.membership() {
        // The authority comes with the state of the installation.
        Some(membership) => crate::replication::finish(&core, &membership).await.map_err(Error::unavailable),
        None => control_port::ensure_authority(&core).await,
    };
    authority.map_err(|error| {
        Failure::new(Exit::Io, format!("the device authority cannot be kept: {}.", error.into_body().message))
    })?;
    let socket = LocalSocket::bind(&data)?;
    let tls = tls::start(&config, stop.clone()).await?;
    let secrets = match options.demo {
        true => Some(Secrets::of(&data).map_err(|error| Failure::of_files("the secrets of the demo cannot be kept", &error))?),
        false => None,
    };
    let address = address(&core, http, https);
    let app = join(config, core, address, secrets.as_ref().map(|secrets| secrets.token.clone()), stop.clone(), replication);
    let local = tokio::spawn(socket.serve(crate::http::local::routes(app.clone()), stop.clone()));
    let mut readers = follow(&app);
    readers.spawn(crate::alerts::follow(app.clone(), tls.resolver.watch()));
    readers.spawn(crate::notify::follow(app.clone()));
    let uploads = app.clone();
    readers.spawn(async move {
        if let Err(error) = uploads.uploads.resume(&uploads).await {
            tracing::error!(message = error.into_body().message, "uploads of before could not be looked at");
        }
    });
    let empty = app.core.state().rows.installation().set_up_at.is_none();
    if let Some(secrets) = secrets.as_ref() {
        let ready = if empty {
            say("making the demo installation, this takes a few seconds");
            demo::seed(&app, secrets, "").await
        } else {
            demo::renew(&app, secrets).await
        };
        ready.map_err(|error| Failure::new(Exit::Software, format!("the demo cannot be made: {}", error.into_body().message)))?;
    }
    let routes = Routes {
        app: crate::http::router(app.clone(), metrics),
        open: tls.open.merge(crate::http::network::open_routes(app.clone())),
    };
    let serves = app.config.web.http_mode == HttpMode::Serve;
    let ports = Ports {
        control: control.unwrap_or_default(),
        https: https.unwrap_or_default(),
        http: http.filter(|_| serves).unwrap_or_default(),
    };
    app.control.start(&app, bound.take_control(), ports, stop.clone()).await?;
    crate::replication::start(&app, stop.clone());
    let running = bound.serve(routes, tls.server);
    app.lan.start(&app, lan::Bound { http, https, control, certificate: tls.resolver.watch() }, stop.clone()).await;
    Ok(Server { app, secrets, running, readers, local, stop })
}

impl Server {
    /// Where it answers, HTTP before HTTPS.
    #[must_use]
    pub fn endpoints(&self) -> &[Endpoint] {
        self.running.endpoints()
    }

    /// Stops in reverse. Returns how many connections did not finish within the deadline and were cut.
    pub async fn stop(mut self, deadline: Duration) -> usize {
        self.stop.cancel();
        self.app.lan.stop().await;
        self.app.hub.shut_down();
        let (web, control) = tokio::join!(self.running.stop(deadline), self.app.control.stop(deadline));
        let cut = web + control;
        self.readers.shutdown().await;
        self.app.tasks.close(&self.app).await;
        let _ = self.local.await;
        self.app.core.close().await;
        cut
    }
}

/// Opens the data folder and reads the state.
async fn open(config: &Config) -> Result<Core, Failure> {
    let mut memory = Memory::default();
    let options = Options::new(&config.data.dir, Arc::new(domain::state::class_of));
    let opened = Store::open(options, |kind, id, row| memory.0.put(kind, id, Some(row))).await;
    let (store, loaded) = opened.map_err(|error| store_failure(&error, &config.data.dir))?;
    Core::start(store, memory, &loaded).map_err(|error| store_failure(&error, &config.data.dir))
}

fn store_failure(error: &store::Error, data: &Path) -> Failure {
    if error.is_full() {
        let data = data.display();
        let text = format!(
            "The disk with data.dir = {data} is full; free some space there, or name a folder on another disk with --data."
        );
        return Failure::new(Exit::Io, text);
    }
    let exit = match error {
        store::Error::InUse(_) | store::Error::Unavailable => Exit::Unavailable,
        store::Error::Newer { .. } | store::Error::Damaged { .. } | store::Error::Key { .. } => Exit::Data,
        store::Error::File { source, .. } if source.kind() == std::io::ErrorKind::PermissionDenied => Exit::NoPermission,
        _ => Exit::Io,
    };
    Failure::new(exit, error.to_string())
}

/// Builds the services.
fn join(
    config: Config,
    core: Core,
    address: String,
    demo_token: Option<String>,
    stop: CancellationToken,
    replication: Replication,
) -> App {
    let (facts, media) = (core.store().facts().clone(), core.store().media().clone());
    let screenshots = Screenshots::open(&config.data.dir);
    let live = Live::default();
    screenshots.newest().into_iter().for_each(|(viewer, at)| live.pictured(viewer, at));
    App::new(Services {
        screenshots,
        sessions: Sessions::new(facts),
        throttle: Default::default(),
        setup_link: Default::default(),
        pending: Default::default(),
        live,
        control: Default::default(),
        replication,
        hub: Default::default(),
        plans: Plans::new(config.data.horizon_days),
        changes: Default::default(),
        deliveries: Default::default(),
        slices: Default::default(),
        surroundings: Default::default(),
        bodies: Bodies::new(media.clone()),
        fonts: Fonts::load(),
        uploads: Uploads::new(media),
        alerts: Default::default(),
        notify: Default::default(),
        mirror: crate::mirror::Mirror::open(&config.data.dir),
        distribution: Default::default(),
        neighbours: Default::default(),
        tasks: crate::tasks::Tasks::new(&config.data.dir),
        feed: LiveFeed::new(stop),
        lan: Default::default(),
        address,
        demo_token,
        core,
        config,
    })
}

/// Starts what follows the log.
fn follow(app: &App) -> tokio::task::JoinSet<()> {
    let mut readers = tokio::task::JoinSet::new();
    let (plans, audit, feed, janitor) = (app.clone(), app.clone(), app.clone(), app.clone());
    readers.spawn(async move { plans.plans.follow(&plans.core, &plans.changes).await });
    let slices = app.clone();
    readers.spawn(async move { slices.slices.follow(slices.clone()).await });
    readers.spawn(async move { crate::readers::audit::follow(&audit.core).await });
    readers.spawn(crate::http::events::feed(feed));
    readers.spawn(crate::readers::clashes::follow(app.clone()));
    readers.spawn(crate::readers::janitor::follow(janitor));
    readers.spawn(crate::tasks::follow(app.clone()));
    readers.spawn(crate::distribution::follow(app.clone()));
    readers.spawn(crate::neighbours::follow(app.clone()));
    readers.spawn(crate::mirror::follow(app.clone()));
    readers.spawn(crate::mirror::follow_limits(app.clone()));
    readers.spawn(crate::mirror::follow_check(app.clone()));
    readers
}

/// The address that people use: the installation's public one, else this machine's.
fn address(core: &Core, http: Option<u16>, https: Option<u16>) -> String {
    let public = core.state().rows.installation().public_address;
    if !public.is_empty() {
        return public;
    }
    match (http, https) {
        (Some(80), _) => "http://localhost".to_owned(),
        (Some(port), _) => format!("http://localhost:{port}"),
        (None, Some(443)) => "https://localhost".to_owned(),
        (None, Some(port)) => format!("https://localhost:{port}"),
        (None, None) => "http://localhost".to_owned(),
    }
}

/// Tells the operator where to go, on standard output.
fn greet(server: &Server) {
    let app = &server.app;
    match &server.secrets {
        Some(secrets) => say(&demo::welcome(app, secrets, server.endpoints())),
        None if app.replication.own.membership().is_none() && app.core.state().rows.installation().set_up_at.is_none() => {
            let address = app.setup_address(&app.setup_link.renew(now_ms()));
            say(&format!("Signboard is ready to be set up. Open this address within 24 hours; it works once:\n\n  {address}\n"));
        }
        None => say(&format!("Signboard is ready: {}", app.address)),
    }
}

fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    // A closed standard output is no reason to stop serving.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
