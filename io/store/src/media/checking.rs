//! Whether a stored file is still what its name says, and what becomes of one that is not.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::time::SystemTime;

use domain::cell::Hash;
use domain::groups::Grouping;
use rustix::fs::{Advice, fadvise};

use super::{Media, entries, listed};
use crate::error::Error;
use crate::folder;

/// Bytes that are read at a time.
const STEP: u64 = 1 << 20;

/// A file that is read from its beginning to its end.
#[derive(Debug)]
pub struct Checking {
    media: Media,
    hash: Hash,
    file: File,
    grouping: Grouping,
}

impl Media {
    /// Begins to check a file, from the disk and not from memory as far as the system lets; none if it is not here.
    ///
    /// # Errors
    /// [`Error::File`].
    pub async fn check(&self, hash: Hash) -> Result<Option<Checking>, Error> {
        self.blocking(move |media| {
            let path = media.path(hash);
            match File::open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                Err(error) => Err(Error::file(&path, error)),
                Ok(file) => {
                    // Advice that is not taken makes the check less strict and no less right.
                    let _ = fadvise(&file, 0, None, Advice::DontNeed);
                    Ok(Some(Checking { media: media.clone(), hash, file, grouping: Grouping::default() }))
                }
            }
        })
        .await
    }

    /// Takes a file that is spoilt out of the store, so that nobody gets it any more. It is kept aside: what of it is right need not come
    /// from elsewhere, and a person may want to look at it.
    ///
    /// # Errors
    /// [`Error::File`]; a file that is not there is no error.
    pub async fn quarantine(&self, hash: Hash) -> Result<(), Error> {
        self.blocking(move |media| {
            let (from, to) = (media.path(hash), media.quarantined(hash));
            folder::make(&media.0.quarantine)?;
            // From now on, so that it is kept for its time.
            let _ = File::options().write(true).open(&from).and_then(|file| file.set_modified(SystemTime::now()));
            let _ = fs::remove_file(media.list_of(hash));
            match fs::rename(&from, &to) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::file(&to, error)),
                _ => folder::sync(&media.0.quarantine),
            }
        })
        .await
    }

    /// Removes spoilt files that were set aside before Unix time `before` in milliseconds, if their right ones are here.
    ///
    /// # Errors
    /// [`Error::File`].
    pub async fn expire_quarantine(&self, before: i64) -> Result<(), Error> {
        self.blocking(move |media| {
            if !media.0.quarantine.exists() {
                return Ok(());
            }
            for path in entries(&media.0.quarantine)? {
                let mended = listed(&path).is_some_and(|file| file.stored < before && media.size(file.hash).is_some());
                if mended {
                    fs::remove_file(&path).map_err(|error| Error::file(&path, error))?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Where a spoilt file is kept aside.
    #[must_use]
    pub fn quarantined(&self, hash: Hash) -> PathBuf {
        self.0.quarantine.join(hash.to_string())
    }
}

impl Checking {
    /// Reads on. Returns how many bytes; 0 at the end.
    ///
    /// # Errors
    /// [`Error::File`]: the disk cannot read it.
    pub async fn read(self) -> Result<(Self, u64), Error> {
        let media = self.media.clone();
        media
            .blocking(move |media| {
                let (mut this, mut block) = (self, Vec::new());
                let read = (&this.file).take(STEP).read_to_end(&mut block);
                let read = read.map_err(|error| Error::file(&media.path(this.hash), error))?;
                this.grouping.update(&block);
                Ok((this, read as u64))
            })
            .await
    }

    /// Whether what was read is the file.
    #[must_use]
    pub fn is_right(self) -> bool {
        self.grouping.finish().hash() == self.hash
    }
}
