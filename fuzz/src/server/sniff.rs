//! Types of uploaded files, by their first bytes.

use server::ingest::sniff::{ALLOWED, sniff};

/// Only allowed types come out, and only the first bytes matter.
pub(super) fn run(data: &[u8]) {
    let kind = super::file::with(data, sniff).ok();
    assert!(kind.is_none_or(|kind| ALLOWED.contains(&kind)));
}
