//! Notes of uploads, and how an upload becomes a file of the store.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use domain::cell::Hash;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::partial::Partial;
use super::{Media, Stored};
use crate::error::Error;
use crate::folder;

/// What is known of an upload besides its bytes.
#[derive(Serialize, Deserialize)]
pub(super) struct Expected {
    pub(super) length: u64,
    pub(super) note: serde_json::Value,
    /// BLAKE3 and SHA-256 of the whole, once they are known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) whole: Option<(Hash, Hash)>,
}

impl Expected {
    fn stored(&self) -> Option<Stored> {
        self.whole.map(|(hash, sha256)| Stored { hash, sha256, size: self.length })
    }
}

impl Media {
    /// Reads how an upload stands. A note without a part is whole if its file is in the store; else it is left over.
    pub(super) fn look(&self, id: Uuid) -> Result<Option<Partial>, Error> {
        let Some(expected) = self.expected(id)? else { return Ok(None) };
        let part = self.part(id);
        let offset = match there(&part, fs::metadata(&part))? {
            Some(facts) => facts.len(),
            None if self.has(&expected) => expected.length,
            None => return Ok(None),
        };
        Ok(Some(Partial { id, offset, length: expected.length, note: expected.note }))
    }

    fn expected(&self, id: Uuid) -> Result<Option<Expected>, Error> {
        let about = self.about(id);
        let Some(text) = there(&about, fs::read(&about))? else { return Ok(None) };
        serde_json::from_slice(&text).map(Some).map_err(|_| Error::damaged(format!("upload {id}")))
    }

    /// Whether the file of an upload is in the store as a whole.
    fn has(&self, expected: &Expected) -> bool {
        expected.stored().is_some_and(|stored| self.size(stored.hash) == Some(stored.size))
    }

    /// Makes the file of a complete upload part of the store. The upload is remembered until [`Self::abort`], so that after a crash
    /// this can be asked again and answers the same: call that when the file is recorded or refused.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] if bytes are missing; [`Error::Full`] or [`Error::File`].
    pub async fn finish(&self, id: Uuid) -> Result<Stored, Error> {
        let known = self.partial(id).await?.ok_or_else(|| Error::NotFound { what: format!("upload {id}") })?;
        if known.offset != known.length {
            let what = format!("Upload {id} stands at byte {} of {}", known.offset, known.length);
            return Err(Error::Conflict { what });
        }
        let kept =
            self.blocking(move |media| Ok(media.expected(id)?.filter(|e| !media.part(id).exists() && media.has(e)))).await?;
        if let Some(stored) = kept.and_then(|expected| expected.stored()) {
            return Ok(stored);
        }
        let mut writer = self.append(id, known.offset).await?;
        let (file, hasher) = (writer.file.take(), writer.hasher.take());
        drop(writer);
        let (file, hasher) = (file.expect("open until taken"), hasher.expect("open until taken"));
        self.blocking(move |media| {
            let (stored, groups) = hasher.finish();
            let expected = Expected { length: known.length, note: known.note, whole: Some((stored.hash, stored.sha256)) };
            media.rewrite(id, &expected)?;
            media.keep(&file, &media.part(id), stored)?;
            media.keep_groups(&groups);
            Ok(stored)
        })
        .await
    }

    /// Replaces the note of an upload, durably: there is always a whole one.
    fn rewrite(&self, id: Uuid, expected: &Expected) -> Result<(), Error> {
        let (about, fresh) = (self.about(id), self.fresh(id));
        let text = serde_json::to_vec(expected).expect("a note is plain data");
        let write = || {
            let mut file = File::create(&fresh)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&fresh, &about)
        };
        write().map_err(|error| Error::file(&fresh, error))?;
        folder::sync(&self.0.parts)
    }
}

/// What was found at `path`; none if nothing is there.
fn there<T>(path: &Path, result: io::Result<T>) -> Result<Option<T>, Error> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some).map_err(|error| Error::file(path, error)),
    }
}
