//! What the authority remembers, and its keys.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType, SerialNumber,
};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::jws::Jwk;
use super::problem::Problem;

/// Where an order or a challenge stands (RFC 8555, section 7.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    Pending,
    Ready,
    Valid,
    Invalid,
}

impl Standing {
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Valid => "valid",
            Self::Invalid => "invalid",
        }
    }
}

/// One name of an order with its challenge.
#[derive(Clone, Debug)]
pub(super) struct Authorisation {
    pub(super) name: String,
    pub(super) token: String,
    pub(super) standing: Standing,
    pub(super) problem: Option<Problem>,
}

/// An order of an account.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) account: usize,
    /// Indices of the authorisations.
    pub(super) authorisations: Vec<usize>,
    pub(super) standing: Standing,
    /// PEM chain, once given out.
    pub(super) chain: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) nonces: BTreeSet<String>,
    pub(super) accounts: Vec<Jwk>,
    pub(super) orders: Vec<Order>,
    pub(super) authorisations: Vec<Authorisation>,
    counter: u64,
    pub(super) refusing: bool,
    validity: Option<Duration>,
}

impl Memory {
    /// A text that was not used before. Tests need it unique, not secret.
    pub(super) fn unique(&mut self, prefix: &str) -> String {
        self.counter += 1;
        format!("{prefix}-{:08}", self.counter)
    }

    pub(super) fn account_of(&self, key: &Jwk) -> Option<usize> {
        self.accounts.iter().position(|known| known == key)
    }
}

/// The authority.
pub(super) struct Authority {
    pub(super) base: String,
    pub(super) http_port: u16,
    root: CertificateDer<'static>,
    root_pem: String,
    issuer: Issuer<'static, KeyPair>,
    memory: Mutex<Memory>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Authority {
    pub(super) fn new(address: SocketAddr, http_port: u16) -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Testkit authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let root = params.self_signed(&key)?;
        Ok(Self {
            base: format!("https://127.0.0.1:{}", address.port()),
            http_port,
            root: root.der().clone(),
            root_pem: root.pem(),
            issuer: Issuer::new(params, key),
            memory: Mutex::new(Memory::default()),
        })
    }

    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn root_pem(&self) -> &str {
        &self.root_pem
    }

    pub(super) fn issued(&self) -> usize {
        self.memory().orders.iter().filter(|order| order.chain.is_some()).count()
    }

    pub(super) fn accounts(&self) -> usize {
        self.memory().accounts.len()
    }

    pub(super) fn set_validity(&self, validity: Duration) {
        self.memory().validity = Some(validity);
    }

    pub(super) fn set_refusing(&self, refusing: bool) {
        self.memory().refusing = refusing;
    }

    /// The certificate of the directory itself.
    pub(super) fn server_config(&self) -> anyhow::Result<ServerConfig> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.subject_alt_names.push(SanType::IpAddress(IpAddr::from([127, 0, 0, 1])));
        let certificate = params.signed_by(&key, &self.issuer)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(
            vec![certificate.der().clone(), self.root.clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
        Ok(config)
    }

    /// Signs a request that names exactly what was ordered.
    pub(super) fn sign(&self, request: &[u8], names: &BTreeSet<String>) -> Result<String, Problem> {
        let refused = |error: rcgen::Error| Problem::malformed(format!("the certificate request is bad: {error}"));
        let mut request = CertificateSigningRequestParams::from_der(&request.into()).map_err(refused)?;
        let asked: BTreeSet<String> = request
            .params
            .subject_alt_names
            .iter()
            .map(|name| match name {
                SanType::DnsName(name) => name.as_str().to_owned(),
                other => format!("{other:?}"),
            })
            .collect();
        if asked != *names {
            return Err(Problem::malformed("the certificate request names other hosts than the order"));
        }
        let (serial, validity) = {
            let mut memory = self.memory();
            memory.counter += 1;
            (memory.counter, memory.validity.unwrap_or(Duration::from_secs(90 * 86_400)))
        };
        let now = SystemTime::now();
        request.params.serial_number = Some(SerialNumber::from(serial));
        request.params.not_before = now.into();
        request.params.not_after = (now + validity).into();
        let certificate = request.signed_by(&self.issuer).map_err(refused)?;
        Ok(format!("{}{}", certificate.pem(), self.root_pem))
    }

    /// Marks the orders of an authorisation whose challenge was decided.
    pub(super) fn settle(memory: &mut Memory, authorisation: usize) {
        let standings: BTreeMap<usize, Standing> =
            memory.authorisations.iter().map(|it| it.standing.clone()).enumerate().collect();
        for order in memory.orders.iter_mut().filter(|order| order.authorisations.contains(&authorisation)) {
            let all = |wanted: &Standing| order.authorisations.iter().all(|index| &standings[index] == wanted);
            if order.authorisations.iter().any(|index| standings[index] == Standing::Invalid) {
                order.standing = Standing::Invalid;
            } else if order.standing == Standing::Pending && all(&Standing::Valid) {
                order.standing = Standing::Ready;
            }
        }
    }
}
