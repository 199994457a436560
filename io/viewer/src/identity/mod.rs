//! Who this viewer is: a key made at the first start, and the certificate that an installation gave for it.

mod board;
mod stored;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use net::control::{Identity, Key};

use crate::disk::{self, Disk};
use stored::Stored;

const KEY_FILE: &str = "identity.key";
const GRANT_FILE: &str = "identity.json";

pub use board::serial;

/// The identity on disk.
#[derive(Debug)]
pub struct Passport {
    data: PathBuf,
    disk: Arc<dyn Disk>,
    key: Key,
    identity: Option<Identity>,
    /// 16 random bytes of this start: two machines with one key differ in them.
    start: [u8; 16],
}

impl Passport {
    /// Reads the identity in `data`, or makes a key where there is none or it cannot be read. A key that cannot be stored is used for as long
    /// as the program runs.
    #[must_use]
    pub fn open(data: &Path, disk: Arc<dyn Disk>) -> Self {
        let stored = std::fs::read(data.join(KEY_FILE)).ok().and_then(|bytes| Key::load(&bytes).ok());
        let is_new = stored.is_none();
        let key = stored.unwrap_or_else(Key::make);
        let identity = std::fs::read(data.join(GRANT_FILE)).ok().and_then(|bytes| Stored::read(&bytes, &key));
        let passport = Self { data: data.to_owned(), disk, key, identity, start: rand::random() };
        if is_new {
            passport.store_key();
        }
        passport
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What the installation knows this viewer as; none before it was approved.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// Random bytes of this start.
    #[must_use]
    pub fn start(&self) -> [u8; 16] {
        self.start
    }

    /// Takes what an installation granted. It is on disk when this returns.
    ///
    /// # Errors
    /// The disk does not take it: it is used all the same, and must be asked for again after the next start.
    pub fn grant(&mut self, identity: Identity) -> io::Result<()> {
        let bytes = Stored::of(&identity).write();
        self.identity = Some(identity);
        disk::replace(self.disk.as_ref(), &self.data.join(GRANT_FILE), &bytes)
    }

    /// Throws key and certificate away and makes a new key: the installation will see a new machine.
    pub fn renew_key(&mut self) {
        self.identity = None;
        // The certificate goes first: without its key it would be one of a machine that does not exist.
        if let Err(error) = disk::remove(self.disk.as_ref(), &self.data.join(GRANT_FILE)) {
            tracing::warn!(%error, "the old certificate stays on disk");
        }
        self.key = Key::make();
        self.store_key();
    }

    fn store_key(&self) {
        if let Err(error) = disk::replace(self.disk.as_ref(), &self.data.join(KEY_FILE), &self.key.pkcs8()) {
            tracing::error!(%error, "the viewer's key cannot be stored: after the next start it will be a new machine to the server");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use rcgen::{CertificateParams, CertifiedIssuer, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _};

    use super::*;
    use crate::disk::Local;
    use crate::disk::replay::Recorder;

    fn granted(key: &Key) -> Identity {
        let pair = KeyPair::from_pkcs8_der_and_sign_algo(&key.pkcs8().as_slice().into(), &PKCS_ECDSA_P256_SHA256).unwrap();
        assert!(!pair.der_bytes().is_empty());
        let issuer = CertifiedIssuer::self_signed(CertificateParams::default(), KeyPair::generate().unwrap()).unwrap();
        let certificate = CertificateParams::default().signed_by(&pair, &issuer).unwrap();
        let granted = control::v1::Certificate {
            certificate: certificate.der().to_vec(),
            authorities: vec![issuer.der().to_vec()],
            device: "device".into(),
            viewer: "viewer".into(),
            installation: "installation".into(),
        };
        Identity::new(key.clone(), &granted).unwrap()
    }

    fn open(data: &Path) -> Passport {
        Passport::open(data, Arc::new(Local))
    }

    #[test]
    fn a_key_is_made_once_and_readable_by_its_owner_alone() {
        let data = tempfile::tempdir().unwrap();
        let (first, second) = (open(data.path()), open(data.path()));
        assert_eq!(first.key().fingerprint(), second.key().fingerprint());
        assert_ne!(first.start(), second.start());
        let mode = std::fs::metadata(data.path().join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_was_granted_outlives_the_program_and_goes_with_the_key() {
        let data = tempfile::tempdir().unwrap();
        let mut passport = open(data.path());
        let identity = granted(passport.key());
        passport.grant(identity.clone()).unwrap();
        assert_eq!(open(data.path()).identity().unwrap().certificate, identity.certificate);
        let before = passport.key().fingerprint();
        passport.renew_key();
        let again = open(data.path());
        assert!(again.identity().is_none());
        assert_ne!(again.key().fingerprint(), before);
        assert_eq!(again.key().fingerprint(), passport.key().fingerprint());
    }

    #[test]
    fn a_spoilt_or_foreign_certificate_is_none() {
        let data = tempfile::tempdir().unwrap();
        let mut passport = open(data.path());
        passport.grant(granted(passport.key())).unwrap();
        std::fs::remove_file(data.path().join(KEY_FILE)).unwrap();
        assert!(open(data.path()).identity().is_none(), "of another key");
        std::fs::write(data.path().join(GRANT_FILE), b"{}").unwrap();
        assert!(open(data.path()).identity().is_none());
    }

    #[test]
    fn a_disk_that_takes_nothing_does_not_stop_it() {
        let data = tempfile::tempdir().unwrap();
        let disk = Arc::new(Recorder::default());
        disk.set_full(true);
        let mut passport = Passport::open(data.path(), disk);
        let identity = granted(passport.key());
        assert!(passport.grant(identity).is_err());
        assert!(passport.identity().is_some());
    }
}
