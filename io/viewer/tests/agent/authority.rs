//! The device CA of a test's installation.

use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use control::v1;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::house::VIEWER;

/// Id of the installation.
const INSTALLATION: &str = "0197f000-0000-7000-8000-000000000001";

/// A day in seconds.
pub(crate) const DAY: i64 = 86_400;

/// Unix seconds.
pub(crate) fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
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

    /// Chain and key of a server, valid for 90 days from now, and from 2026 on.
    pub(crate) fn server(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let mut params = CertificateParams::new([format!("{INSTALLATION}.signboard.internal")]).unwrap();
        valid(&mut params, 1_767_225_600..now() + 90 * DAY);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate().unwrap();
        let leaf = params.signed_by(&key, &self.0).unwrap();
        (vec![leaf.der().clone(), self.der()], PrivatePkcs8KeyDer::from(key.serialize_der()).into())
    }

    /// What an enrolment or a renewal grants for a request; valid between these Unix seconds.
    pub(crate) fn grant(&self, request: &[u8], validity: Range<i64>) -> v1::Certificate {
        let mut csr = CertificateSigningRequestParams::from_der(&CertificateSigningRequestDer::from(request)).unwrap();
        csr.params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        valid(&mut csr.params, validity);
        v1::Certificate {
            certificate: csr.signed_by(&self.0).unwrap().der().to_vec(),
            authorities: vec![self.der().to_vec()],
            device: "a device".into(),
            viewer: VIEWER.to_string(),
            installation: INSTALLATION.into(),
        }
    }
}

fn valid(params: &mut CertificateParams, between: Range<i64>) {
    let at = |seconds: i64| date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds.unsigned_abs());
    params.not_before = at(between.start);
    params.not_after = at(between.end);
}
