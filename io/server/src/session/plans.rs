//! Which plan each viewer has, and when to make it anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use control::plan::Plan;
use control::planner::{DAY_MS, Material, plan};
use domain::alert::OnHours;
use domain::commit::RowChange;
use domain::document::Document;
use domain::download::DownloadRule;
use domain::group::{Group, Membership};
use domain::id::ViewerId;
use domain::media::Media;
use domain::playlist::{Playlist, PlaylistItem};
use domain::presentation::Presentation;
use domain::rows::Rows;
use domain::schedule::Schedule;
use domain::server::Server;
use domain::user::Suspension;
use domain::viewer::Device;
use domain::viewer_settings::ViewerSettings;
use parking_lot::Mutex;
use store::Published;
use tokio::sync::{broadcast, watch};

use super::bodies::Bodies;
use super::changes::Changes;
use super::fonts::Fonts;
use crate::core::{Core, Memory};

/// Counts the changes that may alter plans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Edition {
    /// All such changes.
    pub n: u64,
    /// `n` of the last one that must reach screens at once.
    pub urgent: u64,
    /// Where the log stood: the state holds everything up to here, or more.
    pub lpos: i64,
}

/// Makes plans, and remembers them as long as the state is the same.
pub struct Plans {
    horizon_days: u32,
    made: Mutex<BTreeMap<ViewerId, Made>>,
    edition: watch::Sender<Edition>,
}

struct Made {
    state: Arc<Memory>,
    day: i64,
    plan: Option<Arc<Plan>>,
}

impl Plans {
    /// Plans of this length.
    #[must_use]
    pub fn new(horizon_days: u32) -> Self {
        Self { horizon_days, made: Mutex::default(), edition: watch::Sender::new(Edition::default()) }
    }

    /// Follows the changes that may alter plans.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Edition> {
        self.edition.subscribe()
    }

    /// The viewer's plan at `now` (Unix milliseconds). None if there is no such viewer.
    #[must_use]
    pub fn plan(&self, state: &Arc<Memory>, viewer: ViewerId, now: i64, bodies: &Bodies, fonts: &Fonts) -> Option<Arc<Plan>> {
        let day = now.div_euclid(DAY_MS);
        if let Some(made) = self.made.lock().get(&viewer).filter(|made| Arc::ptr_eq(&made.state, state) && made.day == day) {
            return made.plan.clone();
        }
        let plan = self.make(&state.0.rows, viewer, now, bodies, fonts).map(Arc::new);
        self.made.lock().insert(viewer, Made { state: Arc::clone(state), day, plan: plan.clone() });
        plan
    }

    /// The id of the plan that a viewer would have at `now` (Unix milliseconds) with these rows. None if there is no such viewer.
    #[must_use]
    pub fn id(&self, rows: &Rows, viewer: ViewerId, now: i64, bodies: &Bodies, fonts: &Fonts) -> Option<String> {
        self.make(rows, viewer, now, bodies, fonts).map(|plan| plan.id)
    }

    /// Plans are made anew though the rows are the same: a body has come that they lacked.
    pub fn renew(&self) {
        self.made.lock().clear();
        self.edition.send_modify(|edition| edition.n += 1);
    }

    fn make(&self, rows: &Rows, viewer: ViewerId, now: i64, bodies: &Bodies, fonts: &Fonts) -> Option<Plan> {
        let material = Material { body: &|hash| bodies.facts(hash), fonts: fonts.list(), horizon_days: self.horizon_days };
        plan(rows, viewer, now, &material)
    }

    /// Follows the log for ever: counts what may alter plans, and notes every change.
    pub async fn follow(&self, core: &Core, changes: &Changes) {
        let mut entries = core.subscribe();
        loop {
            let (touched, urgent, lpos) = match entries.recv().await {
                Ok(entry) => {
                    let (touched, urgent) = touches(&entry);
                    let lpos = entry.lpos;
                    changes.note(entry, core.state());
                    (touched, urgent, lpos)
                }
                Err(broadcast::error::RecvError::Lagged(_)) => (true, true, core.end()),
                Err(broadcast::error::RecvError::Closed) => return,
            };
            if touched {
                self.edition.send_modify(|edition| {
                    edition.n += 1;
                    edition.lpos = edition.lpos.max(lpos);
                    if urgent {
                        edition.urgent = edition.n;
                    }
                });
            }
        }
    }
}

/// Whether an entry may alter plans, and whether screens must follow at once.
fn touches(entry: &Published) -> (bool, bool) {
    let mut rows = Rows::default();
    // A suspended or revoked device must lose its session, and limits, settings and servers must be told, though the plan would be the same.
    let places = [
        Device::SPEC.name,
        DownloadRule::SPEC.name,
        OnHours::SPEC.name,
        Server::SPEC.name,
        Suspension::SPEC.name,
        ViewerSettings::SPEC.name,
    ];
    let mut touches = |change: &RowChange| places.contains(&change.kind.as_str()) || rows.put(&change.kind, change.id, None);
    let touched = entry.changes.iter().any(&mut touches);
    (touched, entry.changes.iter().any(is_urgent))
}

/// Something is taken away, or an emergency comes: the screen must not go on with what it has.
fn is_urgent(change: &RowChange) -> bool {
    let cell = |row: &Option<domain::log::Row>, name: &str| {
        row.as_ref().and_then(|row| row.cells.get(name).map(|cell| cell.value.clone()))
    };
    let set = |name: &str| cell(&change.after, name).is_some_and(|value| !value.is_null());
    let altered = |name: &str| cell(&change.before, name) != cell(&change.after, name);
    let gone = change.after.is_none() || (altered("trashed_at") && set("trashed_at"));
    match change.kind.as_str() {
        kind if kind == Schedule::SPEC.name => {
            let emergency =
                cell(&change.after, "emergency") == Some(true.into()) || cell(&change.before, "emergency") == Some(true.into());
            gone || emergency || (change.before.is_some() && altered("when"))
        }
        kind if kind == Presentation::SPEC.name => gone || (altered("head") && !set("head")),
        // A screen that leaves a group loses what the group showed.
        kind if [Media::SPEC.name, Playlist::SPEC.name, PlaylistItem::SPEC.name].contains(&kind) => gone,
        kind if [Group::SPEC.name, Membership::SPEC.name].contains(&kind) => gone,
        _ => false,
    }
}
