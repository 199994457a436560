//! Uploads that come in pieces and may go on after a restart of either side.
//!
//! An upload is two files: `<id>.json` says what is expected, `<id>.part` is what has come; its length is the offset. When the part
//! becomes a file of the store, the note stays and says which, until the caller has taken note of it: a crash between loses nothing.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::note::Expected;
use super::upload::modified;
use super::{Media, entries};
use crate::error::Error;
use crate::folder;

/// An upload under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Partial {
    /// Its id.
    pub id: Uuid,
    /// Bytes that have come.
    pub offset: u64,
    /// Bytes that are expected.
    pub length: u64,
    /// What the caller noted at the start.
    pub note: serde_json::Value,
}

impl Media {
    /// Starts an upload of `length` bytes, durably.
    ///
    /// # Errors
    /// [`Error::Full`] or [`Error::File`].
    pub async fn begin(&self, id: Uuid, length: u64, note: serde_json::Value) -> Result<(), Error> {
        self.blocking(move |media| {
            let (about, part) = (media.about(id), media.part(id));
            let text = serde_json::to_vec(&Expected { length, note, whole: None }).expect("a note is plain data");
            let write = |path: &PathBuf, bytes: &[u8]| {
                let mut file = File::create_new(path)?;
                file.write_all(bytes)?;
                file.sync_all()
            };
            write(&part, &[]).map_err(|error| Error::file(&part, error))?;
            write(&about, &text).map_err(|error| Error::file(&about, error))?;
            folder::sync(&media.0.parts)
        })
        .await
    }

    /// How an upload stands; none if there is none with this id.
    ///
    /// # Errors
    /// [`Error::File`] or [`Error::Damaged`].
    pub async fn partial(&self, id: Uuid) -> Result<Option<Partial>, Error> {
        self.blocking(move |media| media.look(id)).await
    }

    /// All uploads under way, in the order of their ids: after a crash, those whose offset has reached their length only wait for
    /// [`Self::finish`]. One whose note cannot be read is left out and said in the log; it expires like any other.
    ///
    /// # Errors
    /// [`Error::File`].
    pub async fn partials(&self) -> Result<Vec<Partial>, Error> {
        self.blocking(|media| {
            let mut ids: Vec<Uuid> = entries(&media.0.parts)?.iter().filter_map(|path| upload_of(path)).collect();
            ids.sort_unstable();
            let mut partials = Vec::with_capacity(ids.len());
            for id in ids {
                match media.look(id) {
                    // One that ended since the folder was read is none.
                    Ok(partial) => partials.extend(partial),
                    Err(Error::Damaged { what }) => tracing::warn!(%what, "the note of an upload cannot be read"),
                    Err(error) => return Err(error),
                }
            }
            Ok(partials)
        })
        .await
    }

    /// Forgets an upload; one that is not there is no error.
    ///
    /// # Errors
    /// [`Error::File`].
    pub async fn abort(&self, id: Uuid) -> Result<(), Error> {
        self.blocking(move |media| {
            media.0.uploads.forget(id);
            for path in [media.about(id), media.part(id), media.fresh(id)] {
                match fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::file(&path, error)),
                    _ => {}
                }
            }
            Ok(())
        })
        .await
    }

    /// Removes what was last written before Unix time `before` in milliseconds, and forgets it. Returns the uploads that ended so, in the
    /// order of their ids.
    ///
    /// # Errors
    /// [`Error::File`].
    pub async fn expire_partials(&self, before: i64) -> Result<BTreeSet<Uuid>, Error> {
        self.blocking(move |media| {
            let mut ended = BTreeSet::new();
            for path in entries(&media.0.parts)? {
                // The note of an upload is as old as its start: its part decides.
                let decisive = path.with_extension(if path.extension() == Some("json".as_ref()) { "part" } else { "" });
                let decisive = if decisive.exists() { decisive } else { path.clone() };
                if fs::metadata(&decisive).is_ok_and(|facts| modified(&facts) < before) {
                    fs::remove_file(&path).map_err(|error| Error::file(&path, error))?;
                    ended.extend(upload_of(&path));
                }
            }
            for id in &ended {
                media.0.uploads.forget(*id);
            }
            Ok(ended)
        })
        .await
    }

    /// The note of an upload.
    pub(super) fn about(&self, id: Uuid) -> PathBuf {
        self.0.parts.join(format!("{id}.json"))
    }

    /// A new note of an upload before it takes the old one's place.
    pub(super) fn fresh(&self, id: Uuid) -> PathBuf {
        self.0.parts.join(format!("{id}.note"))
    }

    /// What has come of an upload.
    pub(super) fn part(&self, id: Uuid) -> PathBuf {
        self.0.parts.join(format!("{id}.part"))
    }
}

/// The upload that a note belongs to; none if `path` is no note.
fn upload_of(path: &Path) -> Option<Uuid> {
    if path.extension() != Some("json".as_ref()) {
        return None;
    }
    path.file_stem()?.to_str()?.parse().ok()
}
