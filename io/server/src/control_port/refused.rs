//! What was refused on the control port: counted each time, logged once per reason and minute.

use std::net::SocketAddr;

use parking_lot::Mutex;

use crate::now::now_ms;

/// How often one reason is logged, in milliseconds.
const PAUSE_MS: i64 = 60_000;

/// Why something was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A client certificate that does not count.
    BadCertificate,
    /// Too many connections of peers without a certificate.
    Crowded,
    /// The certificate has ended; the peer may renew it.
    Expired,
    /// A certificate of another installation.
    ForeignCertificate,
    /// The handshake failed, such as for want of TLS 1.3.
    Handshake,
    /// What was asked needs a certificate.
    NoCertificate,
    /// Plain HTTP, or something that is no TLS at all.
    NotTls,
    /// The device lost its place.
    Revoked,
    /// The handshake took too long.
    SlowHandshake,
    /// No request came.
    SlowRequest,
    /// Certificates were asked for too often, by one key or from one source.
    TooOften,
    /// The state does not know the key.
    UnknownKey,
    /// It does not take what it asked for.
    Unread,
}

impl Reason {
    /// All of them, in the order of their names.
    pub const ALL: [Self; 13] = [
        Self::BadCertificate,
        Self::Crowded,
        Self::Expired,
        Self::ForeignCertificate,
        Self::Handshake,
        Self::NoCertificate,
        Self::NotTls,
        Self::Revoked,
        Self::SlowHandshake,
        Self::SlowRequest,
        Self::TooOften,
        Self::UnknownKey,
        Self::Unread,
    ];

    /// Its name in the metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::BadCertificate => "bad_certificate",
            Self::Crowded => "crowded",
            Self::Expired => "expired",
            Self::ForeignCertificate => "foreign_certificate",
            Self::Handshake => "handshake",
            Self::NoCertificate => "no_certificate",
            Self::NotTls => "not_tls",
            Self::Revoked => "revoked",
            Self::SlowHandshake => "slow_handshake",
            Self::SlowRequest => "slow_request",
            Self::TooOften => "too_often",
            Self::UnknownKey => "unknown_key",
            Self::Unread => "unread",
        }
    }
}

/// When each reason was logged last, and how often it came since.
#[derive(Default)]
pub struct Refusals(Mutex<[(i64, u64); Reason::ALL.len()]>);

impl Refusals {
    /// Counts, and logs if this reason was not logged lately.
    pub fn note(&self, reason: Reason, peer: SocketAddr) {
        metrics::counter!("signboard_control_refused_total", "reason" => reason.name()).increment(1);
        if let Some(more) = self.is_due(reason, now_ms()) {
            tracing::warn!(reason = reason.name(), %peer, more, "the control port refused a peer");
        }
    }

    /// How many of this reason were not logged since the last time; none: it is too early to log again.
    fn is_due(&self, reason: Reason, now: i64) -> Option<u64> {
        let index = Reason::ALL.iter().position(|other| *other == reason).expect("all reasons are in the list");
        let (last, silent) = &mut self.0.lock()[index];
        if *last != 0 && (*last..*last + PAUSE_MS).contains(&now) {
            *silent += 1;
            return None;
        }
        *last = now;
        Some(std::mem::take(silent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_reason_is_logged_once_a_minute() {
        let refusals = Refusals::default();
        assert_eq!(refusals.is_due(Reason::NotTls, 1_000), Some(0));
        assert_eq!(refusals.is_due(Reason::NotTls, 1_001), None);
        assert_eq!(refusals.is_due(Reason::Revoked, 1_002), Some(0), "each reason by itself");
        assert_eq!(refusals.is_due(Reason::NotTls, 60_999), None);
        assert_eq!(refusals.is_due(Reason::NotTls, 61_000), Some(2));
    }

    #[test]
    fn names_are_unique_and_sorted() {
        assert!(Reason::ALL.map(Reason::name).is_sorted_by(|a, b| a < b));
    }
}
