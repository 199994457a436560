//! Discovery between hosts of the lab: our server, our search, firewalls, and interfaces that come and go.
#![allow(clippy::unwrap_used, reason = "tests")]

mod discovery_server;

use std::net::{IpAddr, UdpSocket};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use discovery_server::{ENDPOINT, Server, card, quiet, search};
use lan::discovery::{Body, Found, MAX_BYTES, Refusal, read, urn};
use net::discovery::Request;
use net::interfaces::Unserved;
use testkit::lab::{Capture, Host, Lab};

const PATIENCE: Duration = Duration::from_secs(20);
/// Long enough for several rounds of questions that shall not be answered.
const SILENCE: Duration = Duration::from_secs(3);

fn any(found: &[Found]) -> bool {
    !found.is_empty()
}

/// The next WS-Discovery message that crosses a card and is `wanted`. The text begins with the envelope, and frames may be padded.
fn overhear(capture: &Capture, wanted: impl Fn(&Body) -> bool) -> Option<Body> {
    let mut heard = None;
    while heard.is_none() {
        let frame = capture.find(PATIENCE, |frame| frame.windows(11).any(|part| part == b"<s:Envelope")).unwrap()?;
        let start = frame.windows(11).position(|part| part == b"<s:Envelope").unwrap();
        let end = frame.windows(13).rposition(|part| part == b"</s:Envelope>").unwrap() + 13;
        assert!(end - start <= MAX_BYTES);
        heard = Some(read(&frame[start..end]).unwrap().body).filter(&wanted);
    }
    heard
}

#[test]
fn lab_a_search_finds_the_server_by_both_families() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("server")?, segment.host("screen")?);
    let server = Server::start(&host, "Town hall", false);
    let both = |found: &[Found]| {
        found.iter().any(|one| one.addresses().any(|ip| ip.is_ipv4()) && one.addresses().any(|ip| ip.is_ipv6()))
    };
    let found = search(&screen, quiet(), PATIENCE, both);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].endpoint.clone(), found[0].card.clone()), (urn(ENDPOINT), Some(card("Town hall"))));
    assert!(found[0].urls.contains(&format!("http://{}:80/wsd", host.card().ipv4())), "{found:?}");
    assert!(both(&found), "{found:?}");
    assert!(found[0].by_multicast && !found[0].by_unicast);
    assert!(found[0].urls.iter().all(|url| !url.contains("127.0.0.1") && !url.contains("[::1]")), "{found:?}");
    server.stop();
    Ok(())
}

#[test]
fn lab_a_firewall_of_the_screen_stops_multicast_and_not_names() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("server")?, segment.host("screen")?);
    let _server = Server::start(&host, "Town hall", false);
    screen.nft("table inet f {\n chain input {\n type filter hook input priority 0; policy drop;\n iif lo accept\n ct state established,related accept\n meta l4proto ipv6-icmp accept\n }\n}")?;
    assert_eq!(search(&screen, quiet(), SILENCE, any), []);
    let named = Request { names: vec![host.card().ipv4().to_string()], ..quiet() };
    let found = search(&screen, named, PATIENCE, any);
    assert!(found[0].by_unicast && !found[0].by_multicast, "{found:?}");
    assert_eq!(found[0].card, Some(card("Town hall")));
    let known = Request { known: vec![IpAddr::V6(host.card().ipv6())], ..quiet() };
    assert!(any(&search(&screen, known, PATIENCE, any)));
    screen.nft("add rule inet f input udp sport 3702 accept")?;
    let found = search(&screen, quiet(), PATIENCE, any);
    assert!(found[0].by_multicast, "{found:?}");
    Ok(())
}

#[test]
fn lab_with_the_port_dropped_at_the_server_nothing_is_found() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("server")?, segment.host("screen")?);
    let server = Server::start(&host, "Town hall", false);
    let filter = host.drop_incoming("udp dport 3702")?;
    let named = Request { names: vec![host.card().ipv4().to_string()], ..quiet() };
    assert_eq!(search(&screen, named.clone(), SILENCE, any), []);
    assert!(filter.dropped()? > 0);
    assert_eq!(server.stats().counters.answered, 0);
    drop(filter);
    assert!(any(&search(&screen, named, PATIENCE, any)));
    Ok(())
}

