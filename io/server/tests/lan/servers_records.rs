//! What goes from server to server beside the log: what screens of a Sub played is seen on the Main, once, and what people should look at
//! is the same everywhere.

use serde_json::{Value, json};
use testkit::lab::Lab;

use crate::desk::{Desk, on};
use crate::running::until;
use crate::screen::{Device, Session};
use crate::servers::{Server, pair};

const STREAM: &str = "7d0a9a52-6f4c-4f0e-8f5a-d8f4a5c0b001";

/// A screen at this server, approved there.
pub(crate) fn screen(server: &Server, desk: &Desk, name: &str) -> (Device, String) {
    let device = Device::new("http://127.0.0.1");
    let viewer = on(&server.host, async {
        assert_eq!(device.introduce().await.ok()["state"], "pending");
        let mut session = device.connect(None).await;
        let code = session.hear("pairing").await["code"].as_str().unwrap().to_owned();
        let viewer = desk.post("/devices/approve", &json!({"code": code, "name": name})).await;
        session.hear("welcome").await;
        viewer["id"].as_str().unwrap().to_owned()
    });
    (device, viewer)
}

/// The screen tells what it played, until the server has it on disk.
fn plays(site: &Server, device: &Device, numbers: std::ops::RangeInclusive<i64>) {
    on(&site.host, async {
        let mut session: Session = device.connect(None).await;
        session.hear("welcome").await;
        let numbers: Vec<i64> = numbers.collect();
        // Of this day: what is too old is forgotten when a server starts.
        let hour_ago = server::now::now_ms() - 3_600_000;
        for batch in numbers.chunks(100) {
            let record = |n: &i64| json!({"n": n, "plan": "p", "item": format!("i{n}"), "from": hour_ago + 1_000 * n, "until": hour_ago + 1_000 * n + 500, "complete": true});
            let records: Vec<Value> = batch.iter().map(record).collect();
            session.say(json!({"type": "plays", "stream": STREAM, "records": records})).await;
            assert_eq!(session.hear("plays_ack").await["n"], *batch.last().unwrap());
        }
    });
}

/// The items that a screen played, as this server knows them, in order.
fn played(server: &Server, desk: &Desk, viewer: &str) -> Vec<String> {
    on(&server.host, async {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = desk.get(&format!("/plays?viewer={viewer}&limit=500{cursor}")).await;
            items.extend(page["items"].as_array().unwrap().iter().map(|play| play["item"].as_str().unwrap().to_owned()));
            let Some(next) = page["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        items.reverse();
        items
    })
}

#[test]
fn lab_what_screens_of_a_sub_played_is_on_the_main_once_whoever_is_killed() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (mut main, ada, mut sub, bob, name) = pair(&lab.segment()?)?;
    let (device, viewer) = screen(&sub, &bob, "Gate 4");
    plays(&sub, &device, 1..=3);
    until("what was played is on the Main", || played(&main, &ada, &viewer).len() == 3);
    until("nothing waits on the Sub", || sub.sees("Pier")["records_waiting"] == 0);

    sub.host.card().cut()?;
    plays(&sub, &device, 4..=1_500);
    assert_eq!(sub.sees("Pier")["records_waiting"], 1_497, "{}", sub.sees("Pier"));
    assert_eq!(played(&main, &ada, &viewer).len(), 3);
    sub.kill();
    sub.run()?;
    drop(bob);
    assert_eq!(sub.sees("Pier")["records_waiting"], 1_497, "what was acknowledged to a screen is on disk");

    // Healed, and either end is killed while records are on their way.
    sub.host.card().restore()?;
    until("some of it is on the Main", || played(&main, &ada, &viewer).len() > 3);
    sub.kill();
    drop(ada);
    main.kill();
    main.run()?;
    sub.run()?;
    let (ada, bob) = (main.sign_in(), sub.sign_in());
    let expected: Vec<String> = (1..=1_500).map(|n| format!("i{n}")).collect();
    until("all of it is on the Main", || played(&main, &ada, &viewer).len() >= expected.len());
    assert_eq!(played(&main, &ada, &viewer), expected, "all, in order, and none twice");
    assert_eq!(played(&sub, &bob, &viewer), expected);
    until("the Main sees that nothing waits on the Sub", || main.sees("Pier")["records_waiting"] == 0);
    assert_eq!(main.sees("Pier")["records_dropped"], 0);
    until("the Main has said that it has nowhere to send", || sub.sees(&name)["records_waiting"] == 0);
    Ok(())
}

fn open_notices(server: &Server, desk: &Desk) -> Vec<Value> {
    on(&server.host, desk.get("/notices?open=true"))["items"].as_array().unwrap().clone()
}

