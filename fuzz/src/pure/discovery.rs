//! Discovery: datagrams with XML, metadata requests, and answers of name servers.

/// Whatever reads, is written and read again as the same; nothing breaks a reader.
pub(super) fn run(data: &[u8]) {
    lan::discovery::digest(data);
}
