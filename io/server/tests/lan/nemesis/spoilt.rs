//! A disk that spoils the database: it is named where people look, with what to do, and nothing of it spreads.

use std::path::Path;
use std::process::Command;

use testkit::lab::Lab;

use super::wrong::says;
use crate::running::{PATIENCE, until};
use crate::servers::pair;

/// A document becomes another one, and the log stays as it is.
const TAMPER: &str = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute('UPDATE document SET body = replace(body, ?, ?) WHERE kind = ?', ('Before', 'Spoilt', 'viewer'))
db.commit()";

/// Overwrites every place of the database in which `text` stands, as a disk would: nobody's sums are told of it.
fn spoil(data: &Path, text: &str, other: &str) -> anyhow::Result<usize> {
    assert_eq!(text.len(), other.len());
    let path = data.join("signboard.db");
    let mut bytes = std::fs::read(&path)?;
    let places: Vec<usize> =
        bytes.windows(text.len()).enumerate().filter(|(_, part)| *part == text.as_bytes()).map(|(place, _)| place).collect();
    for place in &places {
        bytes[*place..*place + other.len()].copy_from_slice(other.as_bytes());
    }
    std::fs::write(path, bytes)?;
    Ok(places.len())
}

#[test]
fn lab_what_a_disk_spoilt_is_named_and_never_spread() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, mut sub, bob, name) = pair(&lab.segment()?)?;
    sub.host.card().cut()?;
    sub.make(&bob, &["Early", "Kiosk at sea", "Late"]);
    sub.stop()?;
    assert!(spoil(sub.data.path(), "Kiosk at sea", "Kiosk at set")? >= 2, "the document and the log");
    sub.host.card().restore()?;
    sub.run()?;
    // What was made before is sent; the spoilt entry, and what comes after it, is not.
    main.shows(&ada, "Early");
    let words = ["Stored data of this server are damaged", "not sent to others", "run `signboard rebuild`"];
    says(&main, "Pier", &words);
    let own = || sub.servers()["servers"][0]["why"].as_str().unwrap_or_default().to_owned();
    until("it is named at the server itself", || words.iter().all(|word| own().contains(word)));
    let doctor = sub.command(&["doctor"]);
    assert!(doctor.code != 0 && doctor.out.contains("Stored data of this server are damaged"), "{doctor:?}");
    assert_eq!(main.sees("Pier")["pending_in"], 2);
    let bob = sub.sign_in();
    // What others make it takes in.
    main.make(&ada, &["Meanwhile"]);
    sub.shows(&bob, "Meanwhile");
    let seen = main.names(&ada);
    assert!(!seen.iter().any(|screen| screen.starts_with("Kiosk") || screen == "Late"), "{seen:?}");

    // It is rebuilt as it says: what can be read and fits is taken in, the rest is kept for people.
    sub.stop()?;
    let said = sub.command(&["rebuild"]);
    assert!(said.code == 0 && said.out.contains("set aside"), "{said:?}");
    sub.run()?;
    main.meets("Pier");
    sub.meets(&name);
    let bob = sub.sign_in();
    assert_eq!(sub.names(&bob), main.names(&ada));
    until("what did not fit is kept for people", || {
        let Ok(mut files) = std::fs::read_dir(sub.data.path().join("server/left-out")) else { return false };
        let text = files.next().and_then(|file| std::fs::read_to_string(file.ok()?.path()).ok()).unwrap_or_default();
        text.contains("Kiosk at set") && text.contains("Late")
    });
    assert_eq!(sub.servers()["servers"][0]["why"], "", "it is sound");
    Ok(())
}

#[test]
fn lab_changes_that_only_a_damaged_database_has_come_to_the_others() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, mut sub, bob, name) = pair(&lab.segment()?)?;
    sub.host.card().cut()?;
    sub.make(&bob, &["Only here", "This too"]);
    let running = sub.command(&["rebuild"]);
    assert!(running.code != 0 && running.err.contains("in use"), "{running:?}");
    sub.stop()?;
    let status = Command::new("python3").args(["-c", TAMPER]).arg(sub.data.path().join("signboard.db")).status()?;
    assert!(status.success());
    sub.run()?;
    until("it is named at the server itself", || {
        sub.servers()["servers"][0]["why"].as_str().is_some_and(|why| why.contains("are damaged"))
    });
    sub.stop()?;
    assert_eq!(sub.command(&["rebuild"]).code, 0);
    sub.run()?;
    sub.host.card().restore()?;
    main.shows(&ada, "Only here");
    main.shows(&ada, "This too");
    main.meets("Pier");
    sub.meets(&name);
    let bob = sub.sign_in();
    assert_eq!(main.state(&ada), sub.state(&bob));
    let alone = main.command(&["rebuild"]);
    assert!(alone.code != 0 && alone.err.contains("did not join another one"), "{alone:?}");
    Ok(())
}

#[test]
fn lab_a_database_that_cannot_be_read_at_the_start_says_what_to_do() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (_main, _ada, mut sub, _bob, _) = pair(&lab.segment()?)?;
    sub.stop()?;
    let path = sub.data.path().join("signboard.db");
    let mut bytes = std::fs::read(&path)?;
    // Every second page but the first ones, which say what the tables are.
    let pages = bytes.len() / 4_096;
    for page in (pages / 2..pages).step_by(2) {
        bytes[page * 4_096..(page + 1) * 4_096].fill(0xa5);
    }
    std::fs::write(&path, bytes)?;
    let doctor = sub.command(&["doctor"]);
    assert!(doctor.code != 0 && doctor.out.contains("Stored data of this server are damaged"), "{doctor:?}");
    let mut program = sub.begin()?;
    program.wait_for("is damaged", PATIENCE)?;
    assert!(!program.wait()?.success());
    let told = program.lines().join("\n");
    assert!(told.contains("backup") && told.contains("signboard rebuild"), "{told}");
    Ok(())
}
