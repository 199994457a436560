//! Entries of another server taken in per second, beside a bare client that inserts the same bytes in transactions of the same size: once into a
//! table without an index, and once into the very tables of the store, which is the least that its database takes. All take short turns; the
//! figures are medians.
//!
//! `cargo run --release -p signboard-store --example applies [SECONDS] [FOLDER]`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a measuring tool")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use domain::commit::Proposal;
use domain::document::Class;
use domain::log::{Action, Change, Edit, Entry, Position, Row};
use domain::stamp::Actor;
use serde_json::json;
use store::{MAX_BATCH, Options, Setup, State, Store, Writer};
use uuid::Uuid;

/// Reads nothing: only the store is measured.
#[derive(Clone)]
struct Nothing;

impl State for Nothing {
    fn put(&mut self, _: &str, _: Uuid, _: Option<&Row>) {}
}

/// What another server does.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    Inserts,
    Updates,
}

/// Another server that only makes entries.
struct Author {
    position: Position,
    rows: std::collections::HashMap<Uuid, Row>,
    made: u64,
    work: Work,
}

impl Author {
    fn new(work: Work) -> Self {
        let position = Position::new(Actor { server: Uuid::now_v7(), incarnation: 1 });
        Self { position, rows: std::collections::HashMap::new(), made: 0, work }
    }

    fn entry(&mut self) -> Entry {
        self.made += 1;
        let update = self.work == Work::Updates && self.made > 1_000;
        let id = Uuid::from_u128(
            0x0198_0000_0000_7000_8000 << 48 | u128::from(if update { self.made % 1_000 + 1 } else { self.made }),
        );
        let cells = [
            ("name", json!(format!("Gate {}", self.made))),
            ("zone", json!("Europe/Berlin")),
            ("note", json!(format!("on the left of entrance {}", self.made))),
        ];
        let cells = cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let change = if update { Change::Update(cells) } else { Change::Insert(cells) };
        let edits = vec![Edit { kind: "viewer".into(), id, change }];
        let proposal = Proposal { edits, wall_ms: now(), author: Some(Uuid::from_u128(1)), schema: 1, ..Proposal::default() };
        let rows = &self.rows;
        let made = replica::commit(&mut self.position, proposal, &|_, id| rows.get(&id).cloned()).unwrap();
        for change in made.changes {
            if let Some(row) = change.after {
                self.rows.insert(change.id, row);
            }
        }
        made.entry.unwrap()
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as i64
}

/// The document and the entry as the store holds them.
fn bytes(entry: &Entry) -> (String, String) {
    let op = &entry.ops[0];
    let (Action::Ins(cells) | Action::Set(cells)) = &op.action else { panic!("no deletes here") };
    let values: serde_json::Map<_, _> = cells.iter().map(|(name, write)| (name.clone(), write.value.clone())).collect();
    let ops = json!(entry.ops);
    (serde_json::Value::Object(values).to_string(), json!({"author": entry.author, "schema": 1, "ops": ops}).to_string())
}

struct Bare(rusqlite::Connection);

impl Bare {
    fn open(folder: &Path) -> Self {
        let connection = rusqlite::Connection::open(folder.join("bare.db")).unwrap();
        connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL").unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER PRIMARY KEY, document TEXT NOT NULL, entry TEXT NOT NULL)").unwrap();
        Self(connection)
    }

    /// One transaction; returns entries per second.
    fn turn(&mut self, rows: &[(String, String)]) -> f64 {
        let start = Instant::now();
        let transaction = self.0.transaction().unwrap();
        for (document, entry) in rows {
            let mut insert = transaction.prepare_cached("INSERT INTO t (document, entry) VALUES ($1, $2)").unwrap();
            insert.execute([document, entry]).unwrap();
        }
        transaction.commit().unwrap();
        rows.len() as f64 / start.elapsed().as_secs_f64()
    }
}

/// A client that writes what the store writes for each entry, and does nothing else.
struct Same(rusqlite::Connection, u64);

impl Same {
    async fn open(folder: &Path) -> Self {
        let folder = folder.join("same");
        let options = Options::new(&folder, Arc::new(|_, _| Class::Public));
        drop(Store::open(options, |_, _, _| {}).await.unwrap());
        let connection = rusqlite::Connection::open(folder.join("signboard.db")).unwrap();
        let settings = "PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000";
        connection.execute_batch(settings).unwrap();
        Self(connection, 0)
    }

