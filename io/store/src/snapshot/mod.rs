//! Snapshots: the state of a server as a stream of bytes, the same from SQLite and from PostgreSQL.
//!
//! A line that names the format, then one zstd frame (RFC 8878) with a checksum, which holds records: a tag (1 byte), a length (4 bytes,
//! lowest first) and so many bytes. `H` is the header, `D` a document, `N` a notice, `E` the end with the counts and the digest. Secrets
//! lie in it unsealed: a snapshot is kept as carefully as the key, and not longer than needed.

mod reader;
mod record;
mod writer;

use domain::log::Position;

pub(crate) use reader::Reader;
pub(crate) use record::Record;

/// The first line.
const FORMAT: &[u8] = b"signboard snapshot 1\n";
/// The largest record in bytes.
const MAX_RECORD: usize = 64 * 1024 * 1024;
/// How hard zstd tries.
const LEVEL: i32 = 3;

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Where the server stood; what the snapshot contains.
    pub position: Position,
    /// How many documents there are.
    pub documents: u64,
    /// The length in bytes.
    pub bytes: u64,
}
