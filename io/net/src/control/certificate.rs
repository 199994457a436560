//! What a server's certificate says, and whether it is the right one.

use core::fmt::Write as _;

use rustls::pki_types::{CertificateDer, TrustAnchor, UnixTime};
use sha2::{Digest, Sha256};
use thiserror::Error;
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

/// The ending of the names of servers; before it stands the installation's id.
pub(super) const ENDING: &str = ".signboard.internal";

/// What stands between the id of a server and [`ENDING`].
const SERVER: &str = ".server";

/// The certificate of a server, as it came in the handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerCertificate {
    /// Id of the installation, from the name `<id>.signboard.internal`.
    pub installation: String,
    /// Id of the server, from the name `<id>.server.signboard.internal`; none: servers of before said nothing of it.
    pub server: Option<String>,
    /// SHA-256 of the certificate.
    pub fingerprint: [u8; 32],
    /// The whole chain in DER, the server's own certificate first.
    pub chain: Vec<CertificateDer<'static>>,
}

impl ServerCertificate {
    /// Reads the chain of a handshake.
    ///
    /// # Errors
    /// If there is none, it cannot be read, or it is not that of a Signboard server.
    pub(super) fn read(chain: &[CertificateDer<'_>]) -> Result<Self, CertificateFault> {
        let leaf = chain.first().ok_or(CertificateFault::Malformed)?;
        let parsed = EndEntityCert::try_from(leaf).map_err(|_| CertificateFault::Malformed)?;
        let own: Vec<&str> = parsed.valid_dns_names().filter_map(|name| name.strip_suffix(ENDING)).collect();
        let installation = own.first().filter(|id| !id.is_empty() && !id.contains('.')).ok_or(CertificateFault::NotSignboard)?;
        let server = own.iter().find_map(|name| name.strip_suffix(SERVER));
        Ok(Self {
            installation: installation.to_ascii_lowercase(),
            server: server.map(str::to_ascii_lowercase),
            fingerprint: fingerprint(leaf),
            chain: chain.iter().map(|der| der.clone().into_owned()).collect(),
        })
    }

    /// Holds the chain against authorities: each link signed, meant for servers, and valid at `time`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn comes_from(&self, authorities: &[CertificateDer<'_>], time: UnixTime) -> Result<(), CertificateFault> {
        let anchors: Vec<TrustAnchor<'_>> = authorities.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect();
        let (leaf, others) = self.chain.split_first().ok_or(CertificateFault::Malformed)?;
        let leaf = EndEntityCert::try_from(leaf).map_err(|_| CertificateFault::Malformed)?;
        leaf.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, others, time, KeyUsage::server_auth(), None, None)
            .map(|_| ())
            .map_err(|fault| CertificateFault::of(&fault))
    }

    /// Whether the certificate or an authority that came with it has this SHA-256; the authority must have signed it then.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn matches(&self, wanted: &[u8; 32], time: UnixTime) -> Result<(), CertificateFault> {
        if self.fingerprint == *wanted {
            return Ok(());
        }
        let pinned = self.chain.iter().skip(1).find(|der| fingerprint(der) == *wanted);
        let pinned = pinned.ok_or_else(|| CertificateFault::Fingerprint { found: hexadecimal(&self.fingerprint) })?;
        self.comes_from(core::slice::from_ref(pinned), time)
    }
}

fn fingerprint(der: &[u8]) -> [u8; 32] {
    Sha256::digest(der).into()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Why a server's certificate is not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CertificateFault {
    /// Its time is over.
    #[error("the server's certificate has expired; see to the server's clock, and to this computer's")]
    Expired,
    /// Neither it nor an authority in its chain has the fingerprint that is set.
    #[error(
        "the server has another fingerprint ({found}) than the one in `server.fingerprint`; it is another server, or the setting must be changed"
    )]
    Fingerprint {
        /// SHA-256 of the server's certificate, hexadecimal.
        found: String,
    },
    /// It is of another installation than this device.
    #[error(
        "the server belongs to another installation ({found}); give the address of a server of this one, or remove this viewer's identity"
    )]
    Installation {
        /// The installation's id.
        found: String,
    },
    /// It cannot be read.
    #[error("the server's certificate cannot be read; another program may answer on this port")]
    Malformed,
    /// Its time has not come.
    #[error("the server's certificate is not valid yet; see to this computer's clock, and to the server's")]
    NotYetValid,
    /// It has no name of the form `<installation>.signboard.internal`.
    #[error("what answers is not a Signboard server; see to address and port")]
    NotSignboard,
    /// It is that of another server of the installation.
    #[error("another server of this installation answers here ({found}); give the address of the right one")]
    OtherServer {
        /// That server's id.
        found: String,
    },
    /// No known authority has signed it.
    #[error(
        "the server's certificate comes from an unknown authority: it is another installation, or its data were lost; give the right address, or enrol again"
    )]
    UnknownAuthority,
    /// It is not meant for servers, or otherwise not fit.
    #[error("the server's certificate is not fit for a server ({what}); another program may answer on this port")]
    Unfit {
        /// What the check says.
        what: String,
    },
}

impl CertificateFault {
    fn of(fault: &webpki::Error) -> Self {
        match fault {
            webpki::Error::CertExpired { .. } => Self::Expired,
            webpki::Error::CertNotValidYet { .. } => Self::NotYetValid,
            webpki::Error::UnknownIssuer | webpki::Error::InvalidSignatureForPublicKey => Self::UnknownAuthority,
            other => Self::Unfit { what: other.to_string() },
        }
    }
}
