//! A screen passes its server's time on.

use std::net::{Ipv4Addr, UdpSocket};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use testkit::lab::{Host, Lab};

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{PATIENCE, Server, Town};

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
    let computer = Computer::start(&screen, &settings)?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;

    let address = screen.card().ipv4().to_string();
    let answer = desk.until("the screen gives the time", || {
        Ok(Some(asked(&till, &address)?).filter(|answer| answer["stratum"].as_u64().is_some_and(|stratum| stratum > 0)))
    })?;
    drop(only_123);
    let of_server = asked(&till, &town.address())?["stratum"].as_u64().context("the server gives the time")?;
    assert_eq!(answer["stratum"], of_server + 1, "{answer}");
    let found = finding(&computer, "time")?;
    assert_eq!(found["verdict"], "fine", "{found}");
    // All hosts of a lab have the clock of this machine.
    assert!(answer["offset"].as_f64().is_some_and(|offset| offset.abs() < 0.5), "{answer}");

    assert_eq!(finding(&computer, "clock")?["verdict"], "fine");
    let lost = screen.drop_outgoing("udp dport 123")?;
    let found = finding(&computer, "clock")?;
    assert_eq!(found["verdict"], "note", "{found}");
    let text = found.to_string();
    assert!(text.contains("gives no time on UDP 123") && text.contains("let 123/UDP through"), "{text}");
    assert!(lost.dropped()? > 0);
    assert_eq!(desk.status(&viewer)?["online"], true, "the session goes on");
    Ok(())
}

/// What the doctor says of a thing on this computer.
fn finding(computer: &Computer<'_>, subject: &str) -> anyhow::Result<Value> {
    let all = computer.ask("doctor")?;
    let found = all.as_array().into_iter().flatten().find(|finding| finding["subject"] == subject);
    found.cloned().with_context(|| format!("the doctor says nothing of {subject}: {all:#}"))
}

/// The answer to a question by NTP, version 4 (RFC 5905 section 7.3); none where none comes for a while.
fn raw(from: &Host, to: Ipv4Addr) -> anyhow::Result<Option<[u8; 48]>> {
    let socket = from.enter(|| UdpSocket::bind("0.0.0.0:0"))?;
    socket.set_read_timeout(Some(Duration::from_millis(300)))?;
    let (mut question, mut answer) = ([0; 48], [0; 48]);
    question[0] = 4 << 3 | 3;
    socket.send_to(&question, (to, 123))?;
    Ok(socket.recv(&mut answer).is_ok_and(|length| length == 48).then_some(answer))
}

/// A screen that has met no server answers from its start on, and says that it does not know the time. Where another program has the port,
/// it says so and the rest goes on.
#[test]
fn lab_a_screen_answers_before_it_has_met_a_server_and_names_a_port_that_is_taken() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let screen = town.segment.host("screen")?;
    let address = screen.card().ipv4();
    let settings =
        format!("[server]\naddress = [\"{}\"]\ndiscovery = false\n[time]\nmode = \"own\"\nserve = true\n", town.address());
    let mut computer = Computer::start(&screen, &settings)?;
    let end = Instant::now() + PATIENCE;
    let answer = loop {
        if let Some(answer) = raw(&town.server, address)? {
            break answer;
        }
        ensure!(Instant::now() < end, "no answer within {PATIENCE:?}");
    };
    // Leap indicator 3, stratum 0: not synchronised.
    assert_eq!((answer[0] >> 6, answer[0] & 7, answer[1]), (3, 4, 0), "{answer:?}");

    computer.viewer.kill()?;
    let _held = screen.enter(|| UdpSocket::bind("0.0.0.0:123"))?;
    computer.power_cycle()?;
    let end = Instant::now() + PATIENCE;
    let found = loop {
        let found = finding(&computer, "time")?;
        if found["verdict"] == "trouble" && computer.ask("status")?.is_object() {
            break found;
        }
        ensure!(Instant::now() < end, "{found}");
    };
    let text = found.to_string();
    assert!(text.contains("No NTP client is answered at UDP port 123") && text.contains("stop what holds the port"), "{text}");
    Ok(())
}
