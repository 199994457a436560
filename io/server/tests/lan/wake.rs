//! UDP 7 and 9, sent by `signboard wake`, heard on another host, beside Debian's wakeonlan.

use std::process::Command;
use std::time::{Duration, Instant};

use testkit::lab::{Capture, Host};

use crate::running::{PATIENCE, Running, Said, Town, said, signboard};

const WAKEONLAN: (&str, &str) = ("wakeonlan", "wakeonlan");
const SETPRIV: (&str, &str) = ("setpriv", "util-linux");
const MAC: &str = "00:11:22:AA:BB:CC";
/// What must not come is not waited for much longer.
const BRIEF: Duration = Duration::from_millis(500);

/// The datagrams to ports 7 and 9 that arrived at the IPv4 broadcast address, by port: waits for so many, and a little for more.
fn heard(capture: &Capture, count: usize) -> Vec<(u16, Vec<u8>)> {
    let mut heard = Vec::new();
    let is_ours = |frame: &[u8]| frame.get(12..14) == Some(&[0x08, 0x00]) && frame.get(23) == Some(&17) && frame.len() == 144;
    while let Some(frame) = capture.find(if heard.len() < count { PATIENCE } else { BRIEF }, is_ours).unwrap() {
        heard.push((u16::from_be_bytes([frame[36], frame[37]]), frame[42..].to_vec()));
    }
    heard.sort();
    heard
}

/// Runs a command without the right to Ethernet frames of its own.
fn without_frames(host: &Host, words: &[&str]) -> Said {
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set", "-net_raw", env!("CARGO_BIN_EXE_signboard")]);
    said(host, command.args(words))
}

/// Both ports are used, with the packet of wakeonlan; with one dropped the other goes on, and command and doctor name the dropped one.
fn one_of_two(port: u16, other: u16) -> anyhow::Result<()> {
    let Some(town) = Town::open(&[WAKEONLAN, SETPRIV])? else { return Ok(()) };
    let running = Running::start(&town.server, &[])?;
    let capture = town.screen.capture("eth0")?;
    let broadcast = town.segment.broadcast().to_string();
    for number in ["7", "9"] {
        let theirs = said(&town.server, Command::new("wakeonlan").args(["-i", &broadcast, "-p", number, MAC]));
        assert_eq!(theirs.code, 0, "{theirs:?}");
    }
    let theirs = heard(&capture, 2);
    assert_eq!(theirs.iter().map(|(port, _)| *port).collect::<Vec<_>>(), [7, 9]);
    let sent = signboard(&town.server, &["wake", MAC]);
    assert!(sent.code == 0 && sent.out.contains("was called on UDP 9 and 7"), "{sent:?}");
    assert_eq!(heard(&capture, 2), theirs);
    assert_eq!(running.doctor(&town.server, &[]).verdict(&format!("{port}/udp")), "fine");

    let filter = town.server.drop_outgoing(&format!("udp dport {port}"))?;
    let sent = signboard(&town.server, &["wake", MAC]);
    assert!(sent.code == 0 && sent.out.contains(&format!("was called on UDP {other} only")), "{sent:?}");
    assert!(sent.out.contains(&format!("not sent: UDP {port} of {broadcast} on eth0")), "{sent:?}");
    assert!(sent.out.contains("`signboard firewall --outgoing` prints the rules"), "{sent:?}");
    assert_eq!(heard(&capture, 1).iter().map(|(port, _)| *port).collect::<Vec<_>>(), [other]);
    assert!(filter.dropped()? > 0);
    let found = running.doctor(&town.server, &[]);
    assert_eq!((found.code, found.troubles()), (69, vec![format!("{port}/udp").as_str()]), "{found:?}");
    let text = found.text(&format!("{port}/udp"));
    assert!(text.contains(&format!("lets no magic packets to UDP {port} out")), "{text}");

    let both = town.server.drop_outgoing(&format!("udp dport {other}"))?;
    let sent = signboard(&town.server, &["wake", MAC]);
    assert!(sent.code == 0 && sent.out.contains("was called by an Ethernet frame"), "{sent:?}");
    let sent = without_frames(&town.server, &["wake", MAC]);
    assert_eq!(sent.code, 69, "{sent:?}");
    assert!(sent.err.contains("no way could be used") && sent.err.contains("let UDP 7 and 9 leave this machine"), "{sent:?}");
    assert!(both.dropped()? > 0);
    Ok(())
}

#[test]
fn lab_port_7_carries_the_packet_of_wakeonlan_and_dropped_leaves_9() -> anyhow::Result<()> {
    one_of_two(7, 9)
}

#[test]
fn lab_port_9_carries_the_packet_of_wakeonlan_and_dropped_leaves_7() -> anyhow::Result<()> {
    one_of_two(9, 7)
}

#[test]
fn lab_frames_go_too_where_the_right_is_held_and_are_not_missed_elsewhere() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[("etherwake", "etherwake"), SETPRIV])? else { return Ok(()) };
    let capture = town.screen.capture("eth0")?;
    let is_frame = |frame: &[u8]| frame.get(12..14) == Some(&[0x08, 0x42]);
    let theirs = said(&town.server, Command::new("etherwake").args(["-b", "-i", "eth0", "-p", "01:02:03:04:05:06", MAC]));
    assert_eq!(theirs.code, 0, "{theirs:?}");
    let theirs = capture.find(PATIENCE, is_frame)?.unwrap();
    let sent = signboard(&town.server, &["wake", MAC, "--secure-on", "01:02:03:04:05:06"]);
    assert!(sent.code == 0 && sent.out.contains("was called on UDP 9 and 7"), "{sent:?}");
    assert_eq!(capture.find(PATIENCE, is_frame)?.unwrap(), theirs);

    let sent = without_frames(&town.server, &["wake", MAC]);
    assert!(sent.code == 0 && sent.out.contains("was called on UDP 9 and 7") && !sent.out.contains("not sent"), "{sent:?}");
    assert_eq!(heard(&capture, 2).len(), 2);
    assert_eq!(capture.find(BRIEF, is_frame)?, None);
    Ok(())
}

#[test]
fn lab_addresses_are_called_one_after_the_other() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let capture = town.screen.capture("eth0")?;
    let begin = Instant::now();
    let macs = ["02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"];
    let sent = signboard(&town.server, &[&["wake", "--set", "wake.per-second=2"], macs.as_slice()].concat());
    assert!(sent.code == 0 && macs.iter().all(|mac| sent.out.contains(&format!("{mac} was called on UDP 9 and 7"))), "{sent:?}");
    assert!(begin.elapsed() >= Duration::from_secs(1), "the third of them half a second after the second: {:?}", begin.elapsed());
    assert_eq!(heard(&capture, 6).len(), 6);
    Ok(())
}
