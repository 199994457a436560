//! `web.tls = "own"`: certificates from the server's own web authority.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SanType};
use rustls::pki_types::CertificateDer;
use rustls::sign::CertifiedKey;

use super::certificate_facts::CertificateFacts;
use super::key_files::{KeyFiles, Pair};
use super::serial::random_serial;
use super::web_ca::{BACKDATED, WebCa};
use super::{ServerNames, TlsError};

/// Validity of the server's certificate.
const VALIDITY: Duration = Duration::from_secs(90 * 86_400);
/// What is left of it when it is renewed, 60 days after it was made.
const LEFT: Duration = Duration::from_secs(30 * 86_400);

/// A certificate and the authority that signed it.
pub(super) struct Own {
    pub(super) certified: Arc<CertifiedKey>,
    pub(super) authority: CertificateDer<'static>,
}

/// The certificate for these names at this time: the kept one while it fits and is fresh, else a new one.
pub(super) fn own(folder: &Path, names: &ServerNames, now: SystemTime) -> Result<Own, TlsError> {
    let authority = WebCa::open(&KeyFiles::in_folder(folder, "web-ca")?, names, now)?;
    let files = KeyFiles::in_folder(folder, "web")?;
    if let Some(pair) = files.read()? {
        let facts = CertificateFacts::of(&pair.certificates[0])?;
        let same_authority = pair.certificates.get(1) == Some(&authority.certificate);
        let fits = same_authority && facts.is_valid(now, LEFT) && facts.is_for(names);
        if fits && let Ok(certified) = pair.certified() {
            return Ok(Own { certified, authority: authority.certificate });
        }
    }
    let pair = create(&authority, names, now)?;
    files.write(&pair)?;
    tracing::info!(names = names.names.len(), addresses = names.addresses.len(), "made a certificate for HTTPS");
    Ok(Own { certified: pair.certified()?, authority: authority.certificate })
}

fn create(authority: &WebCa, names: &ServerNames, now: SystemTime) -> Result<Pair, TlsError> {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let host = names.names.iter().find(|name| !name.as_str().starts_with("localhost"));
    let mut params = CertificateParams::default();
    params.not_before = (now - BACKDATED).into();
    params.not_after = (now + VALIDITY).into();
    params.serial_number = Some(random_serial());
    params.distinguished_name.push(DnType::CommonName, host.map_or("localhost", |name| name.as_str()));
    for name in &names.names {
        let name = name.as_str().try_into().expect("host names are ASCII");
        params.subject_alt_names.push(SanType::DnsName(name));
    }
    params.subject_alt_names.extend(names.addresses.iter().copied().map(SanType::IpAddress));
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, &authority.issuer)?;
    Ok(Pair::new(vec![certificate.der().clone(), authority.certificate.clone()], &key))
}
