//! What a certificate says, as far as we ask.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use super::{ServerNames, TlsError};
use crate::config::{HostName, IpRange};

/// The dates, names and constraints of a certificate.
#[derive(Clone, Debug)]
pub(super) struct CertificateFacts {
    pub(super) not_before: SystemTime,
    pub(super) not_after: SystemTime,
    names: BTreeSet<HostName>,
    addresses: BTreeSet<IpAddr>,
    permitted_names: BTreeSet<HostName>,
    permitted_networks: Vec<IpRange>,
}

impl CertificateFacts {
    /// Reads a certificate (RFC 5280).
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Result<Self, TlsError> {
        let (_, parsed) = X509Certificate::from_der(certificate).map_err(|_| TlsError::NotACertificate)?;
        let mut facts = Self {
            not_before: time(parsed.validity().not_before.timestamp()),
            not_after: time(parsed.validity().not_after.timestamp()),
            names: BTreeSet::new(),
            addresses: BTreeSet::new(),
            permitted_names: BTreeSet::new(),
            permitted_networks: Vec::new(),
        };
        for extension in parsed.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectAlternativeName(alternatives) => {
                    for name in &alternatives.general_names {
                        match name {
                            GeneralName::DNSName(name) => facts.names.extend(HostName::parse(name)),
                            GeneralName::IPAddress(bytes) => facts.addresses.extend(address(bytes)),
                            _ => {}
                        }
                    }
                }
                ParsedExtension::NameConstraints(constraints) => {
                    for subtree in constraints.permitted_subtrees.iter().flatten() {
                        match &subtree.base {
                            GeneralName::DNSName(name) => facts.permitted_names.extend(HostName::parse(name)),
                            GeneralName::IPAddress(bytes) => facts.permitted_networks.extend(network(bytes)),
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(facts)
    }

    /// Whether the certificate is valid now and for `left` longer.
    pub(super) fn is_valid(&self, now: SystemTime, left: Duration) -> bool {
        self.not_before <= now && now + left <= self.not_after
    }

    /// Whether it is good for exactly these names and addresses.
    pub(super) fn is_for(&self, names: &ServerNames) -> bool {
        self.names == names.names && self.addresses == names.addresses
    }

    /// Whether it names exactly these hosts.
    pub(super) fn is_for_names(&self, names: &[HostName]) -> bool {
        self.names == names.iter().cloned().collect()
    }

    /// When two thirds of its lifetime are over.
    pub(super) fn renew_at(&self) -> SystemTime {
        let lifetime = self.not_after.duration_since(self.not_before).unwrap_or_default();
        self.not_before + lifetime * 2 / 3
    }

    /// Whether an authority with this certificate may sign for all of the names and addresses.
    pub(super) fn permits(&self, names: &ServerNames) -> bool {
        let named = names.names.iter().all(|name| self.permitted_names.iter().any(|root| is_below(name, root)));
        let addressed =
            names.addresses.iter().all(|address| self.permitted_networks.iter().any(|network| network.contains(*address)));
        named && addressed
    }
}

/// RFC 5280, section 4.2.1.10: a name is within a constraint when labels are added on the left.
fn is_below(name: &HostName, root: &HostName) -> bool {
    let rest = name.as_str().strip_suffix(root.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn time(seconds: i64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.max(0).unsigned_abs())
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => Some(IpAddr::V4(Ipv4Addr::from_octets(bytes.try_into().ok()?))),
        16 => Some(IpAddr::V6(Ipv6Addr::from_octets(bytes.try_into().ok()?))),
        _ => None,
    }
}

fn network(bytes: &[u8]) -> Option<IpRange> {
    let (base, mask) = bytes.split_at(bytes.len() / 2);
    let prefix: u32 = mask.iter().map(|byte| byte.leading_ones()).sum();
    IpRange::network(address(base)?, u8::try_from(prefix).ok()?)
}
