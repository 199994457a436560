//! A screen passes its server's time on.

use std::process::Command;

use anyhow::Context as _;
use serde_json::{Value, json};
use testkit::lab::{Host, Lab};

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{Server, Town};

/// What an NTP program that is not ours hears; null where it hears nothing that it accepts.
fn asked(from: &Host, address: &str) -> anyhow::Result<Value> {
    let output = from.run(Command::new("ntpdig").args(["-j", "-t", "5", address]))?;
    Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
}

/// The screen asks from port 123 and answers there, one stratum below its server.
#[test]
fn lab_a_screen_serves_the_time_of_its_server() -> anyhow::Result<()> {
    let Some(_) = Lab::open_with(&[("ntpdig", "ntpsec-ntpdig")])? else { return Ok(()) };
    let Some(town) = Town::open()? else { return Ok(()) };
    let server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let (screen, till) = (town.segment.host("screen")?, town.segment.host("till")?);
    // Questions from any other port are lost.
    let only_123 = town.server.drop_incoming("udp dport 123 udp sport != 123")?;
    let settings =
        format!("[server]\naddress = [\"{}\"]\n[time]\nmode = \"own\"\nserve = true\nclient-port = 123\n", town.address());
    let _computer = Computer::start(&screen, &settings)?;
    desk.approve(&json!({"name": "Gate 4"}))?;

    let address = screen.card().ipv4().to_string();
    let answer = desk.until("the screen gives the time", || {
        Ok(Some(asked(&till, &address)?).filter(|answer| answer["stratum"].as_u64().is_some_and(|stratum| stratum > 0)))
    })?;
    drop(only_123);
    let of_server = asked(&till, &town.address())?["stratum"].as_u64().context("the server gives the time")?;
    assert_eq!(answer["stratum"], of_server + 1, "{answer}");
    // All hosts of a lab have the clock of this machine.
    assert!(answer["offset"].as_f64().is_some_and(|offset| offset.abs() < 0.5), "{answer}");
    Ok(())
}
