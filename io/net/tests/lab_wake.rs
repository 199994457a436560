//! Waking in a lab: our packets beside those of Debian's `wakeonlan` and `etherwake`, and the listening side.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::num::NonZeroU16;
use std::process::Command;
use std::time::Duration;

use lan::wake::{MagicPacket, PORTS, Password};
use net::wake::{FlagError, Frames, Listener, SendError, WakeFlag, Wish, own_macs, read_flag, send, send_staggered, set_flag};
use testkit::lab::{Host, Lab};

const PATIENCE: Duration = Duration::from_secs(10);
const BRIEF: Duration = Duration::from_millis(300);
const TARGET: [u8; 6] = [0x00, 0x11, 0x22, 0xaa, 0xbb, 0xcc];
const SPELLED: &str = "00:11:22:AA:BB:CC";
const PACKET: MagicPacket = MagicPacket { target: TARGET, password: None };

/// What follows the Ethernet, IPv4 and UDP headers, with the destination port.
fn datagram(frame: &[u8]) -> Option<(u16, Vec<u8>)> {
    let udp = frame.get(12..14) == Some(&[0x08, 0x00]) && frame.get(23) == Some(&17);
    udp.then(|| (u16::from_be_bytes([frame[36], frame[37]]), frame[42..].to_vec()))
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn succeeds(host: &Host, program: &str, words: &[&str]) {
    let output = host.run(Command::new(program).args(words)).unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
}

#[test]
fn lab_datagrams_are_those_of_wakeonlan() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[("wakeonlan", "wakeonlan")])? else { return Ok(()) };
    let segment = lab.segment()?;
    let (sender, target) = (segment.host("sender")?, segment.host("target")?);
    let capture = target.capture("eth0")?;
    let broadcast = segment.broadcast().to_string();
    for port in PORTS {
        succeeds(&sender, "wakeonlan", &["-i", &broadcast, "-p", &port.to_string(), SPELLED]);
        let theirs = capture.find(PATIENCE, |frame| datagram(frame).is_some_and(|(to, _)| to == port))?.unwrap();
        sender.enter(|| send(&PACKET, &Wish::default()))?;
        let ours = capture.find(PATIENCE, |frame| datagram(frame).is_some_and(|(to, _)| to == port))?.unwrap();
        assert_eq!(datagram(&ours), datagram(&theirs));
        assert_eq!(ours[..14], theirs[..14], "the same Ethernet header: broadcast, the same card, IPv4");
        assert_eq!(ours[26..34], theirs[26..34], "the same addresses");
        while capture.next(BRIEF)?.is_some() {}
    }
    Ok(())
}

#[test]
fn lab_frames_are_those_of_etherwake() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[("etherwake", "etherwake")])? else { return Ok(()) };
    let segment = lab.segment()?;
    let (sender, target) = (segment.host("sender")?, segment.host("target")?);
    let capture = target.capture("eth0")?;
    let is_ours = |frame: &[u8]| frame.get(12..14) == Some(&[0x08, 0x42]);
    let wish = Wish { frames: Frames::Always, ..Wish::default() };
    for (words, password) in [
        (&[][..], None),
        (&["-p", "192.0.2.1"], Some(Password::Four([192, 0, 2, 1]))),
        (&["-p", "01:02:03:04:05:06"], Some(Password::Six([1, 2, 3, 4, 5, 6]))),
    ] {
        succeeds(&sender, "etherwake", &[&["-b", "-i", "eth0"], words, &[SPELLED]].concat());
        let theirs = capture.find(PATIENCE, is_ours)?.unwrap();
        for wish in [&wish, &Wish::default()] {
            let ways = sender.enter(|| send(&MagicPacket { target: TARGET, password }, wish))?;
            assert!(ways.iter().all(|way| way.outcome.is_ok()), "{ways:?}");
            let ours = capture.find(PATIENCE, is_ours)?.unwrap();
            assert_eq!(ours, theirs, "{words:?}");
        }
    }
    Ok(())
}

