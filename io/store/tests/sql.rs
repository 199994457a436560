//! Every statement of the server is understood by both engines.
#![allow(clippy::unwrap_used, reason = "tests")]

use sqlx::{Connection, Executor, PgConnection, SqlSafeStr, SqliteConnection};
use store::{MIGRATIONS, sql};

#[tokio::test]
async fn sqlite_prepares_every_statement() {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    for migration in MIGRATIONS {
        sqlx::raw_sql(migration.sqlite).execute(&mut connection).await.unwrap();
    }
    let mut count = 0;
    for (name, text) in sql::ALL.iter().copied().flatten() {
        let prepared = connection.prepare(text.into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {}", prepared.unwrap_err());
        count += 1;
    }
    assert!(count > 40, "the list is complete");
}

#[tokio::test]
async fn postgresql_prepares_every_statement() {
    let Some(server) = testkit::postgres::Postgres::start().unwrap() else { return };
    let mut connection = PgConnection::connect(&server.create("statements").unwrap()).await.unwrap();
    for migration in MIGRATIONS {
        sqlx::raw_sql(migration.postgres).execute(&mut connection).await.unwrap();
    }
    for (name, text) in sql::ALL.iter().copied().flatten() {
        let prepared = connection.prepare(text.into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {}", prepared.unwrap_err());
    }
}

/// Statements outside `io/store/src/sql` would escape both tests above.
#[test]
fn the_list_names_each_statement_once() {
    let mut names: Vec<_> = sql::ALL.iter().copied().flatten().map(|(name, _)| name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
