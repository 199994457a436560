//! Writing to an upload that comes in pieces.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::PathBuf;

use uuid::Uuid;

use super::Media;
use super::hasher::Hasher;
use crate::error::Error;

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
