//! Whether a TCP port is free, and who holds it if not.

use std::fs;
use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, TcpListener};

use crate::failure::Failure;

/// Refuses a port that the server could not bind.
///
/// # Errors
/// One sentence naming port, holder and the switch that chooses another.
pub(crate) fn require(address: IpAddr, port: u16, switch: &str) -> Result<(), Failure> {
    let Err(error) = TcpListener::bind((address, port)) else { return Ok(()) };
    let why = match error.kind() {
        ErrorKind::AddrInUse => match holder(port) {
            Some((name, pid)) => format!("Port {port} is in use by {name}[{pid}]"),
            None => format!("Port {port} is in use"),
        },
        ErrorKind::PermissionDenied => format!("Port {port} is below 1024 and needs root"),
        _ => format!("Port {port} cannot be bound on {address} ({error})"),
    };
    let other = if port < 1024 { port.saturating_add(8000) } else { port.checked_add(10).unwrap_or(port - 10) };
    Err(Failure::unavailable(format!("{why}; choose another with `{switch} {other}`.")))
}

/// A port of this machine that is free now.
///
/// # Errors
/// Where the system gives none.
pub(crate) fn free() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let port = listener.and_then(|listener| listener.local_addr()).map(|address| address.port());
    port.map_err(|error| Failure::unavailable(format!("No free port was found: {error}.")))
}

/// Name and id of the process that listens on the port, where /proc lets us see it.
fn holder(port: u16) -> Option<(String, u32)> {
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .find_map(|text| listening_inode(&text, port).map(str::to_owned))?;
    let wanted = format!("socket:[{inode}]");
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        let Ok(files) = fs::read_dir(entry.path().join("fd")) else { continue };
        let holds = |file: fs::DirEntry| fs::read_link(file.path()).is_ok_and(|link| link.as_os_str() == wanted.as_str());
        if files.flatten().any(holds) {
            let name = fs::read_to_string(entry.path().join("comm")).ok()?;
            return Some((name.trim().to_owned(), pid));
        }
    }
    None
}

/// The socket that listens (state 0A) on the port, in the kernel's table.
fn listening_inode(table: &str, port: u16) -> Option<&str> {
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_whitespace();
        let local = fields.nth(1)?;
        let state = fields.nth(1)?;
        let inode = fields.nth(5)?;
        (local.ends_with(&suffix) && state == "0A").then_some(inode)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_table_is_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 48131 1 0000 100\n   \
            1: 0100007F:1F91 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 48132 1 0000 100\n";
        assert_eq!(listening_inode(table, 8080), Some("48131"));
        assert_eq!(listening_inode(table, 8081), None);
        assert_eq!(listening_inode(table, 80), None);
    }

    #[test]
    fn a_taken_port_names_its_holder_and_the_remedy() {
        let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let listener = TcpListener::bind((address, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let failure = require(address, port, "--port").unwrap_err();
        assert!(failure.sentence.contains(&format!("Port {port} is in use by ")), "{}", failure.sentence);
        assert!(failure.sentence.contains(&format!("[{}]", std::process::id())), "{}", failure.sentence);
        assert!(failure.sentence.contains("`--port "), "{}", failure.sentence);
        drop(listener);
        assert!(require(address, port, "--port").is_ok());
    }
}
