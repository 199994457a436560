//! Whether this server's database is what was written into it. It is looked at soon after each start, once a day, and whenever something
//! damaged was met.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// Keeps what was found, within the data folder, so that it is said at once after a restart, and by the doctor.
pub(super) const PLACE: &str = "server/damaged";
/// The start is over, and screens are served again, before the database is read through.
const AFTER_START: Duration = Duration::from_secs(3);
/// How often it is read through when nothing is suspected.
const EVERY: Duration = Duration::from_secs(86_400);
/// How often it is asked whether something damaged was met.
const ASK: Duration = Duration::from_secs(5);

/// What is known of the database's soundness.
#[derive(Debug)]
pub(super) struct Soundness {
    place: PathBuf,
    damage: Mutex<Option<String>>,
}

/// What was noted in this data folder: what of its database is damaged; none: nothing.
#[must_use]
pub(crate) fn noted(data: &Path) -> Option<String> {
    fs::read_to_string(data.join(PLACE)).ok().filter(|text| !text.is_empty())
}

/// That a server's database is damaged, and what to do.
#[must_use]
pub(crate) fn in_words(damage: &str) -> String {
    format!(
        "Stored data of this server are damaged: {damage}. What is damaged is not sent to others. See to the disk; then stop the server, run `signboard rebuild` there, and start it: it gets its state from the other servers. Where there is none, restore a backup."
    )
}

impl Soundness {
    /// What is known from the data folder.
    pub(super) fn open(data: &Path) -> Self {
        Self { place: data.join(PLACE), damage: Mutex::new(noted(data)) }
    }

    /// What of the database is damaged; none: nothing is known to be.
    pub(super) fn damage(&self) -> Option<String> {
        self.damage.lock().clone()
    }

    /// Keeps what a check found.
    fn found(&self, damage: Option<String>) {
        let before = std::mem::replace(&mut *self.damage.lock(), damage.clone());
        if before == damage {
            return;
        }
        let kept = match &damage {
            Some(damage) => {
                tracing::error!("{}", in_words(damage));
                self.keep(damage)
            }
            None => {
                tracing::warn!("the database is sound again");
                fs::remove_file(&self.place)
            }
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "what is known of the database's soundness could not be kept");
        }
    }

    fn keep(&self, damage: &str) -> io::Result<()> {
        self.place.parent().map_or(Ok(()), fs::create_dir_all)?;
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&self.place)?;
        file.write_all(damage.as_bytes())
    }
}

/// Looks until `stop` is cancelled.
pub(super) async fn follow(app: App, stop: CancellationToken) {
    let mut wait = AFTER_START;
    let (mut checked, mut met) = (None::<Instant>, 0);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => wait = ASK,
        }
        let known = app.replication.soundness.damage().is_some();
        let suspected = !known && store::damage_met() != met;
        if suspected || checked.is_none_or(|at| at.elapsed() >= EVERY) {
            check(&app).await;
            checked = Some(Instant::now());
            met = store::damage_met();
        }
    }
}

async fn check(app: &App) {
    let store = app.core.store().clone();
    let runtime = tokio::runtime::Handle::current();
    // Much is computed, which must not hold up others.
    match tokio::task::spawn_blocking(move || runtime.block_on(store.check())).await {
        Ok(Ok(damage)) => app.replication.soundness.found(damage),
        Ok(Err(error)) => tracing::warn!(%error, "the database could not be checked"),
        Err(error) => tracing::error!(%error, "the check of the database failed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_known_after_a_restart_until_it_is_well() {
        let data = tempfile::tempdir().unwrap();
        let soundness = Soundness::open(data.path());
        assert_eq!((soundness.damage(), noted(data.path())), (None, None));
        soundness.found(Some("database (page 6)".to_owned()));
        assert_eq!(Soundness::open(data.path()).damage(), Some("database (page 6)".to_owned()));
        assert_eq!(noted(data.path()), soundness.damage());
        soundness.found(None);
        assert_eq!((Soundness::open(data.path()).damage(), noted(data.path())), (None, None));
    }
}
