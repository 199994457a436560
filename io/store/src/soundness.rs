//! Whether the database is what was written into it: what a disk spoilt is found before somebody needs it, and is not told to others.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::log::{Chain, Entry};
use domain::stamp::Actor;
use futures::{StreamExt as _, TryStreamExt as _};
use replica::chain::chain;
use replica::digest::{bucket, summand};
use rusqlite::{Connection, OpenFlags};
use sqlx::SqlitePool;
use uuid::Uuid;

use crate::actors::Actors;
use crate::codec;
use crate::db::{Db, Moment, with_db, with_moment};
use crate::error::Error;
use crate::load;
use crate::log_reader::{Logged, read_row};
use crate::sql::state::{ALL_DOCUMENTS, HASHED_LOG};
use crate::store::Store;

/// Looks at the structure of all pages of a SQLite file, without comparing indexes with their tables; stops at the first fault.
const LOOK_AT_PAGES: &str = "PRAGMA quick_check(1)";
/// What it says of a file without a fault.
const SOUND: &str = "ok";

/// Entries that are looked at in one query.
const PAGE: u32 = 2_000;

/// A row of the log: position, actor, number, clock, request, body, hash.
type HashedRow = (i64, i64, i64, i64, Option<Uuid>, String, Vec<u8>);
/// The last number and hash of each actor that was looked at.
type Chains = HashMap<Actor, (u64, Chain)>;

/// How often anything stored was found damaged since the program started.
static MET: AtomicU64 = AtomicU64::new(0);

/// How often any store of this program came upon something damaged: whoever sees it grow knows that a [`Store::check`] is due.
#[must_use]
pub fn damage_met() -> u64 {
    MET.load(Ordering::Relaxed)
}

/// Something damaged was met.
pub(crate) fn met() {
    MET.fetch_add(1, Ordering::Relaxed);
}

/// Looks at the pages of the database in a data folder, which may be in use or not; returns what is wrong, for people. None: nothing is, or there is
/// no such file.
///
/// # Errors
/// If the file cannot be opened.
pub fn look_at(folder: &Path) -> Result<Option<String>, Error> {
    let path = folder.join(crate::folder::DATABASE);
    if !path.exists() {
        return Ok(None);
    }
    let look = || -> Result<String, Error> {
        let connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(connection.query_row(LOOK_AT_PAGES, [], |row| row.get(0))?)
    };
    match look().and_then(|said| of_pages(&said)) {
        Ok(()) => Ok(None),
        Err(Error::Damaged { what }) => Ok(Some(what)),
        Err(error) => Err(error),
    }
}

/// What SQLite says of the pages.
fn of_pages(said: &str) -> Result<(), Error> {
    if said == SOUND {
        return Ok(());
    }
    let fault = said.lines().find(|line| !line.starts_with("***")).unwrap_or(said);
    Err(Error::damaged(format!("database ({fault})")))
}

