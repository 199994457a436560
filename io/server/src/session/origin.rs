//! Where servers answer browsers, as origins (RFC 6454 section 6.1): what pages of screens go to, and whose pages may ask here.

use domain::id::ServerId;
use domain::server::ServerAddress;
use domain::state::State;

/// Origin of HTTPS at an address; none where that is closed.
#[must_use]
pub fn https(address: &ServerAddress) -> Option<String> {
    origin("https", &address.host, address.https_port, 443)
}

/// Origin of HTTP at an address; none where that is closed.
#[must_use]
pub fn http(address: &ServerAddress) -> Option<String> {
    origin("http", &address.host, address.http_port, 80)
}

fn origin(scheme: &str, host: &str, port: u16, usual: u16) -> Option<String> {
    let host = host.to_ascii_lowercase();
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    match port {
        0 => None,
        port if port == usual => Some(format!("{scheme}://{host}")),
        port => Some(format!("{scheme}://{host}:{port}")),
    }
}

/// Whether pages of this origin come from another server of the installation: from one of the addresses that it says itself, or from the public one.
#[must_use]
pub fn is_of_house(state: &State, own: ServerId, origin: &str) -> bool {
    let others = state.servers.iter().filter(|(id, held)| *id != own && held.value.retired_at.is_none());
    let mut others = others.map(|(_, held)| &held.value).peekable();
    let has_others = others.peek().is_some();
    let mut addresses = others.flat_map(|server| &server.addresses);
    let is_of = |address: &ServerAddress| [https(address), http(address)].into_iter().flatten().any(|known| known == origin);
    addresses.any(is_of) || (has_others && public_origin(state).as_deref() == Some(origin))
}

/// Origin of the installation's public address; none where it has none.
#[must_use]
pub fn public_origin(state: &State) -> Option<String> {
    let address = state.rows.installation().public_address;
    let uri: ::http::Uri = address.parse().ok()?;
    let (scheme, host) = (uri.scheme_str()?, uri.host()?);
    let usual = if scheme == "https" { 443 } else { 80 };
    origin(scheme, host.trim_matches(['[', ']']), uri.port_u16().unwrap_or(usual), usual)
}

#[cfg(test)]
mod tests {
    use domain::document::Document as _;
    use domain::log::{Cell, Row};
    use domain::server::Server;
    use domain::stamp::{Dot, Stamp};
    use uuid::Uuid;

    use super::*;

    const OWN: ServerId = ServerId(Uuid::from_u128(1));

    fn at(host: &str, https_port: u16, http_port: u16) -> ServerAddress {
        ServerAddress { host: host.to_owned(), control_port: 7237, https_port, http_port }
    }

    fn put(state: &mut State, id: u128, addresses: Vec<ServerAddress>, retired_at: Option<i64>) {
        let server = Server { addresses, retired_at, ..Server::default() };
        let cell = |(name, value)| (name, Cell { stamp: Stamp::default(), value });
        let cells = server.changed_since(&Server::default()).into_iter().map(cell).collect();
        state.put(Server::SPEC.name, Uuid::from_u128(id), Some(Row { birth: Dot::default(), cells }));
    }

    #[test]
    fn an_address_has_an_origin_by_each_open_port() {
        let address = at("Pier.example.org", 443, 8080);
        assert_eq!(
            (https(&address), http(&address)),
            (Some("https://pier.example.org".into()), Some("http://pier.example.org:8080".into()))
        );
        let address = at("fd00::5", 0, 80);
        assert_eq!((https(&address), http(&address)), (None, Some("http://[fd00::5]".into())));
    }

    #[test]
    fn pages_of_the_other_servers_may_ask_and_no_others() {
        let mut state = State::default();
        put(&mut state, 1, vec![at("10.0.0.1", 443, 80)], None);
        put(&mut state, 2, vec![at("10.0.0.2", 443, 8080), at("pier", 443, 8080)], None);
        put(&mut state, 3, vec![at("10.0.0.3", 443, 80)], Some(5));
        for (origin, may) in [
            ("http://10.0.0.2:8080", true),
            ("https://10.0.0.2", true),
            ("https://pier", true),
            ("http://10.0.0.2", false),
            ("http://10.0.0.1", false),
            ("http://10.0.0.3", false),
            ("http://evil.example", false),
            ("http://pier.evil.example:8080", false),
            ("null", false),
            ("", false),
        ] {
            assert_eq!(is_of_house(&state, OWN, origin), may, "{origin}");
        }
    }
}
