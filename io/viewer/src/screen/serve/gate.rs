//! Who may ask: the browser that was told the token, by the address that it was told.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, header};
use rand::RngCore as _;

use super::Served;

/// The token, and the address at which it is right.
pub(in crate::screen) struct Gate {
    token: String,
    host: String,
}

impl Gate {
    /// A gate with a new token for a server at this address.
    pub(super) fn new(local: SocketAddr) -> Self {
        let mut bytes = [0; 24];
        rand::rng().fill_bytes(&mut bytes);
        Self { token: hex::encode(bytes), host: local.to_string() }
    }

    /// The player's address.
    pub(super) fn address(&self) -> String {
        format!("http://{}/{}/viewer/?host", self.host, self.token)
    }

    /// Whether a request may pass. A foreign page whose name was bent to 127.0.0.1 (DNS rebinding) comes with its own name in `Host`,
    /// and one that only sends requests here comes with its own `Origin`.
    fn admits(&self, path: &str, headers: &HeaderMap) -> bool {
        let first = path.split('/').nth(1).unwrap_or_default();
        let host = headers.get(header::HOST).and_then(|field| field.to_str().ok());
        let origin = headers.get(header::ORIGIN).map(|field| field.to_str().unwrap_or_default());
        let own_origin = |origin: &str| origin.strip_prefix("http://").is_some_and(|host| host == self.host);
        same(first, &self.token) && host == Some(self.host.as_str()) && origin.is_none_or(own_origin)
    }
}

/// Compares in a time that tells nothing of where two tokens differ.
fn same(one: &str, other: &str) -> bool {
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

/// Lets pass what the gate admits. Whatever passes may go into no other page and to no other address.
pub(super) async fn watch(State(served): State<Arc<Served>>, request: Request, next: Next) -> Response {
    if !served.gate.admits(request.uri().path(), request.headers()) {
        return refuse().await;
    }
    let mut answer = next.run(request).await;
    let headers = answer.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, http::HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, http::HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, http::HeaderValue::from_static("DENY"));
    answer
}

/// 403, whatever was asked for.
pub(super) async fn refuse() -> Response {
    (StatusCode::FORBIDDEN, "This address is for the viewer's own browser.\n").into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(header::HeaderName, &str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_the_token_at_the_own_address_passes() {
        let gate = Gate::new("127.0.0.1:4711".parse().unwrap());
        let path = format!("/{}/media/x", gate.token);
        let own = || headers(&[(header::HOST, "127.0.0.1:4711")]);
        assert!(gate.admits(&path, &own()));
        assert!(gate.admits(&path, &headers(&[(header::HOST, "127.0.0.1:4711"), (header::ORIGIN, "http://127.0.0.1:4711")])));
        for wrong in
            ["/", "/viewer/", "/media/x", &format!("/{}x/media/x", gate.token), &format!("/{}/media/x", &gate.token[1..])]
        {
            assert!(!gate.admits(wrong, &own()), "{wrong}");
        }
        for host in ["localhost:4711", "evil.example:4711", "127.0.0.1", "127.0.0.1:4712"] {
            assert!(!gate.admits(&path, &headers(&[(header::HOST, host)])), "{host}");
        }
        assert!(!gate.admits(&path, &HeaderMap::new()));
        for origin in ["http://evil.example", "null", "https://127.0.0.1:4711", ""] {
            assert!(!gate.admits(&path, &headers(&[(header::HOST, "127.0.0.1:4711"), (header::ORIGIN, origin)])), "{origin}");
        }
    }

    #[test]
    fn each_start_has_its_own_token() {
        let at = "127.0.0.1:1".parse().unwrap();
        assert_ne!(Gate::new(at).token, Gate::new(at).token);
    }
}
