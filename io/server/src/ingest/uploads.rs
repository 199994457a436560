//! Uploads under way: bytes on disk as they come, and what becomes of them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use api::envelope::ErrorBody;
use api::upload::{UploadState, UploadView};
use bytes::Bytes;
use domain::id::{FolderId, MediaId, UserId};
use http::StatusCode;
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use sha2::Digest;
use store::media::{Media as Files, PartialWriter};
use uuid::Uuid;

use crate::app::App;
use crate::http::error::{Error, Result};
use crate::now::now_ms;

/// How long an upload may stand still before it is forgotten, in milliseconds: 7 days.
pub const LIFE_MS: i64 = 7 * 86_400_000;

/// What is known of an upload besides its bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Note {
    /// The file's name.
    pub filename: String,
    /// Name of the media record.
    pub name: String,
    /// Folder of the media record.
    pub folder: Option<FolderId>,
    /// Who uploads.
    pub user: UserId,
}

impl Note {
    /// Reads `Upload-Metadata`.
    ///
    /// # Errors
    /// 422 when `folder` is no id.
    pub fn new(metadata: &[(String, String)], user: UserId) -> Result<Self> {
        let get =
            |key: &str| metadata.iter().find(|(k, _)| k == key).map(|(_, value)| value.trim()).filter(|value| !value.is_empty());
        let filename: String =
            get("filename").unwrap_or("file").chars().filter(|c| !c.is_control() && *c != '/' && *c != '\\').collect();
        let name: String = get("name").unwrap_or(&filename).chars().filter(|c| !c.is_control()).take(200).collect();
        let folder = get("folder").map(str::parse).transpose();
        let folder = folder.map_err(|_| Error::invalid("folder", "folder is not an id"))?;
        Ok(Self { filename, name: if name.trim().is_empty() { "file".to_owned() } else { name }, folder, user })
    }
}

/// A digest that the bytes of one request must have.
#[derive(Clone, Debug)]
pub enum Checksum {
    /// SHA-1 (offered since tus demands it).
    Sha1(sha1::Sha1, Vec<u8>),
    /// SHA-256.
    Sha256(sha2::Sha256, Vec<u8>),
}

impl Checksum {
    /// A promised digest; none if the algorithm is not known.
    #[must_use]
    pub fn new(algorithm: &str, digest: Vec<u8>) -> Option<Self> {
        match algorithm {
            "sha1" => Some(Self::Sha1(sha1::Sha1::new(), digest)),
            "sha256" => Some(Self::Sha256(sha2::Sha256::new(), digest)),
            _ => None,
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(hash, _) => hash.update(bytes),
            Self::Sha256(hash, _) => hash.update(bytes),
        }
    }

    fn holds(self) -> bool {
        match self {
            Self::Sha1(hash, promised) => hash.finalize().as_slice() == promised,
            Self::Sha256(hash, promised) => hash.finalize().as_slice() == promised,
        }
    }
}

/// What became of an upload whose bytes are all here.
#[derive(Clone, Debug)]
struct Outcome {
    note: Note,
    length: u64,
    state: UploadState,
    media: Option<MediaId>,
    error: Option<ErrorBody>,
    at: i64,
}

/// All uploads.
pub struct Uploads {
    files: Files,
    known: Mutex<BTreeMap<Uuid, Note>>,
    outcomes: Mutex<BTreeMap<Uuid, Outcome>>,
    changed: Mutex<Vec<Uuid>>,
    /// Woken when the state of an upload changed.
    pub wake: tokio::sync::Notify,
}

/// One request's bytes on their way to the disk.
pub struct Receiving {
    writer: PartialWriter,
    held_back: Option<(Checksum, Vec<Bytes>)>,
}

fn store_error(error: store::Error) -> Error {
    if error.is_not_found() {
        Error::not_found("there is no such upload, or it was given up: begin again")
    } else if error.is_conflict() {
        Error::new(StatusCode::CONFLICT, "upload.offset", error.to_string())
    } else {
        Error::unavailable(error)
    }
}

impl Uploads {
    /// Uploads into these files.
    #[must_use]
    pub fn new(files: Files) -> Self {
        Self {
            files,
            known: Mutex::default(),
            outcomes: Mutex::default(),
            changed: Mutex::default(),
            wake: tokio::sync::Notify::new(),
        }
    }

    /// When an upload that stands still from now on is forgotten, Unix milliseconds.
    #[must_use]
    pub fn expires(&self, now: i64) -> i64 {
        now + LIFE_MS
    }

    /// Begins an upload. Returns when it will be forgotten.
    ///
    /// # Errors
    /// 503 when the disk does not take it.
    pub async fn begin(&self, id: Uuid, length: u64, note: Note) -> Result<i64> {
        let text = serde_json::to_value(&note).expect("notes are plain data");
        self.files.begin(id, length, text).await.map_err(store_error)?;
        self.known.lock().insert(id, note);
        self.touch(id);
        Ok(self.expires(now_ms()))
    }

    /// Opens an upload for bytes from `from` on.
    ///
    /// # Errors
    /// 404; 409 when it stands elsewhere.
    pub async fn receive(&self, id: Uuid, from: u64, checksum: Option<Checksum>) -> Result<Receiving> {
        let writer = self.files.append(id, from).await.map_err(store_error)?;
        Ok(Receiving { writer, held_back: checksum.map(|checksum| (checksum, Vec::new())) })
    }