#[test]
fn lab_what_people_should_look_at_is_the_same_on_all_servers() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, sub, bob, name) = pair(&lab.segment()?)?;
    let before = on(&main.host, ada.get("/viewers?q=Before"))["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/viewers/{before}");
    sub.host.card().cut()?;
    let older = on(&main.host, ada.make("/viewers", json!({"name": "Twin"})));
    on(&main.host, ada.change(&path, &json!({"location": "as Main has it"})));
    let younger = on(&sub.host, bob.make("/viewers", json!({"name": "twin"})));
    on(&sub.host, bob.change(&path, &json!({"location": "as Sub has it"})));
    assert!(older < younger, "ids grow with time");
    sub.host.card().restore()?;
    main.meets("Pier");
    sub.meets(&name);
    for (server, desk) in [(&main, &ada), (&sub, &bob)] {
        until("both notices are here", || open_notices(server, desk).len() == 2);
        let notices = open_notices(server, desk);
        let page = on(&server.host, desk.get("/notices?open=true&limit=1"));
        let rest = on(&server.host, desk.get(&format!("/notices?open=true&limit=1&cursor={}", page["next"].as_str().unwrap())));
        assert_eq!([&page["items"][0], &rest["items"][0]], [&notices[0], &notices[1]], "page by page");
        let of = |what: &str| notices.iter().find(|notice| notice["what"] == what).unwrap_or_else(|| panic!("{notices:?}"));
        let twins = of("two_names");
        assert_eq!((&twins["document"], &twins["value"]), (&json!(younger), &json!("twin~2")));
        let edit = of("concurrent_edit");
        assert_eq!((&edit["value"], &edit["current"]), (&json!("as Main has it"), &json!("as Sub has it")));
        assert_eq!((&edit["made"]["by"], &edit["made"]["server"]), (&json!("Ada"), &json!(name)));
        assert_eq!(edit["current_made"]["server"], "Pier");
        assert_eq!((&edit["takable"], &edit["name"]), (&json!(true), &json!("Before")));
    }

    // The other value is taken on the Sub; it stands, and is dealt with, on both.
    let notices = open_notices(&sub, &bob);
    let edit = notices.iter().find(|notice| notice["what"] == "concurrent_edit").unwrap();
    let taken = on(&sub.host, bob.ask_nothing(&format!("/notices/{}/take", edit["id"].as_str().unwrap())));
    assert_eq!(taken, 204);
    until("the other value stands on the Main", || on(&main.host, ada.get(&path))["location"] == "as Main has it");
    until("it was dealt with on the Main too", || open_notices(&main, &ada).len() == 1);

    // A new name ends the other one by itself, everywhere.
    on(&main.host, ada.change(&format!("/viewers/{younger}"), &json!({"name": "Triplet"})));
    for (server, desk) in [(&main, &ada), (&sub, &bob)] {
        until("nothing is left to be looked at", || open_notices(server, desk).is_empty());
    }
    Ok(())
}

#[test]
fn lab_a_change_says_which_servers_have_it() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, sub, _bob, name) = pair(&lab.segment()?)?;
    let id = on(&main.host, ada.get("/viewers?q=Before"))["items"][0]["id"].as_str().unwrap().to_owned();
    let here = on(&main.host, ada.change_dot(&format!("/viewers/{id}"), &json!({"location": "Quay"})));
    let has = |dot: &str, server: &str| {
        let arrival = on(&main.host, ada.get(&format!("/changes/{dot}")));
        let servers = arrival["servers"].as_array().unwrap().clone();
        assert!(arrival["made_at"].is_i64() && servers.len() == 2, "{arrival}");
        servers.iter().find(|one| one["name"] == server).unwrap().clone()
    };
    assert_eq!(has(&here, &name)["has"], true);
    until("Pier has it", || has(&here, "Pier")["has"] == true);
    sub.host.card().cut()?;
    let later = on(&main.host, ada.change_dot(&format!("/viewers/{id}"), &json!({"location": "Jetty"})));
    assert_eq!(has(&later, "Pier")["has"], false);
    assert_eq!(has(&here, "Pier")["has"], true, "what it had stays known");
    sub.host.card().restore()?;
    until("Pier has that too", || has(&later, "Pier")["has"] == true);
    Ok(())
}

#[test]
fn lab_documents_in_which_two_servers_differ_are_named() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, _ada, mut sub, bob, name) = pair(&lab.segment()?)?;
    drop(bob);
    sub.kill();
    let spoil = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lan/spoil.py");
    let database = sub.data.path().join("signboard.db");
    let spoilt = std::process::Command::new("python3").arg(spoil).arg(database).status()?;
    assert!(spoilt.success());
    sub.run()?;
    for (server, other, here) in [(&main, "Pier", "Before"), (&sub, name.as_str(), "Spoilt")] {
        let named = format!("differ in: viewer \"{here}\"");
        until("the document is named where people look", || {
            server.sees(other)["why"].as_str().is_some_and(|why| why.contains(&named) && why.contains("Change these once more"))
        });
    }
    Ok(())
}
