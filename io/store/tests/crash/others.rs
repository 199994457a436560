//! A server that is killed while it takes in what others have: what it acknowledged is there, and a state is joined whole or not at all.

use std::io::{BufRead, BufReader, Cursor};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use domain::log::Change;
use domain::stamp::VersionVector;
use store::{Origin, Sending};
use tempfile::TempDir;
use uuid::Uuid;

use crate::ground::{Site, edit, insert, open_folder, update};
use crate::{check_log, say};

/// Folders of the two servers.
const FOLDER: &str = "XTASK_CRASH_OTHERS";
const INSTALLATION: Uuid = Uuid::from_u128(4711);
/// Entries that the first server has.
const ENTRIES: u128 = 1_600;
/// Entries of a batch that is written while it is judged.
const LARGE: usize = 70;
/// Batches that are acknowledged before a round may end.
const ENOUGH: usize = 8;

fn rounds() -> u64 {
    let long = std::env::var_os("XTASK_LONG").is_some() || std::env::var("CI").as_deref() == Ok("true");
    if long { 60 } else { 5 }
}

/// A first server with some history, and an empty folder for the second.
async fn ground() -> TempDir {
    let folder = TempDir::new().unwrap();
    let one = open_folder(&folder.path().join("one")).await;
    for id in 1..=ENTRIES / 4 {
        let write = async |edits| one.writer.write(Origin::default(), edits).await.unwrap();
        tokio::join!(
            write(vec![insert("viewer", id, "Gate"), insert("group", id, "Harbour")]),
            write(vec![insert("viewer", 1_000 + id, "Pier")]),
            write(vec![update("viewer", 1_000 + id, "Quay")]),
            write(vec![edit("group", id, Change::Delete)]),
        );
    }
    one.close().await;
    folder
}

fn start(folder: &Path, child: &str) -> (Child, BufReader<ChildStdout>) {
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", child, "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(server.stdout.take().unwrap());
    (server, output)
}

/// Kills the server some time after it said `count` lines that begin with `word`; returns the last of what it said after the word.
fn run_and_kill(folder: &Path, child: &str, (word, count): (&str, usize), wait: Duration) -> Option<String> {
    let (mut server, output) = start(folder, child);
    let (mut killer, mut said, mut last) = (None, 0, None);
    for line in output.lines() {
        let line = line.unwrap();
        let Some(rest) = line.strip_prefix(word).and_then(|rest| rest.strip_suffix(" .")) else { continue };
        said += 1;
        last = Some(rest.trim().to_owned());
        if said == count {
            let pid = server.id().to_string();
            killer = Some(std::thread::spawn(move || {
                std::thread::sleep(wait);
                assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
            }));
        }
    }
    killer.expect("the server ended too early").join().unwrap();
    assert!(!server.wait().unwrap().success());
    last
}

