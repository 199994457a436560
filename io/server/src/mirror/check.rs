//! Reads the whole store now and then, slowly, and looks whether each file is still what its name says. What is spoilt is set aside,
//! told, and fetched anew from another server.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::server::{MediaCheck, SpoiltFile};
use domain::cell::Hash;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, mpsc};
use tokio::time::sleep;

use crate::app::App;
use crate::now::now_ms;

/// Bytes per second that are read when it is only time to.
const SLOWLY: u64 = 8 << 20;
/// Bytes per second that are read when a person asked for it.
const BRISKLY: u64 = 128 << 20;
/// How long spoilt files are kept aside, in milliseconds: 30 days.
const KEPT_MS: i64 = 30 * 86_400_000;
/// So many spoilt files are remembered.
const MOST: usize = 100;
/// How often it is looked whether it is time.
const EVERY: Duration = Duration::from_secs(600);

/// The checks of this server's media.
#[derive(Debug)]
pub(crate) struct Check {
    place: PathBuf,
    round: Mutex<Round>,
    now: Notify,
    spoilt: (mpsc::UnboundedSender<Hash>, Mutex<Option<mpsc::UnboundedReceiver<Hash>>>),
}

/// How far the present round is, or how the last one was. It is kept, so that a restart does not begin anew.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Round {
    /// Unix milliseconds; 0 = never.
    began: i64,
    ended: Option<i64>,
    /// The last file that was looked at.
    after: Option<Hash>,
    files: u64,
    /// Whether a person waits for it.
    asked: bool,
    spoilt: Vec<Spoilt>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Spoilt {
    hash: Hash,
    at: i64,
    mended_at: Option<i64>,
}

impl Check {
    /// What is known from the data folder.
    pub(crate) fn open(data: &Path) -> Self {
        let place = data.join("media-check.json");
        // One that is lost or cannot be read only means that all is looked at again.
        let round = fs::read(&place).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        let (sender, reports) = mpsc::unbounded_channel();
        Self { place, round: Mutex::new(round), now: Notify::new(), spoilt: (sender, Mutex::new(Some(reports))) }
    }

    /// Begins a round now, for a person who waits for it; one under way goes on faster.
    pub(crate) fn begin(&self) {
        let mut round = self.round.lock();
        if round.began == 0 || round.ended.is_some() {
            *round = Round { spoilt: std::mem::take(&mut round.spoilt), ..Round::default() };
            round.began = now_ms();
        }
        round.asked = true;
        drop(round);
        self.now.notify_one();
    }

    /// Where to say that a file may be spoilt.
    pub(super) fn reports(&self) -> mpsc::UnboundedSender<Hash> {
        self.spoilt.0.clone()
    }

    /// A file that was spoilt is right again.
    pub(super) fn mended(&self, hash: Hash) {
        let mut round = self.round.lock();
        let known = round.spoilt.iter_mut().filter(|spoilt| spoilt.hash == hash && spoilt.mended_at.is_none());
        let mut any = false;
        for spoilt in known {
            (spoilt.mended_at, any) = (Some(now_ms()), true);
        }
        drop(round);
        if any {
            self.keep();
        }
    }

    /// How it is, for people.
    pub(crate) fn view(&self, app: &App) -> MediaCheck {
        let (round, state) = (self.round.lock().clone(), app.core.state());
        let name = |hash| state.rows.media_by_hash(hash).map_or_else(String::new, |media| media.name.clone());
        let spoilt = round.spoilt.iter().map(|one| SpoiltFile {
            hash: one.hash.to_string(),
            name: name(one.hash),
            at: one.at,
            mended_at: one.mended_at,
        });
        MediaCheck {
            began: Some(round.began).filter(|began| *began > 0),
            ended: round.ended,
            files: round.files,
            spoilt: spoilt.collect(),
        }
    }

    /// How many files were found spoilt, are still needed, and are not right again.
    pub(crate) fn spoilt_now(&self, app: &App) -> u64 {
        let open: Vec<Hash> = self.round.lock().spoilt.iter().filter(|one| one.mended_at.is_none()).map(|one| one.hash).collect();
        if open.is_empty() {
            return 0;
        }
        let files = app.core.store().media();
        let missing: Vec<Hash> = open.into_iter().filter(|hash| files.size(*hash).is_none()).collect();
        if missing.is_empty() {
            return 0;
        }
        let needed = crate::readers::janitor::needed(app);
        missing.iter().filter(|hash| needed.contains(hash)).count() as u64
    }

