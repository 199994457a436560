//! What a lab promises, proved with its own hosts.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::process::Command;
use std::time::{Duration, Instant};

use testkit::lab::{Host, Lab, Path, Segment};

/// Long enough for a busy machine; a packet that must not come is waited for no longer than `BRIEF`.
const PATIENCE: Duration = Duration::from_secs(10);
const BRIEF: Duration = Duration::from_millis(200);
const PORT: u16 = 7007;

/// A segment and two hosts on it.
fn pair() -> anyhow::Result<Option<(Segment, Host, Host)>> {
    let Some(lab) = Lab::open()? else { return Ok(None) };
    let segment = lab.segment()?;
    let (one, other) = (segment.host("one")?, segment.host("other")?);
    Ok(Some((segment, one, other)))
}

/// A socket inside a host that waits `PATIENCE` for packets.
fn socket(host: &Host, address: &str) -> UdpSocket {
    let socket = host.enter(|| UdpSocket::bind(address)).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

/// A socket at one host and one that listens at the other, with its address.
fn sockets(one: &Host, other: &Host) -> (UdpSocket, UdpSocket, (IpAddr, u16)) {
    (socket(one, "0.0.0.0:0"), socket(other, &format!("0.0.0.0:{PORT}")), (other.card().ipv4().into(), PORT))
}

/// Whether a packet from one socket reaches the other within its patience.
fn passes(from: &UdpSocket, to: &UdpSocket, address: impl Into<SocketAddr>) -> bool {
    if let Err(error) = from.send_to(b"hello", address.into()) {
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}");
        return false;
    }
    let mut buffer = [0; 16];
    match to.recv_from(&mut buffer) {
        Ok((length, _)) => &buffer[..length] == b"hello",
        Err(error) if error.kind() == ErrorKind::WouldBlock => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn lab_hosts_reach_each_other_in_every_way() -> anyhow::Result<()> {
    let Some((segment, one, other)) = pair()? else { return Ok(()) };
    let (from, to, address) = sockets(&one, &other);
    assert!(passes(&from, &to, address), "unicast");
    from.set_broadcast(true)?;
    assert!(passes(&from, &to, (segment.broadcast(), PORT)), "directed broadcast");
    assert!(passes(&from, &to, (Ipv4Addr::BROADCAST, PORT)), "limited broadcast");
    let group = Ipv4Addr::new(239, 255, 255, 250);
    to.join_multicast_v4(&group, &other.card().ipv4())?;
    assert!(passes(&from, &to, (group, PORT)), "multicast");

    let (from, to) = (socket(&one, "[::]:0"), socket(&other, &format!("[::]:{}", PORT + 1)));
    assert!(passes(&from, &to, (other.card().ipv6(), PORT + 1)), "IPv6 unicast");
    let index = |host: &Host| -> anyhow::Result<u32> {
        Ok(host.enter(|| std::fs::read_to_string("/sys/class/net/eth0/ifindex"))?.trim().parse()?)
    };
    to.join_multicast_v6(&"ff02::c".parse()?, index(&other)?)?;
    let group: SocketAddr = format!("[ff02::c%{}]:{}", index(&one)?, PORT + 1).parse()?;
    assert!(passes(&from, &to, group), "IPv6 multicast");
    Ok(())
}

#[test]
fn lab_cables_can_be_pulled_and_put_back() -> anyhow::Result<()> {
    let Some((segment, one, other)) = pair()? else { return Ok(()) };
    let slow = segment.host_through("slow", Path { delay: Duration::ZERO, rate: None })?;
    for host in [&one, &slow] {
        let carrier = || host.enter(|| std::fs::read_to_string("/sys/class/net/eth0/carrier")).unwrap();
        let (from, to, address) = sockets(host, &other);
        assert!(passes(&from, &to, address), "{} before", host.name());
        host.card().cut()?;
        assert_eq!(carrier().trim(), "0", "{}", host.name());
        to.set_read_timeout(Some(BRIEF))?;
        let unreachable = from.send_to(b"hello", address).is_err() || to.recv(&mut [0; 16]).is_err();
        assert!(unreachable, "{} while it is cut", host.name());
        host.card().restore()?;
        assert_eq!(carrier().trim(), "1", "{}", host.name());
        // The kernel acts on carriers about once a second, and asks for neighbours anew.
        let end = Instant::now() + PATIENCE;
        while from.send_to(b"hello", address).is_err() || to.recv(&mut [0; 16]).is_err() {
            assert!(Instant::now() < end, "{} after it was restored", host.name());
        }
    }
    Ok(())
}

#[test]
fn lab_links_lose_the_share_that_they_are_told_to() -> anyhow::Result<()> {
    let Some((_segment, one, other)) = pair()? else { return Ok(()) };
    let (from, to, address) = sockets(&one, &other);
    assert!(passes(&from, &to, address), "neighbours know each other before anything is lost");
    to.set_read_timeout(Some(BRIEF))?;
    for (percent, expected) in [(100, 0..=0), (50, 60..=140), (0, 200..=200)] {
        one.card().lose(percent)?;
        (0..200).for_each(|_| assert_eq!(from.send_to(b"hello", address).unwrap(), 5));
        let arrived = std::iter::repeat_with(|| to.recv(&mut [0; 16])).take_while(Result::is_ok).count();
        assert!(expected.contains(&arrived), "{arrived} of 200 arrived with {percent} % loss");
    }
    assert!(one.card().lose(101).is_err());
    Ok(())
}

#[test]
fn lab_filters_drop_one_row_and_nothing_else() -> anyhow::Result<()> {
    let Some((_segment, one, other)) = pair()? else { return Ok(()) };
    let (from, dropped, address) = sockets(&one, &other);
    let open = socket(&other, &format!("0.0.0.0:{}", PORT + 1));
    dropped.set_read_timeout(Some(BRIEF))?;
    let matching = format!("udp dport {PORT}");
    for at_receiver in [true, false] {
        let filter = if at_receiver { other.drop_incoming(&matching)? } else { one.drop_outgoing(&matching)? };
        assert!(!passes(&from, &dropped, address));
        assert!(passes(&from, &open, (address.0, PORT + 1)));
        assert_eq!(filter.dropped()?, 1);
    }
    dropped.set_read_timeout(Some(PATIENCE))?;
    assert!(passes(&from, &dropped, address), "once the filters are gone");
    let wrong = other.drop_incoming("udp dport nonsense").unwrap_err();
    assert!(wrong.to_string().contains("nonsense"), "{wrong}");
    Ok(())
}

#[test]
fn lab_slow_paths_delay_and_limit() -> anyhow::Result<()> {
    let Some((segment, _one, other)) = pair()? else { return Ok(()) };
    let path = Path { delay: Duration::from_millis(60), rate: Some(800_000) };
    let slow = segment.host_through("slow", path)?;
    let (from, to, address) = sockets(&slow, &other);
    assert!(passes(&from, &to, address), "neighbours know each other");
    let begin = Instant::now();
    assert!(passes(&from, &to, address));
    assert!(begin.elapsed() >= path.delay, "{:?}", begin.elapsed());
    // Twenty packets of 1000 bytes are 160,000 bits, and more with their headers.
    let begin = Instant::now();
    for _ in 0..20 {
        from.send_to(&[0; 1000], address)?;
    }
    for _ in 0..20 {
        to.recv(&mut [0; 2000])?;
    }
    assert!(begin.elapsed() >= path.delay + Duration::from_millis(200), "{:?}", begin.elapsed());
    Ok(())
}

#[test]
fn lab_programs_run_inside_and_end_with_their_handle() -> anyhow::Result<()> {
    let Some((segment, one, _other)) = pair()? else { return Ok(()) };
    let devices = || String::from_utf8(one.run(Command::new("ls").arg("/sys/class/net")).unwrap().stdout).unwrap();
    let extra = one.plug(&segment, "eth1")?;
    assert_eq!(devices(), "eth0\neth1\nlo\n");
    assert_eq!(extra.ipv4(), Ipv4Addr::new(10, 77, 1, 3));
    extra.add_address("192.0.2.7/24")?;
    assert!(one.enter(|| UdpSocket::bind("192.0.2.7:0")).is_ok());
    extra.remove_address("192.0.2.7/24")?;
    assert!(one.enter(|| UdpSocket::bind("192.0.2.7:0")).is_err());
    drop(extra);
    assert_eq!(devices(), "eth0\nlo\n");

    let program = one.start(Command::new("sh").args(["-c", "echo ready; exec sleep 600"]))?;
    assert_eq!(program.wait_for("ready", PATIENCE)?, "ready");
    let process = format!("/proc/{}", program.id());
    assert!(std::path::Path::new(&process).exists());
    drop(program);
    assert!(!std::path::Path::new(&process).exists());
    Ok(())
}

#[test]
fn lab_captures_what_arrives() -> anyhow::Result<()> {
    let Some((_segment, one, other)) = pair()? else { return Ok(()) };
    let capture = other.capture("eth0")?;
    let (from, _to, address) = sockets(&one, &other);
    from.send_to(b"hello", address)?;
    let frame = capture.find(PATIENCE, |frame| frame.ends_with(b"hello"))?.expect("the packet was sent");
    assert_eq!(frame[..6], other.card().mac());
    assert_eq!(frame[6..12], one.card().mac());
    assert_eq!(capture.find(BRIEF, |frame| frame.ends_with(b"hello"))?, None);
    assert!(other.capture("eth7").is_err());
    Ok(())
}

#[test]
fn lab_leaves_nothing_behind_after_a_panic() -> anyhow::Result<()> {
    let Some(_lab) = Lab::open()? else { return Ok(()) };
    let handles = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let before = handles();
    let broken = std::thread::spawn(|| {
        let (segment, one, _other) = pair().unwrap().unwrap();
        let _slow = segment.host_through("slow", Path { delay: Duration::ZERO, rate: None }).unwrap();
        let _program = one.start(Command::new("sleep").arg("600")).unwrap();
        one.enter(|| panic!("as a failing assertion does"))
    });
    assert!(broken.join().is_err());
    // The threads of the slow path and of the program's output end by themselves, soon.
    let end = Instant::now() + PATIENCE;
    while handles() > before {
        assert!(Instant::now() < end, "{} handles are left of {before}", handles());
        std::thread::yield_now();
    }
    Ok(())
}
