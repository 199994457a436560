//! Room on the disk: what of it stays free, and which files make room for others.

use control::v1::FileRequest;
use domain::id::ServerId;
use store::media::Listed;

use super::fetching::{Fault, ask};
use super::wanted::{Rank, Scope, Wanted, wanted};
use crate::app::App;

/// The most that stays free where nothing else was set, in bytes: 5 GiB.
const MOST_RESERVED: u64 = 5 << 30;
/// A file that was stored within this time does not make room: its record may not have come yet. Milliseconds.
const FRESH_MS: i64 = 3_600_000;

/// Makes sure that a file of so many bytes fits without using up what should stay free. What an emergency shows may use it.
///
/// # Errors
/// [`Fault::Here`] if it does not fit.
pub(super) async fn make(app: &App, wanted: Wanted, bytes: u64) -> Result<(), Fault> {
    if wanted.rank == Rank::Emergency || fits(app, bytes).is_ok() {
        return Ok(());
    }
    give_up_some(app, bytes).await;
    fits(app, bytes).map_err(Fault::Here)
}

fn fits(app: &App, bytes: u64) -> Result<(), String> {
    let Ok(disk) = rustix::fs::statvfs(app.core.store().dir()) else { return Ok(()) };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let kept = match app.config.replication.reserve_megabytes {
        0 => (disk.f_blocks.saturating_mul(disk.f_frsize) / 10).min(MOST_RESERVED),
        megabytes => megabytes.saturating_mul(1_000_000),
    };
    if free.saturating_sub(bytes) >= kept {
        return Ok(());
    }
    let (free, kept) = (free / 1_000_000, kept / 1_000_000);
    Err(format!(
        "{free} MB are free on the data disk, of which {kept} MB are kept free: make room on it, or set replication.reserve-megabytes"
    ))
}

/// Removes files that no screen of this server needs, the longest stored first, until there is room; only those that Main says it has.
async fn give_up_some(app: &App, bytes: u64) {
    let state = app.core.state();
    let (scope, horizon) = super::scope::of_this_server(app, &state);
    if scope == Scope::All {
        return;
    }
    let files = app.core.store().media().clone();
    let Ok(mut all) = files.list().await else { return };
    let needed: std::collections::BTreeSet<_> = wanted(&state.rows, &scope, horizon).into_iter().map(|one| one.hash).collect();
    all.retain(|file| !needed.contains(&file.hash) && file.stored < horizon.now - FRESH_MS);
    all.sort_by_key(|file| file.stored);
    for file in all {
        if fits(app, bytes).is_ok() {
            return;
        }
        if main_has(app, &file).await {
            tracing::info!(hash = %file.hash, "a file that no screen here needs makes room for one that is needed");
            if let Err(error) = files.remove(file.hash, horizon.now).await {
                tracing::warn!(%error, "a file could not be removed");
                return;
            }
        }
    }
}

/// Whether Main has the file now, as it says itself when asked: what was uploaded here stays until it has travelled up.
async fn main_has(app: &App, file: &Listed) -> bool {
    let main = app.core.lead().map(|lead| lead.server);
    let is_main = |server: ServerId| main == Some(server);
    let rings = app.mirror.sources.by_distance(file.hash, |server| !is_main(server));
    for (_, source) in rings.into_iter().flatten().filter(|(server, _)| is_main(*server)) {
        let request = FileRequest { hash: file.hash.0.to_vec(), length: 1, urgent: true, ..FileRequest::default() };
        if ask(&source, request).await.is_ok_and(|answer| answer.length == file.size) {
            return true;
        }
    }
    false
}
