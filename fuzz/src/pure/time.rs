//! Datagrams of the network time protocol.

/// The server and a waiting client take them; no answer is longer than its question.
pub(super) fn run(data: &[u8]) {
    lan::ntp::fuzz(data);
}
