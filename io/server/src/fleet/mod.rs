//! A simulated fleet: many viewers that enrol, open real sessions over `io/net` and take their slices, for figures and for tests of whole servers.
//!
//! Each viewer has a key of its own, judges the server's certificate, holds its rows, and comes again as `docs/protocols/control.md` says. It plays nothing: the plan that it
//! reports is named after its slice. A sample of the viewers fetches the files that its slice names, and verifies them by hash.

mod comparison;
mod enrolling;
mod sample;
mod session;
mod snapshot;
mod tally;
mod viewer;
mod wave;

use std::sync::Arc;
use std::time::Duration;

use net::control::{Address, Trust};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, interval};
use tokio_util::sync::CancellationToken;

pub use comparison::{Comparison, MetricsError};
pub use snapshot::{Snapshot, Times};

use tally::Tally;
use viewer::Viewer;

/// Handshakes at a time. Real viewers make theirs on processors of their own; here they share those of one machine.
const HANDSHAKES: usize = 128;

/// What a fleet is like.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many viewers.
    pub viewers: usize,
    /// The server.
    pub address: Address,
    /// An enrolment token that so many machines may use; empty where the installation approves automatically.
    pub token: String,
    /// How often each viewer says how it is.
    pub heartbeat: Duration,
    /// How many viewers fetch files.
    pub sample: usize,
    /// Where the server's metrics are, to be compared with the fleet's own counts; none = nothing is compared.
    pub metrics: Option<String>,
}

/// What all viewers share.
pub(super) struct Fleet {
    settings: Settings,
    tally: Tally,
    handshakes: Semaphore,
    trust: Trust,
    /// Tells the computers of this fleet from those of another.
    tag: [u8; 3],
}

/// Runs a fleet until `stop` is cancelled. `tell` hears each second how it is; the last time comes the comparison with the server's own counts.
///
/// # Errors
/// If the server's metrics cannot be read.
pub async fn run(
    settings: Settings,
    stop: CancellationToken,
    mut tell: impl FnMut(&Snapshot),
) -> Result<(Snapshot, Option<Comparison>), MetricsError> {
    crate::listen::raise_open_files();
    let before = match &settings.metrics {
        Some(address) => Some(comparison::read(address).await?),
        None => None,
    };
    let fleet = Arc::new(Fleet {
        tally: Tally::new(settings.viewers),
        handshakes: Semaphore::new(HANDSHAKES),
        trust: Trust::First,
        tag: crate::now::random(),
        settings,
    });
    let started = Instant::now();
    let mut viewers = JoinSet::new();
    for number in 0..fleet.settings.viewers {
        viewers.spawn(Viewer::new(Arc::clone(&fleet), number).run());
    }
    let mut seconds = interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = seconds.tick() => tell(&fleet.tally.snapshot(started.elapsed())),
        }
    }
    let mut last = fleet.tally.snapshot(started.elapsed());
    let comparison = match (&fleet.settings.metrics, before) {
        (Some(address), Some(before)) => Some(
            comparison::settle(address, before, || {
                last = fleet.tally.snapshot(started.elapsed());
                last.open
            })
            .await?,
        ),
        _ => None,
    };
    viewers.shutdown().await;
    Ok((last, comparison))
}
