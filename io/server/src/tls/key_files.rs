//! A certificate and its key as two PEM files that only their owner can read.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use rcgen::KeyPair;
use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use super::TlsError;
use crate::config::read_secret_file;

/// A chain of certificates, the own one first, with the own one's key.
pub(super) struct Pair {
    pub(super) certificates: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Pair {
    /// A chain with a key made here.
    pub(super) fn new(certificates: Vec<CertificateDer<'static>>, key: &KeyPair) -> Self {
        Self { certificates, key: PrivatePkcs8KeyDer::from(key.serialize_der()).into() }
    }

    /// Reads PEM; anything but certificates in the first text is passed over.
    pub(super) fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Self, TlsError> {
        let certificates: Vec<_> =
            CertificateDer::pem_slice_iter(certificates).collect::<Result<_, _>>().map_err(|_| TlsError::NotACertificate)?;
        if certificates.is_empty() {
            return Err(TlsError::NotACertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(key).map_err(|_| TlsError::NotAKey)?;
        Ok(Self { certificates, key })
    }

    /// The key for signing certificates; only for keys made here.
    pub(super) fn rcgen_key(&self) -> Result<KeyPair, TlsError> {
        KeyPair::try_from(self.key.secret_der()).map_err(TlsError::from)
    }

    /// The chain and key as the TLS library wants them.
    ///
    /// # Errors
    /// [`TlsError::NotAPair`] when the key does not belong to the first certificate.
    pub(super) fn certified(&self) -> Result<Arc<CertifiedKey>, TlsError> {
        let key = any_supported_type(&self.key).map_err(|_| TlsError::NotAKey)?;
        let certified = CertifiedKey::new(self.certificates.clone(), key);
        match certified.keys_match() {
            Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(Arc::new(certified)),
            Err(_) => Err(TlsError::NotAPair),
        }
    }
}

/// Where a [`Pair`] is kept.
#[derive(Clone, Debug)]
pub(super) struct KeyFiles {
    certificate: PathBuf,
    key: PathBuf,
}

impl KeyFiles {
    /// `NAME.pem` and `NAME-key.pem` in a folder, which is made with access for its owner only.
    pub(super) fn in_folder(folder: &Path, name: &str) -> Result<Self, TlsError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|source| TlsError::Files { path: folder.to_owned(), source })?;
        Ok(Self { certificate: folder.join(format!("{name}.pem")), key: folder.join(format!("{name}-key.pem")) })
    }

    /// The kept pair; `None` when there is none yet.
    pub(super) fn read(&self) -> Result<Option<Pair>, TlsError> {
        if !self.key.exists() || !self.certificate.exists() {
            return Ok(None);
        }
        let certificate =
            fs::read(&self.certificate).map_err(|source| TlsError::Files { path: self.certificate.clone(), source })?;
        Pair::from_pem(&certificate, &read_secret_file(&self.key)?).map(Some)
    }

    /// Keeps a pair, the key first: a crash in between leaves a key without its certificate, which is refused as a
    /// pair and made again.
    pub(super) fn write(&self, pair: &Pair) -> Result<(), TlsError> {
        let chain: String = pair.certificates.iter().map(|der| pem("CERTIFICATE", der)).collect();
        write_owner_only(&self.key, pem("PRIVATE KEY", pair.key.secret_der()).as_bytes())?;
        write_owner_only(&self.certificate, chain.as_bytes())
    }
}

/// Replaces a file in one step; nobody but its owner can read it at any moment.
pub(super) fn write_owner_only(path: &Path, content: &[u8]) -> Result<(), TlsError> {
    let write = || -> io::Result<()> {
        let new = path.with_extension("new");
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&new, path)?;
        fs::File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|source| TlsError::Files { path: path.to_owned(), source })
}

/// A PEM block (RFC 7468, section 2).
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        out.push_str(std::str::from_utf8(line).expect("base64 is ASCII"));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}
