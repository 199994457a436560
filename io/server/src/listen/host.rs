//! The host that a request names.

use http::uri::Authority;
use http::{HeaderMap, Uri, header};

/// Host and port as the client wrote them: the field `Host`, or `:authority` in HTTP/2 (RFC 9113, section 8.3.1), which
/// arrives as part of the address. `None` where there is none or it is not legal.
#[must_use]
pub fn requested_host(headers: &HeaderMap, uri: &Uri) -> Option<Authority> {
    uri.authority().cloned().or_else(|| headers.get(header::HOST)?.to_str().ok()?.parse().ok())
}
