//! Conditional and partial requests: Range, If-Range, If-Match, If-None-Match.

use axum::extract::FromRequestParts;
use futures::FutureExt;
use http::{Method, Request};
use server::files::{Verdict, evaluate};
use server::http::extract::{IfMatch, RequestId};

const TAG: &str = "\"0123abcd\"";

/// A part lies within the file and is asked for; without fields all is sent; no field breaks the preconditions of the API.
pub(super) fn run(data: &[u8]) {
    let Some((length, data)) = data.split_first() else { return };
    let headers = super::headers::read(data);
    let length = [0, 1, 10, 1_000, u64::MAX][usize::from(*length) % 5];
    for method in [Method::GET, Method::HEAD] {
        match evaluate(&method, &headers, TAG, length) {
            Verdict::Part(range) => {
                assert!(method == Method::GET && headers.contains_key("range"));
                assert!(range.first <= range.last && range.last < length);
                assert!((1..=length).contains(&range.len()));
            }
            Verdict::Unsatisfiable => assert!(headers.contains_key("range")),
            Verdict::Failed => assert!(headers.contains_key("if-match")),
            Verdict::NotModified => assert!(headers.contains_key("if-none-match")),
            Verdict::Whole => {}
        }
    }
    let mut request = Request::new(());
    *request.headers_mut() = headers;
    let (mut parts, ()) = request.into_parts();
    let tag = IfMatch::from_request_parts(&mut parts, &()).now_or_never().expect("it waits for nothing");
    assert!(!matches!(tag, Ok(IfMatch(Some(tag))) if tag.starts_with('"') || tag.ends_with('"')));
    let id = RequestId::from_request_parts(&mut parts, &()).now_or_never().expect("it waits for nothing");
    assert!(id.is_ok() || parts.headers.contains_key("idempotency-key"));
}
