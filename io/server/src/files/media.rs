//! Media by hash.

use std::io;
use std::path::PathBuf;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};

use super::block::{BLOCK, Block};
use super::body::FileBody;
use super::conditions::{Verdict, evaluate};
use super::open::{open, read_cached};
use super::range::ByteRange;

/// Content that never changes: its name is the hash of its bytes.
const FOREVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// A file to send.
#[derive(Clone, Debug)]
pub struct MediaFile {
    /// Where it is.
    pub path: PathBuf,
    /// Hash of its bytes as hexadecimal digits; it becomes the entity tag.
    pub hash: String,
    /// Media type, such as `video/mp4`.
    pub content_type: String,
    /// The most bytes that are sent in one piece; [`usize::MAX`] = as many as is best for the whole.
    pub piece: usize,
}

/// Answers `GET` or `HEAD` for a file: whole, in part, or not at all where the client has it.
///
/// # Errors
/// The file cannot be opened; [`io::ErrorKind::NotFound`] where it does not exist.
pub async fn send(method: &Method, headers: &HeaderMap, file: &MediaFile) -> io::Result<Response> {
    let (opened, length) = open(&file.path).await?;
    let tag = format!("\"{}\"", file.hash);
    let verdict = evaluate(method, headers, &tag, length);
    let (status, range) = match verdict {
        Verdict::Failed => (StatusCode::PRECONDITION_FAILED, None),
        Verdict::NotModified => (StatusCode::NOT_MODIFIED, None),
        Verdict::Part(range) => (StatusCode::PARTIAL_CONTENT, Some(range)),
        Verdict::Unsatisfiable => (StatusCode::RANGE_NOT_SATISFIABLE, None),
        Verdict::Whole if length == 0 => (StatusCode::OK, None),
        Verdict::Whole => (StatusCode::OK, Some(ByteRange { first: 0, last: length - 1 })),
    };
    let mut answer = Response::builder()
        .status(status)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CACHE_CONTROL, FOREVER)
        .header(header::ETAG, &tag);
    match verdict {
        Verdict::Unsatisfiable => answer = answer.header(header::CONTENT_RANGE, format!("bytes */{length}")),
        Verdict::Part(range) => {
            let part = format!("bytes {}-{}/{length}", range.first, range.last);
            answer = answer.header(header::CONTENT_RANGE, part);
        }
        _ => {}
    }
    if status.is_success() {
        answer = answer
            .header(header::CONTENT_TYPE, &file.content_type)
            .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .header(header::CONTENT_LENGTH, range.map_or(0, |range| range.len()));
    }
    let body = match range {
        Some(range) if method != Method::HEAD => body(opened, range, file.piece),
        _ => Body::empty(),
    };
    answer.body(body).map_err(io::Error::other)
}

/// A short part that the kernel has in memory is sent in one piece together with the head.
fn body(file: std::sync::Arc<std::fs::File>, range: ByteRange, piece: usize) -> Body {
    if let Some(count) = usize::try_from(range.len()).ok().filter(|count| *count <= BLOCK.min(piece)) {
        let mut block = Block::take();
        if read_cached(&file, range.first, block.space(count)) == Some(count) {
            return Body::from(block.filled(count));
        }
    }
    Body::new(FileBody::new(file, range.first, range.len(), piece))
}
