//! Ports that other programs hold: the server starts all the same and names them.

use std::process::Command;

use serde_json::{Value, json};
use testkit::lab::Program;

use crate::running::{Diagnosis, PATIENCE, Running, Town, said};

const CURL: (&str, &str) = ("curl", "curl");
/// Long enough for a password, and known to nobody.
const PASSWORD: &str = "a long way to the harbour";

/// What the running server says of its network to its administrator, who is made for this, and what it finds itself.
fn network(town: &Town, running: &Running) -> anyhow::Result<(Value, Diagnosis)> {
    let line = running.program.wait_for("/setup?link=", PATIENCE)?;
    let link = line.split_once("link=").unwrap().1.trim();
    let wish = json!({
        "link": link, "name": "Harbour", "language": "en", "zone": "Europe/Berlin", "public_address": "",
        "login": "ada", "password": PASSWORD, "user_name": "Ada",
    });
    let base = format!("https://{}/api/v1", town.address());
    let jar = running.data.path().join("jar");
    let curl = |words: &[&str]| {
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--show-error", "--fail-with-body", "--insecure", "--noproxy", "*", "--max-time", "20"])
            .args(words);
        let answer = said(&town.server, command.arg("--cookie").arg(&jar).arg("--cookie-jar").arg(&jar));
        assert_eq!(answer.code, 0, "{answer:?}");
        answer.out
    };
    curl(&["--json", &wish.to_string(), &format!("{base}/setup")]);
    let findings = Diagnosis::of_json(&curl(&[&format!("{base}/network/findings")]));
    Ok((serde_json::from_str(&curl(&[&format!("{base}/network")]))?, findings))
}

/// The log, the Network page and the doctor name the holder, and the web goes on.
fn stands_aside(town: &Town, holder: &Program, name: &str, port: u16) -> anyhow::Result<()> {
    let running = Running::start(&town.server, &[])?;
    let words = format!("UDP port {port} is taken by {name}[{}]", holder.id());
    running.program.wait_for(&words, PATIENCE)?;
    assert!(town.answers("http", 80));
    let (network, of_server) = network(town, &running)?;
    let aside = network["aside"].as_array().unwrap();
    assert!(aside.iter().any(|finding| finding["text"].as_str().unwrap().contains(&words)), "{network:#}");
    assert_eq!(aside.len(), 1, "the rest goes on: {network:#}");
    let is_of_server = |row: &&Value| row["number"] == port && row["who"] == "server";
    let row = network["ports"].as_array().unwrap().iter().find(is_of_server).unwrap();
    assert_eq!((&row["state"], &row["holder"]), (&json!("taken"), &json!(format!("{name}[{}]", holder.id()))));
    let found = running.doctor(&town.server, &[]);
    assert_eq!((found.code, found.troubles()), (69, vec![format!("{port}/udp").as_str()]), "{found:?}");
    let text = found.text(&format!("{port}/udp"));
    assert!(text.contains(&format!("Taken by {name}[{}]", holder.id())) && text.contains("Stop that program"), "{text}");
    assert_eq!(of_server.text(&format!("{port}/udp")), text, "the page says the same");
    assert_eq!(of_server.verdicts(), found.verdicts(), "{of_server:?}");
    Ok(())
}

#[test]
fn lab_chrony_keeps_port_123_and_is_named() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[CURL, ("chronyd", "chrony"), ("ntpdig", "ntpsec-ntpdig")])? else { return Ok(()) };
    let folder = tempfile::tempdir()?;
    let pid = format!("pidfile {}", folder.path().join("pid").display());
    let orders = ["local stratum 7", "allow all", "cmdport 0", "bindcmdaddress /", &pid];
    let chronyd = town.server.start(Command::new("chronyd").args(["-d", "-x", "-u", "root"]).args(orders))?;
    chronyd.wait_for("chronyd version", PATIENCE)?;
    stands_aside(&town, &chronyd, "chronyd", 123)?;
    let heard = said(&town.screen, Command::new("ntpdig").args(["-t", "2", &town.address()]));
    assert!(heard.code == 0 && heard.out.contains(" s7 "), "screens get chrony's time: {heard:?}");
    Ok(())
}

#[test]
fn lab_a_program_that_does_not_share_3702_is_named() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[CURL, ("python3", "python3")])? else { return Ok(()) };
    let code = "import socket, sys, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', 3702)); \
                print('bound', flush=True); time.sleep(600)";
    let python = town.server.start(Command::new("python3").args(["-c", code]))?;
    python.wait_for("bound", PATIENCE)?;
    stands_aside(&town, &python, "python3", 3702)
}

#[test]
fn lab_wsdd_shares_3702_and_is_no_trouble() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[("wsdd", "wsdd")])? else { return Ok(()) };
    let wsdd = town.server.start(Command::new("wsdd").args(["--ipv4only", "--hostname", "files", "--verbose", "--shortlog"]))?;
    wsdd.wait_for("joined multicast group", PATIENCE)?;
    let running = Running::start(&town.server, &[])?;
    let found = running.doctor(&town.server, &[]);
    assert_eq!((found.verdict("3702/udp"), found.code), ("fine", 0), "{found:?}");
    Ok(())
}