impl Store {
    /// Reads the whole database, and looks whether it is what was written: pages (of SQLite), documents against the digest, and entries against
    /// their hashes. Returns what is damaged, for people; none: nothing. Takes a second for some 100,000 documents, on the thread of the
    /// caller.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn check(&self) -> Result<Option<String>, Error> {
        match self.look().await {
            Ok(()) => Ok(None),
            Err(Error::Damaged { what }) => Ok(Some(what)),
            Err(error) => Err(error),
        }
    }

    async fn look(&self) -> Result<(), Error> {
        if let Db::Lite(pool) = &self.db {
            look_at_pages(pool).await?;
        }
        self.look_at_documents().await?;
        self.look_at_log().await
    }

    /// All documents against the sums that were kept while they were written, as of one moment.
    async fn look_at_documents(&self) -> Result<(), Error> {
        let mut moment = Moment::begin(&self.db).await?;
        let (mut left, _) = load::digests(&mut moment).await?;
        // After the first look: who is in the rows is in memory by then.
        let actors = self.actors.read().expect("nothing panics with this lock").clone();
        with_moment!(&mut moment, connection => {
            let mut rows = sqlx::query_as::<_, (String, Uuid, String, Vec<u8>)>(ALL_DOCUMENTS).fetch(connection);
            while let Some((kind, id, body, clk)) = rows.try_next().await? {
                let row = codec::read_document((&kind, id), &body, &clk, &actors, &self.sealer)?;
                let summand = summand(&kind, id, &row);
                let part = left.entry((kind, bucket(id))).or_default();
                *part = part.wrapping_sub(summand);
            }
        });
        let mut wrong: Vec<_> = left.into_iter().filter(|(_, left)| *left != 0).map(|((kind, _), _)| kind).collect();
        wrong.sort();
        wrong.dedup();
        if wrong.is_empty() {
            return Ok(());
        }
        Err(Error::damaged(format!("database (documents that are not as they were written: {})", wrong.join(", "))))
    }

    /// All entries against their hashes.
    async fn look_at_log(&self) -> Result<(), Error> {
        let mut chains = Chains::new();
        let mut after = 0;
        loop {
            let entries = self.read_hashed(after, PAGE, &mut chains).await?;
            let Some(last) = entries.last() else { return Ok(()) };
            after = last.lpos;
        }
    }

    /// As [`Self::read_log`], for another server: each entry is held against the hash that was stored with it. The answer ends before an entry that
    /// is damaged.
    ///
    /// # Errors
    /// If the database cannot be read, or the first of the entries is damaged.
    pub async fn read_sound(&self, after: i64, limit: u32) -> Result<Vec<Logged>, Error> {
        self.read_hashed(after, limit, &mut Chains::new()).await
    }

    async fn read_hashed(&self, after: i64, limit: u32, chains: &mut Chains) -> Result<Vec<Logged>, Error> {
        let (mut rows, mut fault) = (Vec::<HashedRow>::new(), None);
        with_db!(&self.db, pool => {
            let mut found = sqlx::query_as::<_, HashedRow>(HASHED_LOG).bind(after).bind(i64::from(limit)).fetch(pool);
            while let Some(row) = found.next().await {
                match row {
                    Ok(row) => rows.push(row),
                    Err(error) => {
                        fault = Some(Error::from(error));
                        break;
                    }
                }
            }
        });
        let actors = self.actors.read().expect("nothing panics with this lock").clone();
        let mut sound = Vec::with_capacity(rows.len());
        for row in rows {
            match self.sound(row, &actors, chains).await {
                Ok(logged) => sound.push(logged),
                Err(error) => {
                    fault = Some(error);
                    break;
                }
            }
        }
        match fault {
            Some(error) if sound.is_empty() || !error.is_damaged() => Err(error),
            _ => Ok(sound),
        }
    }

    /// The entry of a row, if it is the one that was written.
    async fn sound(&self, row: HashedRow, actors: &Actors, chains: &mut Chains) -> Result<Logged, Error> {
        let (lpos, aidx, seq, hlc, request, body, hash) = row;
        let logged = read_row((lpos, aidx, seq, hlc, request, body), actors, &self.sealer)?;
        let damaged = || Error::damaged(format!("log entry {}", logged.entry.dot));
        let hash: Chain = hash.try_into().map_err(|_| damaged())?;
        let before = self.hash_before(&logged.entry, chains).await?;
        chains.insert(logged.entry.dot.actor, (logged.entry.dot.seq, hash));
        let same = before.is_none_or(|before| chain(&before, &logged.entry) == hash);
        if same { Ok(logged) } else { Err(damaged()) }
    }

    /// The hash of the entry before this one of its actor; none if neither log nor floor has it any more.
    async fn hash_before(&self, entry: &Entry, chains: &Chains) -> Result<Option<Chain>, Error> {
        let (actor, seq) = (entry.dot.actor, entry.dot.seq.saturating_sub(1));
        match chains.get(&actor) {
            Some((last, hash)) if *last == seq => Ok(Some(*hash)),
            _ => Ok(self.mark(&actor, seq).await?.map(|mark| mark.chain)),
        }
    }
}

async fn look_at_pages(pool: &SqlitePool) -> Result<(), Error> {
    let said: String = sqlx::query_scalar(LOOK_AT_PAGES).fetch_one(pool).await?;
    of_pages(&said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_what_sqlite_says_the_fault_is_named() {
        assert!(of_pages("ok").is_ok());
        let said = "*** in database main ***\nTree 5 page 6: btreeInitPage() returns error code 11";
        let before = damage_met();
        let fault = of_pages(said).unwrap_err().to_string();
        assert!(fault.contains("database (Tree 5 page 6:") && fault.contains("is damaged"), "{fault}");
        assert!(damage_met() > before, "whoever watches hears of it");
    }

    #[test]
    fn a_folder_without_a_database_has_no_damaged_one_and_other_bytes_are_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(look_at(folder.path()).unwrap(), None);
        std::fs::write(folder.path().join(crate::folder::DATABASE), "no database ".repeat(400)).unwrap();
        assert_eq!(look_at(folder.path()).unwrap(), Some("database".to_owned()));
    }
}
