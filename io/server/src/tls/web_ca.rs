//! The server's own web certification authority.
//!
//! It is apart from any authority for devices, and constrained to this server's names and networks (RFC 5280,
//! section 4.2.1.10): who trusts it, trusts it for this server and for nothing else.

use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DnType, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, PKCS_ECDSA_P256_SHA256,
};
use rustls::pki_types::CertificateDer;

use super::certificate_facts::CertificateFacts;
use super::key_files::{KeyFiles, Pair};
use super::serial::random_serial;
use super::{ServerNames, TlsError};

/// Validity of the authority.
const VALIDITY: Duration = Duration::from_secs(3650 * 86_400);
/// What must be left of it; the leaf never outlives the authority.
const LEFT: Duration = Duration::from_secs(365 * 86_400);
/// Small computers wake up with a clock that is a little behind.
pub(super) const BACKDATED: Duration = Duration::from_secs(86_400);

/// The authority with its key.
pub(super) struct WebCa {
    pub(super) certificate: CertificateDer<'static>,
    pub(super) issuer: Issuer<'static, KeyPair>,
}

impl WebCa {
    /// The kept authority if it covers the names and is valid; else a new certificate, for the kept key if there is
    /// one, which screens must trust anew.
    pub(super) fn open(files: &KeyFiles, names: &ServerNames, now: SystemTime) -> Result<Self, TlsError> {
        let kept = files.read()?;
        if let Some(pair) = &kept {
            let facts = CertificateFacts::of(&pair.certificates[0])?;
            if facts.is_valid(now, LEFT) && facts.permits(names) {
                return Self::of(pair);
            }
            tracing::warn!(
                "the server's names or networks have changed beyond what its web certification authority may \
                 sign for; a new authority certificate is made, which screens and browsers must trust again at /trust"
            );
        }
        let pair = create(kept.as_ref(), names, now)?;
        files.write(&pair)?;
        Self::of(&pair)
    }

    fn of(pair: &Pair) -> Result<Self, TlsError> {
        let key = pair.rcgen_key()?;
        let certificate = pair.certificates[0].clone();
        let issuer = Issuer::from_ca_cert_der(&certificate, key)?;
        Ok(Self { certificate, issuer })
    }
}

fn create(kept: Option<&Pair>, names: &ServerNames, now: SystemTime) -> Result<Pair, TlsError> {
    let key = match kept {
        Some(pair) => pair.rcgen_key()?,
        None => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?,
    };
    let host = names.names.iter().find(|name| !name.as_str().starts_with("localhost"));
    let host = host.map_or("localhost", |name| name.as_str());
    let mut params = CertificateParams::default();
    params.not_before = (now - BACKDATED).into();
    params.not_after = (now + VALIDITY).into();
    params.serial_number = Some(random_serial());
    params.distinguished_name.push(DnType::OrganizationName, "Signboard");
    params.distinguished_name.push(DnType::CommonName, format!("Signboard web authority of {host}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let dns = names.names.iter().map(|name| GeneralSubtree::DnsName(name.as_str().to_owned()));
    let networks = names.networks.iter().map(|network| {
        GeneralSubtree::IpAddress(match network.octets() {
            (std::net::IpAddr::V4(address), std::net::IpAddr::V4(mask)) => CidrSubnet::V4(address.octets(), mask.octets()),
            (std::net::IpAddr::V6(address), std::net::IpAddr::V6(mask)) => CidrSubnet::V6(address.octets(), mask.octets()),
            _ => unreachable!("address and mask are of one family"),
        })
    });
    params.name_constraints =
        Some(NameConstraints { permitted_subtrees: dns.chain(networks).collect(), excluded_subtrees: Vec::new() });
    let certificate = params.self_signed(&key)?;
    Ok(Pair::new(vec![certificate.der().clone()], &key))
}
