//! What must not spread: foreign servers, copies, old disks, other versions, wrong clocks, and full disks. Each is named
//! where people look, with what to do, and nothing is lost.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use tempfile::TempDir;
use testkit::lab::Lab;

use super::clock::{self, Clock};
use super::mutants;
use crate::desk::on;
use crate::running::{PATIENCE, until};
use crate::servers::{Server, Start, name_of_main, pair};

/// What one server shows of another: how they stand, and why.
pub(super) fn seen(server: &Server, name: &str) -> (String, String) {
    let seen = server.sees(name);
    (seen["state"].as_str().unwrap_or_default().to_owned(), seen["why"].as_str().unwrap_or_default().to_owned())
}

/// Waits until a server says all of these words about another one.
#[track_caller]
pub(super) fn says(server: &Server, name: &str, words: &[&str]) {
    let mut last = String::new();
    let end = std::time::Instant::now() + PATIENCE;
    while !words.iter().all(|word| last.contains(word)) {
        assert!(std::time::Instant::now() < end, "{words:?} about {name} within {PATIENCE:?}: {last}");
        last = seen(server, name).1;
    }
}

fn copied(from: &Path) -> anyhow::Result<TempDir> {
    let to = tempfile::tempdir()?;
    let status = Command::new("cp").arg("-a").arg(from.join(".")).arg(to.path()).status()?;
    anyhow::ensure!(status.success(), "cp: {status}");
    Ok(to)
}

#[test]
fn lab_a_server_of_another_installation_is_named_and_gets_nothing() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, mut sub, _bob, _) = pair(&lab.segment()?)?;
    sub.kill();
    main.make(&ada, &["Secret place"]);
    // Another installation stands where the Sub was.
    let Server { host, .. } = sub;
    let foreign = Server::start(host)?;
    let cy = foreign.set_up()?;
    says(&main, "Pier", &["another installation"]);
    assert_eq!(foreign.names(&cy), [] as [&str; 0]);
    assert_eq!(main.sees("Pier")["pending_out"], 1, "it waits for the right one");
    Ok(())
}

#[test]
fn lab_a_copy_of_a_server_is_refused_and_named() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let segment = lab.segment()?;
    let (main, ada, mut sub, _bob, name) = pair(&segment)?;
    sub.kill();
    let disk = copied(sub.data.path())?;
    sub.run()?;
    main.meets("Pier");
    let copy = Server::start_on(segment.host("copy")?, Start::default(), disk)?;
    says(&main, "Pier", &["runs twice", "Switch the copy off", &copy.host.card().ipv4().to_string()]);
    says(&copy, &name, &["runs twice"]);
    // The right one goes on all the while, and what people do at the copy reaches nobody.
    let stranger = copy.sign_in();
    copy.make(&stranger, &["At the copy"]);
    main.make(&ada, &["At Main"]);
    let bob = sub.sign_in();
    sub.shows(&bob, "At Main");
    sub.make(&bob, &["At the Sub"]);
    main.shows(&ada, "At the Sub");
    assert!(!main.names(&ada).contains(&"At the copy".to_owned()));
    Ok(())
}

#[test]
fn lab_a_server_on_an_old_disk_says_so_and_gets_its_changes_back() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, mut sub, _bob, name) = pair(&lab.segment()?)?;
    sub.kill();
    let backup = copied(sub.data.path())?;
    sub.run()?;
    let bob = sub.sign_in();
    sub.make(&bob, &["After the backup"]);
    main.shows(&ada, "After the backup");
    sub.kill();
    let Server { host, .. } = sub;
    let sub = Server::start_on(host, Start::default(), backup)?;
    let bob = sub.sign_in();
    sub.shows(&bob, "After the backup");
    sub.meets(&name);
    main.meets("Pier");
    assert_eq!(main.state(&ada), sub.state(&bob));
    says(&main, "Pier", &["older state of this server's disk", "nothing is to be done"]);
    let own = sub.servers()["servers"][0].clone();
    assert!(own["why"].as_str().unwrap().contains("older state of this server's disk"), "{own}");
    Ok(())
}

