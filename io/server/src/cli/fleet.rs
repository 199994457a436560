//! `signboard fleet`.

use std::io::Write as _;
use std::time::Duration;

use net::control::Address;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{Exit, Failure};
use crate::fleet::{Comparison, Settings, Snapshot, run as run_fleet};

/// What was asked for.
pub(super) struct Wish {
    pub(super) viewers: usize,
    pub(super) server: Address,
    pub(super) token: String,
    /// Seconds.
    pub(super) heartbeat: u32,
    /// Seconds; none = until it is told to stop.
    pub(super) seconds: Option<u64>,
    pub(super) sample: usize,
    pub(super) metrics: Option<String>,
    pub(super) json: bool,
}

/// Runs a fleet until its time is over or a signal comes, and says each second how it is.
pub(super) fn run(wish: Wish) -> Result<(String, Exit), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::of_files("the asynchronous runtime cannot start", &error))?;
    let settings = Settings {
        viewers: wish.viewers,
        address: wish.server,
        token: wish.token,
        heartbeat: Duration::from_secs(wish.heartbeat.into()),
        sample: wish.sample,
        metrics: wish.metrics,
    };
    let as_json = wish.json;
    let tell = move |snapshot: &Snapshot| {
        let line = if as_json { json!(snapshot).to_string() } else { sentence(snapshot) };
        // Whoever read it may have gone; the fleet goes on.
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    };
    let stop = CancellationToken::new();
    let (last, comparison) = runtime
        .block_on(async {
            let ending = stop.clone();
            tokio::spawn(async move {
                stopped(wish.seconds).await;
                ending.cancel();
            });
            run_fleet(settings, stop, tell).await
        })
        .map_err(|error| Failure::new(Exit::Unavailable, format!("{error}.")))?;
    let fine = last.wrong_files == 0 && comparison.is_none_or(|comparison| comparison.is_equal());
    let text =
        if as_json { format!("{}\n", json!({ "last": last, "comparison": comparison })) } else { summary(&last, comparison) };
    Ok((text, if fine { Exit::Fine } else { Exit::Software }))
}

/// Waits for the end of the time, or a signal.
async fn stopped(seconds: Option<u64>) {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be listened to");
    let time = async {
        match seconds {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
        () = time => {}
    }
}

fn sentence(snapshot: &Snapshot) -> String {
    let Snapshot { seconds, viewers, enrolled, open, settled, heartbeats, applied, files, .. } = snapshot;
    format!(
        "{seconds:>6.0} s  {open} of {viewers} open, {settled} hold their slice; enrolled {enrolled}, heartbeats {heartbeats}, deltas {applied}, files {files}"
    )
}

fn summary(last: &Snapshot, comparison: Option<Comparison>) -> String {
    let mut text = format!("{}\n", sentence(last));
    for (what, count) in &last.faults {
        text.push_str(&format!("{count:>8} x {what}\n"));
    }
    if last.wrong_files > 0 {
        text.push_str(&format!("{} files came with another hash or length.\n", last.wrong_files));
    }
    if let Some(Comparison { fleet, server }) = comparison {
        let verdict = if fleet == server { "both count the same" } else { "the counts differ" };
        text.push_str(&format!("Open sessions: {fleet} by the fleet, {server} by the server: {verdict}.\n"));
    }
    text
}
