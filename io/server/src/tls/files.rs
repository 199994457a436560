//! `web.tls = "files"`: a certificate that the operator puts in place.

use std::path::PathBuf;
use std::sync::Arc;

use rustls::sign::CertifiedKey;

use super::TlsError;
use super::key_files::Pair;
use crate::config::read_secret_file;

/// The two files and what was in them when they were last read.
#[derive(Debug)]
pub(super) struct Files {
    certificate: PathBuf,
    key: PathBuf,
    /// Digests of both; none after a reading that failed.
    read: Option<[blake3::Hash; 2]>,
}

impl Files {
    /// Files that were not read yet.
    pub(super) const fn new(certificate: PathBuf, key: PathBuf) -> Self {
        Self { certificate, key, read: None }
    }

    /// The pair, if it is another than at the last reading, or that reading failed. Contents are compared, not times: a
    /// file can change twice within one tick of the file system's clock.
    ///
    /// # Errors
    /// A file is missing, unreadable, open to others, or the two do not belong together; the next call tries again.
    pub(super) fn read_if_changed(&mut self) -> Result<Option<Arc<CertifiedKey>>, TlsError> {
        let before = self.read.take();
        let certificate =
            std::fs::read(&self.certificate).map_err(|source| TlsError::Files { path: self.certificate.clone(), source })?;
        let key = read_secret_file(&self.key)?;
        let read = Some([blake3::hash(&certificate), blake3::hash(&key)]);
        if read == before {
            self.read = read;
            return Ok(None);
        }
        let certified = Pair::from_pem(&certificate, &key)?.certified()?;
        self.read = read;
        Ok(Some(certified))
    }
}