#[test]
fn lab_a_server_with_another_protocol_is_named_and_loses_nothing() -> anyhow::Result<()> {
    let Some(program) = mutants::next()? else { return Ok(()) };
    let Some(lab) = Lab::open()? else { return Ok(()) };
    let (main, ada, mut sub, bob, name) = pair(&lab.segment()?)?;
    drop(bob);
    sub.kill();
    let Server { host, data, .. } = sub;
    let start = Start { program: Some(program), environment: vec![("XTASK_MUTANT".into(), "version".into())] };
    let mut sub = Server::start_on(host, start, data)?;
    let bob = sub.sign_in();
    sub.make(&bob, &["From the future"]);
    for (server, other) in [(&main, "Pier"), (&sub, name.as_str())] {
        says(server, other, &["versions", "Update the older one"]);
    }
    assert!(!main.names(&ada).contains(&"From the future".to_owned()));
    // The older one is updated, so to speak.
    sub.kill();
    let Server { host, data, .. } = sub;
    let sub = Server::start_on(host, Start::default(), data)?;
    main.shows(&ada, "From the future");
    sub.meets(&name);
    Ok(())
}

#[test]
fn lab_a_clock_that_is_a_year_off_is_named_and_spreads_nothing() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[clock::PROGRAM])? else { return Ok(()) };
    let segment = lab.segment()?;
    let clock = Clock::new()?;
    let start = Start { environment: clock.environment()?, ..Start::default() };
    let (main, mut sub) = (Server::start(segment.host("main")?)?, Server::start_as(segment.host("sub")?, start)?);
    let ada = main.set_up()?;
    assert_eq!(sub.command(&["join", &main.token("Pier")]).code, 0);
    main.meets("Pier");
    let name = name_of_main(&main);
    sub.kill();
    clock.set(366 * 86_400)?;
    sub.run()?;
    for (server, other) in [(&main, "Pier"), (&sub, name.as_str())] {
        says(server, other, &["clock"]);
        assert_ne!(seen(server, other).0, "connected");
    }
    let bob = sub.sign_in();
    sub.make(&bob, &["Next year"]);
    assert!(!main.names(&ada).contains(&"Next year".to_owned()));

    // Set right, it is met at once, and an edit of today beats one of next year that its author saw.
    sub.kill();
    clock.set(0)?;
    sub.run()?;
    main.shows(&ada, "Next year");
    let screen = on(&main.host, ada.get("/viewers?q=Next"))["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/viewers/{screen}");
    on(&main.host, ada.change(&path, &json!({"location": "today"})));
    main.meets("Pier");
    let bob = sub.sign_in();
    until("the edit of today is there", || on(&sub.host, bob.get(&path))["location"] == "today");
    Ok(())
}

/// A data folder on a file system of 48 MiB, unmounted when dropped.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(folder: &Path) -> anyhow::Result<Self> {
        let status = Command::new("mount").args(["-t", "tmpfs", "-o", "size=48m", "tmpfs"]).arg(folder).status()?;
        anyhow::ensure!(status.success(), "a small disk cannot be mounted: {status}");
        Ok(Self(folder.to_owned()))
    }

    /// Takes all that is left.
    fn fill(&self) -> anyhow::Result<std::path::PathBuf> {
        let path = self.0.join("filler");
        let mut file = std::fs::File::create(&path)?;
        for size in [1 << 20, 4_096, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        Ok(path)
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn lab_a_full_disk_is_named_at_both_ends_and_goes_on_when_there_is_room() -> anyhow::Result<()> {
    let Some(lab) = Lab::open()? else { return Ok(()) };
    // A host sees what was mounted before it was made; the folder must outlive the disk in it.
    let data = tempfile::tempdir()?;
    let disk = SmallDisk::mount(data.path())?;
    let segment = lab.segment()?;
    let main = Server::start(segment.host("main")?)?;
    let sub = Server::start_on(segment.host("sub")?, Start::default(), data)?;
    let ada = main.set_up()?;
    assert_eq!(sub.command(&["join", &main.token("Pier")]).code, 0);
    main.meets("Pier");
    let name = name_of_main(&main);
    let filler = disk.fill()?;
    // Its journal may have room left from before; that does not last for long.
    let mut made = 0;
    until("the Sub is full", || {
        made += 1;
        main.make(&ada, &[&format!("Screen {made}")]);
        seen(&main, "Pier").0 == "held"
    });
    for (server, other) in [(&main, "Pier"), (&sub, name.as_str())] {
        says(server, other, &["disk is full", "Free some space"]);
    }
    assert_ne!(main.sees("Pier")["pending_out"], 0);
    std::fs::remove_file(filler)?;
    main.meets("Pier");
    sub.meets(&name);
    let bob = sub.sign_in();
    assert_eq!(main.state(&ada), sub.state(&bob));
    drop(sub);
    Ok(())
}
