//! UDP 123 outward: a source of time that chrony gives, open and dropped.

use std::process::Command;

use crate::running::{PATIENCE, Running, Town, signboard, until};

const CHRONY: (&str, &str) = ("chronyd", "chrony");

#[test]
fn lab_port_123_outward_follows_chrony_and_dropped_is_named() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[CHRONY])? else { return Ok(()) };
    let source = town.segment.host("source")?;
    let folder = tempfile::tempdir()?;
    let orders = ["local stratum 5", "allow all", "cmdport 0"].map(str::to_owned);
    let pid = format!("pidfile {}", folder.path().join("pid").display());
    let chronyd =
        source.start(Command::new("chronyd").args(["-d", "-x", "-u", "root"]).args(orders).arg(pid).arg("bindcmdaddress /"))?;
    chronyd.wait_for("chronyd version", PATIENCE)?;

    let servers = format!("time.servers={}", source.card().ipv4());
    let settings = ["time.mode=own", servers.as_str()];
    let running = Running::start(&town.server, &settings)?;
    let stratum = || {
        let asked = signboard(&town.screen, &["time", "--json", "--server", &town.address()]);
        serde_json::from_str::<serde_json::Value>(&asked.out).map_or(0, |answer| answer["stratum"].as_u64().unwrap())
    };
    until("the server follows chrony", || stratum() == 6);
    let found = running.doctor(&town.server, &settings);
    assert_eq!(found.verdict("123/udp out"), "fine", "{found:?}");
    assert!(found.text("123/udp out").contains("gives time at stratum 5"), "{found:?}");

    let filter = town.server.drop_outgoing(&format!("ip daddr {} udp dport 123", source.card().ipv4()))?;
    let found = running.doctor(&town.server, &settings);
    assert_eq!((found.code, found.verdict("123/udp out")), (69, "trouble"), "{found:?}");
    assert!(found.text("123/udp out").contains("Let UDP 123 leave this machine"), "{found:?}");
    assert!(filter.dropped()? > 0);
    assert_eq!(stratum(), 6, "screens still get the time");
    Ok(())
}
