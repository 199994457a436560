//! Events and log lines of viewers on their way into the facts.

use control::native::Record;
use domain::id::{DeviceId, ViewerId};
use store::facts::Event;
use uuid::Uuid;

use crate::session::plays::stream_number;

/// A record as a fact.
pub(super) fn fact(device: DeviceId, viewer: ViewerId, stream: Uuid, record: Record) -> Event {
    Event {
        device: device.0,
        stream: stream_number(stream),
        n: i64::try_from(record.n).unwrap_or(i64::MAX),
        viewer: viewer.0,
        at: record.at,
        level: record.level.to_owned(),
        code: record.code,
        text: record.text,
    }
}
