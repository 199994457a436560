//! What native viewers say: messages of protobuf, each behind one byte of length.

use control::census::{MOST, is_small};
use control::native::{NativeSession, Output, Step};
use control::session::{DEAD_MS, MAX_RECORDS};
use control::slice::delta::MAX_INVENTORY;
use control::slice::{Holding, Slice};
use control::v1;
use control::v1::from_viewer::Message as Said;
use prost::Message as _;

/// The session takes any messages, passes on no more than one message may hold, and repeats little of what it refuses. The viewer's
/// side takes the same bytes as parts of deltas, and never holds a slice that it cannot name.
pub(super) fn run(data: &[u8]) {
    let (mut session, mut holding) = (NativeSession::new(0), Holding::default());
    let target = Slice::of(Vec::new());
    let mut rest = data;
    for second in 0..50 {
        let Some((length, after)) = rest.split_first() else { break };
        let (bytes, next) = after.split_at(usize::from(*length).min(after.len()));
        rest = next;
        if let Ok(part) = v1::SliceDelta::decode(bytes) {
            let before = holding.slice();
            if holding.take(part) == control::slice::holding::Taken::Astray {
                assert_eq!(holding.slice(), before);
            }
            assert!(holding.inventory().rows.len() <= MAX_INVENTORY);
            let _ = holding.rows();
        }
        let Ok(message) = v1::FromViewer::decode(bytes) else { continue };
        if let (true, Some(Said::Plays(plays))) = (is_small(bytes), &message.message) {
            assert!(plays.records.len() <= MOST);
        }
        match session.handle(message, second * 1_000) {
            Output::StorePlays(_, records) => assert!((1..=MAX_RECORDS).contains(&records.len())),
            Output::StoreRecords(_, records) => assert!(records.iter().all(|record| record.n > 0 && record.text.len() <= 4_000)),
            Output::Refuse(_, text) => assert!(text.len() < 2_000, "{text}"),
            Output::Inventory(versions) => assert_eq!(session.lead_from(&versions, &target).gone.len(), versions.len()),
            Output::Greeted(_) => assert!(!matches!(session.lead(&target, None), Step::Delta(delta) if !delta.put.is_empty())),
            _ => {}
        }
        assert!(session.next_poll() <= second * 1_000 + DEAD_MS);
        session.poll(second * 1_000);
    }
}
