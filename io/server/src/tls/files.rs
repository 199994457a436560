//! `web.tls = "files"`: a certificate that the operator puts in place.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustls::sign::CertifiedKey;

use super::TlsError;
use super::key_files::Pair;
use crate::config::read_secret_file;

/// The two files and when they were last read.
#[derive(Debug)]
pub(super) struct Files {
    certificate: PathBuf,
    key: PathBuf,
    changed: Option<(SystemTime, SystemTime)>,
}

impl Files {
    /// Files that were not read yet.
    pub(super) const fn new(certificate: PathBuf, key: PathBuf) -> Self {
        Self { certificate, key, changed: None }
    }

    /// The pair, if one of the files has changed since the last good reading.
    ///
    /// # Errors
    /// A file is missing, unreadable, open to others, or the two do not belong together; the next call tries again.
    pub(super) fn read_if_changed(&mut self) -> Result<Option<Arc<CertifiedKey>>, TlsError> {
        let changed = Some((modified(&self.certificate)?, modified(&self.key)?));
        if changed == self.changed {
            return Ok(None);
        }
        let certificate =
            std::fs::read(&self.certificate).map_err(|source| TlsError::Files { path: self.certificate.clone(), source })?;
        let certified = Pair::from_pem(&certificate, &read_secret_file(&self.key)?)?.certified()?;
        self.changed = changed;
        Ok(Some(certified))
    }
}

fn modified(path: &Path) -> Result<SystemTime, TlsError> {
    let modified = std::fs::metadata(path).and_then(|facts| facts.modified());
    modified.map_err(|source| TlsError::Files { path: path.to_owned(), source })
}
