//! Rows that nothing uses yet: said to be so, and not missed when they are dropped.

use crate::running::{Running, Town, signboard};

const BROKER: [u16; 4] = [5672, 5671, 15672, 15671];

#[test]
fn lab_broker_ports_are_not_used_and_not_missed() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[("curl", "curl")])? else { return Ok(()) };
    let _filter = town.server.drop_incoming("tcp dport { 5672, 5671, 15672, 15671 }")?;
    let running = Running::start(&town.server, &[])?;
    let found = running.doctor(&town.server, &[]);
    let ports = signboard(&town.server, &["ports"]).out;
    for port in BROKER {
        let subject = format!("{port}/tcp");
        assert_eq!((found.verdict(&subject), found.text(&subject).trim()), ("fine", "Not used: embedded broker."), "{found:?}");
        let row = ports.lines().find(|line| line.starts_with(&port.to_string())).unwrap();
        assert!(row.contains("not used: embedded broker"), "{row}");
    }
    assert!(town.answers("http", 80));
    Ok(())
}
