//! The installation's device authority: making it, and signing with it.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use domain::authority::{Authority, signing};
use domain::document::Document;
use domain::id::AuthorityId;
use domain::log::{Change, Edit};
use domain::state::State;
use parking_lot::Mutex;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PublicKeyData, SanType,
};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::certificate::{Validity, validity};
use crate::cli::{Exit, Failure};
use crate::core::Core;
use crate::http::error::Error;
use crate::now::{new_id, now_ms};
use crate::tls::random_serial;

/// Validity of the authority: 20 years.
const VALIDITY_MS: i64 = 20 * 365 * 86_400_000;
/// No server of this program was made before: a clock that says less is wrong, and must not end the authority early.
pub(super) const EARLIEST_MS: i64 = 1_767_225_600_000;

/// Why the authority cannot sign.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// There is none.
    #[error("this installation has no device authority: restart the server, which makes one")]
    None,
    /// Its certificate or key is damaged.
    #[error(
        "the device authority of this installation cannot be read: restore a backup, or remove it and enrol all viewers anew"
    )]
    Damaged,
    /// The certificate library failed.
    #[error("a certificate could not be made ({0})")]
    Making(#[from] rcgen::Error),
}

impl From<AuthorityError> for Failure {
    fn from(error: AuthorityError) -> Self {
        Self::new(Exit::Data, format!("{error}."))
    }
}

/// An authority that is ready to sign.
pub struct Signer {
    /// Its certificate.
    pub certificate: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
}

/// The authorities, the signing one kept ready.
#[derive(Default)]
pub struct Authorities {
    signing: Mutex<Option<(AuthorityId, Arc<Signer>)>>,
    provisional: Mutex<Option<Arc<Signer>>>,
}

impl Authorities {
    /// The authority that signs.
    ///
    /// # Errors
    /// [`AuthorityError`] when there is none, or it cannot be read.
    pub fn signer(&self, state: &State) -> Result<Arc<Signer>, AuthorityError> {
        let (id, authority) = signing(state).ok_or(AuthorityError::None)?;
        let mut kept = self.signing.lock();
        if let Some((_, signer)) = kept.as_ref().filter(|(known, _)| *known == id) {
            return Ok(Arc::clone(signer));
        }
        let signer = Arc::new(Signer::of(authority)?);
        *kept = Some((id, Arc::clone(&signer)));
        Ok(signer)
    }

    /// An authority that is kept in memory only.
    pub(super) fn provisional(&self) -> Result<Arc<Signer>, AuthorityError> {
        let mut kept = self.provisional.lock();
        if let Some(signer) = kept.as_ref() {
            return Ok(Arc::clone(signer));
        }
        let signer = Arc::new(Signer::of(&make(now_ms())?)?);
        *kept = Some(Arc::clone(&signer));
        Ok(signer)
    }
}

/// The certificates of all authorities; those that cannot be read are left out.
#[must_use]
pub(super) fn certificates(state: &State) -> Vec<CertificateDer<'static>> {
    let readable = |authority: &Authority| CertificateDer::from_pem_slice(authority.certificate.as_bytes()).ok();
    state.authorities.iter().filter_map(|(_, held)| readable(&held.value)).collect()
}

impl Signer {
    fn of(authority: &Authority) -> Result<Self, AuthorityError> {
        let certificate =
            CertificateDer::from_pem_slice(authority.certificate.as_bytes()).map_err(|_| AuthorityError::Damaged)?;
        let key = KeyPair::from_pem(&authority.key).map_err(|_| AuthorityError::Damaged)?;
        let issuer = Issuer::from_ca_cert_der(&certificate, key).map_err(|_| AuthorityError::Damaged)?;
        Ok(Self { certificate, issuer })
    }

    /// A certificate of a device for its key, with its id as common name.
    ///
    /// # Errors
    /// [`AuthorityError::Making`].
    pub fn device(
        &self,
        device: uuid::Uuid,
        key: &impl PublicKeyData,
        now_ms: i64,
    ) -> Result<CertificateDer<'static>, AuthorityError> {
        let mut params = leaf(validity(now_ms), ExtendedKeyUsagePurpose::ClientAuth);
        params.distinguished_name.push(DnType::CommonName, device.to_string());
        Ok(params.signed_by(key, &self.issuer)?.der().clone())
    }

    /// A certificate of a server for its key, with these names; names that are none in the DNS are left out.
    ///
    /// # Errors
    /// [`AuthorityError::Making`].
    pub fn server(
        &self,
        names: &[SanType],
        key: &impl PublicKeyData,
        validity: Validity,
    ) -> Result<CertificateDer<'static>, AuthorityError> {
        let mut params = leaf(validity, ExtendedKeyUsagePurpose::ServerAuth);
        params.distinguished_name.push(DnType::CommonName, "Signboard server");
        params.subject_alt_names = names.to_vec();
        Ok(params.signed_by(key, &self.issuer)?.der().clone())
    }
}

fn leaf(validity: Validity, usage: ExtendedKeyUsagePurpose) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_before = time(validity.from).into();
    params.not_after = time(validity.until).into();
    params.serial_number = Some(random_serial());
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    params.use_authority_key_identifier_extension = true;
    params
}

/// Makes the authority where there is none.
///
/// # Errors
/// As [`Core::change`].
pub async fn ensure(core: &Core) -> Result<(), Error> {
    if signing(&core.state()).is_some() {
        return Ok(());
    }
    let authority = make(now_ms()).map_err(Error::unavailable)?;
    let id = new_id();
    let made = core.change_own(move |state| {
        // Another server may have made one in the meantime.
        let edit = signing(state).is_none().then(|| {
            let cells = authority.changed_since(&Authority::default());
            Edit { kind: Authority::SPEC.name.to_owned(), id, change: Change::Insert(cells) }
        });
        Ok((edit.into_iter().collect(), ()))
    });
    made.await.map(drop)
}

fn make(now_ms: i64) -> Result<Authority, AuthorityError> {
    let now = now_ms.max(EARLIEST_MS);
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::default();
    params.not_before = time(EARLIEST_MS).into();
    params.not_after = time(now + VALIDITY_MS).into();
    params.serial_number = Some(random_serial());
    params.distinguished_name.push(DnType::OrganizationName, "Signboard");
    params.distinguished_name.push(DnType::CommonName, "Signboard device authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let certificate = params.self_signed(&key)?;
    Ok(Authority { certificate: certificate.pem(), key: key.serialize_pem(), made_at: now_ms })
}

fn time(ms: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}
