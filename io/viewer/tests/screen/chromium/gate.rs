//! The loopback server lets in nobody but its own browser.

use std::collections::BTreeSet;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::stand::{RED, Setup, Stand, page, plan};

/// Ports on loopback on which this process listens (proc(5), `net/tcp`).
fn own_ports() -> BTreeSet<u16> {
    let inodes: BTreeSet<String> = std::fs::read_dir("/proc/self/fd")
        .unwrap()
        .filter_map(|entry| {
            std::fs::read_link(entry.ok()?.path()).ok()?.to_str()?.strip_prefix("socket:[")?.strip_suffix(']').map(str::to_owned)
        })
        .collect();
    let table = std::fs::read_to_string("/proc/self/net/tcp").unwrap();
    table
        .lines()
        .skip(1)
        .filter_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let listens = fields[3] == "0A" && inodes.contains(fields[9]);
            listens.then(|| u16::from_str_radix(fields[1].split(':').nth(1).unwrap(), 16).unwrap())
        })
        .collect()
}

async fn status(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn without_the_token_everything_is_forbidden() {
    let mut stand = Stand::start(Setup::default()).await;
    let (item, hash) = page(&stand, "a", RED);
    let plan = plan(vec![item], None, 0);
    stand.handle.show(plan.clone(), false);
    stand.shown(&plan.id).await;
    let ports = own_ports();
    assert_eq!(ports.len(), 1, "one server, on loopback");
    let port = *ports.first().unwrap();
    for path in [
        "/",
        "/viewer/",
        "/viewer/viewer.js",
        &format!("/media/{hash}"),
        "/api/v1/viewer/session",
        "/0123456789abcdef/viewer/",
        &format!("/{}/media/{hash}", "0".repeat(48)),
    ] {
        for host in [format!("127.0.0.1:{port}"), "evil.example".to_owned()] {
            let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
            assert_eq!(status(port, &request).await, "HTTP/1.1 403 Forbidden", "{path} as {host}");
        }
    }
    // Nor is the token to be had from the list of processes.
    for browser in stand.processes(None) {
        let line = std::fs::read(format!("/proc/{browser}/cmdline")).unwrap();
        assert!(!String::from_utf8_lossy(&line).contains(&port.to_string()));
    }
    stand.handle.stop().await;
}
