//! Conditional requests (RFC 9110, section 13) for content that is named by its hash and has no date.

use http::{HeaderMap, HeaderName, Method, header};

use super::range::{ByteRange, Requested, requested};

/// What to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// 412: the client wants another version.
    Failed,
    /// 304: the client has it.
    NotModified,
    /// 206: a part.
    Part(ByteRange),
    /// 416: no byte lies within the range.
    Unsatisfiable,
    /// 200: the whole.
    Whole,
}

/// Applies If-Match, If-None-Match, Range and If-Range in the order of section 13.2.2. `tag` is the strong entity tag
/// with its quotation marks, `length` the size in bytes.
#[must_use]
pub fn evaluate(method: &Method, headers: &HeaderMap, tag: &str, length: u64) -> Verdict {
    if text(headers, header::IF_MATCH).is_some_and(|wanted| !lists(&wanted, tag, false)) {
        return Verdict::Failed;
    }
    if text(headers, header::IF_NONE_MATCH).is_some_and(|had| lists(&had, tag, true)) {
        return Verdict::NotModified;
    }
    let Some(range) = text(headers, header::RANGE).filter(|_| method == Method::GET) else {
        return Verdict::Whole;
    };
    // Without a date of its own the content matches only by its tag (section 13.1.5).
    if text(headers, header::IF_RANGE).is_some_and(|unchanged| unchanged.trim() != tag) {
        return Verdict::Whole;
    }
    match requested(&range, length) {
        Requested::Part(range) => Verdict::Part(range),
        Requested::Unsatisfiable => Verdict::Unsatisfiable,
        Requested::Whole => Verdict::Whole,
    }
}

/// Whether a list of entity tags names ours; the weak comparison passes over the mark `W/` (section 8.8.3.2).
fn lists(field: &str, tag: &str, weak: bool) -> bool {
    field.split(',').map(str::trim).any(|candidate| {
        let candidate = if weak { candidate.strip_prefix("W/").unwrap_or(candidate) } else { candidate };
        candidate == "*" || candidate == tag
    })
}

/// A field that may stand more than once, joined; `None` where it is missing or not text.
fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}
