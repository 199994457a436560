//! What the server counts about itself, as text for Prometheus.

use std::fs;
use std::time::Instant;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use metrics::{Unit, describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};

/// Bounds of every histogram, in seconds.
const SECONDS: &[f64] = &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The recorder behind the macros of the `metrics` crate.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
    started: Instant,
}

impl Metrics {
    /// Makes a recorder and lets the macros use it.
    ///
    /// # Errors
    /// [`BuildError`] when this process has a recorder already.
    pub fn install() -> Result<Self, BuildError> {
        let recorder = PrometheusBuilder::new().set_buckets(SECONDS)?.build_recorder();
        let handle = recorder.handle();
        metrics::set_global_recorder(recorder)?;
        describe_gauge!("process_resident_memory_bytes", Unit::Bytes, "Memory of the process that is in RAM");
        describe_gauge!("process_uptime_seconds", Unit::Seconds, "Time since the start of the server");
        describe_gauge!("process_open_fds", Unit::Count, "Open files and connections of the process");
        describe_gauge!("signboard_info", "Always 1; the label names the version");
        gauge!("signboard_info", "version" => crate::cli::version()).set(1.0);
        Ok(Self { handle, started: Instant::now() })
    }

    /// Everything counted until now, in the Prometheus text format, version 0.0.4.
    #[must_use]
    pub fn render(&self) -> String {
        gauge!("process_uptime_seconds").set(self.started.elapsed().as_secs_f64());
        if let Some(bytes) = resident_bytes() {
            gauge!("process_resident_memory_bytes").set(bytes);
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            gauge!("process_open_fds").set(f64::from(u32::try_from(files.count()).unwrap_or(u32::MAX)));
        }
        self.handle.run_upkeep();
        self.handle.render()
    }

    /// `GET /metrics`.
    pub fn routes(&self) -> Router {
        let metrics = self.clone();
        Router::new().route("/metrics", get(move || async move { metrics.answer() }))
    }

    fn answer(&self) -> impl IntoResponse + use<> {
        ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], self.render())
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").field("started", &self.started).finish_non_exhaustive()
    }
}

/// Resident memory of this process (proc(5), `/proc/self/status`).
fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kibibytes) * 1024.0)
}