/// Brings up to `limit` entries from one server to the other, in one batch; returns whether there were any.
async fn bring(one: &Site, two: &Site, limit: usize) -> bool {
    let vector: VersionVector = two.store.standing().position.vector.clone();
    let after = one.store.resume_at(&vector).await.unwrap();
    let Sending::Entries { entries, .. } = one.store.read_for(&vector, after, limit, 1 << 20).await.unwrap() else { panic!() };
    let any = !entries.is_empty();
    if any {
        two.writer.apply(entries.into_iter().map(|logged| logged.entry).collect()).await.unwrap();
    }
    any
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_of_others_that_were_acknowledged_are_there() {
    let folder = ground().await;
    for round in 0..rounds() {
        if round % 8 == 7 {
            std::fs::remove_dir_all(folder.path().join("two")).unwrap();
        }
        let wait = Duration::from_micros(round * 7_919 % 23_000);
        let said = run_and_kill(folder.path(), "others::server_that_takes_entries", ("applied ", ENOUGH), wait);
        let acknowledged: u64 = said.unwrap().parse().unwrap();
        let (one, two) = (open_folder(&folder.path().join("one")).await, open_folder(&folder.path().join("two")).await);
        let theirs = one.store.standing().position.actor;
        assert!(two.store.standing().position.vector.get(&theirs) >= acknowledged, "an acknowledged entry is lost");
        check_log(&two, &two.writer.state()).await;
        one.close().await;
        two.close().await;
    }
    let (one, two) = (open_folder(&folder.path().join("one")).await, open_folder(&folder.path().join("two")).await);
    while bring(&one, &two, 100).await {}
    while bring(&two, &one, 100).await {}
    assert_eq!(*one.writer.state(), *two.writer.state());
    assert_eq!(one.store.standing().digest, two.store.standing().digest);
    one.close().await;
    two.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started and killed by the test of this file"]
async fn server_that_takes_entries() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let (one, two) = (open_folder(&folder.join("one")).await, open_folder(&folder.join("two")).await);
    let theirs = one.store.standing().position.actor;
    say("\n");
    for n in 0.. {
        let change =
            async { two.writer.write(Origin::default(), vec![insert("viewer", Uuid::now_v7().as_u128(), "here")]).await };
        let count = if n % 3 == 2 { LARGE } else { 1 + n % 9 };
        let (_, changed) = tokio::join!(bring(&one, &two, count), change);
        changed.unwrap();
        say(&format!("applied {} .\n", two.store.standing().position.vector.get(&theirs)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_is_joined_whole_or_not_at_all() {
    let folder = ground().await;
    let one = open_folder(&folder.path().join("one")).await;
    let mut snapshot = Vec::new();
    one.store.snapshot(INSTALLATION, &mut snapshot).await.unwrap();
    std::fs::write(folder.path().join("snapshot"), &snapshot).unwrap();
    let start = folder.path().join("start");
    let two = open_folder(&start).await;
    let edits = (1..50).map(|id| insert("viewer", 5_000 + id, "here")).collect();
    two.writer.write(Origin::default(), edits).await.unwrap();
    let before = (two.writer.state(), two.store.standing());
    two.close().await;
    // What comes out where nothing is in the way.
    let place = copy(&start, &folder.path().join("whole"));
    let two = open_folder(&place).await;
    two.writer.join(INSTALLATION, Cursor::new(snapshot)).await.unwrap();
    let after = (two.writer.state(), two.store.standing());
    assert!(after.0.0.len() > before.0.0.len() && after.1.position.vector.covers_all(&one.store.standing().position.vector));
    two.close().await;
    one.close().await;
    for round in 0..rounds() {
        let place = folder.path().join("two");
        let _ = std::fs::remove_dir_all(&place);
        copy(&start, &place);
        let wait = Duration::from_micros(round * 13_337 % 120_000);
        let said = run_and_kill(folder.path(), "others::server_that_joins", ("begins", 1), wait);
        assert!(said.is_some());
        let two = open_folder(&place).await;
        let found = (two.writer.state(), two.store.standing());
        let (is_before, is_after) = (found == before, found == after);
        assert!(is_before || is_after, "half of a state");
        check_digest(&two);
        two.close().await;
    }
}

/// The digest is that of the documents.
fn check_digest(site: &Site) {
    let state = site.writer.state();
    let parts = state.0.iter().map(|((kind, id), row)| replica::digest::summand(kind, *id, row));
    assert_eq!(site.store.standing().digest, parts.fold(0_u128, u128::wrapping_add));
}

/// Copies the files of a closed server.
fn copy(from: &Path, to: &Path) -> std::path::PathBuf {
    std::fs::create_dir(to).unwrap();
    for file in ["signboard.db", "secret.key"] {
        std::fs::copy(from.join(file), to.join(file)).unwrap();
    }
    to.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started and killed by the test of this file"]
async fn server_that_joins() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = Path::new(&folder);
    let two = open_folder(&folder.join("two")).await;
    let snapshot = std::fs::read(folder.join("snapshot")).unwrap();
    say("\n");
    say("begins .\n");
    two.writer.join(INSTALLATION, Cursor::new(snapshot)).await.unwrap();
    std::future::pending::<()>().await;
}
