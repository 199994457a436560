//! Uploads under way: bytes on disk as they come, and what becomes of them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use api::envelope::ErrorBody;
use api::upload::{UploadState, UploadView};
use domain::id::{MediaId, UserId};
use http::StatusCode;
use parking_lot::Mutex;
use store::media::{Media as Files, Partial};
use uuid::Uuid;

use super::checksum::Checksum;
use super::note::Note;
use super::receiving::Receiving;
use crate::app::App;
use crate::http::error::{Error, Result};
use crate::now::now_ms;

/// How long an upload may stand still before it is forgotten, in milliseconds: 7 days.
pub const LIFE_MS: i64 = 7 * 86_400_000;

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

impl Outcome {
    /// Whether somebody may still ask. What is being checked is never forgotten.
    fn is_remembered(&self, now: i64) -> bool {
        self.state == UploadState::Checking || now - self.at < 3_600_000
    }
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

pub(super) fn store_error(error: store::Error) -> Error {
    if error.is_not_found() {
        Error::not_found("there is no such upload, or it was given up: begin again")
    } else if error.is_conflict() {
        Error::new(StatusCode::CONFLICT, "upload.offset", error.to_string())
    } else {
        Error::of_store(&error)
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
        Ok(Receiving::new(writer, checksum))
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

    /// Gives those up that have stood still for [`LIFE_MS`], and forgets what became of others an hour ago. `now` is Unix time in
    /// milliseconds.
    ///
    /// # Errors
    /// When a file cannot be removed; the rest is left for next time.
    pub async fn expire(&self, now: i64) -> std::result::Result<(), store::Error> {
        for id in self.files.expire_partials(now - LIFE_MS).await? {
            self.known.lock().remove(&id);
            self.touch(id);
        }
        self.outcomes.lock().retain(|_, known| known.is_remembered(now));
        Ok(())
    }

    /// If all bytes are here: checks the file in the background and makes the media record.
    ///
    /// # Errors
    /// 503.
    pub async fn complete_if_whole(&self, app: &App, id: Uuid) -> Result<()> {
        match self.files.partial(id).await.map_err(store_error)? {
            Some(partial) => self.complete(app, partial),
            None => Ok(()),
        }
    }

    /// Checks the uploads that were whole on the disk when the server ended; nobody needs to ask for them.
    ///
    /// # Errors
    /// 503 when the folder cannot be read.
    pub async fn resume(&self, app: &App) -> Result<()> {
        for partial in self.files.partials().await.map_err(store_error)? {
            let id = partial.id;
            match serde_json::from_value::<Note>(partial.note.clone()) {
                Ok(note) => _ = self.known.lock().entry(id).or_insert(note),
                Err(error) => {
                    tracing::warn!(upload.id = %id, %error, "what is known of an upload is not understood: it is left to expire");
                    continue;
                }
            }
            self.complete(app, partial)?;
        }
        Ok(())
    }

    fn complete(&self, app: &App, partial: Partial) -> Result<()> {
        if partial.offset < partial.length {
            return Ok(());
        }
        let id = partial.id;
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
                Ok(stored) => super::record::record(&app, id, &stored, &checking.note).await,
                Err(error) => Err(store_error(error)),
            };
            // What could not be done for want of room or a database is tried again at the next start.
            if !result.as_ref().is_err_and(Error::may_pass)
                && let Err(error) = files.abort(id).await
            {
                tracing::warn!(upload.id = %id, %error, "what is left of an upload could not be removed");
            }
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
        self.outcomes.lock().insert(id, outcome);
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
