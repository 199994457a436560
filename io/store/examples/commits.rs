//! Durable commits per second beside a bare client that inserts the same bytes, one row for each transaction. The bare client comes twice:
//! awaiting its inserts through sqlx, and blocking in SQLite. All take short turns; the figures are medians.
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
    fn put(&mut self, _: &str, _: Uuid, _: Option<&Row>) {}
}

fn cells(n: u64) -> Cells {
    [("name", json!(format!("Gate {n}"))), ("zone", json!("Europe/Berlin")), ("note", json!("on the left of the entrance"))]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The bytes of one change as the store holds them: the document, and the entry of the log.
struct Bytes {
    document: String,
    entry: String,
}

fn bytes(n: u64) -> Bytes {
    let values: serde_json::Map<_, _> = cells(n).into_iter().collect();
    let writes: serde_json::Map<_, _> = cells(n).into_iter().map(|(name, value)| (name, json!({"value": value}))).collect();
    let ops = json!([{"kind": "viewer", "id": Uuid::from_u128(u128::from(n)), "action": {"ins": writes}}]);
    let entry = json!({"author": Uuid::from_u128(1), "schema": 1, "ops": ops}).to_string();
    Bytes { document: serde_json::Value::Object(values).to_string(), entry }
}

/// How long one client runs before it is the next one's turn. The disk's speed wanders, and short turns wander with it.
const TURN: Duration = Duration::from_millis(100);

const TABLE: &str = "CREATE TABLE t (n INTEGER PRIMARY KEY, document TEXT NOT NULL, entry TEXT NOT NULL)";
const INSERT: &str = "INSERT INTO t (document, entry) VALUES ($1, $2)";

/// A bare client that awaits each insert, as a server would.
struct Awaiting(sqlx::SqliteConnection, Vec<Bytes>);

impl Awaiting {
    async fn open(folder: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(folder.join("awaiting.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .disable_statement_logging();
        let mut connection = options.connect().await.unwrap();
        sqlx::query(TABLE).execute(&mut connection).await.unwrap();
        Self(connection, (0..1_000).map(bytes).collect())
    }

    async fn turn(&mut self) -> f64 {
        let (start, mut count) = (Instant::now(), 0);
        while start.elapsed() < TURN {
            let Bytes { document, entry } = &self.1[count % self.1.len()];
            sqlx::query(INSERT).bind(document.as_str()).bind(entry.as_str()).execute(&mut self.0).await.unwrap();
            count += 1;
        }
        count as f64 / start.elapsed().as_secs_f64()
    }
}

/// A bare client that blocks its thread: the least that SQLite itself takes.
struct Blocking(rusqlite::Connection, Vec<Bytes>);

impl Blocking {
    fn open(folder: &Path) -> Self {
        let connection = rusqlite::Connection::open(folder.join("blocking.db")).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").unwrap();
        connection.execute_batch(TABLE).unwrap();
        Self(connection, (0..1_000).map(bytes).collect())
    }

    fn turn(&self) -> f64 {
        let (start, mut count) = (Instant::now(), 0);
        while start.elapsed() < TURN {
            let Bytes { document, entry } = &self.1[count % self.1.len()];
            self.0.prepare_cached(INSERT).unwrap().execute([document, entry]).unwrap();
            count += 1;
        }
        count as f64 / start.elapsed().as_secs_f64()
    }
}

/// What a client asks for.
#[derive(Clone, Copy)]
enum Work {
    Inserts,
    Updates,
}

/// The store with its clients, each of which waits for one answer before it asks again.
struct Signboard {
    /// The writer ends with the last of it.
    _store: Store,
    writer: Writer<Nothing>,
    clients: Vec<Uuid>,
    work: Work,
    counter: Arc<AtomicU64>,
}

fn edit(id: Uuid, change: Change) -> Vec<Edit> {
    vec![Edit { kind: "viewer".into(), id, change }]
}

impl Signboard {
    async fn open(folder: &Path, clients: usize, work: Work) -> Self {
        let options = Options::new(folder, Arc::new(|_, _| Class::Public));
        let (store, _) = Store::open(options, |_, _, _| {}).await.unwrap();
        let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
        let setup = Setup { merge: replica::commit, clock: Arc::new(clock), schema: 1 };
        let writer = Writer::start(&store, Nothing, setup).unwrap();
        let clients: Vec<_> = (0..clients).map(|_| Uuid::now_v7()).collect();
        for client in &clients {
            writer.write(Origin::default(), edit(*client, Change::Insert(cells(0)))).await.unwrap();
        }
        Self { _store: store, writer, clients, work, counter: Arc::default() }
    }

    async fn turn(&self) -> f64 {
        let before = self.counter.load(Ordering::Relaxed);
        let start = Instant::now();
        let client = |id: Uuid| {
            let (writer, counter, work) = (self.writer.clone(), self.counter.clone(), self.work);
            async move {
                while start.elapsed() < TURN {
                    let n = counter.fetch_add(1, Ordering::Relaxed);
                    let edits = match work {
                        Work::Inserts => edit(Uuid::now_v7(), Change::Insert(cells(n))),
                        Work::Updates => edit(id, Change::Update(cells(n))),
                    };
                    let origin = Origin { author: Some(Uuid::from_u128(1)), request: None };
                    writer.write(origin, edits).await.unwrap();
                }
            }
        };
        let tasks: Vec<_> = self.clients.iter().map(|id| tokio::spawn(client(*id))).collect();
        for task in tasks {
            task.await.unwrap();
        }
        (self.counter.load(Ordering::Relaxed) - before) as f64 / start.elapsed().as_secs_f64()
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Takes turns for `time` and says the medians.
async fn compare(folder: &Path, (name, clients, work): (&str, usize, Work), time: Duration) {
    let mut awaiting = Awaiting::open(folder).await;
    let blocking = Blocking::open(folder);
    let signboard = Signboard::open(folder, clients, work).await;
    let (mut rates, start) = ([const { Vec::new() }; 3], Instant::now());
    while start.elapsed() < time {
        rates[0].push(awaiting.turn().await);
        rates[1].push(signboard.turn().await);
        rates[2].push(blocking.turn());
    }
    signboard.writer.close().await;
    awaiting.0.close().await.unwrap();
    let ratio = |other: usize| median(rates[1].iter().zip(&rates[other]).map(|(ours, theirs)| ours / theirs).collect());
    let ratios = (ratio(0), ratio(2));
    let [awaiting, signboard, blocking] = rates.map(median);
    println!("| {name} | {awaiting:.0} | {signboard:.0} | {:.2} |", ratios.0);
    println!("  (blocking: {blocking:.0}, {:.2})", ratios.1);
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
    let time = Duration::from_secs_f64(arguments.next().map_or(6.0, |text| text.parse().unwrap()));
    let root = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(root).unwrap();
    let place = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).unwrap();
        path
    };
    println!("| commits/s | bare insert, awaited | signboard | ratio |\n|---|---|---|---|");
    let cases = [
        ("1 client, inserts", 1, Work::Inserts),
        ("1 client, updates", 1, Work::Updates),
        ("16 clients, inserts", 16, Work::Inserts),
        ("16 clients, updates", 16, Work::Updates),
    ];
    for case in cases {
        compare(&place(case.0), case, time).await;
    }
    let took = load(&place("load"), 80_000).await;
    println!("\nOpening 80,000 documents took {:.2} s.", took.as_secs_f64());
}
