//! How fast files go to screens: a rate per viewer and one for all of them together, and what is on its way now.
//!
//! The limits come from `domain::download`. Only files of media are held back: sessions and their heartbeats have connections of their own.

mod paced;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use api::download::{Download, Downloads};
use api::schedule::NamedViewer;
use axum::body::Body;
use axum::response::Response;
use domain::cell::Hash;
use domain::download::{Bucket, all_bytes_per_second, is_urgent, policy};
use domain::id::ViewerId;
use domain::permission::{Action, Caller, Object, may};
use domain::state::State;
use hyper::body::Body as _;
use parking_lot::Mutex;

use crate::app::App;
use crate::now::now_ms;
use paced::Paced;

/// The most bytes in one piece where a rate holds.
const LARGEST: u64 = 64 * 1024;
/// The fewest, whatever the rate.
const SMALLEST: u64 = 256;
/// The time in which each of all transfers should have had a piece, in seconds: viewers give up one of which nothing comes for 30 s, and those that
/// began while fewer were under way have larger pieces.
const ROUND_S: u64 = 4;

/// All downloads under way, with their limits. A clone is a handle.
#[derive(Clone, Debug, Default)]
pub struct Distribution(Arc<Mutex<Lanes>>);

#[derive(Debug)]
struct Lanes {
    all: Bucket,
    viewers: BTreeMap<ViewerId, Lane>,
    under_way: BTreeMap<u64, Transfer>,
    next: u64,
    began: Instant,
}

/// What one viewer may have.
#[derive(Debug)]
struct Lane {
    bucket: Bucket,
    transfers: usize,
}

/// One answer on its way.
#[derive(Debug)]
struct Transfer {
    viewer: ViewerId,
    hash: Hash,
    /// Whether an emergency needs it.
    urgent: bool,
    bytes: u64,
    left: u64,
    /// What the next piece was given in advance.
    reserved: u64,
    /// The most bytes in one piece.
    piece: u64,
    since: i64,
}

/// When the next piece may go.
#[derive(Clone, Copy, Debug)]
struct Turn(Instant);

/// Follows changes for ever: an emergency that needs what is on its way already does not wait for it.
pub async fn follow(app: App) {
    let mut editions = app.plans.watch();
    // A transfer that begins later is judged when it begins.
    while editions.changed().await.is_ok() {
        app.distribution.reconsider(&app.core.state());
    }
}

impl Default for Lanes {
    fn default() -> Self {
        Self { all: Bucket::new(0, 0), viewers: BTreeMap::new(), under_way: BTreeMap::new(), next: 0, began: Instant::now() }
    }
}

impl Lanes {
    /// Milliseconds of a clock that nobody sets.
    fn now(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// What was given in advance is set against what was sent.
    fn settle(&mut self, viewer: ViewerId, reserved: u64, sent: u64) {
        let lane = self.viewers.get_mut(&viewer).map(|lane| &mut lane.bucket);
        for bucket in lane.into_iter().chain([&mut self.all]) {
            bucket.give_back(reserved.saturating_sub(sent));
            bucket.take(sent.saturating_sub(reserved));
        }
    }
}

impl Distribution {
    /// The most bytes that one piece of a file for this viewer should have, so that all who are under way get something every few seconds.
    #[must_use]
    pub fn piece(&self, state: &State, viewer: ViewerId) -> usize {
        let (rate, all) = (policy(state, viewer).bytes_per_second, all_bytes_per_second(state));
        let others = self.0.lock().under_way.len() as u64;
        let share = |rate: u64, among: u64| if rate == 0 { u64::MAX } else { rate.saturating_mul(ROUND_S) / among };
        match share(rate, 4).min(share(all, others + 1)) {
            u64::MAX => usize::MAX,
            share => usize::try_from(share.clamp(SMALLEST, LARGEST)).unwrap_or(usize::MAX),
        }
    }

    /// Holds an answer with a file for this viewer, made of pieces of at most [`Self::piece`] bytes, to its limits, and lists it as long as it is on
    /// its way. Limits are those of the moment when the answer begins. What an emergency needs is sent as fast as it goes, and the others wait for it.
    #[must_use]
    pub fn pace(&self, state: &State, viewer: ViewerId, hash: Hash, piece: usize, response: Response) -> Response {
        let Some(bytes) = response.body().size_hint().exact().filter(|bytes| *bytes > 0) else { return response };
        let (rate, all) = (policy(state, viewer).bytes_per_second, all_bytes_per_second(state));
        let urgent = (rate > 0 || all > 0) && is_urgent(&state.rows, viewer, hash, now_ms());
        let mut lanes = self.0.lock();
        let now = lanes.now();
        if lanes.all.rate() != all {
            lanes.all.set_rate(all, now);
        }
        let lane = lanes.viewers.entry(viewer).or_insert_with(|| Lane { bucket: Bucket::new(rate, now), transfers: 0 });
        if lane.bucket.rate() != rate {
            lane.bucket.set_rate(rate, now);
        }
        lane.transfers += 1;
        let number = lanes.next;
        lanes.next += 1;
        let piece = u64::try_from(piece).unwrap_or(LARGEST).min(LARGEST);
        lanes
            .under_way
            .insert(number, Transfer { viewer, hash, urgent, bytes, left: bytes, reserved: 0, piece, since: now_ms() });
        drop(lanes);
        response.map(|body| Body::new(Paced::new(body, self.clone(), number)))
    }

