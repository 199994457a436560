//! One set of statements on two engines.

use std::path::Path;
use std::time::Duration;

use futures::TryStreamExt;
use sqlx::postgres::PgArguments;
use sqlx::postgres::PgPoolOptions;
use sqlx::query::Query;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, PgPool, Postgres, Sqlite, SqlitePool, Transaction};

use uuid::Uuid;

use crate::batch::Batch;
use crate::error::Error;
use crate::lite::{Lite, LiteSteps};
use crate::sql::state::{ALL_DOCUMENTS, ONE_DOCUMENT};
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

/// A transaction that only reads: all that it sees belongs to one moment.
pub(crate) enum Moment {
    /// SQLite.
    Lite(Transaction<'static, Sqlite>),
    /// PostgreSQL.
    Pg(Transaction<'static, Postgres>),
}

impl Moment {
    /// Begins with the first look.
    pub(crate) async fn begin(db: &Db) -> Result<Self, Error> {
        Ok(match db {
            Db::Lite(pool) => Self::Lite(pool.begin().await?),
            Db::Pg(pool) => Self::Pg(pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?),
        })
    }
}

/// Runs the same expression on whichever engine a moment belongs to.
macro_rules! with_moment {
    ($moment:expr, $connection:ident => $body:expr) => {
        match $moment {
            $crate::db::Moment::Lite(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
            $crate::db::Moment::Pg(transaction) => {
                let $connection = &mut **transaction;
                $body
            }
        }
    };
}
pub(crate) use with_moment;

/// The one connection that writes.
#[derive(Debug)]
pub(crate) enum WriteConnection {
    /// SQLite.
    Lite(Box<Lite>),
    /// PostgreSQL.
    Pg(PgPool),
    /// Another thread has it for a while.
    Lent,
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

/// Opens connections to PostgreSQL: those that read, and the one that writes. A connection is woken by the runtime on which it was opened: the
/// writer's must not be one that a thread opened which lets things gather.
pub(crate) async fn open_pg(url: &str) -> Result<(PgPool, PgPool), Error> {
    let connect = |most| PgPoolOptions::new().max_connections(most).connect(url);
    Ok((connect(READERS).await?, connect(1).await?))
}

impl WriteConnection {
    /// Runs all statements in one durable transaction; returns how many rows they changed.
    pub(crate) async fn run(&mut self, batch: &Batch) -> Result<u64, Error> {
        match self {
            Self::Lite(connection) => connection.run(batch),
            Self::Pg(pool) => run_pg(pool, batch).await,
            Self::Lent => Err(Error::Unavailable),
        }
    }

    /// Begins a transaction of many steps.
    pub(crate) async fn begin(&mut self) -> Result<Steps<'_>, Error> {
        Ok(match self {
            Self::Lite(connection) => Steps::Lite(connection.begin()?),
            Self::Pg(pool) => Steps::Pg(begin_pg(pool).await?),
            Self::Lent => return Err(Error::Unavailable),
        })
    }
}

/// A transaction of the writer in many steps. Dropping it takes all of them back.
pub(crate) enum Steps<'a> {
    /// SQLite.
    Lite(LiteSteps<'a>),
    /// PostgreSQL.
    Pg(Transaction<'static, Postgres>),
}

impl Steps<'_> {
    /// Runs one statement; returns how many rows it changed.
    pub(crate) async fn run(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, Error> {
        match self {
            Self::Lite(steps) => steps.run(sql, values),
            Self::Pg(transaction) => Ok(bound(sql, values).execute(&mut **transaction).await?.rows_affected()),
        }
    }

    /// Runs statements.
    pub(crate) async fn run_all(&mut self, batch: &Batch) -> Result<(), Error> {
        for (sql, values) in &batch.statements {
            self.run(sql, values).await?;
        }
        Ok(())
    }

    /// Body and clocks of a document; none if it is not there.
    pub(crate) async fn document(&mut self, kind: &str, id: Uuid) -> Result<Option<(String, Vec<u8>)>, Error> {
        match self {
            Self::Lite(steps) => steps.row(ONE_DOCUMENT, &[kind.into(), id.into()], |row| Ok((row.get(0)?, row.get(1)?))),
            Self::Pg(transaction) => {
                Ok(sqlx::query_as(ONE_DOCUMENT).bind(kind).bind(id).fetch_optional(&mut **transaction).await?)
            }
        }
    }

    /// Hands kind, id, body and clocks of each document to `each`.
    pub(crate) async fn each_document(
        &mut self,
        mut each: impl FnMut((String, Uuid, String, Vec<u8>)) -> Result<(), Error>,
    ) -> Result<(), Error> {
        match self {
            Self::Lite(steps) => {
                let id = |bytes: [u8; 16]| Uuid::from_bytes(bytes);
                steps.rows(ALL_DOCUMENTS, |row| Ok((row.get(0)?, id(row.get(1)?), row.get(2)?, row.get(3)?)), each)
            }
            Self::Pg(transaction) => {
                let mut rows = sqlx::query_as(ALL_DOCUMENTS).fetch(&mut **transaction);
                while let Some(row) = rows.try_next().await? {
                    each(row)?;
                }
                Ok(())
            }
        }
    }

    /// Makes all steps durable.
    pub(crate) async fn commit(self) -> Result<(), Error> {
        match self {
            Self::Lite(steps) => steps.commit(),
            Self::Pg(transaction) => Ok(transaction.commit().await?),
        }
    }
}

fn bound<'a>(sql: &'static str, values: &'a [Value]) -> Query<'a, Postgres, PgArguments> {
    let mut query = sqlx::query(sql);
    for value in values {
        query = match value {
            Value::Int(value) => query.bind(*value),
            Value::Text(value) => query.bind(value.as_deref()),
            Value::Bytes(value) => query.bind(value.as_slice()),
            Value::Id(value) => query.bind(*value),
        };
    }
    query
}

async fn begin_pg(pool: &PgPool) -> Result<Transaction<'static, Postgres>, Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(COMMIT_LOCK).execute(&mut *transaction).await?;
    Ok(transaction)
}

async fn run_pg(pool: &PgPool, batch: &Batch) -> Result<u64, Error> {
    let mut transaction = begin_pg(pool).await?;
    let mut changed = 0;
    for (sql, values) in &batch.statements {
        changed += bound(sql, values).execute(&mut *transaction).await?.rows_affected();
    }
    transaction.commit().await?;
    Ok(changed)
}
