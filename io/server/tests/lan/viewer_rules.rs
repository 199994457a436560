//! A screen behind a firewall that lets nothing in: found by name without rules, by multicast with the rules that are printed.

use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use crate::running::{self, Running, Town, both, said, signboard};

/// What most desktops have.
const CLOSED: &str = "table inet closed {\n chain input {\n type filter hook input priority 0; policy drop;\n iif lo accept\n \
                      ct state established,related accept\n meta l4proto ipv6-icmp accept\n }\n}";

#[test]
fn lab_a_closed_screen_finds_by_name_and_with_its_rules_by_multicast() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[("wakeonlan", "wakeonlan")])? else { return Ok(()) };
    let _running = Running::start(&town.server, &[])?;
    town.screen.nft(CLOSED)?;
    let address = town.address();
    let search = |words: &[&str]| signboard(&town.screen, &[&["discover", "--timeout", "2"], words].concat());
    let ((lost, found), doctor) =
        both(|| both(|| search(&[]), || running::found(|| search(&[&address]), |said| said.code == 0)), || town.doctor(&[]));
    assert_eq!(lost.code, 69, "{lost:?}");
    assert!(lost.err.contains("`signboard firewall --role viewer` prints the rule"), "{lost:?}");
    assert!(found.code == 0 && found.out.contains("direct question"), "{found:?}");
    assert_eq!((doctor.code, doctor.verdict("3702/udp")), (0, "note"), "{doctor:?}");
    assert!(doctor.text("3702/udp").contains("`signboard firewall --role viewer` prints the rule"), "{doctor:?}");

    let rules = signboard(&town.screen, &["firewall", "--role", "viewer"]).out;
    town.screen.nft("delete table inet closed")?;
    town.screen.nft(&rules)?;
    let (found, doctor) = both(|| running::found(|| search(&[]), |said| said.code == 0), || town.doctor(&[]));
    assert!(found.code == 0 && found.out.contains("heard by     multicast"), "{found:?}");
    assert_eq!(doctor.verdict("3702/udp"), "fine", "{doctor:?}");

    let broadcast = town.segment.broadcast().to_string();
    for (port, passes) in [(7_u16, true), (9, true), (8081, false)] {
        let socket = town.screen.enter(|| UdpSocket::bind(("0.0.0.0", port)))?;
        socket.set_read_timeout(Some(if passes { Duration::from_secs(10) } else { Duration::from_millis(300) }))?;
        let sent =
            said(&town.server, Command::new("wakeonlan").args(["-i", &broadcast, "-p", &port.to_string(), "00:11:22:aa:bb:cc"]));
        assert_eq!(sent.code, 0, "{sent:?}");
        assert_eq!(socket.recv(&mut [0; 200]).is_ok(), passes, "{port}");
    }
    Ok(())
}