    /// What was no emergency when its transfer began may be one now: then it waits no more.
    fn reconsider(&self, state: &State) {
        // Judging takes a while where rows are many; others have their turns meanwhile.
        let waiting: Vec<(u64, ViewerId, Hash)> = {
            let lanes = self.0.lock();
            let waiting = lanes.under_way.iter().filter(|(_, transfer)| !transfer.urgent);
            waiting.map(|(number, transfer)| (*number, transfer.viewer, transfer.hash)).collect()
        };
        let now = now_ms();
        for (number, _, _) in waiting.iter().filter(|(_, viewer, hash)| is_urgent(&state.rows, *viewer, *hash, now)) {
            if let Some(transfer) = self.0.lock().under_way.get_mut(number) {
                transfer.urgent = true;
            }
        }
    }

    /// Gives the transfer its turn for the next piece: after all that was given to others before, so that nobody is overtaken; none = at once.
    fn turn(&self, number: u64) -> Option<Turn> {
        let lanes = &mut *self.0.lock();
        let now = lanes.now();
        let transfer = lanes.under_way.get_mut(&number).filter(|transfer| !transfer.urgent)?;
        let bytes = transfer.left.min(transfer.piece);
        let mut wait = lanes.all.wait_ms(now);
        lanes.all.take(bytes);
        if let Some(lane) = lanes.viewers.get_mut(&transfer.viewer) {
            wait = wait.max(lane.bucket.wait_ms(now));
            lane.bucket.take(bytes);
        }
        transfer.reserved = bytes;
        (wait > 0).then(|| Turn(Instant::now() + Duration::from_millis(wait)))
    }

    /// How long the transfer must still wait for its turn: not at all where limits were lifted meanwhile.
    fn left_of(&self, number: u64, turn: Turn) -> Duration {
        let lanes = &mut *self.0.lock();
        let now = lanes.now();
        let transfer = lanes.under_way.get(&number);
        if transfer.is_some_and(|transfer| transfer.urgent) {
            return Duration::ZERO;
        }
        let viewer = transfer.map(|transfer| transfer.viewer);
        let own = viewer.and_then(|viewer| lanes.viewers.get_mut(&viewer)).map_or(0, |lane| lane.bucket.wait_ms(now));
        let latest = Duration::from_millis(own.max(lanes.all.wait_ms(now)));
        turn.0.saturating_duration_since(Instant::now()).min(latest)
    }

    /// So many bytes of the transfer were sent.
    fn sent(&self, number: u64, bytes: u64) {
        let lanes = &mut *self.0.lock();
        let Some(transfer) = lanes.under_way.get_mut(&number) else { return };
        transfer.left = transfer.left.saturating_sub(bytes);
        let reserved = std::mem::take(&mut transfer.reserved);
        let viewer = transfer.viewer;
        lanes.settle(viewer, reserved, bytes);
    }

    /// The transfer is over, whole or cut.
    fn ended(&self, number: u64) {
        let lanes = &mut *self.0.lock();
        let now = lanes.now();
        let Some(transfer) = lanes.under_way.remove(&number) else { return };
        lanes.settle(transfer.viewer, transfer.reserved, 0);
        if let Some(lane) = lanes.viewers.get_mut(&transfer.viewer) {
            lane.transfers -= 1;
            // Its debt is kept, so that coming again is no way round the limit.
            if lane.transfers == 0 && lane.bucket.wait_ms(now) == 0 {
                lanes.viewers.remove(&transfer.viewer);
            }
        }
    }

    /// The downloads under way of screens that the caller may see.
    #[must_use]
    pub fn under_way(&self, state: &State, caller: Caller) -> Downloads {
        let lanes = self.0.lock();
        let visible = lanes.under_way.values().filter(|one| may(state, caller, Action::See, Object::Viewer(one.viewer)));
        let items = visible.map(|transfer| Download {
            viewer: NamedViewer {
                name: state.rows.viewers.get(transfer.viewer).map_or_else(String::new, |viewer| viewer.name.clone()),
                id: transfer.viewer,
            },
            hash: transfer.hash.to_string(),
            name: state.rows.media_by_hash(transfer.hash).map_or_else(String::new, |media| media.name.clone()),
            bytes: transfer.bytes,
            left: transfer.left,
            since: transfer.since,
            limit: lanes.viewers.get(&transfer.viewer).map_or(0, |lane| lane.bucket.rate()),
        });
        Downloads { limit: all_bytes_per_second(state), items: items.collect() }
    }
}
