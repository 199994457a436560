//! A small installation as its server has it.

use control::planner::{BodyFacts, Material, plan};
use control::slice::delta::Delta;
use control::slice::{Slice, Slicer};
use control::v1;
use domain::cell::Hash;
use domain::content::{Content, Destination};
use domain::document::Document;
use domain::id::{MediaId, ViewerId};
use domain::installation::{INSTALLATION, Installation};
use domain::log::{Cell, Row};
use domain::media::Media;
use domain::rows::Rows;
use domain::schedule::{Schedule, When};
use domain::stamp::{Dot, Stamp};
use domain::viewer::Viewer;
use uuid::Uuid;

pub(crate) const VIEWER: Uuid = Uuid::from_u128(1);

/// One viewer, and one picture after the other on it.
pub(crate) struct House {
    rows: Rows,
    sent: Option<Slice>,
}

impl House {
    pub(crate) fn new() -> Self {
        not_at_midnight();
        let mut house = Self { rows: Rows::default(), sent: None };
        house.put(INSTALLATION, &Installation { name: "Harbour".to_owned(), ..Installation::default() });
        house.put(VIEWER, &Viewer { name: "Gate 4".to_owned(), ..Viewer::default() });
        house
    }

    /// Shows this picture from now on, instead of the one before.
    pub(crate) fn picture(&mut self, n: u128, bytes: &[u8]) {
        let (media, row) = (Uuid::from_u128(100 + n), Uuid::from_u128(7));
        let hash = Hash::of(bytes);
        let picture =
            Media { hash, mime: "image/png".to_owned(), bytes: bytes.len() as u64, width: 1, height: 1, ..Media::default() };
        self.put(media, &picture);
        let when = When { from: jiff::civil::date(2020, 1, 1).at(0, 0, 0, 0), ..When::default() };
        let content = Some(Content::Media(MediaId(media)));
        self.put(row, &Schedule { content, destination: Some(Destination::All), when, ..Schedule::default() });
    }

    /// The viewer stands in this zone.
    pub(crate) fn zone(&mut self, zone: &str) {
        let zone = Some(zone.parse().unwrap());
        self.put(VIEWER, &Viewer { name: "Gate 4".to_owned(), zone, ..Viewer::default() });
    }

    /// Takes everything off the screen.
    pub(crate) fn clear(&mut self) {
        self.rows.put(Schedule::SPEC.name, Uuid::from_u128(7), None);
    }

    /// What changes since the last call.
    pub(crate) fn delta(&mut self, urgent: bool) -> v1::SliceDelta {
        let slice = Slicer::default().slice(&self.rows, ViewerId(VIEWER)).unwrap();
        let delta = self.sent.as_ref().map_or_else(|| Delta::whole(&slice), |sent| Delta::between(sent, &slice));
        self.sent = Some(slice);
        delta.messages(urgent).pop().unwrap()
    }

    /// The id of the plan that the server makes now.
    pub(crate) fn plan(&self) -> String {
        let none = |_| -> Option<BodyFacts> { None };
        let material = Material { body: &none, fonts: &[], horizon_days: 14 };
        let now = jiff::Timestamp::now().as_millisecond();
        plan(&self.rows, ViewerId(VIEWER), now, &material).unwrap().id
    }

    fn put<T: Document>(&mut self, id: Uuid, document: &T) {
        let cells =
            document.to_cells().into_iter().map(|(name, value)| (name, Cell { stamp: Stamp::default(), value })).collect();
        assert!(self.rows.put(T::SPEC.name, id, Some(Row { birth: Dot::default(), cells })));
    }
}

/// A plan is one of its day (UTC). So that the viewer and its house mean the same day, no test begins in the last two minutes of one.
fn not_at_midnight() {
    let left = 86_400 - jiff::Timestamp::now().as_second().rem_euclid(86_400);
    if left <= 120 {
        std::thread::sleep(std::time::Duration::from_secs(left.unsigned_abs() + 1));
    }
}

/// What the server says first.
pub(crate) fn welcome() -> v1::Welcome {
    v1::Welcome {
        protocol: 1,
        viewer: VIEWER.to_string(),
        name: "Gate 4".to_owned(),
        installation: "Harbour".to_owned(),
        language: "en".to_owned(),
        server_time: jiff::Timestamp::now().as_millisecond(),
        horizon_days: 14,
        status_seconds: 1,
        ..v1::Welcome::default()
    }
}