#[test]
fn lab_start_change_and_stop_are_told() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("server")?, segment.host("screen")?);
    let capture = screen.capture("eth0")?;
    let server = Server::start(&host, "Town hall", false);
    // A flood, so that it is seen that nothing else is kept from its turn.
    let to = (host.card().ipv4(), lan::discovery::PORT);
    let noise = Arc::new(AtomicBool::new(true));
    let noisy = Arc::clone(&noise);
    let loud = segment.host("loud")?;
    let flood = loud.spawn(move || {
        let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
        while noisy.load(Ordering::Relaxed) {
            (0..20).for_each(|_| drop(socket.send_to(b"<s:Envelope", to)));
            std::thread::sleep(Duration::from_millis(2));
        }
    });
    let hello = overhear(&capture, |body| matches!(body, Body::Hello(_)));
    assert!(matches!(hello, Some(Body::Hello(target)) if target.endpoint == urn(ENDPOINT)));
    let flooded = || server.stats().counters.dropped(Refusal::SourceTooBusy) > 0;
    let since = Instant::now();
    while !flooded() && since.elapsed() < PATIENCE {
        std::thread::yield_now();
    }
    assert!(flooded(), "{:?}", server.stats());
    server.set_card(card("Renamed"));
    let changed = |body: &Body| matches!(body, Body::Hello(target) if target.metadata_version > 1_000 && target.scopes.contains(&"signboard:/name/Renamed".to_owned()));
    assert!(overhear(&capture, changed).is_some());
    host.card().add_address("192.0.2.7/24")?;
    let stats = || server.stats();
    let served = |stats: net::discovery::Stats| {
        stats.interfaces.iter().flat_map(|one| one.link.addresses.clone()).any(|(ip, _)| ip.to_string() == "192.0.2.7")
    };
    let raised = |body: &Body| matches!(body, Body::Hello(target) if target.metadata_version > 1_001);
    assert!(overhear(&capture, raised).is_some());
    assert!(served(stats()), "{:?}", stats());
    noise.store(false, Ordering::Relaxed);
    flood.join().unwrap();
    server.stop();
    assert_eq!(overhear(&capture, |body| matches!(body, Body::Bye(_))), Some(Body::Bye(urn(ENDPOINT))));
    Ok(())
}

/// Runs `ip` with these words on a host.
fn ip(host: &Host, words: &str) {
    let output = host.run(Command::new("ip").args(words.split(' '))).unwrap();
    assert!(output.status.success(), "ip {words}: {output:?}");
}

#[test]
fn lab_a_bridge_of_containers_is_neither_served_nor_named() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (host, screen) = (segment.host("server")?, segment.host("screen")?);
    // As Docker makes it: a bridge with an address, and a container on it, so that it has a carrier.
    for words in [
        "link add docker0 type bridge",
        "address add 172.17.0.1/16 dev docker0",
        "link add vnet0 type veth peer name cali0",
        "link set vnet0 master docker0",
        "link set vnet0 up",
        "link set cali0 up",
        "link set docker0 up",
    ] {
        ip(&host, words);
    }
    let bridge = || host.enter(net::interfaces::all).unwrap().into_iter().find(|one| one.name == "docker0");
    let since = Instant::now();
    while bridge().is_none_or(|bridge| bridge.unserved != Some(Unserved::Container)) {
        assert!(since.elapsed() < PATIENCE, "{:?}", bridge());
        std::thread::yield_now();
    }
    let server = Server::start(&host, "Town hall", false);
    let found = search(&screen, quiet(), PATIENCE, any);
    assert!(!found[0].urls.is_empty() && found[0].urls.iter().all(|url| !url.contains("172.17.")), "{found:?}");
    let asked = Request { names: vec![host.card().ipv4().to_string()], ..quiet() };
    let found = search(&screen, asked, PATIENCE, |found| found.iter().any(|one| one.by_unicast));
    assert!(found[0].urls.iter().all(|url| !url.contains("172.17.")), "{found:?}");
    let served = server.stats().interfaces;
    assert_eq!(served.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["eth0"]);
    Ok(())
}

#[test]
fn lab_an_interface_that_comes_is_served_with_its_own_address() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (segment, second) = (lab.segment()?, lab.segment()?);
    let (host, screen) = (segment.host("server")?, second.host("screen")?);
    let server = Server::start(&host, "Town hall", false);
    assert_eq!(search(&screen, quiet(), Duration::from_secs(1), any), []);
    let card = host.plug(&second, "eth1")?;
    let found = search(&screen, quiet(), PATIENCE, any);
    let own = format!("http://{}:80/wsd", card.ipv4());
    assert!(
        found[0].urls.iter().all(|url| *url == own || url.contains("[fe80:")),
        "the address of the interface asked: {found:?}"
    );
    assert_eq!(server.stats().interfaces.len(), 2);
    drop(card);
    assert_eq!(search(&screen, quiet(), SILENCE, any), []);
    let found = search(&segment.host("other")?, quiet(), PATIENCE, any);
    assert!(found[0].urls.iter().all(|url| *url != own), "{found:?}");
    Ok(())
}