    /// Whether a round is under way, or should begin now.
    fn is_due(&self, now: i64, days: u32) -> bool {
        let mut round = self.round.lock();
        let over = round.began == 0 || round.ended.is_some();
        if over && now >= round.began.saturating_add(i64::from(days) * 86_400_000) {
            *round = Round { began: now, spoilt: std::mem::take(&mut round.spoilt), ..Round::default() };
            return true;
        }
        !over
    }

    fn end(&self) {
        {
            let mut round = self.round.lock();
            (round.ended, round.asked) = (Some(now_ms()), false);
            tracing::info!(files = round.files, "the media were checked");
        }
        self.keep();
    }

    fn keep(&self) {
        let text = serde_json::to_vec(&*self.round.lock()).expect("a round is plain data");
        let fresh = self.place.with_extension("new");
        let write = || {
            let mut file = fs::File::create(&fresh)?;
            file.write_all(&text)?;
            fs::rename(&fresh, &self.place)
        };
        if let Err(error) = write() {
            tracing::debug!(%error, "how far the check of the media is could not be kept");
        }
    }
}

/// Checks for ever: at its time, when a person asks, and what another server found to be spoilt.
pub async fn follow(app: App) {
    let check = &app.mirror.check;
    let Some(mut reports) = check.spoilt.1.lock().take() else { return };
    loop {
        if check.is_due(now_ms(), app.config.data.check_days)
            && let Err(error) = round(&app, &mut reports).await
        {
            tracing::warn!(%error, "the check of the media broke off; it goes on later");
        }
        tokio::select! {
            Some(hash) = reports.recv() => look(&app, hash, BRISKLY).await,
            () = check.now.notified() => {}
            () = sleep(EVERY) => {}
        }
    }
}

/// The rest of the round under way.
async fn round(app: &App, reports: &mut mpsc::UnboundedReceiver<Hash>) -> Result<(), store::Error> {
    let check = &app.mirror.check;
    let files = app.core.store().media();
    let after = check.round.lock().after;
    for file in files.list().await?.into_iter().filter(|file| after.is_none_or(|after| file.hash > after)) {
        while let Ok(hash) = reports.try_recv() {
            look(app, hash, BRISKLY).await;
        }
        let asked = check.round.lock().asked;
        look(app, file.hash, if asked { BRISKLY } else { SLOWLY }).await;
        let mut round = check.round.lock();
        (round.after, round.files) = (Some(file.hash), round.files + 1);
        let write = round.files.is_multiple_of(64);
        drop(round);
        if write {
            check.keep();
        }
    }
    check.end();
    files.expire_quarantine(now_ms() - KEPT_MS).await
}

/// Checks one file, and sets it aside if it is spoilt.
async fn look(app: &App, hash: Hash, bytes_per_second: u64) {
    let files = app.core.store().media();
    match is_right(app, hash, bytes_per_second).await {
        Ok(true) => {}
        // What cannot be read is spoilt too; where the whole disk is gone, nothing can be moved either.
        Ok(false) | Err(store::Error::File { .. }) => {
            if let Err(error) = files.quarantine(hash).await {
                tracing::error!(%error, %hash, "a spoilt file could not be set aside");
                return;
            }
            metrics::counter!("signboard_media_spoilt_total").increment(1);
            let name = app.core.state().rows.media_by_hash(hash).map_or_else(String::new, |media| media.name.clone());
            tracing::error!(%hash, name, "a file was spoilt on the disk: it was set aside and is fetched from another server; see to the disk");
            let mut round = app.mirror.check.round.lock();
            round.spoilt.push(Spoilt { hash, at: now_ms(), mended_at: None });
            let surplus = round.spoilt.len().saturating_sub(MOST);
            round.spoilt.drain(..surplus);
            drop(round);
            app.mirror.check.keep();
            app.mirror.look_again();
        }
        Err(error) => tracing::warn!(%error, %hash, "a file could not be checked"),
    }
}

async fn is_right(app: &App, hash: Hash, bytes_per_second: u64) -> Result<bool, store::Error> {
    let Some(mut checking) = app.core.store().media().check(hash).await? else { return Ok(true) };
    loop {
        let (next, bytes) = checking.read().await?;
        checking = next;
        if bytes == 0 {
            return Ok(checking.is_right());
        }
        sleep(Duration::from_nanos(bytes.saturating_mul(1_000_000_000) / bytes_per_second)).await;
    }
}
