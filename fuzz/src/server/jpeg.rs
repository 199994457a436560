//! JPEG files that may have lost their end.

use server::ingest::jpeg::is_whole;

/// A whole file stays whole with bytes behind it, and holds an end marker.
pub(super) fn run(data: &[u8]) {
    if is_whole(data) {
        assert!(data.windows(2).any(|pair| pair == [0xff, 0xd9]));
        assert!(is_whole(&[data, b"behind it"].concat()));
    }
}
