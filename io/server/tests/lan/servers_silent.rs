//! A server dies together with its screens: the Main tells of it and of them, once, and that it is over.

use serde_json::{Value, json};
use testkit::lab::Lab;

use crate::desk::{Desk, on};
use crate::running::until;
use crate::servers::{Server, pair};
use crate::servers_records::screen;

/// What is raised at a server.
fn open(server: &Server, desk: &Desk) -> Vec<Value> {
    on(&server.host, desk.get("/alerts/open"))["items"].as_array().unwrap().clone()
}

fn about<'a>(alerts: &'a [Value], viewer: Option<&str>) -> Vec<&'a Value> {
    alerts.iter().filter(|alert| alert["kind"] == "offline" && alert["viewer"]["id"].as_str() == viewer).collect()
}

#[test]
fn lab_a_silent_server_and_its_screens_are_told_of_by_the_main_and_are_over_when_it_is_back() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, mut pier, bob, name) = pair(&lab.segment()?)?;
    on(&main.host, ada.change("/alert-rules", &json!({"offline": {"minutes": 0}})));
    let (device, gate) = screen(&pier, &bob, "Gate");
    let (_other, hall) = screen(&main, &ada, "Hall");
    main.shows(&ada, "Gate");
    main.meets("Pier");
    // Its own screen, which is away, is told of by each server alone.
    until("the Main misses its own screen", || about(&open(&main, &ada), Some(&hall)).len() == 1);
    until("the Sub misses its own", || about(&open(&pier, &bob), Some(&gate)).len() == 1);
    assert_eq!(about(&open(&main, &ada), Some(&gate)).len(), 0, "that is for the server of the screen to tell");
    drop(device);

    pier.kill();
    until("the Main tells of the server", || about(&open(&main, &ada), None).len() == 1);
    until("and of its screen", || about(&open(&main, &ada), Some(&gate)).len() == 1);
    let alerts = open(&main, &ada);
    assert_eq!(about(&alerts, None)[0]["server"]["name"], "Pier", "{alerts:?}");
    assert_eq!(about(&alerts, Some(&gate))[0]["server"]["name"], "Pier", "{alerts:?}");
    assert_eq!(about(&alerts, Some(&hall))[0]["server"], json!(null), "{alerts:?}");

    pier.run()?;
    pier.meets(&name);
    until("both are over", || {
        let alerts = open(&main, &ada);
        about(&alerts, None).is_empty() && about(&alerts, Some(&gate)).is_empty()
    });
    let history = on(&main.host, ada.get(&format!("/alerts?viewer={gate}&kind=offline")));
    assert_eq!(history["items"].as_array().unwrap().len(), 1, "once: {history}");
    Ok(())
}
