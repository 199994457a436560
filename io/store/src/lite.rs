//! The connection that writes to SQLite. It works on the thread that calls it: two hops to a driver's thread and back would cost as much
//! as a small commit.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, Row, Statement};

use crate::batch::Batch;
use crate::error::Error;
use crate::value::Value;
use ready::{NAMES, Places, Ready};

mod ready;

/// How long a lock of another connection is waited for.
const BUSY: Duration = Duration::from_secs(10);
/// Statements that stay prepared: more than there are.
const PREPARED: usize = 256;
/// Every acknowledged transaction is synced. The journal goes into the file after about 16 MiB, so that pages that change often go there
/// once for many commits.
const SETTINGS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; \
    PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000;";

/// A part of a transaction that is written as it comes.
pub(crate) enum Part {
    /// These statements belong to it.
    More(Batch),
    /// That was all: it shall be durable.
    Commit,
}

/// A connection to a file. Its calls block.
#[derive(Debug)]
pub(crate) struct Lite(Connection, Places);

impl Lite {
    /// Opens the file for writing, creating it if need be.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        // SQLite gives its journal the same mode: passwords are hashed, and still nobody else's business.
        let made = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
        made.map_err(|error| Error::file(path, error))?;
        let connection = Connection::open(path)?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        connection.execute_batch(SETTINGS)?;
        Ok(Self(connection, Places::default()))
    }

    /// The version of the tables of a file, which is left as it is.
    pub(crate) fn version_of(path: &Path) -> Result<i64, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Self(Connection::open_with_flags(path, flags)?, Places::default()).version()
    }

    /// The version of the tables; 0 in a new file.
    pub(crate) fn version(&self) -> Result<i64, Error> {
        Ok(self.0.pragma_query_value(None, "user_version", |row| row.get(0))?)
    }

    /// Runs the statements of `sql` and notes that the tables have this version, in one transaction.
    pub(crate) fn migrate(&mut self, sql: &str, version: i64) -> Result<(), Error> {
        let transaction = self.0.transaction()?;
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", version)?;
        Ok(transaction.commit()?)
    }

    /// Copies the database into a new file.
    pub(crate) fn copy_to(&self, path: &str) -> Result<(), Error> {
        self.0.execute("VACUUM INTO $1", [path])?;
        Ok(())
    }

    /// Runs all statements in one durable transaction; returns how many rows they changed.
    pub(crate) fn run(&mut self, batch: &Batch) -> Result<u64, Error> {
        let result = self.transaction(batch);
        if result.is_err() && !self.0.is_autocommit() {
            // The next transaction finds out if this fails too.
            let _ = self.0.execute_batch("ROLLBACK");
        }
        Ok(result?)
    }

    /// Runs statements as they come, in one durable transaction. Where the parts end without [`Part::Commit`], everything is taken back.
    pub(crate) fn follow(&mut self, parts: impl Iterator<Item = Part>) -> Result<(), Error> {
        let mut steps = self.begin()?;
        for part in parts {
            let Part::More(batch) = part else { return steps.commit() };
            for (sql, values) in &batch.statements {
                steps.run(sql, values)?;
            }
        }
        Ok(())
    }

    /// Begins a transaction of many steps.
    pub(crate) fn begin(&mut self) -> Result<LiteSteps<'_>, Error> {
        self.0.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        Ok(LiteSteps::of(self))
    }

    /// The first row of a query, read by `read`; none if there is none.
    pub(crate) fn row<T>(
        &mut self,
        sql: &'static str,
        values: &[Value],
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        LiteSteps::of(self).row(sql, values, read)
    }

    fn transaction(&self, batch: &Batch) -> rusqlite::Result<u64> {
        let mut changed = 0;
        self.0.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let mut ready = None;
        for (sql, values) in &batch.statements {
            changed += Ready::at(&mut ready, (&self.0, &self.1), sql)?.execute(values)?;
        }
        drop(ready);
        self.0.prepare_cached("COMMIT")?.execute([])?;
        Ok(changed)
    }
}

/// A transaction in many steps, taken back unless it is committed.
pub(crate) struct LiteSteps<'a> {
    connection: &'a Connection,
    places: &'a Places,
    ready: Option<Ready<'a>>,
}

impl<'a> LiteSteps<'a> {
    fn of(lite: &'a Lite) -> Self {
        Self { connection: &lite.0, places: &lite.1, ready: None }
    }

    /// Runs one statement; returns how many rows it changed.
    pub(crate) fn run(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, Error> {
        Ok(Ready::at(&mut self.ready, (self.connection, self.places), sql)?.execute(values)?)
    }

    /// The first row of a query, read by `read`; none if there is none.
    pub(crate) fn row<T>(
        &mut self,
        sql: &'static str,
        values: &[Value],
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        Ok(statement.raw_query().next()?.map(read).transpose()?)
    }

    /// Hands each row of a query, read by `read`, to `each`.
    pub(crate) fn rows<T>(
        &mut self,
        sql: &'static str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        mut each: impl FnMut(T) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            each(read(row)?)?;
        }
        Ok(())
    }

