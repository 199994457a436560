//! A discoverable server inside a host of the lab.
#![allow(dead_code, reason = "each test program uses its part")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use lan::discovery::{Card, Found, Role, device};
use net::discovery::{Request, Search, Service, Settings, Stats};
use testkit::lab::Host;
use uuid::Uuid;

/// The id of the server.
pub(crate) const ENDPOINT: Uuid = Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0077);
/// Where a double click leads.
pub(crate) const PRESENTATION: &str = "http://signboard.example/admin";

/// What it says about itself.
pub(crate) fn card(name: &str) -> Card {
    Card {
        role: Role::Main,
        installation: Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0001),
        name: name.to_owned(),
        server: None,
        site: Some("North".to_owned()),
        version: "0.1.0".to_owned(),
        certificate: Some([0xab; 32]),
        http: Some(80),
        https: Some(443),
        control: None,
    }
}

/// A runtime whose threads live inside the host.
fn runtime(host: &Host) -> tokio::runtime::Runtime {
    host.enter(|| tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()).unwrap()
}

/// A responder that runs inside a host.
pub(crate) struct Server {
    runtime: tokio::runtime::Runtime,
    service: Service,
}

impl Server {
    /// Starts it, and the HTTP port that answers for its metadata.
    pub(crate) fn start(host: &Host, name: &str, multicast_dns: bool) -> Self {
        let runtime = runtime(host);
        let settings = Settings {
            endpoint: ENDPOINT,
            card: card(name),
            port: lan::discovery::PORT,
            started: 1_000,
            addresses: vec![std::net::Ipv4Addr::UNSPECIFIED.into()],
            multicast_dns,
        };
        let service = host.enter(|| runtime.block_on(async { Service::start(settings) })).unwrap();
        let listeners = ["0.0.0.0:80", "[::]:80"].map(|address| host.enter(|| TcpListener::bind(address)));
        for listener in listeners.into_iter().flatten() {
            std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| answer(stream).unwrap_or_default()));
        }
        Self { runtime, service }
    }

    pub(crate) fn set_card(&self, card: Card) {
        self.service.set_card(card);
    }

    pub(crate) fn stats(&self) -> Stats {
        self.service.stats()
    }

    /// Says goodbye.
    pub(crate) fn stop(self) {
        self.runtime.block_on(self.service.stop());
    }
}

/// Answers one POST to the metadata's path, as the web port will.
fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    while let Ok(length @ 1..) = stream.read(&mut part) {
        bytes.extend(&part[..length]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length =
            head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        if body.len() < length.unwrap_or(0) {
            continue;
        }
        let body =
            device::answer(body.as_bytes(), ENDPOINT, &card("Town hall"), PRESENTATION, Uuid::from_u128(9)).unwrap_or_default();
        let (status, kind) = (if body.is_empty() { "400 Bad Request" } else { "200 OK" }, device::CONTENT_TYPE);
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        )?;
        return stream.write_all(&body);
    }
    Ok(())
}

/// Searches inside a host until `enough` says so of all that was found, or patience ends.
pub(crate) fn search(
    host: &Host,
    request: Request,
    patience: Duration,
    enough: impl Fn(&[Found]) -> bool + Send + Sync,
) -> Vec<Found> {
    let runtime = runtime(host);
    host.enter(|| {
        runtime.block_on(async {
            let mut search = Search::start(request).unwrap();
            let look = async {
                while !enough(&search.found().cloned().collect::<Vec<_>>()) {
                    search.next().await;
                }
            };
            let _ = tokio::time::timeout(patience, look).await;
            search.found().cloned().collect()
        })
    })
}

/// Nothing but multicast: no names, no name system.
pub(crate) fn quiet() -> Request {
    Request { name_system: false, ..Request::default() }
}
