//! The state as a file: made for a server that is new or far behind, fetched from one, and taken in.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Seek as _, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use control::v1::{SnapshotPart, SnapshotPiece, SnapshotRequest};
use domain::cell::Hash;
use domain::id::ServerId;
use domain::log::Entry;
use domain::stamp::Actor;
use futures::Stream;
use net::control::Windows;
use replica::session::{SnapshotOffer, Taking};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::session::Outbox;
use super::{dialling, left_out};
use crate::app::App;

/// Folder of these files within the data folder.
const FOLDER: &str = "server/snapshots";
/// Folder, within the data folder, of changes that a rebuild could not take over. Only the owner reads them: secrets stand in them.
pub(super) const LEFT_OUT: &str = "server/left-out";
/// Entries that are read at once.
const READ: u32 = 1_000;
/// Bytes of one part.
const PART: usize = 256 << 10;
/// How long a snapshot is kept, in seconds: 6 hours.
const KEPT: u64 = 6 * 3_600;

fn folder(app: &App) -> io::Result<PathBuf> {
    let folder = app.core.store().dir().join(FOLDER);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Hashes what is written.
struct Hashing<W> {
    out: W,
    hasher: blake3::Hasher,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let count = self.out.write(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Writes the state into a file that waits to be fetched.
pub(super) async fn make(app: &App) -> Result<SnapshotOffer, String> {
    let folder = folder(app).map_err(|error| error.to_string())?;
    expire(&folder);
    let app = app.clone();
    let runtime = tokio::runtime::Handle::current();
    // The store writes to a file, which blocks.
    let made = tokio::task::spawn_blocking(move || runtime.block_on(write(&app, &folder)));
    made.await.map_err(|error| error.to_string())?
}

async fn write(app: &App, folder: &Path) -> Result<SnapshotOffer, String> {
    let words = |error: io::Error| format!("the file of the state cannot be written: {error}");
    let begun = folder.join(format!("{}.part", uuid::Uuid::new_v4()));
    // Secrets stand in it as they are.
    let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&begun).map_err(words)?;
    let mut hashing = Hashing { out: BufWriter::new(file), hasher: blake3::Hasher::new(), bytes: 0 };
    let store = app.core.store();
    let made = store.snapshot(store.standing().installation, &mut hashing).await;
    let made = made.map_err(|error| {
        let _ = fs::remove_file(&begun);
        error.to_string()
    })?;
    hashing.flush().map_err(words)?;
    let hash = Hash(*hashing.hasher.finalize().as_bytes());
    fs::rename(&begun, folder.join(hash.to_string())).map_err(words)?;
    Ok(SnapshotOffer { hash: hash.0, bytes: hashing.bytes, rows: made.documents, vector: made.position.vector })
}

/// Removes files that are older than an offer counts.
fn expire(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let age = entry.metadata().ok().and_then(|meta| meta.modified().ok()).and_then(|at| at.elapsed().ok());
        if age.is_some_and(|age| age.as_secs() > KEPT) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The parts of a file that was offered.
pub(super) async fn send(
    app: &App,
    request: &SnapshotRequest,
) -> Result<impl Stream<Item = Result<SnapshotPart, Status>> + use<>, Status> {
    let gone = || Status::not_found("the file of the state is no longer there: it is made anew with the next session");
    let hash = <[u8; 32]>::try_from(request.hash.as_slice()).map_err(|_| gone())?;
    let path = folder(app).map_err(|_| gone())?.join(Hash(hash).to_string());
    let mut file = File::open(path).map_err(|_| gone())?;
    file.seek(io::SeekFrom::Start(request.offset)).map_err(|_| gone())?;
    let (sender, parts) = tokio::sync::mpsc::channel(4);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut bytes = Vec::with_capacity(PART);
            let part = match (&mut file).take(PART as u64).read_to_end(&mut bytes) {
                Ok(0) => return,
                Ok(_) => Ok(SnapshotPart { bytes }),
                Err(error) => Err(Status::data_loss(format!("the file of the state cannot be read: {error}"))),
            };
            let ends = part.is_err();
            if sender.blocking_send(part).is_err() || ends {
                return;
            }
        }
    });
    Ok(ReceiverStream::new(parts))
}

