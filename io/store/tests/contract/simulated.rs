//! Whole servers under faults, as `pure/replica` simulates them in memory, on this store: each with a folder of its own.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use domain::log::{Edit, Entry, Row};
use domain::stamp::{Actor, Dot};
use replica::incarnation::{Evidence, Fork};
use replica::session::{Mark, NotApplied, Standing, Taking};
use store::{ApplyFailed, Done, Options, Origin, Setup, Store, Writer};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::ground::{Rows, classes};
use crate::simulator::disk::{Disk, KIND};
use crate::simulator::{Mutant, Totals, harsh, run};

/// Seeds of a normal run; more with `XTASK_STORE_SEEDS`.
const SEEDS: u64 = 200;
/// The seeds are shared out to so many tests.
const SHARES: u64 = 4;
const INSTALLATION: Uuid = Uuid::from_u128(0xabc);

thread_local! {
    static RUNTIME: Rc<Runtime> = Rc::new(tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap());
}

/// A data folder and the store that is open on it.
struct Folder {
    dir: TempDir,
    open: RefCell<Option<(Store, Writer<Rows>)>>,
    clock: Arc<AtomicI64>,
    runtime: Rc<Runtime>,
}

impl Folder {
    fn at(dir: TempDir) -> Self {
        let folder = Self { dir, open: RefCell::default(), clock: Arc::default(), runtime: RUNTIME.with(Rc::clone) };
        folder.start();
        folder
    }

    fn start(&self) {
        let mut rows = Rows::default();
        let put = |kind: &str, id, row: domain::log::Row| store::State::put(&mut rows, kind, id, Some(&row));
        let (store, _) = self.runtime.block_on(Store::open(Options::new(self.dir.path(), classes()), put)).unwrap();
        let clock = self.clock.clone();
        let setup = Setup { merge: replica::commit, clock: Arc::new(move || clock.load(Ordering::Relaxed)), schema: 1 };
        let writer = Writer::start(&store, rows, setup).unwrap();
        *self.open.borrow_mut() = Some((store, writer));
    }

    fn stop(&self) {
        if let Some((_, writer)) = self.open.borrow_mut().take() {
            self.runtime.block_on(writer.close());
        }
    }

    fn with<T>(&self, act: impl AsyncFnOnce(&Store, &Writer<Rows>) -> T) -> T {
        let open = self.open.borrow();
        let (store, writer) = open.as_ref().expect("open between calls");
        self.runtime.block_on(act(store, writer))
    }

    fn state(&self) -> Arc<Rows> {
        self.with(async |_, writer| writer.state())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        self.stop();
    }
}

/// In memory where there is such a place: it is not the disk that is tested here, but what is written to it.
fn temporary() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { TempDir::new_in(memory).unwrap() } else { TempDir::new().unwrap() }
}

impl Disk for Folder {
    type Snapshot = Vec<u8>;

    fn new(actor: Actor, _mutant: Mutant) -> Self {
        let folder = Self::at(temporary());
        folder.stop();
        // A store gives itself a name; a run must have the same ones each time.
        let database = rusqlite::Connection::open(folder.dir.path().join("signboard.db")).unwrap();
        let names = [("server", actor.server.to_string()), ("installation", INSTALLATION.to_string())];
        for (name, value) in names {
            database.execute("UPDATE repl_meta SET value = ?2 WHERE name = ?1", (name, value)).unwrap();
        }
        database.execute("UPDATE repl_actor SET server_id = ?1", [actor.server.as_bytes()]).unwrap();
        drop(database);
        folder.start();
        folder
    }

    fn standing(&self) -> Standing {
        self.with(async |store, _| {
            let standing = store.standing();
            Standing {
                lpos: standing.lpos,
                position: Arc::new(standing.position.clone()),
                floor: Arc::new(store.floor().await.unwrap()),
                digest: standing.digest,
                forked: standing.forked,
            }
        })
    }

    fn commit(&mut self, edit: Edit, request: Uuid, wall_ms: i64) -> Result<Entry, String> {
        self.clock.store(wall_ms, Ordering::Relaxed);
        self.with(async |store, writer| {
            let origin = Origin { author: None, request: Some(request) };
            let done = writer.write(origin, vec![edit]).await.map_err(|failed| format!("{failed:?}"))?;
            let Done::New { lpos, dot: Some(_), .. } = done else { return Err(format!("{done:?}")) };
            let mut logged = store.read_log(lpos - 1, 1).await.map_err(|error| error.to_string())?;
            logged.pop().map(|logged| logged.entry).ok_or_else(|| "not in the log".into())
        })
    }