    /// One transaction; returns entries per second.
    fn turn(&mut self, entries: &[Entry], rows: &[(String, String)]) -> f64 {
        let start = Instant::now();
        let transaction = self.0.transaction().unwrap();
        {
            let put = "INSERT INTO document (kind, id, body, clk) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body, clk = excluded.clk";
            let mut put = transaction.prepare_cached(put).unwrap();
            for (entry, (document, _)) in entries.iter().zip(rows) {
                put.execute((&entry.ops[0].kind, entry.ops[0].id.as_bytes(), document, [7_u8; 20])).unwrap();
            }
            let log = "INSERT INTO repl_log (lpos, aidx, seq, hlc, n_ops, cum_ops, chain, request, body, digest) \
                VALUES ($1, 0, $1, $2, 1, $1, $3, NULL, $4, $5)";
            let mut log = transaction.prepare_cached(log).unwrap();
            for (entry, (_, body)) in entries.iter().zip(rows) {
                self.1 += 1;
                log.execute((self.1 as i64, entry.hlc.0, [7_u8; 16], body, [7_u8; 25])).unwrap();
            }
        }
        transaction.commit().unwrap();
        entries.len() as f64 / start.elapsed().as_secs_f64()
    }
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

async fn compare(folder: &Path, (name, work, batch): (&str, Work, usize), time: Duration) {
    let mut bare = Bare::open(folder);
    let mut same = Same::open(folder).await;
    let options = Options::new(folder.join("store"), Arc::new(|_, _| Class::Public));
    let (store, _) = Store::open(options, |_, _, _| {}).await.unwrap();
    let setup = Setup { merge: replica::commit, clock: Arc::new(now), schema: 1 };
    let writer = Writer::start(&store, Nothing, setup).unwrap();
    let mut author = Author::new(work);
    let (mut rates, start) = ([const { Vec::new() }; 3], Instant::now());
    while start.elapsed() < time {
        let entries: Vec<_> = (0..batch).map(|_| author.entry()).collect();
        let rows: Vec<_> = entries.iter().map(bytes).collect();
        rates[0].push(bare.turn(&rows));
        rates[2].push(same.turn(&entries, &rows));
        let begun = Instant::now();
        let applied = writer.apply(entries).await.unwrap();
        rates[1].push(batch as f64 / begun.elapsed().as_secs_f64());
        assert_eq!(applied.new, batch);
    }
    writer.close().await;
    let ratio = |other: usize| median(rates[other].iter().zip(&rates[1]).map(|(other, ours)| ours / other).collect());
    let ratios = [ratio(0), ratio(2)];
    let [bare, ours, same] = rates.map(median);
    println!("| {name}, batches of {batch} | {bare:.0} | {ours:.0} | {:.2} | {same:.0} | {:.2} |", ratios[0], ratios[1]);
}

/// A new server of `count` documents: snapshot, then join.
async fn bootstrap(folder: &Path, count: u128) {
    let open = async |name: &str| {
        let options = Options::new(folder.join(name), Arc::new(|_, _| Class::Public));
        let (store, _) = Store::open(options, |_, _, _| {}).await.unwrap();
        let setup = Setup { merge: replica::commit, clock: Arc::new(now), schema: 1 };
        let writer = Writer::start(&store, Nothing, setup).unwrap();
        (store, writer)
    };
    let (one, writer) = open("one").await;
    for part in 0..count / 5_000 {
        let cells = |n: u128| {
            let cells =
                [("name", json!(format!("Gate {n}"))), ("zone", json!("Europe/Berlin")), ("note", json!("at the entrance"))];
            cells.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
        };
        let insert = |n| Edit { kind: "viewer".into(), id: Uuid::now_v7(), change: Change::Insert(cells(part * 5_000 + n)) };
        writer.write(store::Origin::default(), (0..5_000).map(insert).collect()).await.unwrap();
    }
    let (installation, path) = (Uuid::from_u128(1), folder.join("snapshot"));
    let start = Instant::now();
    let made = one.snapshot(installation, std::io::BufWriter::new(std::fs::File::create(&path).unwrap())).await.unwrap();
    let export = start.elapsed().as_secs_f64();
    let (_two, joiner) = open("two").await;
    let start = Instant::now();
    let joined = joiner.join(installation, std::io::BufReader::new(std::fs::File::open(&path).unwrap())).await.unwrap();
    assert_eq!(u128::from(joined.changed), count);
    let import = start.elapsed().as_secs_f64();
    println!("\n{count} documents: snapshot {export:.2} s, {:.1} MB; join {import:.2} s.", made.bytes as f64 / 1e6);
    writer.close().await;
    joiner.close().await;
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let time = Duration::from_secs_f64(arguments.next().map_or(6.0, |text| text.parse().unwrap()));
    let root = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(root).unwrap();
    println!("| entries/s | bare batch insert | taken in | ratio | the same tables | ratio |\n|---|---|---|---|---|---|");
    for (number, case) in
        [("inserts", Work::Inserts, MAX_BATCH), ("updates", Work::Updates, MAX_BATCH), ("inserts", Work::Inserts, 100)]
            .into_iter()
            .enumerate()
    {
        let place = folder.path().join(number.to_string());
        std::fs::create_dir(&place).unwrap();
        compare(&place, case, time).await;
    }
    bootstrap(folder.path(), 300_000).await;
}