    /// How an upload stands, for the person who began it.
    ///
    /// # Errors
    /// 404.
    pub async fn view(&self, id: Uuid, user: UserId) -> Result<UploadView> {
        let none = || Error::not_found("there is no such upload, or it was given up: begin again");
        if let Some(outcome) = self.outcomes.lock().get(&id).filter(|outcome| outcome.note.user == user) {
            return Ok(view_of(id, outcome));
        }
        let partial = self.files.partial(id).await.map_err(store_error)?.ok_or_else(none)?;
        let note: Note = serde_json::from_value(partial.note).map_err(|_| none())?;
        if note.user != user {
            return Err(none());
        }
        self.known.lock().insert(id, note.clone());
        let (state, filename) = (UploadState::Receiving, note.filename);
        Ok(UploadView { id, state, received: partial.offset, length: partial.length, filename, media: None, error: None })
    }

    /// The person's uploads that this server heard of since it started.
    pub async fn list(&self, user: UserId) -> Vec<UploadView> {
        let own = |(id, note): (&Uuid, &Note)| (note.user == user).then_some(*id);
        let mut ids: BTreeSet<Uuid> = self.known.lock().iter().filter_map(|(id, note)| own((id, note))).collect();
        ids.extend(self.outcomes.lock().iter().filter_map(|(id, outcome)| own((id, &outcome.note))));
        let mut views = Vec::new();
        for id in ids {
            // One that was forgotten meanwhile is left out.
            views.extend(self.view(id, user).await.ok());
        }
        views
    }

    /// Whose upload it is, as far as known.
    #[must_use]
    pub fn owner(&self, id: Uuid) -> Option<UserId> {
        let outcome = self.outcomes.lock().get(&id).map(|outcome| outcome.note.user);
        outcome.or_else(|| self.known.lock().get(&id).map(|note| note.user))
    }

    /// Gives an upload up.
    ///
    /// # Errors
    /// 503.
    pub async fn abort(&self, id: Uuid) -> Result<()> {
        self.known.lock().remove(&id);
        self.outcomes.lock().remove(&id);
        self.files.abort(id).await.map_err(store_error)?;
        self.touch(id);
        Ok(())
    }

    /// If all bytes are here: checks the file in the background and makes the media record.
    ///
    /// # Errors
    /// 503.
    pub async fn complete_if_whole(&self, app: &App, id: Uuid) -> Result<()> {
        let Some(partial) = self.files.partial(id).await.map_err(store_error)? else { return Ok(()) };
        if partial.offset < partial.length {
            return Ok(());
        }
        let note: Note = serde_json::from_value(partial.note).map_err(Error::unavailable)?;
        let checking =
            Outcome { note, length: partial.length, state: UploadState::Checking, media: None, error: None, at: now_ms() };
        match self.outcomes.lock().entry(id) {
            // Somebody else noticed it first.
            Entry::Occupied(_) => return Ok(()),
            Entry::Vacant(place) => place.insert(checking.clone()),
        };
        self.touch(id);
        let (app, files) = (app.clone(), self.files.clone());
        tokio::spawn(async move {
            let result = match files.finish(id).await {
                Ok(stored) => super::record::record(&app, &stored, &checking.note).await,
                Err(error) => Err(store_error(error)),
            };
            let outcome = match result {
                Ok(media) => Outcome { state: UploadState::Done, media: Some(media), ..checking },
                Err(error) => Outcome { state: UploadState::Refused, error: Some(error.into_body()), ..checking },
            };
            app.uploads.settle(id, outcome);
        });
        Ok(())
    }

    /// Uploads whose state changed since the last call.
    #[must_use]
    pub fn take_changed(&self) -> Vec<Uuid> {
        std::mem::take(&mut *self.changed.lock())
    }

    fn settle(&self, id: Uuid, outcome: Outcome) {
        let mut outcomes = self.outcomes.lock();
        let now = outcome.at;
        outcomes.retain(|_, known| now - known.at < 3_600_000);
        outcomes.insert(id, outcome);
        drop(outcomes);
        self.known.lock().remove(&id);
        self.touch(id);
    }

    fn touch(&self, id: Uuid) {
        self.changed.lock().push(id);
        self.wake.notify_one();
    }
}

fn view_of(id: Uuid, outcome: &Outcome) -> UploadView {
    UploadView {
        id,
        state: outcome.state,
        received: outcome.length,
        length: outcome.length,
        filename: outcome.note.filename.clone(),
        media: outcome.media,
        error: outcome.error.clone(),
    }
}

impl Receiving {
    /// Takes bytes. With a promised checksum they are held back until it is known to hold.
    ///
    /// # Errors
    /// 409 when more come than were announced; 413 when more come than can be held back.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        const HELD: usize = 64 * 1024 * 1024;
        let Some((checksum, held)) = &mut self.held_back else {
            return self.writer.write(bytes).await.map_err(store_error);
        };
        checksum.update(&bytes);
        held.push(bytes);
        if held.iter().map(Bytes::len).sum::<usize>() > HELD {
            let text = format!("with a checksum at most {HELD} bytes fit into one request: send smaller parts");
            return Err(Error::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", text));
        }
        Ok(())
    }

    /// Makes what came durable, and returns the new offset.
    ///
    /// # Errors
    /// 460 when the checksum does not hold; then nothing of this request counts.
    pub async fn finish(mut self) -> Result<u64> {
        if let Some((checksum, held)) = self.held_back.take() {
            if !checksum.holds() {
                let status = StatusCode::from_u16(460).expect("460 is a status");
                return Err(Error::new(
                    status,
                    "upload.checksum",
                    "the bytes do not have the promised checksum: send them again",
                ));
            }
            for bytes in held {
                self.writer.write(bytes).await.map_err(store_error)?;
            }
        }
        self.writer.commit().await.map_err(store_error)
    }
}
