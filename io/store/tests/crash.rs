//! A server that is killed at any moment loses nothing that it has acknowledged and keeps nothing by halves.
//!
//! Each round starts this program again as the server to be killed. Rounds: 200 with `XTASK_LONG=1` or `CI=true`, else 10.
#![allow(clippy::unwrap_used, reason = "tests")]

mod ground;
#[path = "crash/others.rs"]
mod others;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use domain::cell::Hash;
use domain::log::{Change, Edit, Position};
use ground::{Rows, Site, open_folder};
use replica::Applied;
use serde_json::{Value, json};
use store::{Done, Origin, State};
use tempfile::TempDir;
use uuid::Uuid;

const FOLDER: &str = "XTASK_CRASH_FOLDER";
const CLIENTS: u128 = 4;
/// Commits that are acknowledged before a round may end.
const ENOUGH: usize = 50;
/// Rounds in the same folder, so that restarts after restarts are met too.
const ROUNDS_PER_FOLDER: usize = 8;

/// What a server said before it was killed.
#[derive(Default)]
struct Acknowledged {
    /// The highest number of each client.
    counters: BTreeMap<u128, u64>,
    /// Media rows: id, hash and length.
    media: Vec<(Uuid, Hash, u64)>,
    commits: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_and_nothing_is_half_there() {
    let long = std::env::var_os("XTASK_LONG").is_some() || std::env::var("CI").as_deref() == Ok("true");
    let rounds = if long { 200 } else { 10 };
    let mut folder = TempDir::new().unwrap();
    let mut said = Acknowledged::default();
    let (mut commits, mut uploads) = (0, 0);
    for round in 0..rounds {
        if round % ROUNDS_PER_FOLDER == 0 {
            folder = TempDir::new().unwrap();
            said = Acknowledged::default();
        }
        run_and_kill(folder.path(), round, &mut said);
        let site = open_folder(folder.path()).await;
        check(&site, &said).await;
        site.close().await;
        commits += said.commits;
        uploads += said.media.len();
        said.commits = 0;
    }
    assert!(commits >= rounds * ENOUGH && uploads > rounds, "{commits} commits, {uploads} media rows");
}

fn start(folder: &Path) -> (Child, BufReader<ChildStdout>) {
    let mut server = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "server_to_be_killed", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(server.stdout.take().unwrap());
    (server, output)
}

/// Kills the server some time after enough acknowledgements. What is in the pipe by then was acknowledged.
fn run_and_kill(folder: &Path, round: usize, said: &mut Acknowledged) {
    let (mut server, output) = start(folder);
    let mut killer = None;
    for line in output.lines() {
        read(&line.unwrap(), said);
        if said.commits == ENOUGH && killer.is_none() {
            // Spread over the milliseconds in which a commit or a piece of an upload is under way.
            let wait = Duration::from_micros(round as u64 * 7_919 % 23_000);
            let pid = server.id().to_string();
            killer = Some(std::thread::spawn(move || {
                std::thread::sleep(wait);
                assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
            }));
        }
    }
    killer.expect("the server ended too early").join().unwrap();
    assert!(!server.wait().unwrap().success());
}

fn read(line: &str, said: &mut Acknowledged) {
    let words: Vec<&str> = line.split(' ').collect();
    match words.as_slice() {
        ["count", client, n, "."] => {
            said.commits += 1;
            said.counters.insert(client.parse().unwrap(), n.parse().unwrap());
        }
        ["media", id, hash, size, "."] => {
            said.media.push((id.parse().unwrap(), hash.parse().unwrap(), size.parse().unwrap()));
        }
        // The test harness talks too, and the last line may be cut.
        _ => {}
    }
}

async fn check(site: &Site, said: &Acknowledged) {
    let state = site.writer.state();
    for (client, n) in &said.counters {
        let [left, right] = counters(*client).map(|id| state.cell("counter", id, "n").and_then(Value::as_u64));
        assert_eq!(left, right, "client {client}: half of an entry");
        assert!(left >= Some(*n), "client {client}: {n} was acknowledged, {left:?} is there");
    }
    for (id, hash, size) in &said.media {
        assert_eq!(state.cell("media", *id, "hash"), Some(&json!(hash)), "an acknowledged media row is lost");
        assert_eq!(site.store.media().size(*hash), Some(*size));
    }
    for ((kind, _), row) in &state.0 {
        if kind == "media" {
            let hash: Hash = row.cells["hash"].value.as_str().unwrap().parse().unwrap();
            let bytes = std::fs::read(site.store.media().path(hash)).unwrap();
            assert_eq!((Hash::of(&bytes), json!(bytes.len())), (hash, row.cells["size"].value.clone()));
        }
    }
    check_log(site, &state).await;
}

/// The log, played from the beginning, gives the documents, the head and the digest that are stored.
async fn check_log(site: &Site, state: &Rows) {
    let stored = &site.loaded.position;
    let mut position = Position::new(stored.actor);
    let mut rows = Rows::default();
    let mut after = 0;
    loop {
        let page = site.store.read_log(after, 500).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.lpos;
        for logged in page {
            let lookup = |kind: &str, id: Uuid| rows.0.get(&(kind.to_owned(), id)).cloned();
            let applied = replica::apply(&mut position, &logged.entry, i64::MAX / 2, &lookup).unwrap();
            let Applied::New(new) = applied else { panic!("{} stands twice in the log", logged.entry.dot) };
            new.changes.into_iter().for_each(|change| rows.put(&change.kind, change.id, change.after.as_ref()));
        }
    }
    assert_eq!(after, site.loaded.lpos);
    assert_eq!((&position.vector, &position.heads), (&stored.vector, &stored.heads));
    assert_eq!(rows, *state);
    let mut sum = 0_u128;
    for kind in ["counter", "media", "viewer", "group"] {
        sum = site.store.digest(kind).await.unwrap().values().fold(sum, |sum, part| sum.wrapping_add(*part));
    }
    let expected =
        rows.0.iter().fold(0_u128, |sum, ((kind, id), row)| sum.wrapping_add(replica::digest::summand(kind, *id, row)));
    assert_eq!(sum, expected);
}

/// Two documents that each change of a client writes together.
fn counters(client: u128) -> [Uuid; 2] {
    [Uuid::from_u128(client * 2 + 1), Uuid::from_u128(client * 2 + 2)]
}

fn say(line: &str) {
    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started and killed by the test of this file"]
async fn server_to_be_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let site = open_folder(Path::new(&folder)).await;
    // The harness does not end its own line before the first of ours.
    say("\n");
    let clients = (0..CLIENTS).map(|client| tokio::spawn(count(site.writer.clone(), client)));
    let clients: Vec<_> = clients.collect();
    upload(&site).await;
    drop(clients);
}

async fn count(writer: store::Writer<Rows>, client: u128) {
    loop {
        let decide = move |rows: &Rows| {
            let now = rows.cell("counter", counters(client)[0], "n").and_then(Value::as_u64);
            let n = now.unwrap_or(0) + 1;
            let cells = || [("n".to_owned(), json!(n))].into();
            let change = || if now.is_some() { Change::Update(cells()) } else { Change::Insert(cells()) };
            let edits = counters(client).map(|id| Edit { kind: "counter".into(), id, change: change() });
            Ok::<_, ()>((edits.to_vec(), n))
        };
        let Done::New { value, .. } = writer.submit(Origin::default(), decide).await.unwrap() else { panic!() };
        say(&format!("count {client} {value} .\n"));
    }
}

/// Uploads for ever, in pieces that are made durable one by one.
async fn upload(site: &Site) {
    let media = site.store.media();
    for round in 0_u64.. {
        let id = Uuid::now_v7();
        let length = 20_000 + id.as_u128() as usize % 50_000;
        let bytes: Vec<u8> = (0..length).map(|n| (n as u64 * (round + 3) + id.as_u128() as u64) as u8).collect();
        media.begin(id, length as u64, Value::Null).await.unwrap();
        for (index, piece) in bytes.chunks(16_384).enumerate() {
            let mut writer = media.append(id, index as u64 * 16_384).await.unwrap();
            writer.write(piece.to_vec()).await.unwrap();
            writer.commit().await.unwrap();
        }
        let stored = media.finish(id).await.unwrap();
        let cells = [("hash".to_owned(), json!(stored.hash)), ("size".to_owned(), json!(stored.size))].into();
        let edit = Edit { kind: "media".into(), id, change: Change::Insert(cells) };
        site.writer.write(Origin::default(), vec![edit]).await.unwrap();
        say(&format!("media {id} {} {} .\n", stored.hash, stored.size));
    }
}
