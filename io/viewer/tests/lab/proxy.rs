//! A screen in a network that lets nothing out but through an HTTP proxy.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use testkit::lab::{Host, Lab, Program};

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{PATIENCE, Server, Town};

const BLUE: [u8; 3] = [0x12, 0x34, 0xc8];
const GREEN: [u8; 3] = [0x10, 0x98, 0x40];
const PORT: u16 = 3128;

/// tinyproxy with a password, in this folder.
fn tinyproxy(host: &Host, folder: &Path) -> anyhow::Result<Program> {
    let settings = folder.join("tinyproxy.conf");
    fs::write(&settings, format!("Port {PORT}\nTimeout 60\nMaxClients 50\nLogLevel Connect\nBasicAuth ana secret\n"))?;
    let program = host.start(Command::new("tinyproxy").arg("-d").arg("-c").arg(&settings))?;
    program.wait_for("Reloading config file finished", PATIENCE)?;
    Ok(program)
}

#[test]
fn lab_a_screen_gets_its_place_plays_and_obeys_through_a_proxy_alone() -> anyhow::Result<()> {
    let Some(_) = Lab::open_with(&[("tinyproxy", "tinyproxy-bin")])? else { return Ok(()) };
    let Some(town) = Town::open()? else { return Ok(()) };
    let server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let presentation = desk.colour("Departures", "#1234c8")?;
    desk.schedule(&presentation)?;
    let (proxy, screen, folder) = (town.segment.host("proxy")?, town.segment.host("screen")?, tempfile::tempdir()?);
    let mut program = tinyproxy(&proxy, folder.path())?;
    let between = proxy.card().ipv4();
    screen.nft(&format!(
        "table inet closed {{\nchain output {{\ntype filter hook output priority 0; policy drop;\noifname lo accept\n\
         ip daddr {between} tcp dport {PORT} accept\n}}\n}}\n"
    ))?;
    let settings = format!("[server]\naddress = [\"{}\"]\nproxy = \"http://ana:secret@{between}:{PORT}\"\n", town.address());
    let computer = Computer::start(&screen, &settings)?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    computer.display.until_it_shows(BLUE)?;
    let asked = format!("CONNECT {}:", town.address());
    program.wait_for(&asked, PATIENCE)?;
    desk.until("the screen can be photographed", || {
        Ok(desk.call("POST", &format!("/viewers/{viewer}/commands"), Some(&json!({"kind": "screenshot"}))).ok())
    })?;

    // The proxy is gone for a while: the screen plays on, and returns with it.
    program.kill()?;
    desk.until("the server misses the screen", || Ok((desk.status(&viewer)?["online"] == false).then_some(())))?;
    assert!(computer.display.shows(BLUE)?);
    desk.change(&presentation, "#109840")?;
    let _again = tinyproxy(&proxy, folder.path())?;
    computer.display.until_it_shows(GREEN)
}
