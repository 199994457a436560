//! Which server is the Main: promoted, handed over, and after a split always exactly one.

use serde_json::{Value, json};
use testkit::lab::{Host, Lab, Segment};

use crate::desk::{Desk, on};
use crate::running::{both, signboard, until};
use crate::servers::{Server, pair};

/// A server more, which joined as a Backup.
pub(crate) fn backup(segment: &Segment, main: &Server, name: &str) -> anyhow::Result<(Server, Desk)> {
    let server = Server::start(segment.host(name)?)?;
    let said = main.command(&["server-token", "--name", name, "--role", "backup"]);
    assert_eq!(said.code, 0, "{said:?}");
    let said = server.command(&["join", said.out.trim()]);
    assert_eq!(said.code, 0, "{said:?}");
    main.meets(name);
    until("people can sign in there", || !server.servers()["servers"].as_array().unwrap().is_empty());
    let desk = server.sign_in();
    Ok((server, desk))
}

/// The id of a server.
pub(crate) fn id_of(server: &Server) -> Value {
    server.servers()["own"].clone()
}

/// The servers that are the Main in the eyes of this one.
pub(crate) fn mains(server: &Server) -> Vec<Value> {
    let servers = server.servers();
    let all = servers["servers"].as_array().unwrap();
    all.iter().filter(|one| one["role"] == "main").map(|one| one["id"].clone()).collect()
}

/// Waits until each of them knows the same one Main.
#[track_caller]
pub(crate) fn agree(servers: &[&Server], main: &Value) {
    for server in servers {
        until("all agree on one Main", || mains(server) == [main.clone()]);
    }
}

/// Waits until a search finds each of them with its role and its own name, in the order of the hosts' addresses.
#[track_caller]
fn found(from: &Host, roles: &[(&Server, &str, &str)]) {
    let mut wanted = Vec::new();
    for (server, role, name) in roles {
        wanted.push([format!("http://{}/", server.host.card().ipv4()), (*role).to_owned(), (*name).to_owned()]);
    }
    wanted.sort();
    until("a search tells each server's role", || {
        let said = signboard(from, &["discover", "--json", "--timeout", "2"]);
        let listed: Value = serde_json::from_str(&said.out).unwrap_or_default();
        let words =
            |one: &Value| [&one["addresses"][0], &one["role"], &one["server"]].map(|word| word.as_str().unwrap_or("").to_owned());
        let mut told: Vec<_> = listed.as_array().into_iter().flatten().map(words).collect();
        told.sort();
        told == wanted
    });
}

/// Promotes at the command line.
fn promote(server: &Server, words: &[&str]) {
    let said = server.command(&[&["promote"], words].concat());
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("is the Main now"), "{said:?}");
}

#[test]
fn lab_a_backup_is_promoted_and_the_cut_off_main_steps_down_when_they_meet() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (mut main, ada, quay, cy, name) = pair(&segment)?;
    let (spare, eve) = backup(&segment, &main, "spare")?;
    let (quay_id, spare_id) = (id_of(&quay), id_of(&spare));
    let quay_path = format!("/servers/{}", quay_id.as_str().unwrap());
    for refused in [quay.command(&["server-token"]), spare.command(&["server-token"])] {
        assert!(refused.code != 0 && refused.err.contains("only the Main"), "{refused:?}");
    }
    let screen = segment.host("screen")?;
    found(&screen, &[(&main, "main", &name), (&quay, "sub", "Pier"), (&spare, "backup", "spare")]);

    main.host.card().cut()?;
    until("the cut is noticed", || spare.sees(&name)["state"] == "not_connected");
    promote(&spare, &[]);
    assert_eq!(mains(&spare), std::slice::from_ref(&spare_id));
    agree(&[&quay], &spare_id);
    // Editing goes on, on both sides, and so do the duties of either Main.
    spare.make(&eve, &["From the new Main"]);
    quay.shows(&cy, "From the new Main");
    on(&spare.host, eve.change(&quay_path, &json!({"name": "Named by the new Main"})));
    main.make(&ada, &["From the old Main"]);
    on(&main.host, ada.change(&quay_path, &json!({"name": "Named by the old Main, later"})));

    main.host.card().restore()?;
    agree(&[&main, &quay, &spare], &spare_id);
    found(&screen, &[(&main, "backup", &name), (&quay, "sub", "Named by the new Main"), (&spare, "main", "spare")]);
    spare.meets(&name);
    let own = main.sees(&name);
    assert_eq!((&own["role"], &own["led_before"]), (&json!("backup"), &json!(true)));
    for (server, desk) in [(&main, &ada), (&quay, &cy), (&spare, &eve)] {
        for screen in ["Before", "From the new Main", "From the old Main"] {
            server.shows(desk, screen);
        }
        until("what the newer Main wrote stands, though it is the earlier one", || {
            on(&server.host, desk.get(&quay_path))["name"] == "Named by the new Main"
        });
    }
    let refused = on(&main.host, ada.try_change(&quay_path, &json!({"name": "Mine"})));
    assert_eq!((refused.0, &refused.1["error"]["code"]), (409, &json!("not_main")), "{refused:?}");

    // It stays so over a restart.
    main.kill();
    main.run()?;
    agree(&[&main], &spare_id);
    spare.meets(&name);
    until("all are equal", || main.state(&main.sign_in()) == spare.state(&eve) && quay.state(&cy) == spare.state(&eve));
    Ok(())
}