/// A piece of a file that was offered; empty: it is not there, or at its end.
pub(super) fn piece(app: &App, request: SnapshotRequest) -> SnapshotPiece {
    let read = || -> io::Result<Vec<u8>> {
        let hash = <[u8; 32]>::try_from(request.hash.as_slice()).map_err(io::Error::other)?;
        let mut file = File::open(folder(app)?.join(Hash(hash).to_string()))?;
        file.seek(io::SeekFrom::Start(request.offset))?;
        let mut bytes = Vec::with_capacity(PART);
        file.take(PART as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = read().unwrap_or_default();
    SnapshotPiece { hash: request.hash, offset: request.offset, bytes }
}

/// Fetches the state of another server and takes it in. What came of the file before is kept, and gone on with. `out` leads to that server
/// within the session, which this server dialled or not.
pub(super) async fn take(
    app: &App,
    server: ServerId,
    (offer, how): (&SnapshotOffer, Taking),
    (out, dialled): (&Outbox, bool),
) -> Result<(), String> {
    let words = |error: io::Error| format!("the file of the state cannot be written: {error}");
    let path = folder(app).map_err(words)?.join(format!("{}.fetched", Hash(offer.hash)));
    fetch(app, server, offer, &path, (out, dialled)).await?;
    // The session ends as soon as the new state stands, and its work with it: what then follows must not be lost.
    let taking = tokio::spawn(take_in(app.clone(), server, path, how));
    taking.await.map_err(|error| error.to_string())?
}

/// Takes in the state that was fetched, and keeps what it leaves out.
async fn take_in(app: App, server: ServerId, path: PathBuf, how: Taking) -> Result<(), String> {
    let file = File::open(&path).map_err(|error| format!("the file of the state cannot be read: {error}"))?;
    let installation = app.core.store().standing().installation;
    let source = io::BufReader::new(file);
    let taken = match how {
        Taking::Join => app.core.join(installation, source).await.map(drop),
        Taking::Rebuild { actor } => {
            let history = history_of_another(&app, actor).await.map_err(|error| error.to_string())?;
            let folder = app.core.store().dir().join(LEFT_OUT);
            let keep = move |dropped: &[Entry]| left_out::keep(&folder, history.iter().chain(dropped));
            app.core.rebuild(installation, actor, source, keep).await.map(drop)
        }
    };
    let _ = fs::remove_file(&path);
    taken.map_err(|error| error.to_string())?;
    tracing::info!(server.id = %server, ?how, "the state of another server was taken in");
    Ok(())
}

/// The entries of another server whose history here is not the one that counts: which of them the other history has too is not known here.
async fn history_of_another(app: &App, actor: Actor) -> Result<Vec<Entry>, store::Error> {
    let mut history = Vec::new();
    if actor.server == app.core.server_id() {
        return Ok(history);
    }
    let mut after = 0;
    loop {
        let read = app.core.store().read_log(after, READ).await?;
        let Some(last) = read.last() else { return Ok(history) };
        after = last.lpos;
        history.extend(read.into_iter().map(|logged| logged.entry).filter(|entry| entry.dot.actor == actor));
    }
}

/// On a connection of its own, so that no entry waits behind it; where none can be dialled, within the session. A server that was called may not be
/// able to dial at all, so it tries the session first, which servers of before do not know.
async fn fetch(
    app: &App,
    server: ServerId,
    offer: &SnapshotOffer,
    path: &Path,
    (out, dialled): (&Outbox, bool),
) -> Result<(), String> {
    let words = |error: io::Error| format!("the file of the state cannot be written: {error}");
    let mut file = fs::OpenOptions::new().read(true).append(true).create(true).mode(0o600).open(path).map_err(words)?;
    let have = file.metadata().map_err(words)?.len();
    if have < offer.bytes {
        if dialled {
            let beside = beside(app, server, offer, &mut file).await;
            if beside.is_err() {
                within(app, server, offer, &mut file, out).await.or(beside)?;
            }
        } else {
            let within = within(app, server, offer, &mut file, out).await;
            if within.is_err() {
                beside(app, server, offer, &mut file).await.or(within)?;
            }
        }
        file.sync_all().map_err(words)?;
    }
    let path = path.to_owned();
    let hash = tokio::task::spawn_blocking(move || {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(File::open(&path)?)?;
        if hasher.count() > 0 { Ok(hasher.finalize()) } else { Err(io::Error::from(io::ErrorKind::UnexpectedEof)) }
    });
    let hash = hash.await.map_err(|error| error.to_string())?.map_err(words)?;
    if *hash.as_bytes() != offer.hash {
        // It is fetched from its beginning with the next session.
        let _ = file.set_len(0);
        return Err("the file of the state came damaged".to_owned());
    }
    Ok(())
}

/// What is missing of the file, on a connection of its own.
async fn beside(app: &App, server: ServerId, offer: &SnapshotOffer, file: &mut File) -> Result<(), String> {
    let words = |error: io::Error| format!("the file of the state cannot be written: {error}");
    let link = dialling::dial(app, server, Windows::SERVERS).await?;
    let have = file.metadata().map_err(words)?.len();
    let request = SnapshotRequest { hash: offer.hash.to_vec(), offset: have };
    let mut parts = link.snapshot(request).await.map_err(|error| error.to_string())?;
    while let Some(part) = parts.next().await.map_err(|error| error.to_string())? {
        file.write_all(&part.bytes).map_err(words)?;
    }
    Ok(())
}

/// What is missing of the file, within the session.
async fn within(app: &App, server: ServerId, offer: &SnapshotOffer, file: &mut File, out: &Outbox) -> Result<(), String> {
    let words = |error: io::Error| format!("the file of the state cannot be written: {error}");
    let have = file.metadata().map_err(words)?.len();
    let write = |bytes: &[u8]| file.write_all(bytes).map_err(words);
    app.replication.pieces.fetch(server, out, (offer, have), write).await
}
