//! Asks the name servers of this host for SRV records, which the system's own resolver does not do.

use core::time::Duration;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

use lan::discovery::srv::{self, Service};
use tokio::net::UdpSocket;

const PATIENCE: Duration = Duration::from_secs(2);
const TRIES: usize = 2;
const MAX_SERVERS: usize = 3;
const MAX_DOMAINS: usize = 6;
const DNS_PORT: u16 = 53;

/// Name servers, and the domains in which short names are looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolver {
    /// The servers, in the order to ask.
    pub servers: Vec<SocketAddr>,
    /// The domains, in the order to look in.
    pub domains: Vec<String>,
}

impl Resolver {
    /// What `/etc/resolv.conf` says; nothing if it cannot be read.
    #[must_use]
    pub fn of_this_host() -> Self {
        Self::from_text(&std::fs::read_to_string(Path::new("/etc/resolv.conf")).unwrap_or_default())
    }

    /// Reads the text of a `resolv.conf` (resolv.conf(5)): the first three servers; of `search` and `domain` lines the last one.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let mut resolver = Self::default();
        for line in text.lines() {
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("nameserver") => {
                    let server = words.next().and_then(|word| word.parse::<IpAddr>().ok());
                    resolver.servers.extend(server.map(|server| SocketAddr::from((server, DNS_PORT))));
                }
                Some("search" | "domain") => {
                    resolver.domains =
                        words.map(|word| word.trim_matches('.').to_owned()).filter(|word| !word.is_empty()).collect();
                }
                _ => {}
            }
        }
        resolver.servers.truncate(MAX_SERVERS);
        resolver.domains.truncate(MAX_DOMAINS);
        resolver
    }

    /// The places of a service such as `_signboard._tcp`, in the first domain that has any. Empty if none has, or no server answers.
    pub async fn services(&self, service: &str) -> Vec<Service> {
        for domain in &self.domains {
            let name = format!("{service}.{domain}");
            for server in self.servers.iter().cycle().take(self.servers.len() * TRIES) {
                match tokio::time::timeout(PATIENCE, ask(*server, &name)).await {
                    Ok(Ok(services)) if !services.is_empty() => return services,
                    // A server that knows of nothing settles the domain.
                    Ok(Ok(_)) => break,
                    Ok(Err(_)) | Err(_) => {}
                }
            }
        }
        Vec::new()
    }
}

async fn ask(server: SocketAddr, name: &str) -> std::io::Result<Vec<Service>> {
    let id: u16 = rand::random();
    let question = srv::question(id, name).ok_or(std::io::ErrorKind::InvalidInput)?;
    let any: SocketAddr = if server.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    socket.send(&question).await?;
    let mut bytes = [0; 4096];
    loop {
        let length = socket.recv(&mut bytes).await?;
        match srv::read(&bytes[..length], id, name) {
            Ok(services) => return Ok(services),
            // The name does not exist: an answer like any other.
            Err(srv::SrvError::Code(3)) => return Ok(Vec::new()),
            Err(srv::SrvError::Other) => {}
            Err(error) => return Err(std::io::Error::other(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolv_conf_is_read() {
        let text = "# a comment\nnameserver 192.0.2.1\nnameserver 2001:db8::1\nnameserver nonsense\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n\
                    domain first.example\nsearch site.example. example\noptions edns0\n";
        let resolver = Resolver::from_text(text);
        let servers: Vec<_> = resolver.servers.iter().map(ToString::to_string).collect();
        assert_eq!(servers, ["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"]);
        assert_eq!(resolver.domains, ["site.example", "example"]);
        assert_eq!(Resolver::from_text(""), Resolver::default());
    }

    #[tokio::test]
    async fn a_server_is_asked_and_believed() {
        let server = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let resolver = Resolver {
            servers: vec![server.local_addr().unwrap()],
            domains: vec!["none.example".to_owned(), "example".to_owned()],
        };
        let answering = async {
            let mut bytes = [0; 512];
            for exists in [false, true] {
                let (length, from) = server.recv_from(&mut bytes).await.unwrap();
                let mut answer = bytes[..length].to_vec();
                answer[2..4].copy_from_slice(if exists { &[0x81, 0x80] } else { &[0x81, 0x83] });
                if exists {
                    answer[7] = 1;
                    answer.extend(b"\xc0\x0c\x00\x21\x00\x01\x00\x00\x00\x3c\x00\x0b\x00\x00\x00\x00\x01\xbb\x03one\x00");
                }
                server.send_to(&answer, from).await.unwrap();
            }
        };
        let (services, ()) = tokio::join!(resolver.services("_signboard._tcp"), answering);
        assert_eq!(services, [Service { priority: 0, weight: 0, port: 443, host: "one".to_owned() }]);
    }
}