#[test]
fn lab_every_interface_and_way_is_used_unless_one_is_chosen() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (near, far) = (lab.segment()?, lab.segment()?);
    let sender = near.host("sender")?;
    let second = sender.plug(&far, "eth1")?;
    let ways = |wish: &Wish| -> Result<Vec<(String, Option<SocketAddr>)>, SendError> {
        let ways = sender.enter(|| send(&PACKET, wish))?;
        assert!(ways.iter().all(|way| way.outcome.is_ok()), "{ways:?}");
        Ok(ways.into_iter().map(|way| (way.interface, way.to)).collect())
    };
    let expected = |name: &str, broadcast: IpAddr| {
        let index = sender.enter(|| std::fs::read_to_string(format!("/sys/class/net/{name}/ifindex"))).unwrap();
        let v4 = PORTS.map(|port| SocketAddr::new(broadcast, port));
        let v6 = PORTS.map(|port| format!("[ff02::1%{}]:{port}", index.trim()).parse().unwrap());
        let datagrams = [v4, v6].concat().into_iter().map(Some);
        datagrams.chain([None]).map(|to| (name.to_owned(), to)).collect::<Vec<_>>()
    };
    let (first, other) = (expected("eth0", near.broadcast().into()), expected("eth1", far.broadcast().into()));
    assert_eq!(ways(&Wish::default())?, [first.clone(), other.clone()].concat());
    let chosen = Wish { interface: Some("eth1".to_owned()), ..Wish::default() };
    assert_eq!(ways(&chosen)?, other);
    second.cut()?;
    assert_eq!(ways(&Wish::default())?, first);
    let refused = ways(&chosen).unwrap_err().to_string();
    assert!(refused.contains("\"eth1\"") && refused.ends_with("there are eth0"), "{refused}");
    Ok(())
}

#[test]
fn lab_an_interface_without_address_sends_frames() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (sender, target) = (segment.host("sender")?, segment.host("target")?);
    succeeds(&sender, "ip", &["address", "flush", "dev", "eth0"]);
    let capture = target.capture("eth0")?;
    let ways = sender.enter(|| send(&PACKET, &Wish::default()))?;
    assert!(matches!(ways.as_slice(), [way] if way.to.is_none() && way.outcome.is_ok()), "{ways:?}");
    let frame = capture.find(PATIENCE, |frame| frame.get(12..14) == Some(&[0x08, 0x42]))?.unwrap();
    assert_eq!(lan::wake::frame::read(&frame), Some(PACKET));
    sender.card().cut()?;
    let error = sender.enter(|| send(&PACKET, &Wish::default())).unwrap_err();
    assert!(matches!(error, SendError::NoInterfaces), "{error}");
    Ok(())
}

#[test]
fn lab_a_screen_hears_packets_for_its_own_cards_on_both_ports() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (sender, screen) = (segment.host("sender")?, segment.host("screen")?);
    let own = screen.enter(own_macs)?;
    assert_eq!(own, [screen.card().mac()]);
    let from = sender.card().ipv4();
    let password = Some(Password::Six([1, 2, 3, 4, 5, 6]));
    let packet = MagicPacket { target: own[0], password };
    screen.enter(|| {
        runtime().block_on(async {
            let mut listener = Listener::open(own.clone()).unwrap();
            assert!(listener.refused().is_empty());
            // One for another screen first: it must not be heard.
            for packet in [PACKET, packet, packet] {
                sender.enter(|| send(&packet, &Wish::default())).unwrap();
            }
            let mut heard = Vec::new();
            while heard.len() < 4 {
                let one = tokio::time::timeout(PATIENCE, listener.next()).await.unwrap().unwrap();
                assert_eq!(one.packet, packet);
                heard.push((one.from.is_ipv4(), one.port, one.from));
            }
            heard.sort();
            assert_eq!(
                heard.iter().map(|(ipv4, port, _)| (*ipv4, *port)).collect::<Vec<_>>(),
                [(false, 7), (false, 9), (true, 7), (true, 9)]
            );
            assert_eq!(heard[2].2, IpAddr::from(from));
            assert!(tokio::time::timeout(BRIEF, listener.next()).await.is_err(), "each way counts once");
            assert_eq!((listener.counters().foreign, listener.counters().repeated), (4, 4));
        });
    });
    Ok(())
}

