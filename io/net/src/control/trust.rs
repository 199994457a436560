//! Which servers are trusted, and what time it is for that question.

use core::fmt;
use std::sync::Arc;

use rustls::pki_types::{CertificateDer, UnixTime};

/// Which servers a viewer takes (`docs/protocols/control.md`, section 1).
#[derive(Clone, Debug)]
pub enum Trust {
    /// Any Signboard server: for a viewer that knows no installation yet. Its chain is reported, to be held against what the enrolment brings.
    First,
    /// Servers whose certificate comes from one of these authorities.
    Authorities(Vec<CertificateDer<'static>>),
    /// Servers whose certificate, or one of the authorities that they show, has this SHA-256.
    Fingerprint([u8; 32]),
}

impl Trust {
    /// The authorities of an identity or of a stored enrolment, in DER.
    #[must_use]
    pub fn authorities(authorities: &[Vec<u8>]) -> Self {
        Self::Authorities(authorities.iter().map(|der| CertificateDer::from(der.clone())).collect())
    }
}

/// Tells the time at which certificates are judged (`docs/protocols/control.md`, section 1), so that a computer which wakes up in 1970, or in the far future,
/// is not locked out.
#[derive(Clone)]
pub struct JudgedAt(Arc<dyn Fn() -> UnixTime + Send + Sync>);

impl JudgedAt {
    /// Asks `time` at each handshake.
    pub fn new(time: impl Fn() -> UnixTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(time))
    }

    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::new(UnixTime::now)
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> UnixTime {
        (self.0)()
    }
}

impl fmt::Debug for JudgedAt {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "JudgedAt({})", self.now().as_secs())
    }
}
