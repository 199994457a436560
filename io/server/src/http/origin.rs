//! Whether a browser sends a request for a page of this server, or for one of another site.

use axum::extract::FromRequestParts;
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{HeaderMap, StatusCode, Uri};

use super::error::{Error, Result};
use crate::app::App;

/// A request that no page of another site makes a browser send. Programs, which name no origin, pass.
pub struct OwnSite;

impl FromRequestParts<App> for OwnSite {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self> {
        let public = app.core.state().rows.installation().public_address;
        match is_own(&parts.headers, parts.uri.authority().map(|host| host.as_str()), &public) {
            true => Ok(Self),
            false => {
                let text = "this comes from a page of another site: open the admin of this server and sign in there";
                Err(Error::new(StatusCode::FORBIDDEN, "cross_site", text))
            }
        }
    }
}

/// Fetch Metadata (W3C) where the browser sends it, which is on secure connections only; else `Origin` (RFC 6454 section 7), which
/// must name the host that was asked, or the public address.
fn is_own(headers: &HeaderMap, authority: Option<&str>, public: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("null"));
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => {
            let from = host(origin);
            from.is_some() && (from.as_deref() == authority.or(text(HOST.as_str())) || from == host(public))
        }
        (None, None) => true,
    }
}

/// Host and port of an address; none of `null` or of nonsense.
fn host(address: &str) -> Option<String> {
    address.parse::<Uri>().ok().filter(|uri| uri.scheme().is_some())?.authority().map(ToString::to_string)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn pages_of_other_sites_are_told_from_our_own() {
        let cases: [(&[(&str, &str)], bool); 12] = [
            (&[], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "https://behind.a.proxy")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://pier:8080")], false),
            (&[("origin", "http://pier:8080")], true),
            (&[("origin", "http://pier")], false),
            (&[("origin", "http://evil.example")], false),
            (&[("origin", "https://signs.example.org")], true),
            (&[("origin", "null")], false),
            (&[("origin", "")], false),
            (&[("origin", "pier:8080")], false),
        ];
        for (given, own) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static("pier:8080"));
            for (name, value) in given {
                headers.insert(http::HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            assert_eq!(is_own(&headers, None, "https://signs.example.org"), own, "{given:?}");
        }
    }
}
