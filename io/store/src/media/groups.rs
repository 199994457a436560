//! The lists of the groups of files, each beside its file.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;

use domain::cell::Hash;
use domain::groups::{Grouping, Groups};

use super::Media;
use crate::error::Error;

impl Media {
    /// The groups of a file; none if the file is not here. Reads the whole file if nobody has asked before and it was stored by an
    /// older server. Blocks.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Damaged`] if the file is not what its name says.
    pub fn groups(&self, hash: Hash) -> Result<Option<Groups>, Error> {
        let Some(bytes) = self.size(hash) else { return Ok(None) };
        if let Some(short) = Groups::of_short(hash, bytes) {
            return Ok(Some(short));
        }
        let kept = fs::read(self.list_of(hash)).ok().and_then(|list| Groups::read(hash, bytes, &list));
        if kept.is_some() {
            return Ok(kept);
        }
        let groups = self.read_groups(hash)?;
        if groups.hash() != hash {
            return Err(Error::damaged(format!("file {hash}")));
        }
        self.keep_groups(&groups);
        Ok(Some(groups))
    }

    /// The groups that a file has in truth.
    pub(super) fn read_groups(&self, hash: Hash) -> Result<Groups, Error> {
        let path = self.path(hash);
        let mut grouping = Reading(Grouping::default());
        let read = File::open(&path).and_then(|mut file| io::copy(&mut file, &mut grouping));
        read.map_err(|error| Error::file(&path, error))?;
        Ok(grouping.0.finish())
    }

    /// Keeps the list of a file. It is held against the hash whenever it is read, so that one that is lost or spoilt does no harm.
    pub(super) fn keep_groups(&self, groups: &Groups) {
        let list = groups.list();
        if list.is_empty() {
            return;
        }
        let (fresh, place) = (self.0.parts.join(format!("{}.list", groups.hash())), self.list_of(groups.hash()));
        if let Err(error) = fs::write(&fresh, list).and_then(|()| fs::rename(&fresh, &place)) {
            tracing::debug!(%error, path = %place.display(), "the list of a file's groups is not kept");
        }
    }

    /// Where the list of a file lies.
    pub(super) fn list_of(&self, hash: Hash) -> PathBuf {
        self.path(hash).with_extension("groups")
    }
}

struct Reading(Grouping);

impl io::Write for Reading {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
