//! One set of statements on two engines.

use std::path::Path;
use std::time::Duration;

use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, PgPool, SqlitePool};

use crate::batch::Batch;
use crate::error::Error;
use crate::lite::Lite;
use crate::value::Value;

/// How long a reader waits for a lock of SQLite.
const BUSY: Duration = Duration::from_secs(10);
/// Connections that read.
const READERS: u32 = 4;

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
    Lite(Box<Lite>),
    /// PostgreSQL.
    Pg(PgPool),
}

/// Key of the advisory lock that makes the order of numbers the order of commits on PostgreSQL.
const COMMIT_LOCK: i64 = 0x7369_676e;

/// Opens connections that only read from a SQLite file.
pub(crate) async fn open_lite_readers(path: &Path) -> Result<SqlitePool, Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(false)
        .statement_cache_capacity(256)
        .disable_statement_logging()
        .pragma("query_only", "1")
        .row_buffer_size(512);
    let pool = SqlitePoolOptions::new().max_connections(READERS).idle_timeout(None).max_lifetime(None);
    Ok(pool.connect_with(options).await?)
}

/// Opens connections to PostgreSQL.
pub(crate) async fn open_pg(url: &str) -> Result<PgPool, Error> {
    Ok(PgPoolOptions::new().max_connections(READERS + 1).connect(url).await?)
}

impl WriteConnection {
    /// Runs all statements in one durable transaction; returns how many rows they changed.
    pub(crate) async fn run(&mut self, batch: &Batch) -> Result<u64, Error> {
        match self {
            Self::Lite(connection) => connection.run(batch),
            Self::Pg(pool) => run_pg(pool, batch).await,
        }
    }
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
