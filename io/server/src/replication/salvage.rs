//! A server whose database is damaged gets its state from the others again, and puts on top what only it had.
//!
//! `signboard rebuild` sets the database aside and keeps every entry that can be read; the server then starts as a new incarnation of itself, gets its
//! state as a new server does, and takes in from the file what the others lack. What no longer fits is kept for people.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::id::ServerId;
use domain::log::{Chain, Entry};
use domain::stamp::Actor;
use replica::chain::chain_encoded;
use replica::encoding::{decode, encode};
use store::{Identity, Options};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::left_out;
use super::snapshots::LEFT_OUT;
use crate::app::App;
use crate::cli::{Exit, Failure};
use crate::now::now_ms;

/// The file of entries, within the data folder: of each the hash (16 bytes), the length (4 bytes, lowest first) and the canonical form.
const PLACE: &str = "server/salvaged";
/// How often it is asked whether the state has come.
const LOOK: Duration = Duration::from_millis(500);
/// The longest entry.
const LONGEST: u32 = 64 << 20;

/// Sets the database of a stopped server aside. Returns what to say.
///
/// # Errors
/// If the server runs, did not join another one, or its folder cannot be written; the database is where it was then.
pub fn set_aside(data: &Path) -> Result<String, Failure> {
    let files = |error: &io::Error| Failure::of_files("what can be read of the database cannot be kept", error);
    let own = super::Own::open(data).map_err(|error| files(&error))?;
    let Some((installation, server)) = own.membership().and_then(|joined| ids(&joined)) else {
        let text = "this server did not join another one, which could give it its state again: make another server the Main (`signboard promote` there), then start this one with an empty data folder and join with a new token; where there is no other server, restore a backup.";
        return Err(Failure::new(Exit::Unavailable, text));
    };
    let path = data.join(PLACE);
    // An earlier attempt may have kept some and not come further: what is read twice is taken in once.
    let file = fs::OpenOptions::new().append(true).create(true).mode(0o600).open(&path).map_err(|error| files(&error))?;
    let mut out = BufWriter::new(file);
    let mut count = 0;
    let keep = |entry: Entry, hash: Chain| {
        count += 1;
        write(&mut out, &entry, &hash).map_err(|source| store::Error::File { path: path.clone(), source })
    };
    let next = |actor: Option<Actor>| {
        // Should the number be known elsewhere, the first meeting finds out, as after a restored backup.
        let incarnation = actor.map_or(1, |actor| actor.incarnation) + 1;
        Identity { installation, actor: Actor { server, incarnation } }
    };
    let options = Options::new(data, Arc::new(domain::state::class_of));
    let aside = store::replace(&options, &now_ms().to_string(), next, keep)
        .map_err(|error| Failure::new(Exit::Data, error.to_string()))?;
    let file = out.into_inner().map_err(|error| files(&error.into()))?;
    file.sync_all().map_err(|error| files(&error))?;
    let _ = fs::remove_file(data.join(super::soundness::PLACE));
    let aside = aside.folder.display();
    Ok(format!(
        "The database was set aside in {aside}; {count} changes could be read in it. Start the server: it gets its state from the others, and takes in those of the changes that they lack. Play records that had not been sent stay in that folder.\n"
    ))
}

/// Installation and server, as they were when it joined.
fn ids(joined: &super::Membership) -> Option<(Uuid, Uuid)> {
    let certificate = joined.reply.certificate.as_ref()?;
    Some((Uuid::from_slice(&joined.reply.installation).ok()?, certificate.device.parse().ok()?))
}

fn write(out: &mut impl Write, entry: &Entry, hash: &Chain) -> io::Result<()> {
    let bytes = encode(entry);
    let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
    out.write_all(hash)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&bytes)
}

/// The next entry with its hash and canonical form; none at the end, which a torn write may have left anywhere.
fn read(from: &mut impl Read) -> Option<(Chain, Vec<u8>)> {
    let (mut hash, mut length) = (Chain::default(), [0; 4]);
    from.read_exact(&mut hash).ok()?;
    from.read_exact(&mut length).ok()?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return None;
    }
    let mut bytes = vec![0; length as usize];
    from.read_exact(&mut bytes).ok()?;
    Some((hash, bytes))
}

/// Takes in what was kept, once the state has come.
pub(super) async fn follow(app: App, stop: CancellationToken) {
    let path = app.core.store().dir().join(PLACE);
    if !path.exists() {
        return;
    }
    let own = ServerId(app.core.server_id());
    // What others have comes from them: only then is it known what they lack.
    while app.core.state().servers.get(own).is_none() || !app.replication.links.is_level() {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    match take(&app, &path).await {
        Ok((taken, left)) => tracing::warn!(taken, left, "changes of the database that was set aside were taken in"),
        // It is tried again at the next start.
        Err(why) => tracing::error!(why, "changes of the database that was set aside could not be taken in"),
    }
}

/// Takes in each entry that others lack and whose history has come so far; what does not fit is kept for people. Returns how many there were of each.
async fn take(app: &App, path: &Path) -> Result<(usize, usize), String> {
    let words = |error: io::Error| error.to_string();
    let mut file = BufReader::new(File::open(path).map_err(words)?);
    let (mut taken, mut left) = (0, Vec::new());
    while let Some((hash, bytes)) = read(&mut file) {
        let Ok(entry) = decode(&bytes) else { continue };
        let position = app.core.store().standing().position.clone();
        if position.vector.covers(&entry.dot) {
            continue;
        }
        let before = position.heads.get(&entry.dot.actor).map(|head| head.chain).unwrap_or_default();
        let fits = position.vector.get(&entry.dot.actor) + 1 == entry.dot.seq && chain_encoded(&before, &bytes) == hash;
        if !fits {
            left.push(entry);
            continue;
        }
        match app.core.apply(vec![entry.clone()]).await {
            Ok(_) => taken += 1,
            Err(store::ApplyFailed::Refused(_) | store::ApplyFailed::Own(_)) => left.push(entry),
            Err(error) => return Err(error.to_string()),
        }
    }
    let folder = app.core.store().dir().join(LEFT_OUT);
    left_out::keep(&folder, left.iter()).map_err(words)?;
    fs::remove_file(path).map_err(words)?;
    Ok((taken, left.len()))
}
