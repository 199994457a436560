//! Uploads that come in pieces and may go on after a restart of either side.
//!
//! An upload is two files: `<id>.json` says what is expected, `<id>.part` is what has come; its length is the offset. When the part
//! becomes a file of the store, the note stays and says which, until the caller has taken note of it: a crash between loses nothing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::hasher::Hasher;
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

/// Appends to an upload. Dropping it gives the upload back with what has come.
#[derive(Debug)]
pub struct PartialWriter {
    media: Media,
    id: Uuid,
    length: u64,
    path: PathBuf,
    pub(super) file: Option<File>,
    pub(super) hasher: Option<Box<Hasher>>,
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

    /// Opens an upload for appending at `offset`.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] if the upload stands elsewhere or somebody else is writing to it.
    pub async fn append(&self, id: Uuid, offset: u64) -> Result<PartialWriter, Error> {
        let known = self.partial(id).await?.ok_or_else(|| Error::NotFound { what: format!("upload {id}") })?;
        let busy = || Error::Conflict { what: format!("Upload {id} is being written to") };
        let hasher = self.0.uploads.take(id).ok_or_else(busy)?;
        let path = self.part(id);
        let mut writer = PartialWriter { media: self.clone(), id, length: known.length, path, file: None, hasher: None };
        self.blocking(move |media| {
            let fail = |error: io::Error| match error.kind() {
                io::ErrorKind::NotFound => Error::NotFound { what: format!("upload {id} that is still open") },
                _ => Error::file(&media.part(id), error),
            };
            let mut file = OpenOptions::new().read(true).write(true).open(media.part(id)).map_err(fail)?;
            let end = file.metadata().map_err(fail)?.len();
            if end != offset {
                return Err(Error::Conflict { what: format!("Upload {id} stands at byte {end}, not at {offset}") });
            }
            let mut hasher = hasher.unwrap_or_default();
            if hasher.size() != end {
                // After a restart or an interrupted write.
                *hasher = Hasher::default();
                io::copy(&mut file, &mut *hasher).map_err(fail)?;
            }
            file.seek(SeekFrom::End(0)).map_err(fail)?;
            writer.file = Some(file);
            writer.hasher = Some(hasher);
            Ok(writer)
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

    /// Removes what was last written before Unix time `before` in milliseconds; returns how many files there were.
    ///
    /// # Errors
    /// [`Error::File`].
    pub async fn expire_partials(&self, before: i64) -> Result<usize, Error> {
        self.blocking(move |media| {
            let mut count = 0;
            for path in entries(&media.0.parts)? {
                // The note of an upload is as old as its start: its part decides.
                let decisive = path.with_extension(if path.extension() == Some("json".as_ref()) { "part" } else { "" });
                let decisive = if decisive.exists() { decisive } else { path.clone() };
                if fs::metadata(&decisive).is_ok_and(|facts| modified(&facts) < before) {
                    fs::remove_file(&path).map_err(|error| Error::file(&path, error))?;
                    count += 1;
                }
            }
            Ok(count)
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

impl PartialWriter {
    /// Appends bytes. They count only after [`Self::commit`].
    ///
    /// # Errors
    /// [`Error::Conflict`] if more come than were announced, and none of them is written; [`Error::Full`] or [`Error::File`].
    pub async fn write(&mut self, bytes: impl AsRef<[u8]> + Send + 'static) -> Result<(), Error> {
        let (mut file, mut hasher) = self.parts()?;
        if hasher.size() + bytes.as_ref().len() as u64 > self.length {
            let what = format!("Upload {} gets more than the announced {} bytes", self.id, self.length);
            (self.file, self.hasher) = (Some(file), Some(hasher));
            return Err(Error::Conflict { what });
        }
        let path = self.path.clone();
        let (file, hasher) = self
            .media
            .blocking(move |_| {
                file.write_all(bytes.as_ref()).map_err(|error| Error::file(&path, error))?;
                hasher.update(bytes.as_ref());
                Ok((file, hasher))
            })
            .await?;
        (self.file, self.hasher) = (Some(file), Some(hasher));
        Ok(())
    }

    /// Makes what was written durable and returns the new offset.
    ///
    /// # Errors
    /// [`Error::Full`] or [`Error::File`].
    pub async fn commit(mut self) -> Result<u64, Error> {
        let (file, hasher) = self.parts()?;
        let (path, size) = (self.path.clone(), hasher.size());
        self.hasher = Some(hasher);
        self.media.blocking(move |_| file.sync_all().map_err(|error| Error::file(&path, error))).await?;
        Ok(size)
    }

    /// File and hashes; they are gone after a write that failed half-way.
    fn parts(&mut self) -> Result<(File, Box<Hasher>), Error> {
        let broken = || Error::Conflict { what: format!("Upload {} was interrupted", self.id) };
        Ok((self.file.take().ok_or_else(broken)?, self.hasher.take().ok_or_else(broken)?))
    }
}

impl Drop for PartialWriter {
    fn drop(&mut self) {
        match self.hasher.take() {
            Some(hasher) => self.media.0.uploads.give(self.id, hasher),
            None => self.media.0.uploads.forget(self.id),
        }
    }
}

/// The upload that a note belongs to; none if `path` is no note.
fn upload_of(path: &Path) -> Option<Uuid> {
    if path.extension() != Some("json".as_ref()) {
        return None;
    }
    path.file_stem()?.to_str()?.parse().ok()
}