#[test]
fn lab_a_planned_switch_hands_over_in_order_and_needs_the_main() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (main, ada, quay, cy, name) = pair(&segment)?;
    let (main_id, quay_id) = (id_of(&main), id_of(&quay));
    main.make(&ada, &["One", "Two", "Three"]);
    promote(&quay, &["--planned"]);
    assert_eq!(mains(&quay), std::slice::from_ref(&quay_id));
    for screen in ["Before", "One", "Two", "Three"] {
        quay.shows(&cy, screen);
    }
    agree(&[&main], &quay_id);
    assert_eq!(main.sees(&name)["role"], "backup");
    // Back again, by the button.
    let back = on(&main.host, ada.post("/servers/promote", &json!({"planned": true})));
    assert_eq!((&back["main"], &back["epoch"]), (&main_id, &json!(2)));
    agree(&[&main, &quay], &main_id);
    assert_eq!(quay.sees("Pier")["role"], "sub", "it is again what it was set up as");

    main.host.card().cut()?;
    until("the cut is noticed", || quay.sees(&name)["state"] == "not_connected");
    let refused = quay.command(&["promote", "--planned"]);
    assert!(refused.code != 0 && refused.err.contains("cannot be asked to hand over"), "{refused:?}");
    main.host.card().restore()?;
    main.meets("Pier");
    agree(&[&main, &quay], &main_id);
    Ok(())
}

#[test]
fn lab_of_two_that_are_promoted_at_once_one_stays_the_main() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (mut main, _ada, quay, cy, _) = pair(&segment)?;
    let (spare, eve) = backup(&segment, &main, "spare")?;
    main.kill();
    // They hold no session with each other as long as neither leads.
    both(|| promote(&quay, &[]), || promote(&spare, &[]));
    quay.make(&cy, &["From Quay"]);
    spare.make(&eve, &["From Spare"]);
    let ids = [id_of(&quay), id_of(&spare)];
    let larger = ids.iter().max_by_key(|id| id.as_str().unwrap().to_owned()).unwrap();
    agree(&[&quay, &spare], larger);
    quay.shows(&cy, "From Spare");
    spare.shows(&eve, "From Quay");
    main.run()?;
    agree(&[&main], larger);
    let ada = main.sign_in();
    for screen in ["Before", "From Quay", "From Spare"] {
        main.shows(&ada, screen);
    }
    Ok(())
}

#[test]
fn lab_of_two_histories_of_a_restored_server_people_choose_one() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (main, ada, pier, bob, name) = pair(&segment)?;
    // Quay follows Pier besides the Main, so that it meets either one.
    let mut quay = Server::start(segment.host("quay")?)?;
    let said = main.command(&["server-token", "--name", "Quay", "--parent", "Pier"]);
    assert_eq!(quay.command(&["join", said.out.trim()]).code, 0);
    main.meets("Quay");
    pier.meets("Quay");
    quay.kill();
    let backup = tempfile::tempdir()?;
    let copied = std::process::Command::new("cp").args(["-a", "."]).arg(backup.path()).current_dir(quay.data.path()).status()?;
    assert!(copied.success());

    // What Quay then made is known to the Main alone.
    pier.host.card().cut()?;
    quay.run()?;
    quay.make(&quay.sign_in(), &["Before the restore"]);
    main.shows(&ada, "Before the restore");
    quay.kill();
    // Its old disk comes back, and meets Pier alone.
    main.host.card().cut()?;
    pier.host.card().restore()?;
    let emptied = std::process::Command::new("find").arg(quay.data.path()).args(["-mindepth", "1", "-delete"]).status()?;
    assert!(emptied.success());
    let restored =
        std::process::Command::new("cp").args(["-a", "."]).arg(quay.data.path()).current_dir(backup.path()).status()?;
    assert!(restored.success());
    quay.run()?;
    quay.make(&quay.sign_in(), &["After the restore"]);
    pier.shows(&bob, "After the restore");
    quay.kill();

    main.host.card().restore()?;
    until("the two hold each other back", || pier.sees(&name)["fork"] == json!(true) && main.sees("Pier")["fork"] == json!(true));
    assert!(pier.names(&bob).iter().all(|screen| screen != "Before the restore"), "nothing was mixed");
    let path = format!("/servers/{}/rebuild-from", id_of(&main).as_str().unwrap());
    pier.make(&bob, &["Made at Pier itself"]);
    assert_eq!(on(&pier.host, bob.ask_nothing(&path)), 204);
    pier.meets(&name);
    for (server, desk) in [(&main, &ada), (&pier, &bob)] {
        server.shows(desk, "Before the restore");
        server.shows(desk, "Made at Pier itself");
        assert!(server.names(desk).iter().all(|screen| screen != "After the restore"), "the other history counts");
    }
    // It was written before the new state stood.
    let file = std::fs::read_dir(pier.data.path().join("server/left-out"))?.next().unwrap()?;
    assert!(std::fs::read_to_string(file.path())?.contains("After the restore"));
    Ok(())
}