#[test]
fn lab_each_port_can_be_dropped_or_taken_alone() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (sender, screen) = (segment.host("sender")?, segment.host("screen")?);
    let packet = MagicPacket { target: screen.card().mac(), password: None };
    let heard = || {
        screen.enter(|| {
            runtime().block_on(async {
                let mut listener = Listener::open(own_macs().unwrap()).unwrap();
                sender.enter(|| send(&packet, &Wish::default())).unwrap();
                let mut ports = Vec::new();
                while let Ok(heard) = tokio::time::timeout(BRIEF, listener.next()).await {
                    ports.push(heard.unwrap().port);
                }
                ports.sort_unstable();
                let refused: Vec<u16> = listener.refused().iter().map(|refused| refused.address.port()).collect();
                (ports, refused)
            })
        })
    };
    assert_eq!(heard(), (vec![7, 7, 9, 9], vec![]));
    for (dropped, left) in [(7, 9), (9, 7)] {
        let filter = screen.drop_incoming(&format!("udp dport {dropped}"))?;
        assert_eq!(heard(), (vec![left, left], vec![]), "with {dropped} dropped");
        assert_eq!(filter.dropped()?, 2);
    }
    let _taken = screen.enter(|| UdpSocket::bind("0.0.0.0:7"))?;
    assert_eq!(heard(), (vec![7, 9, 9], vec![7]));
    Ok(())
}

#[test]
fn lab_a_screen_hears_wakeonlan_and_misses_the_port_that_is_dropped() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[("wakeonlan", "wakeonlan")])? else { return Ok(()) };
    let segment = lab.segment()?;
    let (sender, screen) = (segment.host("sender")?, segment.host("screen")?);
    let (broadcast, mac) = (segment.broadcast().to_string(), screen.card().mac().map(|byte| format!("{byte:02x}")).join(":"));
    let heard = |count: usize| {
        screen.enter(|| {
            runtime().block_on(async {
                let mut listener = Listener::open(own_macs().unwrap()).unwrap();
                for port in PORTS {
                    succeeds(&sender, "wakeonlan", &["-i", &broadcast, "-p", &port.to_string(), &mac]);
                }
                let mut ports = Vec::new();
                while ports.len() < count {
                    ports.push(tokio::time::timeout(PATIENCE, listener.next()).await.unwrap().unwrap().port);
                }
                assert!(tokio::time::timeout(BRIEF, listener.next()).await.is_err(), "{ports:?} and more");
                ports.sort_unstable();
                ports
            })
        })
    };
    assert_eq!(heard(2), [7, 9]);
    for (dropped, left) in [(7, 9), (9, 7)] {
        let filter = screen.drop_incoming(&format!("udp dport {dropped}"))?;
        assert_eq!(heard(1), [left], "with {dropped} dropped");
        assert_eq!(filter.dropped()?, 1);
    }
    Ok(())
}

#[test]
fn lab_a_wall_of_screens_wakes_one_by_one() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (sender, target) = (segment.host("sender")?, segment.host("target")?);
    let capture = target.capture("eth0")?;
    let packets: Vec<_> = (1..=5).map(|last| MagicPacket { target: [2, 0, 0, 0, 0, last], password: None }).collect();
    let begin = std::time::Instant::now();
    let mut told = Vec::new();
    sender.enter(|| {
        let per_second = NonZeroU16::new(20).unwrap();
        runtime().block_on(send_staggered(&packets, per_second, &Wish::default(), |place, outcome| {
            outcome.unwrap();
            told.push(place);
        }));
    });
    assert!(begin.elapsed() >= Duration::from_millis(200), "{:?}", begin.elapsed());
    assert_eq!(told, [0, 1, 2, 3, 4]);
    for packet in packets {
        let frame = capture.find(PATIENCE, |frame| datagram(frame).is_some_and(|(port, _)| port == 9))?.unwrap();
        assert_eq!(datagram(&frame), Some((9, packet.to_bytes())));
    }
    Ok(())
}

#[test]
fn lab_the_wake_flag_says_what_the_card_can() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let host = lab.segment()?.host("screen")?;
    // The cards of a lab cannot wake anybody, and the kernel says so.
    assert_eq!(host.enter(|| read_flag("eth0"))?, WakeFlag::Unsupported);
    let refused = host.enter(|| set_flag("eth0", true)).unwrap_err();
    assert!(matches!(&refused, FlagError::Unsupported(name) if name == "eth0"), "{refused}");
    for name in ["eth7", "", "a-name-that-is-too-long"] {
        let refused = host.enter(|| read_flag(name)).unwrap_err();
        assert!(matches!(&refused, FlagError::NoInterface(wrong) if wrong == name), "{refused}");
    }
    Ok(())
}
