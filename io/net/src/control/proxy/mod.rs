//! Proxies on the way to a server.

mod ask;
mod exceptions;

use core::fmt;
use core::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use super::address::{authority, split};
pub use ask::ProxyFault;
pub(super) use ask::ask;
pub use exceptions::Exceptions;

/// The port of a proxy that names none (as with curl).
const PORT: u16 = 1080;

/// An HTTP proxy that is asked by `CONNECT` (RFC 9110 section 9.3.6).
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Hosts that are reached without it.
    pub exceptions: Exceptions,
    /// Value of `Proxy-Authorization`.
    authorization: Option<String>,
}

impl Proxy {
    /// The proxy named by `http_proxy`, or in capitals, with the exceptions of `no_proxy`; `variable` reads the environment. `None` if none is named.
    ///
    /// # Errors
    /// If what is named is no proxy.
    pub fn of_environment(variable: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, ProxyError> {
        let either = |name: &str| {
            [name.to_owned(), name.to_ascii_uppercase()].iter().find_map(|name| variable(name)).filter(|text| !text.is_empty())
        };
        let Some(text) = either("http_proxy") else { return Ok(None) };
        let mut proxy: Self = text.parse()?;
        if let Some(exceptions) = either("no_proxy") {
            proxy.exceptions = Exceptions::read(&exceptions);
        }
        Ok(Some(proxy))
    }

    /// Whether a host is reached through the proxy.
    #[must_use]
    pub fn serves(&self, host: &str) -> bool {
        !self.exceptions.contain(host)
    }

    /// Host and port.
    #[must_use]
    pub fn authority(&self) -> String {
        authority(&self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    /// Without the password.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Proxy({})", self.authority())
    }
}

impl FromStr for Proxy {
    type Err = ProxyError;

    /// Reads `host:port` or `http://[user:password@]host[:port]`; user and password may be percent-encoded.
    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let given = text.trim();
        let rest = match given.split_once("://") {
            None => given,
            Some(("http", rest)) => rest,
            Some((scheme, _)) => return Err(ProxyError::Scheme(scheme.to_owned())),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (credentials, place) = match rest.rsplit_once('@') {
            Some((credentials, place)) => (Some(credentials), place),
            None => (None, rest),
        };
        let (host, port) = split(place).ok_or(ProxyError::Malformed)?;
        let authorization = match credentials {
            None => None,
            Some(credentials) => {
                let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
                let (user, password) = (decoded(user)?, decoded(password)?);
                let both = [&user[..], b":", &password].concat();
                Some(format!("Basic {}", STANDARD.encode(both)))
            }
        };
        Ok(Self { host: host.to_owned(), port: port.unwrap_or(PORT), exceptions: Exceptions::default(), authorization })
    }
}

/// Undoes percent-encoding (RFC 3986 section 2.1).
fn decoded(text: &str) -> Result<Vec<u8>, ProxyError> {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            plain.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        let (Some(high), Some(low)) = (digit(), digit()) else { return Err(ProxyError::Malformed) };
        plain.push(u8::try_from(high * 16 + low).map_err(|_| ProxyError::Malformed)?);
    }
    Ok(plain)
}

/// A text names no proxy. The text itself is not shown, since it may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProxyError {
    /// Not of the known form.
    #[error(
        "the proxy's address is not of the form `http://proxy.example.org:3128` or `http://user:password@proxy.example.org:3128`"
    )]
    Malformed,
    /// A scheme other than `http`.
    #[error("a proxy by `{0}` is not supported; name one that speaks HTTP, such as `http://proxy.example.org:3128`")]
    Scheme(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_read() {
        let proxy: Proxy = "http://an%40na:p%3Aw@proxy.example.org:3128/".parse().unwrap();
        assert_eq!(
            (proxy.authority().as_str(), proxy.authorization.as_deref()),
            ("proxy.example.org:3128", Some("Basic YW5AbmE6cDp3"))
        );
        let proxy: Proxy = "10.0.0.1".parse().unwrap();
        assert_eq!((proxy.authority().as_str(), proxy.authorization), ("10.0.0.1:1080", None));
        assert_eq!("[fd00::1]:8080".parse::<Proxy>().unwrap().authority(), "[fd00::1]:8080");
    }

    #[test]
    fn other_proxies_are_refused_without_showing_the_password() {
        assert_eq!("socks5://a:secret@b".parse::<Proxy>().unwrap_err(), ProxyError::Scheme("socks5".into()));
        for text in ["http://", "http://a:%zz@b", "http://secret@b:port", "a/b"] {
            let fault = text.parse::<Proxy>().unwrap_err();
            assert_eq!(fault, ProxyError::Malformed, "{text}");
        }
        assert!(!format!("{:?}", "http://a:secret@b".parse::<Proxy>().unwrap()).contains("secret"));
    }

    #[test]
    fn the_environment_names_proxy_and_exceptions() {
        let of = |pairs: &'static [(&'static str, &'static str)]| {
            Proxy::of_environment(move |name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned()))
        };
        assert_eq!(of(&[]).unwrap(), None);
        assert_eq!(of(&[("http_proxy", "")]).unwrap(), None);
        let proxy = of(&[("HTTP_PROXY", "http://proxy:3128"), ("no_proxy", "signs")]).unwrap().unwrap();
        assert!(proxy.serves("other") && !proxy.serves("signs"));
        assert!(of(&[("http_proxy", "ftp://proxy")]).is_err());
    }
}
