//! Three servers that vote: one of them becomes the Main by itself when the present one falls silent, and only then.

use std::time::Instant;

use serde_json::{Value, json};
use testkit::lab::{Lab, Segment};

use crate::desk::{Desk, on};
use crate::running::until;
use crate::servers::{Server, pair};
use crate::servers_roles::{agree, backup, id_of, mains};

/// The shortest silence that can be set, in seconds.
const SILENCE_S: u64 = 20;

/// A Main, a Sub and a Backup with somebody at each.
struct Three {
    main: Server,
    ada: Desk,
    quay: Server,
    spare: Server,
    eve: Desk,
    /// Of the Main, the Sub and the Backup.
    ids: [Value; 3],
}

fn three(segment: &Segment) -> anyhow::Result<Three> {
    let (main, ada, quay, _cy, _) = pair(segment)?;
    let (spare, eve) = backup(segment, &main, "spare")?;
    let ids = [id_of(&main), id_of(&quay), id_of(&spare)];
    Ok(Three { main, ada, quay, spare, eve, ids })
}

/// Names these voters at the Main.
fn name(main: &Server, desk: &Desk, voters: &[Value]) -> (u16, Value) {
    on(&main.host, desk.put("/servers/voters", &json!({"servers": voters, "seconds": SILENCE_S})))
}

fn succession(server: &Server) -> Value {
    server.servers()["succession"].clone()
}

/// Waits until the voters know each other and the Main is heard by most of them.
fn settled(three: &Three) {
    until("the Main is heard", || succession(&three.main)["heard"] == true);
    for server in [&three.quay, &three.spare] {
        until("it knows the voters and can ask them", || {
            let known = succession(server);
            known["voters"].as_array().is_some_and(|voters| voters.len() == 3) && known["unreached"] == json!([])
        });
    }
}

/// Waits until a server has not heard the Main for so many seconds.
fn silent(server: &Server, seconds: u64) {
    until("the Main is silent", || succession(server)["silent_s"].as_u64().is_some_and(|silent| silent >= seconds));
}

#[test]
fn lab_three_voters_replace_a_main_that_dies_and_it_comes_back_as_a_backup() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let mut town = three(&lab.segment()?)?;
    let [main_id, quay_id, spare_id] = town.ids.clone();
    assert_eq!((&succession(&town.spare)["voters"], &succession(&town.main)["heard"]), (&json!([]), &json!(null)), "it is off");
    let said = town.main.command(&["servers"]);
    assert!(said.out.contains("no server takes over by itself"), "{said:?}");
    let refused = name(&town.main, &town.ada, &[main_id.clone(), quay_id.clone()]);
    assert_eq!(refused.0, 422, "{refused:?}");
    assert!(refused.1["error"]["message"].as_str().unwrap().contains("both would take over"), "{refused:?}");
    let elsewhere = name(&town.spare, &town.eve, &town.ids);
    assert_eq!((elsewhere.0, &elsewhere.1["error"]["code"]), (409, &json!("not_main")), "{elsewhere:?}");
    let named = name(&town.main, &town.ada, &town.ids);
    assert_eq!((named.0, &named.1["next"]), (200, &spare_id), "{named:?}");
    settled(&town);
    let said = town.quay.command(&["servers"]);
    assert!(said.out.contains("is silent for 20 s, spare takes over"), "{said:?}");

    let died = Instant::now();
    town.main.kill();
    agree(&[&town.quay, &town.spare], &spare_id);
    let took = died.elapsed().as_secs();
    assert!((SILENCE_S..=45).contains(&took), "{took} s");
    assert_eq!(town.quay.servers()["succession"]["term"], 1);
    until("the new Main is heard by most", || succession(&town.spare)["heard"] == true);
    let path = format!("/servers/{}", quay_id.as_str().unwrap());
    on(&town.spare.host, town.eve.change(&path, &json!({"name": "Named by the new Main"})));

    town.main.run()?;
    agree(&[&town.main, &town.quay, &town.spare], &spare_id);
    let own = town.spare.servers()["servers"].as_array().unwrap().iter().find(|one| one["id"] == main_id).cloned().unwrap();
    assert_eq!((&own["role"], &own["led_before"]), (&json!("backup"), &json!(true)));
    // A switch by hand goes on as ever, and the voters follow.
    let said = town.main.command(&["promote", "--planned"]);
    assert_eq!(said.code, 0, "{said:?}");
    agree(&[&town.main, &town.quay, &town.spare], &main_id);
    until("the first Main is heard again", || succession(&town.main)["heard"] == true);
    Ok(())
}

#[test]
fn lab_a_main_that_is_cut_off_from_most_steps_down_and_a_server_alone_is_never_promoted() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let mut town = three(&lab.segment()?)?;
    let [main_id, quay_id, spare_id] = town.ids.clone();
    assert_eq!(name(&town.main, &town.ada, &town.ids).0, 200);
    settled(&town);
    town.main.host.card().cut()?;
    until("the Main notices that nobody hears it", || succession(&town.main)["heard"] == false);
    let path = format!("/servers/{}", quay_id.as_str().unwrap());
    let refused = on(&town.main.host, town.ada.try_change(&path, &json!({"name": "Mine"})));
    assert_eq!((refused.0, &refused.1["error"]["code"]), (409, &json!("voters_not_heard")), "{refused:?}");
    // What everybody may do goes on.
    town.main.make(&town.ada, &["Made while cut off"]);
    agree(&[&town.quay, &town.spare], &spare_id);
    assert_eq!(mains(&town.main), std::slice::from_ref(&main_id), "it has not heard of the other one");
    town.main.host.card().restore()?;
    agree(&[&town.main, &town.quay, &town.spare], &spare_id);
    town.spare.shows(&town.eve, "Made while cut off");

    // Two of three are gone: the one that is left waits for twice the time, and does nothing.
    town.main.kill();
    town.spare.kill();
    silent(&town.quay, 2 * SILENCE_S + 5);
    assert_eq!(mains(&town.quay), std::slice::from_ref(&spare_id));
    assert_eq!(succession(&town.quay)["term"], 1, "it has not even voted");
    Ok(())
}

#[test]
fn lab_nobody_is_promoted_unless_people_want_that() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let mut town = three(&lab.segment()?)?;
    let [main_id, ..] = town.ids.clone();
    assert_eq!(name(&town.main, &town.ada, &town.ids).0, 200);
    settled(&town);
    assert_eq!(name(&town.main, &town.ada, &[]).0, 200);
    for server in [&town.quay, &town.spare] {
        until("it is off again, and settled", || {
            let known = succession(server);
            known["voters"] == json!([]) && known["settled"] == true
        });
    }
    town.main.kill();
    let died = Instant::now();
    until("more than the time has passed", || died.elapsed().as_secs() > 2 * SILENCE_S);
    for server in [&town.quay, &town.spare] {
        assert_eq!(mains(server), std::slice::from_ref(&main_id));
    }
    Ok(())
}
