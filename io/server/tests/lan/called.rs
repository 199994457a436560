//! Screens that are called by name: by group, alone, and by `signboard wake NAME`.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::lab::{Capture, Lab};

use crate::desk::{Desk, on};
use crate::running::{PATIENCE, Running, Town, signboard};

const PASSWORD: &str = "a long way to the harbour";
/// What must not come is not waited for much longer.
const BRIEF: Duration = Duration::from_millis(500);

fn mac(last: u8) -> String {
    format!("00:11:22:aa:bb:{last:02x}")
}

/// The magic packets by IPv4 that arrive, as the last byte of the card's address with the UDP port: waits for so many, and a little for more.
fn heard(capture: &Capture, count: usize) -> Vec<(u8, u16)> {
    let is_ours = |frame: &[u8]| {
        let is_udp = frame.get(12..14) == Some(&[0x08, 0x00]) && frame.get(23) == Some(&17);
        is_udp && frame.len() == 144 && frame[42..53] == [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x11, 0x22, 0xaa, 0xbb]
    };
    let mut heard = Vec::new();
    while let Some(frame) = capture.find(if heard.len() < count { PATIENCE } else { BRIEF }, is_ours).unwrap() {
        heard.push((frame[53], u16::from_be_bytes([frame[36], frame[37]])));
    }
    heard.sort_unstable();
    heard
}

#[test]
fn lab_a_group_is_called_with_the_groups_inside_and_a_screen_alone() -> anyhow::Result<()> {
    let Some(town) = Town::open(&[])? else { return Ok(()) };
    let running = Running::start(&town.server, &["wake.per-second=1"])?;
    let line = running.program.wait_for("/setup?link=", PATIENCE)?;
    let link = line.split_once("link=").unwrap().1.trim().to_owned();
    let desk = on(&town.server, Desk::set_up(&link));
    let (outer, pier, quay, shed, gate) = on(&town.server, async {
        let mut screens = Vec::new();
        for name in ["Pier", "Quay", "Shed", "Gate"] {
            screens.push(desk.make("/viewers", json!({"name": name})).await);
        }
        let (outer, inner) =
            (desk.make("/groups", json!({"name": "Harbour"})).await, desk.make("/groups", json!({"name": "Piers"})).await);
        let [pier, quay, shed, gate] = <[String; 4]>::try_from(screens).unwrap();
        for (group, member) in [
            (&outer, json!({"group": inner})),
            (&inner, json!({"viewer": pier})),
            (&outer, json!({"viewer": quay})),
            (&outer, json!({"viewer": shed})),
        ] {
            desk.make("/memberships", json!({"group": group, "member": member})).await;
        }
        for (viewer, last) in [(&pier, 1), (&quay, 2), (&gate, 3)] {
            desk.make("/network-cards", json!({"viewer": viewer, "mac": mac(last)})).await;
        }
        let eve = desk.make("/users", json!({"login": "eve", "name": "Eve", "password": PASSWORD})).await;
        desk.make("/grants", json!({"user": eve, "role": "observer", "scope": "all"})).await;
        (outer, pier, quay, shed, gate)
    });
    let (by_group, alone) = (format!("/groups/{outer}/wake"), format!("/viewers/{gate}/wake"));
    let capture = town.screen.capture("eth0")?;

    let eve = on(&town.server, Desk::sign_in("eve", PASSWORD));
    for path in [&by_group, &alone] {
        let (status, answer) = on(&town.server, eve.ask(path, &json!({})));
        assert_eq!((status, &answer["error"]["code"]), (403, &json!("forbidden")), "{path}: {answer}");
    }
    assert_eq!(heard(&capture, 0), [], "who may only look calls nobody");

    let since = Instant::now();
    let (status, answer) = on(&town.server, desk.ask(&by_group, &json!({})));
    let expected = json!({
        "called": [{"id": pier, "name": "Pier"}, {"id": quay, "name": "Quay"}],
        "without_card": [{"id": shed, "name": "Shed"}], "cards": 2, "seconds": 1,
    });
    assert_eq!((status, answer), (202, expected));
    assert_eq!(heard(&capture, 4), [(1, 7), (1, 9), (2, 7), (2, 9)]);
    // One each second: the second card cannot have been called earlier than that.
    assert!(since.elapsed() >= Duration::from_secs(1) + BRIEF, "{:?}", since.elapsed());

    let (status, answer) = on(&town.server, desk.ask(&alone, &json!({})));
    let expected = json!({"called": [{"id": gate, "name": "Gate"}], "without_card": [], "cards": 1, "seconds": 0});
    assert_eq!((status, answer), (202, expected));
    assert_eq!(heard(&capture, 2), [(3, 7), (3, 9)]);

    let (status, answer) = on(&town.server, desk.ask(&format!("/viewers/{shed}/wake"), &json!({})));
    let text = answer["error"]["message"].as_str().unwrap_or_default();
    assert!(status == 409 && text.contains("no network card is known"), "{status} {answer}");

    let data = running.data.path().to_str().unwrap();
    let called = signboard(&town.server, &["wake", "Pier", "--data", data]);
    assert_eq!(called.code, 0, "{called:?}");
    assert!(called.out.contains("Pier: its network card was called on UDP 9 and 7"), "{called:?}");
    assert_eq!(heard(&capture, 2), [(1, 7), (1, 9)]);
    let unknown = signboard(&town.server, &["wake", "Shed", "--data", data]);
    assert!(unknown.code != 0 && unknown.err.contains("no network card is known of \"Shed\""), "{unknown:?}");
    assert_eq!(heard(&capture, 0), []);
    Ok(())
}

#[test]
fn lab_only_the_chosen_interface_calls() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (first, second) = (lab.segment()?, lab.segment()?);
    let (server, near, far) = (first.host("server")?, first.host("near")?, second.host("far")?);
    let _card = server.plug(&second, "eth1")?;
    let (near, far) = (near.capture("eth0")?, far.capture("eth0")?);
    let both = signboard(&server, &["wake", &mac(1)]);
    assert_eq!(both.code, 0, "{both:?}");
    assert_eq!((heard(&near, 2), heard(&far, 2)), (vec![(1, 7), (1, 9)], vec![(1, 7), (1, 9)]), "all interfaces as a rule");

    let running = Running::start(&server, &["wake.interface=eth1"])?;
    let line = running.program.wait_for("/setup?link=", PATIENCE)?;
    let desk = on(&server, Desk::set_up(line.split_once("link=").unwrap().1.trim()));
    let path = on(&server, async {
        let pier = desk.make("/viewers", json!({"name": "Pier"})).await;
        desk.make("/network-cards", json!({"viewer": pier, "mac": mac(2)})).await;
        format!("/viewers/{pier}/wake")
    });
    let (status, answer) = on(&server, desk.ask(&path, &json!({})));
    assert_eq!(status, 202, "{answer}");
    assert_eq!(heard(&far, 2), [(2, 7), (2, 9)]);
    let alone = signboard(&server, &["wake", &mac(3), "--set", "wake.interface=eth1"]);
    assert_eq!(alone.code, 0, "{alone:?}");
    assert_eq!((heard(&far, 2), heard(&near, 0)), (vec![(3, 7), (3, 9)], vec![]));
    let wrong = signboard(&server, &["wake", &mac(4), "--set", "wake.interface=eth7"]);
    assert!(wrong.code == 69 && wrong.err.contains("\"eth7\"") && wrong.err.contains("eth0, eth1"), "{wrong:?}");
    Ok(())
}
