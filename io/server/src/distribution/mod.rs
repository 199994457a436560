//! How fast files go to screens: a rate per viewer and one for all of them together, and what is on its way now.
//!
//! The limits come from `domain::download`. Only files of media are held back: sessions and their heartbeats have connections of their own.

mod paced;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

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

use crate::now::now_ms;
use paced::Paced;

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
    since: i64,
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
}

impl Distribution {
    /// Holds an answer with a file for this viewer to its limits, and lists it as long as it is on its way. Limits are those of the moment when
    /// the answer begins. What an emergency needs is sent as fast as it goes, and the others wait for it.
    #[must_use]
    pub fn pace(&self, state: &State, viewer: ViewerId, hash: Hash, response: Response) -> Response {
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
        lanes.under_way.insert(number, Transfer { viewer, hash, urgent, bytes, left: bytes, since: now_ms() });
        drop(lanes);
        response.map(|body| Body::new(Paced::new(body, self.clone(), number)))
    }

    /// How long the transfer must wait before its next part, in milliseconds; 0 = not at all.
    fn wait_ms(&self, number: u64) -> u64 {
        let lanes = &mut *self.0.lock();
        let now = lanes.now();
        let viewer = lanes.under_way.get(&number).filter(|transfer| !transfer.urgent).map(|transfer| transfer.viewer);
        if viewer.is_none() {
            return 0;
        }
        let lane = viewer.and_then(|viewer| lanes.viewers.get_mut(&viewer));
        lane.map_or(0, |lane| lane.bucket.wait_ms(now)).max(lanes.all.wait_ms(now))
    }

    /// So many bytes of the transfer were sent.
    fn sent(&self, number: u64, bytes: u64) {
        let lanes = &mut *self.0.lock();
        let Some(transfer) = lanes.under_way.get_mut(&number) else { return };
        transfer.left = transfer.left.saturating_sub(bytes);
        lanes.all.take(bytes);
        if let Some(lane) = lanes.viewers.get_mut(&transfer.viewer) {
            lane.bucket.take(bytes);
        }
    }

    /// The transfer is over, whole or cut.
    fn ended(&self, number: u64) {
        let lanes = &mut *self.0.lock();
        let now = lanes.now();
        let Some(transfer) = lanes.under_way.remove(&number) else { return };
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
