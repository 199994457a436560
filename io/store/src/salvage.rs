//! What can still be read of a damaged database, and a new one in its place: for a server that gets its state from others again.

use std::path::{Path, PathBuf};

use domain::log::{Chain, Entry};
use domain::stamp::Actor;
use rusqlite::{Connection, OpenFlags, Row};
use uuid::Uuid;

use crate::actors::Actors;
use crate::batch::Batch;
use crate::error::Error;
use crate::folder::{DATABASE, Folder, make, sync};
use crate::lite::Lite;
use crate::log_reader::read_row;
use crate::migrate;
use crate::options::Options;
use crate::secret::Sealer;
use crate::sql::state::{ADD_ACTOR, ALL_ACTORS, HASHED_LOG, META, PUT_META};

/// Folder, within the data folder, of databases that were set aside.
const ASIDE: &str = "damaged";
/// The files of a database.
const FILES: [&str; 3] = ["", "-wal", "-shm"];
/// Positions of the log that are passed over at the most to get behind a damaged page.
const FURTHEST: i64 = 1 << 32;

/// A database that was set aside, and what it says of itself, as far as that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// The folder in which it lies now.
    pub folder: PathBuf,
    /// As whom it wrote.
    pub actor: Option<Actor>,
}

/// Who a new database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The installation among servers.
    pub installation: Uuid,
    /// The server, with the incarnation as which it writes.
    pub actor: Actor,
}

/// Hands each entry that can be read to `each`, with the hash that was stored with it, in the order of the log: it is for the caller to hold one against
/// the other. Then puts a new database of `identity` in the place of the old one, which is set aside as `name`. Files of media and the key stay.
/// `identity` is asked with what the old one says of itself.
///
/// # Errors
/// [`Error::InUse`] while the server runs, and if the folder cannot be written; the old database is where it was then.
pub fn replace(
    options: &Options,
    name: &str,
    identity: impl FnOnce(Option<Actor>) -> Identity,
    each: impl FnMut(Entry, Chain) -> Result<(), Error>,
) -> Result<SetAside, Error> {
    let folder = Folder::lock(&options.dir)?;
    let sealer = Sealer::read(&folder.key(), options.classes.clone())?;
    // One that cannot even be opened says nothing.
    let actor = match Connection::open_with_flags(folder.database(), OpenFlags::SQLITE_OPEN_READ_WRITE) {
        Ok(connection) => salvage(&connection, &sealer, each)?,
        Err(_) => None,
    };
    let identity = identity(actor);
    let begun = folder.root().join("signboard.new");
    for file in FILES {
        let _ = std::fs::remove_file(with(&begun, file));
    }
    found(&begun, &folder, options, &sealer, identity)?;
    let aside = folder.root().join(ASIDE).join(name);
    make(&aside)?;
    for file in FILES {
        let (from, to) = (with(&folder.database(), file), with(&aside.join(DATABASE), file));
        match std::fs::rename(&from, &to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(Error::file(&from, error)),
            _ => {}
        }
    }
    std::fs::rename(&begun, folder.database()).map_err(|error| Error::file(&begun, error))?;
    sync(&aside)?;
    sync(folder.root())?;
    Ok(SetAside { folder: aside, actor })
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(ending);
    path.into()
}

/// A database with nothing in it but who it is.
fn found(path: &Path, folder: &Folder, options: &Options, sealer: &Sealer, identity: Identity) -> Result<(), Error> {
    let mut connection = Lite::open(path)?;
    migrate::lite(&mut connection, folder, options.migrations)?;
    let Identity { installation, actor } = identity;
    let values = vec![0_i64.into(), actor.server.into(), i64::from(actor.incarnation).into()];
    let mut batch = Batch::one(ADD_ACTOR, values);
    let facts = [
        ("installation", installation.to_string()),
        ("server", actor.server.to_string()),
        ("incarnation", actor.incarnation.to_string()),
        ("key", sealer.id().to_owned()),
    ];
    for (name, value) in facts {
        batch.push(PUT_META, vec![name.into(), value.into()]);
    }
    connection.run(&batch).map(drop)
}

/// Reads what can be read; says as whom the server wrote.
fn salvage(
    connection: &Connection,
    sealer: &Sealer,
    mut each: impl FnMut(Entry, Chain) -> Result<(), Error>,
) -> Result<Option<Actor>, Error> {
    let meta = |name: &str| connection.query_row(META, [name], |row| row.get::<_, String>(0)).ok();
    let server = meta("server").and_then(|text| text.parse().ok());
    let incarnation = meta("incarnation").and_then(|text| text.parse().ok());
    let own = server.zip(incarnation).map(|(server, incarnation)| Actor { server, incarnation });
    let Ok(actors) = actors(connection) else { return Ok(own) };
    let (mut after, mut hop) = (0, 0);
    while hop <= FURTHEST {
        let page = page(connection, after + hop);
        match page {
            Ok(rows) if rows.is_empty() && hop == 0 => break,
            Ok(rows) if !rows.is_empty() => {
                after = rows.last().map_or(after, |(row, _)| row.0);
                hop = 0;
                for (row, hash) in rows {
                    // What is no entry any more is passed over.
                    if let (Ok(logged), Ok(hash)) = (read_row(row, &actors, sealer), Chain::try_from(hash)) {
                        each(logged.entry, hash)?;
                    }
                }
            }
            // Behind the damage, in ever larger steps.
            _ => hop = (hop * 2).max(1),
        }
    }
    Ok(own)
}

fn actors(connection: &Connection) -> rusqlite::Result<Actors> {
    let mut statement = connection.prepare(ALL_ACTORS)?;
    let actor = |row: &Row<'_>| {
        let server: [u8; 16] = row.get(1)?;
        Ok(Actor { server: Uuid::from_bytes(server), incarnation: row.get(2)? })
    };
    let actors = statement.query_map([], actor)?.collect::<Result<Vec<_>, _>>()?;
    Ok(Actors::new(actors))
}

/// A row of the log and its hash.
type Found = ((i64, i64, i64, i64, Option<Uuid>, String), Vec<u8>);

/// The rows after a position, up to the first that cannot be read. An error: that is the very first.
fn page(connection: &Connection, after: i64) -> rusqlite::Result<Vec<Found>> {
    let mut statement = connection.prepare_cached(HASHED_LOG)?;
    let mut rows = statement.query([after, 1_000])?;
    let mut found = Vec::new();
    loop {
        match rows.next() {
            Ok(Some(row)) => {
                let request: Option<[u8; 16]> = row.get(4)?;
                let request = request.map(Uuid::from_bytes);
                found.push(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, request, row.get(5)?), row.get(6)?));
            }
            Ok(None) => return Ok(found),
            Err(error) if found.is_empty() => return Err(error),
            Err(_) => return Ok(found),
        }
    }
}
