//! Play records on their way into the facts, and out of them.

use api::fact::PlayView;
use control::play::PlayRecord;
use domain::id::{DeviceId, ViewerId};
use store::facts::Play;
use uuid::Uuid;

use super::ahead::counted;

/// The number by which the facts know a numbering: the lower 63 bits of its id.
pub(super) fn stream_number(stream: Uuid) -> i64 {
    i64::try_from(stream.as_u128() & u128::from(i64::MAX as u64)).expect("63 bits fit")
}

/// A record as a fact that came at `now`, Unix milliseconds.
#[must_use]
pub fn fact(device: DeviceId, viewer: ViewerId, stream: Uuid, record: &PlayRecord, now: i64) -> Play {
    let content = record.media.map(|id| id.0).or(match record.content {
        Some(domain::content::Content::Media(id)) => Some(id.0),
        Some(domain::content::Content::Playlist(id)) => Some(id.0),
        Some(domain::content::Content::Presentation(id)) => Some(id.0),
        Some(domain::content::Content::Revision(id)) => Some(id.0),
        None => None,
    });
    Play {
        device: device.0,
        stream: stream_number(stream),
        n: i64::try_from(record.n).unwrap_or(i64::MAX),
        viewer: viewer.0,
        at: counted(record.from, now),
        duration: record.until.saturating_sub(record.from),
        content,
        detail: serde_json::to_value(record).expect("records are plain data"),
    }
}

/// A fact as the API shows it.
#[must_use]
pub fn view(play: &Play) -> PlayView {
    let record: Option<PlayRecord> = serde_json::from_value(play.detail.clone()).ok();
    let record = record.as_ref();
    PlayView {
        viewer: Some(ViewerId(play.viewer)),
        device: DeviceId(play.device),
        from: play.at,
        until: record.filter(|r| r.from == play.at).map_or(play.at.saturating_add(play.duration), |r| r.until),
        claimed: record.map(|r| r.from).filter(|from| *from != play.at),
        complete: record.is_some_and(|r| r.complete),
        row: record.and_then(|r| r.row),
        content: record.and_then(|r| r.content),
        revision: record.and_then(|r| r.revision),
        media: record.and_then(|r| r.media),
        item: record.map_or_else(String::new, |r| r.item.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_play_in_the_year_2100_is_counted_when_it_came_and_says_what_the_clock_said() {
        let record = |from| PlayRecord {
            n: 1,
            row: None,
            plan: String::new(),
            item: String::new(),
            content: None,
            revision: None,
            media: None,
            from,
            until: from + 5_000,
            complete: true,
        };
        let seen = |from| view(&fact(DeviceId::default(), ViewerId::default(), Uuid::nil(), &record(from), 1_000_000));
        let (good, ahead) = (seen(900_000), seen(4_102_444_800_000));
        assert_eq!((good.from, good.until, good.claimed), (900_000, 905_000, None));
        assert_eq!((ahead.from, ahead.until, ahead.claimed), (1_000_000, 1_005_000, Some(4_102_444_800_000)));
    }
}
