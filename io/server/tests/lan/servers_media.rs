//! Media between servers: what is fetched and what is not, over a slow line, and after a power cut.

use std::sync::mpsc;

use serde_json::json;
use testkit::lab::Lab;

use crate::desk::on;
use crate::running::until;
use crate::servers::{Server, pair};
use crate::servers_files::{has, picture, set, stored, uploaded};
use crate::woken::Screen;

/// What one stream may have on its way, and so has to get again at the most; and the streams of one file.
const AGAIN: u64 = 4 * (2 << 20);

#[test]
fn lab_a_fetch_goes_on_where_it_was_when_the_program_is_killed() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, mut sub, bob, name) = pair(&lab.segment()?)?;
    drop(bob);
    let week = ["mo", "tu", "we", "th", "fr", "sa", "su"];
    set(&main, &ada, "Pier", &json!({"keeps": "all", "limits": [{"days": week, "receive": 5_000_000}]}));
    until("the limit holds at both ends", || {
        main.sees("Pier")["send_limit"] == 5_000_000 && sub.sees(&name)["receive_limit"] == 5_000_000
    });
    let film = picture(1, 36 << 20);
    let record = uploaded(&main, &ada, "film.png", film.clone());
    until("half of it has come", || sub.sees(&name)["files_received"].as_u64() > Some(18 << 20));
    sub.kill();
    until("the Main has heard of it", || main.sees("Pier")["state"] == "not_connected");
    let half = main.sees("Pier")["files_sent"].as_u64().unwrap();
    assert!(half < film.len() as u64, "it was in the middle of the file: {half}");
    sub.run()?;
    has(&sub, &record, &film);
    let sent = main.sees("Pier")["files_sent"].as_u64().unwrap();
    // Besides the file: its list of groups, asked for twice, and the thumbnail.
    let most = film.len() as u64 + AGAIN + 100_000;
    assert!(sent <= most, "{} bytes were sent again", sent - film.len() as u64);
    Ok(())
}

#[test]
fn lab_a_sub_fetches_what_its_screens_need_and_the_rest_when_somebody_asks() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, sub, bob, _) = pair(&lab.segment()?)?;
    let (shown, other) = (picture(2, 3 << 20), picture(3, 5 << 20));
    let other_record = uploaded(&main, &ada, "other.png", other.clone());
    let record = uploaded(&main, &ada, "shown.png", shown.clone());

    let screen = Screen::new("127.0.0.1".to_owned());
    on(&sub.host, screen.introduce());
    let code = on(&sub.host, bob.get("/devices/pending"))[0]["code"].clone();
    let viewer = on(&sub.host, bob.post("/devices/approve", &json!({"code": code, "name": "Bridge"})))["id"].clone();
    let (go, told) = mpsc::channel();
    let staying = sub.host.spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(screen.stay(told));
    });
    main.shows(&ada, "Bridge");
    let row = json!({
        "content": {"media": record["id"]}, "destination": {"viewer": viewer},
        "when": {"from": "2026-01-01T00:00:00", "until": null, "zone": null, "recurrence": null},
    });
    on(&main.host, ada.post("/schedules", &row));
    has(&sub, &record, &shown);

    until("nothing is missing that is needed", || sub.servers()["missing"]["files"] == 0);
    let hash = other_record["hash"].as_str().unwrap();
    assert!(!stored(&sub, hash).exists(), "no screen of this server shows it");
    assert!(stored(&sub, other_record["thumbnail"].as_str().unwrap()).exists(), "people look through the library everywhere");
    let (status, came) = on(&sub.host, bob.file(hash));
    assert!(status == 200 && came == other, "somebody who asks gets it: {status}");
    assert!(stored(&sub, hash).exists());
    assert_eq!(on(&sub.host, bob.file(&"0".repeat(64))).0, 404, "what no record names is not looked for");
    go.send(())?;
    staying.join().unwrap();
    Ok(())
}

#[test]
fn lab_spoilt_media_are_found_and_mended_from_the_other_server_and_never_given_on() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, sub, bob, name) = pair(&lab.segment()?)?;
    set(&main, &ada, "Pier", &json!({"keeps": "all"}));
    let film = picture(4, 6 << 20);
    let record = uploaded(&main, &ada, "film.png", film.clone());
    has(&sub, &record, &film);
    let hash = record["hash"].as_str().unwrap();
    let spoil = |server: &Server, at: usize| {
        let mut bytes = film.clone();
        bytes[at] ^= 4;
        std::fs::write(stored(server, hash), bytes).unwrap();
    };

    spoil(&sub, 3_000_000);
    let before = sub.sees(&name)["files_received"].as_u64().unwrap();
    assert_eq!(on(&sub.host, bob.ask_nothing("/servers/check-media")), 204);
    until("the spoilt file is told and mended", || {
        let check = &sub.servers()["check"];
        check["spoilt"][0]["hash"] == hash && check["spoilt"][0]["mended_at"].is_i64() && check["ended"].is_i64()
    });
    has(&sub, &record, &film);
    let again = sub.sees(&name)["files_received"].as_u64().unwrap() - before;
    assert!(again < 2 << 20, "only the group that was spoilt came again: {again} bytes");
    let aside = std::fs::read(sub.data.path().join("quarantine").join(hash))?;
    assert_eq!(aside.iter().zip(&film).filter(|(one, other)| one != other).count(), 1, "the spoilt one is kept aside");

    // Main's is spoilt in the part that the Sub lacks, and nobody knows: who fetches it finds out and takes nothing, and Main sets its own aside.
    spoil(&main, 2_200_000);
    std::fs::remove_file(stored(&sub, hash))?;
    let (status, _) = on(&sub.host, bob.file(hash));
    assert_eq!(status, 503, "what is not right is not given on");
    assert!(!stored(&sub, hash).exists());
    until("Main has set its own aside", || main.servers()["check"]["spoilt"][0]["hash"] == hash);
    assert!(!stored(&main, hash).exists());
    Ok(())
}