    /// Makes all steps durable.
    pub(crate) fn commit(mut self) -> Result<(), Error> {
        self.ready = None;
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        Ok(())
    }
}

impl Drop for LiteSteps<'_> {
    fn drop(&mut self) {
        self.ready = None;
        if !self.connection.is_autocommit() {
            // The next transaction finds out if this fails.
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }
}

fn bind(statement: &mut Statement<'_>, values: &[Value]) -> rusqlite::Result<()> {
    assert!(values.len() <= NAMES.len(), "statements have few parameters");
    NAMES.iter().zip(values).try_for_each(|(name, value)| statement.raw_bind_parameter(*name, value))
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let value = match self {
            Self::Int(Some(value)) => ValueRef::Integer(*value),
            Self::Text(Some(value)) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
            Self::Id(Some(value)) => ValueRef::Blob(value.as_bytes()),
            Self::Int(None) | Self::Text(None) | Self::Id(None) => ValueRef::Null,
        };
        Ok(ToSqlOutput::Borrowed(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use tempfile::TempDir;

    fn count(lite: &mut Lite) -> i64 {
        lite.row("SELECT COUNT(*) FROM t", &[], |row| row.get(0)).unwrap().unwrap()
    }

    #[test]
    fn a_transaction_is_made_whole_or_not_at_all() {
        let folder = TempDir::new().unwrap();
        let mut lite = Lite::open(&folder.path().join("test.db")).unwrap();
        lite.migrate("CREATE TABLE t (n INTEGER PRIMARY KEY, body TEXT NOT NULL)", 7).unwrap();
        assert_eq!((lite.version().unwrap(), count(&mut lite)), (7, 0));
        let put = "INSERT INTO t (n, body) VALUES ($1, $2)";
        let mut batch = Batch::one(put, vec![1_i64.into(), "one".into()]);
        assert_eq!(lite.run(&batch).unwrap(), 1);
        batch = Batch::one(put, vec![2_i64.into(), "two".into()]);
        batch.push(put, vec![1_i64.into(), "again".into()]);
        assert!(lite.run(&batch).is_err());
        assert_eq!(count(&mut lite), 1);
        batch.statements.pop();
        assert_eq!(lite.run(&batch).unwrap(), 1, "the failed transaction is over");
    }

    #[test]
    fn what_is_written_as_it_comes_stays_only_after_the_word_to_commit() {
        let folder = TempDir::new().unwrap();
        let mut lite = Lite::open(&folder.path().join("test.db")).unwrap();
        lite.migrate("CREATE TABLE t (n INTEGER PRIMARY KEY)", 1).unwrap();
        let put = |n: i64| Part::More(Batch::one("INSERT INTO t (n) VALUES ($1)", vec![n.into()]));
        lite.follow([put(1), put(2)].into_iter()).unwrap();
        assert_eq!(count(&mut lite), 0, "whoever gave up never said that it was all");
        assert!(lite.follow([put(1), put(1), Part::Commit].into_iter()).is_err());
        assert_eq!(count(&mut lite), 0, "a statement failed");
        let panics = |n| if n < 3 { put(n) } else { panic!("nothing more can be made") };
        let ended = catch_unwind(AssertUnwindSafe(|| lite.follow((1..5).map(panics))));
        assert!(ended.is_err() && count(&mut lite) == 0, "taken back before anybody sees the connection again");
        lite.follow([put(1), put(2), Part::Commit].into_iter()).unwrap();
        assert_eq!(count(&mut lite), 2, "and the next transaction begins as if nothing had been");
    }

    #[test]
    fn parameters_go_by_their_number_wherever_they_stand() {
        let folder = TempDir::new().unwrap();
        let mut lite = Lite::open(&folder.path().join("test.db")).unwrap();
        let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?));
        let found = lite.row("SELECT $2, $1 + $1", &[21_i64.into(), "two".into()], read).unwrap();
        assert_eq!(found, Some(("two".to_owned(), 42)));
    }

    #[test]
    fn settings_are_in_force() {
        let folder = TempDir::new().unwrap();
        let mut lite = Lite::open(&folder.path().join("test.db")).unwrap();
        let journal: Option<String> = lite.row("PRAGMA journal_mode", &[], |row| row.get(0)).unwrap();
        let synchronous: Option<i64> = lite.row("PRAGMA synchronous", &[], |row| row.get(0)).unwrap();
        assert_eq!((journal.as_deref(), synchronous), (Some("wal"), Some(2)));
    }
}
