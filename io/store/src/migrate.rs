//! Versions of the tables, and the way from one to the next.

use std::fs;

use sqlx::PgPool;

use crate::error::Error;
use crate::folder::{self, Folder};
use crate::lite::Lite;
use crate::sql::state::META;

/// One version of the tables.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Grows from one to the next.
    pub version: i64,
    /// Statements for SQLite.
    pub sqlite: &'static str,
    /// Statements for PostgreSQL.
    pub postgres: &'static str,
}

/// All versions, oldest first.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sqlite: include_str!("../migrations/sqlite/0001_start.sql"),
        postgres: include_str!("../migrations/postgres/0001_start.sql"),
    },
    Migration {
        version: 2,
        sqlite: include_str!("../migrations/sqlite/0002_log_digest.sql"),
        postgres: include_str!("../migrations/postgres/0002_log_digest.sql"),
    },
    Migration {
        version: 3,
        sqlite: include_str!("../migrations/sqlite/0003_event.sql"),
        postgres: include_str!("../migrations/postgres/0003_event.sql"),
    },
    Migration {
        version: 4,
        sqlite: include_str!("../migrations/sqlite/0004_replication.sql"),
        postgres: include_str!("../migrations/postgres/0004_replication.sql"),
    },
    Migration {
        version: 6,
        sqlite: include_str!("../migrations/sqlite/0006_feeds.sql"),
        postgres: include_str!("../migrations/postgres/0006_feeds.sql"),
    },
];

/// Refuses a SQLite file of a newer version, without touching it.
pub(crate) fn refuse_newer(folder: &Folder, migrations: &[Migration]) -> Result<(), Error> {
    if !folder.database().exists() {
        return Ok(());
    }
    let found = Lite::version_of(&folder.database())?;
    let known = migrations.last().map_or(0, |last| last.version);
    if found > known { Err(Error::Newer { dir: folder.root().to_owned(), found, known }) } else { Ok(()) }
}

/// Brings a SQLite file up to date, after a copy of it.
pub(crate) fn lite(connection: &mut Lite, folder: &Folder, migrations: &[Migration]) -> Result<(), Error> {
    let found = connection.version()?;
    let known = migrations.last().map_or(0, |last| last.version);
    if found > 0 && found < known {
        copy(connection, folder, known)?;
    }
    for migration in migrations.iter().filter(|migration| migration.version > found) {
        connection.migrate(migration.sqlite, migration.version)?;
    }
    Ok(())
}

/// Copies the whole database to `backup/before-<version>.db`. A copy that is there already belongs to an attempt that did not finish;
/// nothing was changed then, so it is replaced.
fn copy(connection: &Lite, folder: &Folder, version: i64) -> Result<(), Error> {
    let backup = folder.backup();
    folder::make(&backup)?;
    let (part, whole) = (backup.join("before.part"), backup.join(format!("before-{version:04}.db")));
    let _ = fs::remove_file(&part);
    connection.copy_to(part.to_str().ok_or_else(|| Error::damaged("name of the data folder"))?)?;
    let sync = |path| fs::File::open(path).and_then(|file| file.sync_all());
    sync(&part).and_then(|()| fs::rename(&part, &whole)).map_err(|error| Error::file(&whole, error))?;
    folder::sync(&backup)
}

/// Brings a PostgreSQL database up to date.
pub(crate) async fn pg(pool: &PgPool, folder: &Folder, migrations: &[Migration]) -> Result<(), Error> {
    let exists = "SELECT to_regclass('repl_meta') IS NOT NULL";
    let (exists,): (bool,) = sqlx::query_as(exists).fetch_one(pool).await?;
    let found: Option<(String,)> = if exists { sqlx::query_as(META).bind("version").fetch_optional(pool).await? } else { None };
    let found: i64 = found.and_then(|(version,)| version.parse().ok()).unwrap_or(0);
    let known = migrations.last().map_or(0, |last| last.version);
    if found > known {
        return Err(Error::Newer { dir: folder.root().to_owned(), found, known });
    }
    for migration in migrations.iter().filter(|migration| migration.version > found) {
        let mut transaction = pool.begin().await?;
        sqlx::raw_sql(migration.postgres).execute(&mut *transaction).await?;
        sqlx::query(crate::sql::state::PUT_META)
            .bind("version")
            .bind(migration.version.to_string())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
    }
    Ok(())
}