    fn apply(&mut self, entries: &[Entry], wall_ms: i64) -> Result<(), NotApplied> {
        self.clock.store(wall_ms, Ordering::Relaxed);
        let outcome = self.with(async |_, writer| writer.apply(entries.to_vec()).await);
        outcome.map(drop).map_err(|failed| match failed {
            ApplyFailed::Refused(error) => NotApplied::Rules(error),
            ApplyFailed::Full => NotApplied::Full,
            _ => NotApplied::Unavailable,
        })
    }

    fn read(&self, after: i64, limit: usize) -> Vec<(i64, Entry)> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let logged = self.with(async |store, _| store.read_log(after, limit).await.unwrap());
        logged.into_iter().map(|logged| (logged.lpos, logged.entry)).collect()
    }

    fn marks(&self, dots: &[Dot]) -> Vec<(Dot, Option<Mark>)> {
        self.with(async |store, _| {
            let mut marks = Vec::new();
            for dot in dots {
                marks.push((*dot, store.mark(&dot.actor, dot.seq).await.unwrap()));
            }
            marks
        })
    }

    fn cut(&mut self, count: usize) {
        if let Some((lpos, _)) = self.read(0, count).last() {
            self.with(async |store, _| store.trim_log(*lpos).await.unwrap());
        }
    }

    fn row(&self, id: Uuid) -> Option<Row> {
        self.state().0.get(&(KIND.to_owned(), id)).cloned()
    }

    fn ids(&self) -> Vec<Uuid> {
        self.state().0.keys().map(|(_, id)| *id).collect()
    }

    fn rows(&self) -> BTreeMap<Uuid, Row> {
        self.state().0.iter().map(|((_, id), row)| (*id, row.clone())).collect()
    }

    fn digest(&self) -> BTreeMap<u16, u128> {
        let mut sums = self.with(async |store, _| store.digest(KIND).await.unwrap());
        sums.retain(|_, sum| *sum != 0);
        sums
    }

    fn snapshot(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.with(async |store, _| store.snapshot(INSTALLATION, &mut bytes).await.unwrap());
        bytes
    }

    fn take(&mut self, snapshot: &Vec<u8>, how: Taking, wall_ms: i64) {
        self.clock.store(wall_ms, Ordering::Relaxed);
        let source = std::io::Cursor::new(snapshot.clone());
        self.with(async |_, writer| match how {
            Taking::Join => drop(writer.join(INSTALLATION, source).await.unwrap()),
            Taking::Rebuild { actor } => drop(writer.rebuild(INSTALLATION, actor, source, |_| Ok(())).await.unwrap()),
        });
    }

    fn incarnate(&mut self, actor: Actor, fork: Option<Fork>) {
        self.with(async |store, writer| {
            let current = store.standing().position.actor;
            if current != actor {
                // The run has asked `replica::incarnation::next`; the store asks it itself.
                writer.renew(Evidence::Restored { actor: current }).await.unwrap();
            }
            if store.standing().forked != fork {
                writer.note_fork(fork).await.unwrap();
            }
        });
    }

    fn copy(&self) -> Self {
        self.stop();
        let copy = temporary();
        copy_folder(self.dir.path(), copy.path());
        self.start();
        Self::at(copy)
    }
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn share(of: u64) {
    let seeds = std::env::var("XTASK_STORE_SEEDS").map_or(SEEDS, |text| text.parse().unwrap());
    let mut totals = Totals::default();
    // Harsh runs may need people; they are for the memory, where there are many.
    for seed in (1..).filter(|seed| !harsh(*seed)).take(seeds as usize).filter(|seed| seed % SHARES == of) {
        let mut one = Totals::default();
        if let Err(fault) = run::<Folder>(seed, Mutant::None, &mut one) {
            panic!("seed {seed}: {fault}");
        }
        totals.add(&one);
    }
    let done = seeds / SHARES;
    assert!(totals.joins >= done / 2 && totals.crashes >= done && totals.applied >= done * 20, "{totals:?}");
}

#[test]
fn servers_on_sqlite_agree_and_lose_nothing_1() {
    share(0);
}

#[test]
fn servers_on_sqlite_agree_and_lose_nothing_2() {
    share(1);
}

#[test]
fn servers_on_sqlite_agree_and_lose_nothing_3() {
    share(2);
}

#[test]
fn servers_on_sqlite_agree_and_lose_nothing_4() {
    share(3);
}
