//! TCP 4525 and 443 outward: the activation service, of which one port is enough.

use std::net::TcpListener;
use std::process::Command;

use testkit::lab::Host;

use crate::running::{Diagnosis, Running, Town, said};

/// Runs the command with its own `/etc/hosts`.
const WITH_HOSTS: &str = r#"mount --bind "$1" /etc/hosts && shift && exec "$@""#;

fn doctor(server: &Host, hosts: &std::path::Path, running: &Running) -> Diagnosis {
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", WITH_HOSTS, "sh"]).arg(hosts).arg(env!("CARGO_BIN_EXE_signboard"));
    command.args(["doctor", "--json", "--set", "activation.host=licences.example", "--data"]).arg(running.data.path());
    Diagnosis::of(&said(server, &mut command))
}

fn one_of_two(port: u16, other: u16) -> anyhow::Result<()> {
    let Some(town) = Town::open(&[("unshare", "util-linux")])? else { return Ok(()) };
    let licences = town.segment.host("licences")?;
    let _service = licences.enter(|| [4525, 443].map(|port| TcpListener::bind(("0.0.0.0", port)).unwrap()));
    let hosts = tempfile::NamedTempFile::new()?;
    std::fs::write(hosts.path(), format!("{} licences.example\n", licences.card().ipv4()))?;
    let running = Running::start(&town.server, &[])?;
    assert_eq!(running.doctor(&town.server, &[]).text("4525/tcp out").trim(), "Not tried: activation.host is not set.");
    let (subject, other_subject) = (format!("{port}/tcp out"), format!("{other}/tcp out"));
    let found = doctor(&town.server, hosts.path(), &running);
    assert_eq!((found.code, found.verdict(&subject), found.verdict(&other_subject)), (0, "fine", "fine"), "{found:?}");

    let filter = town.server.drop_outgoing(&format!("tcp dport {port}"))?;
    let found = doctor(&town.server, hosts.path(), &running);
    assert_eq!((found.code, found.verdict(&subject), found.verdict(&other_subject)), (0, "note", "fine"), "{found:?}");
    let text = found.text(&subject);
    assert!(text.contains(&format!("Port {port} of licences.example is closed")), "{text}");
    assert!(text.contains("the other one is enough"), "{text}");
    assert!(filter.dropped()? > 0);

    let _both = town.server.drop_outgoing(&format!("tcp dport {other}"))?;
    let found = doctor(&town.server, hosts.path(), &running);
    assert_eq!((found.code, found.troubles().len()), (69, 2), "{found:?}");
    assert!(found.text(&subject).contains("Let this server call it by TCP on port 4525 or 443"), "{found:?}");
    Ok(())
}

#[test]
fn lab_port_4525_outward_reaches_a_service_and_dropped_leaves_443() -> anyhow::Result<()> {
    one_of_two(4525, 443)
}

#[test]
fn lab_port_443_outward_reaches_a_service_and_dropped_leaves_4525() -> anyhow::Result<()> {
    one_of_two(443, 4525)
}
