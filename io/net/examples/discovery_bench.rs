//! Figures of discovery, between hosts of the lab: how soon servers are found, and what a flood of probes costs. Run it as root, in release.
#![expect(clippy::print_stdout, reason = "it prints figures")]

use core::time::Duration;
use std::net::{Ipv4Addr, UdpSocket};
use std::process::Command;
use std::time::Instant;

use lan::discovery::{Body, Card, Message, PORT, Probe, QName, Role, Version, urn, write};
use net::discovery::{Request, Search, Service, Settings};
use testkit::lab::{Host, Lab, Segment};
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

const PATIENCE: Duration = Duration::from_secs(10);
const FLOOD: Duration = Duration::from_secs(5);
const PER_SECOND: u32 = 20_000;

fn main() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    for (servers, rounds) in [(1, 40), (50, 10)] {
        soon(&lab.segment()?, servers, rounds)?;
    }
    for (name, valid) in [("one source, valid probes", true), ("one source, broken XML", false)] {
        flood(&lab.segment()?, name, valid)?;
    }
    Ok(())
}

fn runtime(host: &Host) -> anyhow::Result<Runtime> {
    Ok(host.enter(|| Builder::new_current_thread().enable_all().build())?)
}

fn settings(number: u128) -> Settings {
    let card = Card {
        role: Role::Main,
        installation: Uuid::from_u128(number),
        name: format!("Server {number}"),
        server: None,
        site: None,
        version: "0.1.0".to_owned(),
        certificate: Some([0xab; 32]),
        http: Some(80),
        https: Some(443),
        control: None,
    };
    Settings {
        endpoint: Uuid::from_u128(number),
        card,
        port: PORT,
        started: 1,
        addresses: vec![std::net::Ipv4Addr::UNSPECIFIED.into()],
        multicast_dns: false,
    }
}

/// From the start of a search to each server found, by multicast only.
fn soon(segment: &Segment, servers: usize, rounds: usize) -> anyhow::Result<()> {
    let mut hosts = Vec::new();
    for number in 0..servers {
        let host = segment.host(&format!("s{number}"))?;
        let runtime = runtime(&host)?;
        host.spawn(move || {
            runtime.block_on(async {
                let _service = Service::start(settings(number as u128 + 1)).expect("the port is free in a new host");
                std::future::pending::<()>().await;
            });
        });
        hosts.push(host);
    }
    let screen = segment.host("screen")?;
    // Hellos and duplicate address detection are over before the first round.
    std::thread::sleep(Duration::from_secs(4));
    let (mut times, mut missed) = (Vec::new(), 0);
    for _ in 0..rounds {
        let runtime = runtime(&screen)?;
        let found = screen.enter(|| {
            runtime.block_on(async {
                let start = Instant::now();
                let mut search = Search::start(Request { name_system: false, ..Request::default() }).expect("sockets are free");
                let mut found = std::collections::BTreeMap::new();
                let look = async {
                    while found.len() < servers {
                        let next = search.next().await;
                        found.entry(next.endpoint).or_insert_with(|| start.elapsed());
                    }
                };
                let _ = tokio::time::timeout(PATIENCE, look).await;
                found
            })
        });
        missed += servers - found.len();
        times.extend(found.into_values());
    }
    times.sort();
    let at =
        |part: usize| times.get((times.len() * part / 100).min(times.len().saturating_sub(1))).map_or(0, Duration::as_millis);
    println!(
        "{servers} servers, {rounds} searches: p50 {} ms, p95 {} ms, slowest {} ms, missed {missed}",
        at(50),
        at(95),
        at(100)
    );
    Ok(())
}

/// What a flood from one host costs the server, and how soon another host finds it meanwhile.
fn flood(segment: &Segment, name: &str, valid: bool) -> anyhow::Result<()> {
    let (host, loud, screen) = (segment.host("server")?, segment.host("loud")?, segment.host("screen")?);
    let program = std::env::current_exe()?.with_file_name("discoverable");
    let server = host.start(Command::new(program).arg("Flooded"))?;
    server.wait_for("discoverable as", PATIENCE)?;
    let pid = server.id();
    std::thread::sleep(Duration::from_secs(3));
    let to = (host.card().ipv4(), PORT);
    let flooding = loud.spawn(move || pour(to, valid));
    std::thread::sleep(Duration::from_millis(500));
    let (before, began) = (cpu(pid)?, Instant::now());
    let runtime = runtime(&screen)?;
    let start = Instant::now();
    let found = screen.enter(|| {
        runtime.block_on(async {
            let mut search = Search::start(Request { name_system: false, ..Request::default() }).expect("sockets are free");
            tokio::time::timeout(PATIENCE, search.next()).await.is_ok()
        })
    });
    let took = start.elapsed();
    std::thread::sleep(Duration::from_secs(3));
    let part = 100.0 * (cpu(pid)? - before) / began.elapsed().as_secs_f64();
    let sent = flooding.join().expect("the flood does not panic")?;
    println!("flood, {name}: {sent} per second sent, {part:.1} % of a core, found {found} after {} ms", took.as_millis());
    Ok(())
}

fn pour(to: (Ipv4Addr, u16), valid: bool) -> std::io::Result<u128> {
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    let (start, mut count) = (Instant::now(), 0_u32);
    while start.elapsed() < FLOOD {
        let due = start.elapsed().as_micros() * u128::from(PER_SECOND) / 1_000_000;
        while u128::from(count) < due {
            let bytes = if valid { probe(u128::from(count)) } else { b"<s:Envelope xmlns:s='x'><s:Header".repeat(20) };
            // A full buffer is the network's answer to a flood.
            let _ = socket.send_to(&bytes, to);
            count += 1;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(u128::from(count) * 1_000 / start.elapsed().as_millis())
}

fn probe(number: u128) -> Vec<u8> {
    let body = Body::Probe(Probe { types: vec![QName::server()], ..Probe::default() });
    write(&Message { version: Version::V11, id: urn(Uuid::from_u128(number)), relates_to: None, to: None, sequence: None, body })
}

/// Seconds of CPU that a process has used (proc(5), fields 14 and 15 of `stat`).
fn cpu(pid: u32) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks: u64 = text
        .rsplit(')')
        .next()
        .unwrap_or("")
        .split_ascii_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|word| word.parse::<u64>().ok())
        .sum();
    Ok(Duration::from_millis(ticks * 10).as_secs_f64())
}
