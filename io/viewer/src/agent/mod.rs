//! The heart of the viewer: one task that hears the server, the screen, the clock and the downloads, and decides what to do.

mod boot;
mod command;
mod disk;
mod display;
mod event;
mod history;
mod leaving;
mod parts;
mod pictures;
mod play;
mod records;
mod report;
mod session;
mod sharing;
mod snapshot;
mod start;
mod status;
mod tick;
mod words;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use control::plan::Plan;
use control::slice::Holding;
use control::v1;
use domain::cell::Hash;
use domain::rows::Rows;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::album::Album;
use crate::cache::Cache;
use crate::clock::Timekeeper;
use crate::commands::{Done, Ear, Outcome};
use crate::config::Config;
use crate::disk::Disk;
use crate::download::Downloads;
use crate::identity::Passport;
use crate::journal::Journal;
use crate::link::{LinkEvent, Present};
use crate::log::LastLines;
use crate::memory::Memory;
use crate::neighbours::{Circle, Offer};
use crate::planning::{Bodies, Prospect};
use crate::screen::{BootFacts, ScreenEvent};
use crate::stage::Stage;
use boot::Standing;
use history::History;
use parts::Conversation;
use pictures::Pictures;
pub use snapshot::{Board, Snapshot};
use status::Vitals;

/// Everything that an agent is given.
pub struct Setting {
    /// The configuration of the machine.
    pub config: Config,
    /// The data folder.
    pub data: PathBuf,
    /// Where changes go.
    pub disk: Arc<dyn Disk>,
    /// The files.
    pub cache: Arc<Cache>,
    /// The time.
    pub clock: Timekeeper,
    /// Who this viewer is.
    pub passport: Arc<Mutex<Passport>>,
    /// What the next session begins with.
    pub present: Arc<Mutex<Present>>,
    /// The screen.
    pub stage: Arc<dyn Stage>,
    /// The last pictures of the screen.
    pub album: Album,
    /// The last log lines.
    pub lines: LastLines,
    /// Where the state is shown to `signboard-viewer status`.
    pub board: Board,
}

/// How an agent ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The program is to be started again.
    Restart,
    /// The program is to end.
    Stop,
}

/// The heart of the viewer.
pub struct Agent {
    setting: Setting,
    memory: Memory,
    /// The slice that the server sent last.
    holding: Holding,
    /// What the server knew that sent it.
    position: Vec<v1::Known>,
    /// The slice that a power cut brings back.
    kept_slice: Option<control::slice::SliceId>,
    /// The slice that it should bring back, while the disk does not take it.
    slice_in_force: Option<Holding>,
    /// The rows of the slice that plans are made from.
    rows: Rows,
    surroundings: Option<v1::Welcome>,
    bodies: Bodies,
    /// The newest plan with what it needs.
    prospect: Option<Prospect>,
    /// The plan that the screen was told last.
    in_force: Option<Arc<Plan>>,
    /// What the plan in force needs: never given up.
    needed: BTreeSet<Hash>,
    downloads: Downloads,
    /// Viewers of the same site.
    circle: Arc<Circle>,
    /// The port at which they are let in.
    offer: Option<Offer>,
    /// The addresses that were named with it.
    shared_at: Vec<String>,
    plays: Journal,
    records: Journal,
    done: Done,
    errands: mpsc::UnboundedSender<ErrandDone>,
    errands_done: mpsc::UnboundedReceiver<ErrandDone>,
    conversation: Option<Conversation>,
    standing: Standing,
    /// The boot page that stands on the screen.
    booted: Option<BootFacts>,
    vitals: Vitals,
    history: History,
    pictures: Pictures,
    ear: Ear,
    /// Commands that are being carried out.
    under_way: BTreeSet<Uuid>,
    /// When a file is checked next in idle time.
    next_check: Option<Instant>,
    /// Why the last installation took the place away.
    turned_out: Option<String>,
    /// Looks for USB sticks with settings.
    lookout: crate::config::Lookout,
    /// Why the settings on a USB stick were not taken.
    stick_refused: Option<String>,
    /// The viewer's own settings as they stood at the start.
    own_settings: Option<Vec<u8>>,
    ending: Option<Ending>,
}

/// How an errand that was done aside ended.
#[derive(Debug)]
struct ErrandDone {
    id: Uuid,
    attachment: Option<File>,
    outcome: Outcome,
    /// What follows once it was reported.
    then: Option<Ending>,
}

/// A file that a command asked for.
#[derive(Debug)]
struct File {
    name: &'static str,
    mime: &'static str,
    bytes: Vec<u8>,
}

/// How long the last words may take before the program ends.
const LAST_WORDS: Duration = Duration::from_millis(500);

impl Agent {
    /// Works until `stop` is done or a command ends it. `events` come from the connector, `screen` from the screen.
    pub async fn run(
        mut self,
        mut events: mpsc::Receiver<LinkEvent>,
        mut screen: mpsc::Receiver<ScreenEvent>,
        stop: impl Future<Output = ()>,
    ) -> Ending {
        tokio::pin!(stop);
        let mut ticks = tokio::time::interval(self.beat());
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        self.begin();
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => self.hear(event),
                    None => return Ending::Stop,
                },
                event = screen.recv() => match event {
                    Some(event) => self.see(event),
                    None => {
                        tracing::error!("the screen is gone; the program starts again");
                        return Ending::Restart;
                    }
                },
                fetched = self.downloads.ended() => self.fetched(fetched),
                Some(errand) = self.errands_done.recv() => self.errand_done(errand),
                _ = ticks.tick() => {
                    self.tick();
                    if ticks.period() != self.beat() {
                        ticks = tokio::time::interval_at(tokio::time::Instant::now() + self.beat(), self.beat());
                    }
                }
                () = &mut stop => self.ending = Some(Ending::Stop),
            }
            if let Some(ending) = self.ending {
                // The last reports shall reach the server; it asks again if they do not.
                if self.conversation.is_some() {
                    tokio::time::sleep(LAST_WORDS).await;
                }
                return ending;
            }
        }
    }

    /// How often the status is sent.
    fn beat(&self) -> Duration {
        let seconds = self.surroundings.as_ref().map_or(5, |welcome| welcome.status_seconds.clamp(1, 300));
        Duration::from_secs(seconds.into())
    }

    fn now(&self) -> i64 {
        self.setting.clock.now()
    }
}
