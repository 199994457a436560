//! The device CA of a test's installation.

use std::time::Duration;

use control::v1;
use net::control::{Identity, JudgedAt, Key, UnixTime};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// Id of the installation that most tests are in.
pub(crate) const INSTALLATION: &str = "0197f000-0000-7000-8000-000000000001";

/// A day on which the certificates of [`Authority::server`] are valid.
pub(crate) const TODAY: u64 = 1_780_000_000;

/// Judges on a day, Unix seconds.
pub(crate) fn judged_at(seconds: u64) -> JudgedAt {
    JudgedAt::new(move || UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
}

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Device CA");
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub(crate) fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// Chain and key of a server, valid in the years 2025 and 2026.
    pub(crate) fn server(
        &self,
        name: &str,
        usage: ExtendedKeyUsagePurpose,
    ) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2025, 1, 1);
        params.not_after = date_time_ymd(2027, 1, 1);
        params.extended_key_usages = vec![usage];
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.0).unwrap();
        (vec![leaf.der().clone(), self.der()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
    }

    /// What an enrolment grants for a request.
    pub(crate) fn grant(&self, request: &[u8]) -> v1::Certificate {
        let mut csr = CertificateSigningRequestParams::from_der(&CertificateSigningRequestDer::from(request)).unwrap();
        csr.params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        v1::Certificate {
            certificate: csr.signed_by(&self.0).unwrap().der().to_vec(),
            authorities: vec![self.der().to_vec()],
            device: "a device".into(),
            viewer: "a viewer".into(),
            installation: INSTALLATION.into(),
        }
    }

    /// A device that has enrolled.
    pub(crate) fn identity(&self) -> Identity {
        let key = Key::make();
        Identity::new(key.clone(), &self.grant(&key.request())).unwrap()
    }
}
