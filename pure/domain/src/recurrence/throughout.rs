//! No repetition: one occurrence from start to end.

use super::Occurrence;
use crate::civil::{Wall, Zone};

/// The one occurrence. Without an end it has no natural beginning either (editing the start must not shift what plays), so it is
/// anchored at a fixed Monday.
pub(super) fn occurrence(zone: &Zone, from: Wall, until: Option<Wall>) -> Occurrence {
    let from = zone.instant(from);
    match until {
        Some(until) => Occurrence { from, until: zone.instant(until), anchor: from },
        None => Occurrence { from, until: i64::MAX, anchor: zone.first_monday() },
    }
}
