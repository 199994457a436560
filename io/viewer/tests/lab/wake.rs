//! A screen that is awake tells what of a call arrives.

use std::process::Output;

use serde_json::json;
use testkit::lab::Host;

use crate::computer::Computer;
use crate::desk::Desk;
use crate::town::{Server, Town};

/// The test of a screen, by a person at the server: the exit code, and all that was printed.
pub(crate) fn tested(host: &Host, server: &Server) -> anyhow::Result<(Option<i32>, String)> {
    let Output { status, stdout, stderr } = host.run(&mut server.command(&["wake", "Gate 4", "--test"])?)?;
    Ok((status.code(), format!("{}{}", String::from_utf8(stdout)?, String::from_utf8(stderr)?)))
}

#[test]
fn lab_a_screen_that_is_awake_tells_what_of_a_call_arrives() -> anyhow::Result<()> {
    let Some(town) = Town::open()? else { return Ok(()) };
    let server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let screen = town.segment.host("screen")?;
    let settings = format!("[server]\naddress = [\"{}\"]\n", town.address());
    let _computer = Computer::start(&screen, &settings)?;
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    let mac = screen.card().mac().map(|byte| format!("{byte:02x}")).join(":");
    // The screen has told of its card itself.
    desk.until("the card is known", || Ok(desk.get("/network-cards")?.to_string().contains(&mac).then_some(())))?;
    desk.until("the screen is connected", || Ok((desk.status(&viewer)?["online"] == true).then_some(())))?;

    // The cards of a lab cannot wake anything, so the test says that something is missing, and what.
    let (code, all) = tested(&town.server, &server)?;
    for part in [
        "Gate 4 is awake, and listens while it is called:",
        &format!("the server called {mac} on UDP 9 and 7 over eth0"),
        &format!("Gate 4 is awake: 7 arrived, 9 arrived, card cannot wake on magic packet ({mac}, eth0)."),
        "  -> look for Wake-on-LAN in the machine's firmware settings",
    ] {
        assert!(code == Some(69) && all.contains(part), "{part}\n{code:?} {all}");
    }

    let lost = screen.drop_incoming("udp dport 7")?;
    let (_, all) = tested(&town.server, &server)?;
    assert!(all.contains("Gate 4 is awake: 7 did not arrive, 9 arrived, card cannot"), "{all}");
    assert!(all.contains("  -> let UDP 7 and 9 pass") && lost.dropped()? > 0, "{all}");
    drop(lost);

    // The screen still waits for the packet that was lost: the next test takes the place of that one.
    let (_, all) = tested(&town.server, &server)?;
    assert!(all.contains("7 arrived, 9 arrived"), "{all}");
    Ok(())
}
