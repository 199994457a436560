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
/// Stands while what an installation left behind is being removed.
const LEAVING_FILE: &str = "leaving";

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
    /// Whether things of an installation that was left may still be here.
    is_leaving: bool,
}

impl Passport {
    /// Reads the identity in `data`, or makes a key where there is none or it is spoilt. A key that cannot be stored is used for as long
    /// as the program runs; so is one that takes the place of a key which the disk does not give at the moment.
    ///
    /// Where a power cut came while an installation was being left, that goes on: see [`Passport::is_leaving`].
    #[must_use]
    pub fn open(data: &Path, disk: Arc<dyn Disk>) -> Self {
        let stored = std::fs::read(data.join(KEY_FILE)).map(|bytes| Key::load(&bytes).ok());
        let is_missing = matches!(&stored, Ok(None)) || matches!(&stored, Err(error) if error.kind() == io::ErrorKind::NotFound);
        let key = stored.ok().flatten().unwrap_or_else(Key::make);
        let identity = std::fs::read(data.join(GRANT_FILE)).ok().and_then(|bytes| Stored::read(&bytes, &key));
        let left = std::fs::read(data.join(LEAVING_FILE));
        let is_leaving = !matches!(&left, Err(error) if error.kind() == io::ErrorKind::NotFound);
        let mut passport = Self { data: data.to_owned(), disk, key, identity, start: rand::random(), is_leaving };
        // The mark names the key that is to go; another one was made after it.
        if is_leaving && left.is_ok_and(|left| left.is_empty() || left == hex::encode(passport.key.fingerprint()).as_bytes()) {
            passport.drop_key();
        } else if is_missing {
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

    /// Throws key and certificate away and makes a new key: the installation will see a new machine. What else is here of it is to be removed next,
    /// and then [`Passport::left`] to be called.
    pub fn renew_key(&mut self) {
        // A power cut from here on hides nothing that is still to be removed.
        self.is_leaving = true;
        let mark = hex::encode(self.key.fingerprint());
        if let Err(error) = disk::replace(self.disk.as_ref(), &self.data.join(LEAVING_FILE), mark.as_bytes()) {
            tracing::warn!(%error, "a power cut before everything of the installation is removed would leave some of it");
        }
        self.drop_key();
    }

    /// Whether things of an installation that was left may still be here.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.is_leaving
    }

    /// Everything of the installation that was left is gone.
    pub fn left(&mut self) {
        self.is_leaving = false;
        if let Err(error) = disk::remove(self.disk.as_ref(), &self.data.join(LEAVING_FILE)) {
            tracing::warn!(%error, "the next start looks again for what an installation left behind");
        }
    }

    /// Notes in `data`, of a viewer that does not run, that nothing of its installation shall be left: the next start sees to it.
    ///
    /// # Errors
    /// What the system says.
    pub fn forget(data: &Path, disk: &dyn Disk) -> io::Result<()> {
        disk::replace(disk, &data.join(LEAVING_FILE), b"")?;
        [KEY_FILE, GRANT_FILE].iter().try_for_each(|name| disk::remove(disk, &data.join(name)))
    }

    fn drop_key(&mut self) {
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
pub(crate) mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use rcgen::{CertificateParams, CertifiedIssuer, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData as _};

    use super::*;
    use crate::disk::Local;
    use crate::disk::replay::Recorder;

    /// A place at an installation.
    pub(crate) fn granted(key: &Key) -> Identity {
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
    fn a_viewer_that_leaves_says_so_until_it_has_left() {
        let data = tempfile::tempdir().unwrap();
        let mut passport = open(data.path());
        passport.renew_key();
        assert!(open(data.path()).is_leaving());
        let key = open(data.path()).key().fingerprint();
        assert_eq!(open(data.path()).key().fingerprint(), key, "the new key stays");
        passport.left();
        assert!(!open(data.path()).is_leaving());
        Passport::forget(data.path(), &Local).unwrap();
        let mut passport = open(data.path());
        assert!(passport.is_leaving() && passport.key().fingerprint() != key);
        passport.left();
        assert!(!open(data.path()).is_leaving());
    }

    #[test]
    fn a_key_that_the_disk_does_not_give_now_is_not_overwritten() {
        let data = tempfile::tempdir().unwrap();
        // A folder in its place cannot be read as a file, whoever asks.
        std::fs::create_dir(data.path().join(KEY_FILE)).unwrap();
        let disk = Arc::new(Recorder::default());
        let passport = Passport::open(data.path(), disk.clone());
        assert!(passport.identity().is_none());
        assert_eq!(disk.steps(), []);
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
