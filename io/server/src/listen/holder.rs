//! Which program holds a port, read from `/proc`.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;

use domain::ports::Protocol;

/// A program that listens on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Name and id of the process; `None` where this user may not see it.
    process: Option<(String, u32)>,
}

impl Holder {
    /// The program that listens on the port on any address, if there is one; a Signboard before others that share the port with it.
    #[must_use]
    pub fn of(protocol: Protocol, port: u16) -> Option<Self> {
        let tables = match protocol {
            Protocol::Tcp => ["/proc/net/tcp", "/proc/net/tcp6"],
            Protocol::Udp => ["/proc/net/udp", "/proc/net/udp6"],
        };
        let inodes: BTreeSet<String> = tables
            .into_iter()
            .filter_map(|table| fs::read_to_string(table).ok())
            .flat_map(|table| listening(&table, protocol, port))
            .collect();
        (!inodes.is_empty()).then(|| Self { process: process_with(&inodes) })
    }

    /// Whether the program is a Signboard.
    #[must_use]
    pub fn is_signboard(&self) -> bool {
        self.process.as_ref().is_some_and(|(name, _)| name == env!("CARGO_PKG_NAME"))
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.process {
            Some((name, id)) => write!(f, "{name}[{id}]"),
            None => f.write_str("a program of another user"),
        }
    }
}

/// Inodes of the sockets in a table of the kernel that wait on the port (proc(5), `/proc/net/tcp`).
fn listening(table: &str, protocol: Protocol, port: u16) -> Vec<String> {
    let waiting = match protocol {
        Protocol::Tcp => "0A",
        Protocol::Udp => "07",
    };
    let suffix = format!(":{port:04X}");
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let (local, state, inode) = (fields.get(1)?, fields.get(3)?, fields.get(9)?);
            (local.ends_with(&suffix) && *state == waiting).then(|| (*inode).to_owned())
        })
        .collect()
}

/// The first process with one of these sockets, or the first Signboard where several share a port, as WS-Discovery allows.
fn process_with(inodes: &BTreeSet<String>) -> Option<(String, u32)> {
    let mut holders = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let holds = fs::read_dir(entry.path().join("fd")).ok()?.flatten().any(|file| {
            let target = fs::read_link(file.path()).unwrap_or_default();
            let inode = target.to_str().and_then(|text| text.strip_prefix("socket:[")?.strip_suffix(']'));
            inode.is_some_and(|inode| inodes.contains(inode))
        });
        let name = || fs::read_to_string(entry.path().join("comm")).unwrap_or_default().trim_end().to_owned();
        holds.then(|| (name(), id))
    });
    let first = holders.next()?;
    if first.0 == env!("CARGO_PKG_NAME") {
        return Some(first);
    }
    Some(holders.find(|(name, _)| name == env!("CARGO_PKG_NAME")).unwrap_or(first))
}

#[cfg(test)]
mod tests {
    use domain::ports::Protocol;

    use super::{Holder, listening};

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0";

    #[test]
    fn only_waiting_sockets_of_the_port_count() {
        assert_eq!(listening(TABLE, Protocol::Tcp, 8080), ["4711"]);
        assert_eq!(listening(TABLE, Protocol::Tcp, 80), ["4713"]);
        assert!(listening(TABLE, Protocol::Tcp, 50_000).is_empty());
    }

    #[test]
    fn finds_this_process() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let holder = Holder::of(Protocol::Tcp, port).unwrap();
        assert!(holder.to_string().ends_with(&format!("[{}]", std::process::id())), "{holder}");
        drop(listener);
        assert_eq!(Holder::of(Protocol::Tcp, port), None);
    }
}
