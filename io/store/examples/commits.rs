//! Durable commits per second beside a bare client that inserts the same bytes, one row for each transaction.
//!
//! `cargo run --release -p signboard-store --example commits [SECONDS] [FOLDER]`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring tool")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::document::Class;
use domain::log::{Cells, Change, Edit, Row};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};
use store::{Options, Origin, Setup, State, Store, Writer};
use uuid::Uuid;

/// Reads nothing: only the store is measured.
#[derive(Clone)]
struct Nothing;

impl State for Nothing {
    fn put(&mut self, _: &str, _: Uuid, _: Option<Row>) {}
}

fn cells(n: u64) -> Cells {
    [("name", json!(format!("Gate {n}"))), ("zone", json!("Europe/Berlin")), ("note", json!("on the left of the entrance"))]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The bytes of one change as the log holds them.
fn payload(n: u64) -> String {
    let ops = json!([{"kind": "viewer", "id": Uuid::from_u128(u128::from(n)), "action": {"ins": cells(n)}}]);
    json!({"schema": 1, "ops": ops}).to_string()
}

async fn bare(path: &Path, time: Duration) -> f64 {
    let options = SqliteConnectOptions::new()
        .filename(path.join("bare.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let mut connection = options.connect().await.unwrap();
    sqlx::query("CREATE TABLE t (n INTEGER PRIMARY KEY, body TEXT NOT NULL)").execute(&mut connection).await.unwrap();
    let (start, mut count) = (Instant::now(), 0);
    while start.elapsed() < time {
        sqlx::query("INSERT INTO t (body) VALUES ($1)").bind(payload(count)).execute(&mut connection).await.unwrap();
        count += 1;
    }
    let rate = count as f64 / start.elapsed().as_secs_f64();
    connection.close().await.unwrap();
    rate
}

/// What a client asks for.
#[derive(Clone, Copy)]
enum Work {
    Inserts,
    Updates,
}

async fn signboard(path: &Path, clients: u64, work: Work, time: Duration) -> f64 {
    let options = Options::new(path, Arc::new(|_, _| Class::Public));
    let (store, _) = Store::open(options, |_, _, _| {}).await.unwrap();
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
    let setup = Setup { merge: replica::commit, clock: Arc::new(clock), schema: 1 };
    let writer = Writer::start(&store, Nothing, setup).unwrap();
    let edit = |id, change| vec![Edit { kind: "viewer".into(), id: Uuid::from_u128(id), change }];
    for client in 0..u128::from(clients) {
        writer.write(Origin::default(), edit(client, Change::Insert(cells(0)))).await.unwrap();
    }
    let done = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let (writer, done) = (writer.clone(), done.clone());
            tokio::spawn(async move {
                let mut n = 0;
                while start.elapsed() < time {
                    n += 1;
                    let edits = match work {
                        Work::Inserts => edit((u128::from(client) << 64) + (1 << 40) + n, Change::Insert(cells(n as u64))),
                        Work::Updates => edit(u128::from(client), Change::Update(cells(n as u64))),
                    };
                    let origin = Origin { author: Some(Uuid::from_u128(1)), request: None };
                    writer.write(origin, edits).await.unwrap();
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let rate = done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64();
    writer.close().await;
    rate
}

async fn load(path: &Path, count: u128) -> Duration {
    let open = async |each: &mut (dyn FnMut() + Send)| {
        let options = Options::new(path, Arc::new(|_, _| Class::Public));
        Store::open(options, |_, _, _| each()).await.unwrap().0
    };
    let store = open(&mut || {}).await;
    let setup = Setup { merge: replica::commit, clock: Arc::new(|| 1_790_000_000_000), schema: 1 };
    let writer = Writer::start(&store, Nothing, setup).unwrap();
    for part in 0..count / 5_000 {
        let insert =
            |n| Edit { kind: "viewer".into(), id: Uuid::from_u128(part * 5_000 + n), change: Change::Insert(cells(n as u64)) };
        writer.write(Origin::default(), (0..5_000).map(insert).collect()).await.unwrap();
    }
    writer.close().await;
    drop((store, writer));
    let (start, mut found) = (Instant::now(), 0);
    drop(open(&mut || found += 1).await);
    assert_eq!(found, count);
    start.elapsed()
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let time = Duration::from_secs_f64(arguments.next().map_or(3.0, |text| text.parse().unwrap()));
    let root = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(root).unwrap();
    let place = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        path
    };
    println!("| commits/s | bare insert | signboard | ratio |\n|---|---|---|---|");
    let cases = [
        ("1 client, inserts", 1, Work::Inserts),
        ("1 client, updates", 1, Work::Updates),
        ("16 clients, inserts", 16, Work::Inserts),
        ("16 clients, updates", 16, Work::Updates),
    ];
    for (index, (name, clients, work)) in cases.into_iter().enumerate() {
        // The disk's speed wanders: the bare client runs before and after.
        let before = bare(&place(&format!("bare-{index}-a")), time).await;
        let rate = signboard(&place(&format!("store-{index}")), clients, work, time).await;
        let after = bare(&place(&format!("bare-{index}-b")), time).await;
        let bare = f64::midpoint(before, after);
        println!("| {name} | {bare:.0} | {rate:.0} | {:.2} |", rate / bare);
    }
    let took = load(&place("load"), 80_000).await;
    println!("\nOpening 80,000 documents took {:.2} s.", took.as_secs_f64());
}
