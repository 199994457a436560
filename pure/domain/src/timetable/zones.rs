//! The zones that one question needs, each looked up once.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cell::ZoneName;
use crate::civil::Zone;
use crate::id::ViewerId;
use crate::rows::Rows;

/// The zones of one question about a viewer.
pub(super) struct Zones {
    own: Arc<Zone>,
    known: BTreeMap<ZoneName, Arc<Zone>>,
    horizon: Option<(i64, i64)>,
}

impl Zones {
    /// Zones for many questions about a time.
    pub(super) fn around(rows: &Rows, viewer: ViewerId, from: i64, until: i64) -> Self {
        Self::with(rows, viewer, Some((from, until)))
    }

    /// Zones for questions about one instant.
    pub(super) fn plain(rows: &Rows, viewer: ViewerId) -> Self {
        Self::with(rows, viewer, None)
    }

    fn with(rows: &Rows, viewer: ViewerId, horizon: Option<(i64, i64)>) -> Self {
        let name = zone_of(rows, viewer);
        let own = Arc::new(look_up(&name, horizon));
        Self { known: BTreeMap::from([(name, own.clone())]), own, horizon }
    }

    /// The viewer's own zone.
    pub(super) fn own(&self) -> Arc<Zone> {
        self.own.clone()
    }

    /// The zone of that name, the viewer's own where there is none.
    pub(super) fn get(&mut self, name: Option<&ZoneName>) -> Arc<Zone> {
        let Some(name) = name else { return self.own() };
        if let Some(zone) = self.known.get(name) {
            return zone.clone();
        }
        let zone = Arc::new(look_up(name, self.horizon));
        self.known.insert(name.clone(), zone.clone());
        zone
    }
}

/// A viewer's zone: its own, else the installation's.
pub(super) fn zone_of(rows: &Rows, viewer: ViewerId) -> ZoneName {
    let own = rows.viewers.get(viewer).and_then(|viewer| viewer.zone.clone());
    own.unwrap_or_else(|| rows.installation().zone)
}

fn look_up(name: &ZoneName, horizon: Option<(i64, i64)>) -> Zone {
    horizon.map_or_else(|| Zone::of(name), |(from, until)| Zone::around(name, from, until))
}
