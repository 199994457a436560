//! Headers of tus: Upload-Metadata and Upload-Checksum.

use domain::id::UserId;
use server::http::uploads::{checksum, metadata};
use server::ingest::note::Note;

/// Names that are accepted are short and hold neither control characters nor separators of paths.
pub(super) fn run(data: &[u8]) {
    let headers = super::headers::read(data);
    let promised = checksum(&headers);
    assert!(headers.contains_key("upload-checksum") || matches!(promised, Ok(None)));
    let Ok(pairs) = metadata(&headers) else { return };
    assert!(pairs.iter().all(|(key, value)| !key.is_empty() && value.len() <= 1_000));
    let Ok(note) = Note::new(&pairs, UserId::default()) else { return };
    assert!(!note.name.trim().is_empty() && note.name.chars().count() <= 200);
    for name in [&note.name, &note.filename] {
        assert!(!name.chars().any(char::is_control), "{name:?}");
    }
    assert!(!note.filename.contains(['/', '\\']));
}
