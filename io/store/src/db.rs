//! One set of statements on two engines.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, PgPool, SqliteConnection, SqlitePool};

use crate::batch::{Batch, renumber};
use crate::error::Error;
use crate::value::Value;

/// How long a reader waits for a lock of SQLite.
const BUSY: Duration = Duration::from_secs(10);
/// Connections that read.
const READERS: u32 = 4;
/// Statements that are sent to SQLite in one go.
const CHUNK: usize = 8;

/// Connections for reading.
#[derive(Clone, Debug)]
pub(crate) enum Db {
    /// SQLite: one file.
    Lite(SqlitePool),
    /// PostgreSQL.
    Pg(PgPool),
}

/// Runs the same expression on whichever engine it is.
macro_rules! with_db {
    ($db:expr, $connection:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Lite($connection) => $body,
            $crate::db::Db::Pg($connection) => $body,
        }
    };
}
pub(crate) use with_db;

/// The one connection that writes.
#[derive(Debug)]
pub(crate) enum WriteConnection {
    /// SQLite.
    Lite(Box<SqliteConnection>),
    /// PostgreSQL.
    Pg(PgPool),
}

/// Key of the advisory lock that makes the order of numbers the order of commits on PostgreSQL.
const COMMIT_LOCK: i64 = 0x7369_676e;

fn lite_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(false)
        .statement_cache_capacity(256)
        .disable_statement_logging()
}

/// Opens the connection that writes to a SQLite file, creating the file if asked.
pub(crate) async fn open_lite_writer(path: &Path, create: bool) -> Result<SqliteConnection, Error> {
    let options = lite_options(path).create_if_missing(create).pragma("cache_size", "-16384");
    Ok(SqliteConnection::connect_with(&options).await?)
}

/// Opens connections that only read from a SQLite file.
pub(crate) async fn open_lite_readers(path: &Path) -> Result<SqlitePool, Error> {
    let options = lite_options(path).pragma("query_only", "1").row_buffer_size(512);
    let pool = SqlitePoolOptions::new().max_connections(READERS).idle_timeout(None).max_lifetime(None);
    Ok(pool.connect_with(options).await?)
}

/// Opens connections to PostgreSQL.
pub(crate) async fn open_pg(url: &str) -> Result<PgPool, Error> {
    Ok(PgPoolOptions::new().max_connections(READERS + 1).connect(url).await?)
}

impl WriteConnection {
    /// Runs all statements in one durable transaction. Returns how many rows each changed (only their sum per sent piece on
    /// SQLite is known to its driver, so the last element holds the whole sum there).
    pub(crate) async fn run(&mut self, batch: &Batch) -> Result<u64, Error> {
        match self {
            Self::Lite(connection) => run_lite(connection, batch).await,
            Self::Pg(pool) => run_pg(pool, batch).await,
        }
    }
}

/// Few round trips to the driver's thread matter more than anything else here: a commit of one change is a single one.
async fn run_lite(connection: &mut SqliteConnection, batch: &Batch) -> Result<u64, Error> {
    let result = send_lite(connection, batch).await;
    if result.is_err() {
        // Fails when the engine has rolled back by itself, which is as good.
        let _ = sqlx::query("ROLLBACK").execute(&mut *connection).await;
    }
    Ok(result?)
}

async fn send_lite(connection: &mut SqliteConnection, batch: &Batch) -> Result<u64, sqlx::Error> {
    let mut changed = 0;
    let mut rest = batch.statements.as_slice();
    let mut text = String::from("BEGIN IMMEDIATE;");
    loop {
        let (piece, next) = rest.split_at(piece_length(rest));
        rest = next;
        let mut arguments = Vec::new();
        for (sql, values) in piece {
            renumber(sql, arguments.len(), &mut text);
            text.push(';');
            arguments.extend(values);
        }
        if rest.is_empty() {
            text.push_str("COMMIT");
        }
        let mut query = sqlx::query(sqlx::AssertSqlSafe(std::mem::take(&mut text)));
        for value in arguments {
            query = match value {
                Value::Int(value) => query.bind(*value),
                Value::Text(value) => query.bind(value.clone()),
                Value::Bytes(value) => query.bind(value.clone()),
                Value::Id(value) => query.bind(*value),
            };
        }
        changed += query.execute(&mut *connection).await?.rows_affected();
        if rest.is_empty() {
            return Ok(changed);
        }
    }
}

/// Short transactions go as a whole; long ones in runs of equal statements, whose lengths are powers of two, so that few texts exist
/// and each is prepared once.
fn piece_length(statements: &[(&'static str, Vec<Value>)]) -> usize {
    if statements.len() <= CHUNK {
        return statements.len();
    }
    let run = statements.iter().take(CHUNK).take_while(|(sql, _)| *sql == statements[0].0).count();
    1 << run.ilog2()
}

async fn run_pg(pool: &PgPool, batch: &Batch) -> Result<u64, Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(COMMIT_LOCK).execute(&mut *transaction).await?;
    let mut changed = 0;
    for (sql, values) in &batch.statements {
        let mut query = sqlx::query(*sql);
        for value in values {
            query = match value {
                Value::Int(value) => query.bind(*value),
                Value::Text(value) => query.bind(value.as_deref()),
                Value::Bytes(value) => query.bind(value.as_slice()),
                Value::Id(value) => query.bind(*value),
            };
        }
        changed += query.execute(&mut *transaction).await?.rows_affected();
    }
    transaction.commit().await?;
    Ok(changed)
}
