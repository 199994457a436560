//! What viewers say: text frames, one a line.

use control::session::{MAX_RECORDS, Output, Session};

/// The session takes any frames, before and after the greeting, and passes on no more records than one message may hold.
pub(super) fn run(data: &[u8]) {
    let text = super::text(data);
    let mut session = Session::new(None, 0);
    for (second, frame) in (0_i64..).zip(text.lines().take(50)) {
        match session.handle_text(frame, second * 1_000) {
            Output::StorePlays(_, records) => assert!((1..=MAX_RECORDS).contains(&records.len())),
            Output::Refuse(_, text) => assert!(text.len() < 2_000, "{text}"),
            _ => {}
        }
        assert!(session.next_poll() <= second * 1_000 + control::session::DEAD_MS);
        session.poll(second * 1_000);
    }
}
