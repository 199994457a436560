//! What goes wrong on the way to a server, in sentences for the person in front of the screen.

use core::error::Error as _;
use core::fmt;
use std::io;

use rustls::{AlertDescription, CertificateError};
use thiserror::Error;

use super::address::{Address, Way};
use super::certificate::CertificateFault;
use super::proxy::ProxyFault;

/// Why one way did not lead to a server.
#[derive(Debug, Error)]
pub enum DialFault {
    /// Its certificate is not taken.
    #[error(transparent)]
    Certificate(CertificateFault),
    /// No connection.
    #[error("{place} does not answer ({source}); see to the server, to its address, and to the firewalls between")]
    Connect {
        /// Host and port.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// The device's own key and certificate do not fit.
    #[error("this device's key and certificate do not fit together ({0}); remove its identity, and it enrols again")]
    Identity(String),
    /// The name of the host is not known.
    #[error("`{name}` is not known as the name of a host ({source}); give the server's address, or see to its name")]
    Name {
        /// The name.
        name: String,
        /// What the resolver says.
        source: io::Error,
    },
    /// A web server that gives no tunnel.
    #[error(
        "the web server there gives no tunnel (status {status}); see to the address, and to WebSockets in a proxy before the server"
    )]
    NoTunnel {
        /// The status of its answer (RFC 9110 section 15).
        status: u16,
    },
    /// TLS with the web port fails.
    #[error("no TLS on the web port ({0}); see to address and port, and to a proxy before the server")]
    Outer(io::Error),
    /// The proxy gives no connection.
    #[error("proxy {proxy}: {source}")]
    Proxy {
        /// Host and port.
        proxy: String,
        /// What it answered.
        source: ProxyFault,
    },
    /// Nobody answered in time.
    #[error("no answer within {seconds} s; see to the server, to its address, and to the firewalls between")]
    Silent {
        /// How long was waited.
        seconds: u64,
    },
    /// TLS with the control port fails.
    #[error("no TLS with the control port ({0}); another program may answer there")]
    Tls(io::Error),
    /// The proxy itself is not reached.
    #[error("proxy {proxy}: {source}")]
    ToProxy {
        /// Host and port.
        proxy: String,
        /// Why not.
        source: Box<DialFault>,
    },
    /// The tunnel's handshake fails.
    #[error("the tunnel breaks ({0}); see to WebSockets in a proxy before the server")]
    Tunnel(String),
}

impl DialFault {
    /// Tells a certificate that was not taken from other faults of a handshake.
    pub(super) fn of_tls(fault: io::Error) -> Self {
        let certificate = match fault.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(CertificateError::Other(other))) => {
                other.0.downcast_ref::<CertificateFault>().cloned()
            }
            _ => None,
        };
        certificate.map_or(Self::Tls(fault), Self::Certificate)
    }
}

/// One way that was tried in vain.
#[derive(Debug)]
pub struct Tried {
    /// The server.
    pub address: Address,
    /// The way to it.
    pub way: Way,
    /// What went wrong.
    pub fault: DialFault,
}

impl fmt::Display for Tried {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({}): {}", self.address.authority(self.way), self.way, self.fault)
    }
}

/// No server was reached: what was tried, in order.
#[derive(Debug, Default, Error)]
pub struct DialReport {
    /// Each way of each server.
    pub tried: Vec<Tried>,
}

impl DialReport {
    /// The first certificate that was not taken, if that is what happened anywhere.
    #[must_use]
    pub fn certificate(&self) -> Option<&CertificateFault> {
        self.tried.iter().find_map(|tried| match &tried.fault {
            DialFault::Certificate(fault) => Some(fault),
            _ => None,
        })
    }
}

impl fmt::Display for DialReport {
    /// One line for each way.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.tried.is_empty() {
            return out.write_str("no address of a server is known; set one, or let discovery find it");
        }
        for (place, tried) in self.tried.iter().enumerate() {
            let gap = if place == 0 { "" } else { "\n" };
            write!(out, "{gap}{tried}")?;
        }
        Ok(())
    }
}

/// Why a call on an open link failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
    /// The server does not know the authority of this device's certificate.
    #[error(
        "the server does not take this device's certificate: it is of another installation, or the server's data were lost; enrol again"
    )]
    Alien,
    /// The connection broke.
    #[error("the connection to the server broke ({why})")]
    Cut {
        /// What was seen.
        why: String,
    },
    /// The device has no right to it, as after it was revoked (`PERMISSION_DENIED`).
    #[error("{message}")]
    Denied {
        /// What the server says.
        message: String,
    },
    /// Another refusal.
    #[error("{message} ({code:?})")]
    Refused {
        /// The status (`grpc/status` codes).
        code: tonic::Code,
        /// What the server says.
        message: String,
    },
    /// The server wants a valid certificate (`UNAUTHENTICATED`): renew it.
    #[error("{message}")]
    Unauthenticated {
        /// What the server says.
        message: String,
    },
}

impl LinkError {
    /// Sorts a status; `seen` is what the connection itself saw go wrong.
    pub(super) fn of(status: &tonic::Status, seen: Option<&Self>) -> Self {
        // A status with a cause was made on this side, from a fault of the connection.
        if let Some(source) = status.source() {
            return seen.cloned().unwrap_or_else(|| Self::Cut { why: deepest(source) });
        }
        let message = status.message().to_owned();
        match status.code() {
            tonic::Code::Unauthenticated => Self::Unauthenticated { message },
            tonic::Code::PermissionDenied => Self::Denied { message },
            code => Self::Refused { code, message },
        }
    }

    /// What a connection's own fault means.
    pub(super) fn of_connection(fault: &io::Error) -> Self {
        use AlertDescription as Alert;
        match fault.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::AlertReceived(
                // A foreign authority of the same name is told by its signature.
                Alert::UnknownCA
                | Alert::DecryptError
                | Alert::BadCertificate
                | Alert::UnsupportedCertificate
                | Alert::CertificateUnknown,
            )) => Self::Alien,
            _ => Self::Cut { why: fault.to_string() },
        }
    }
}

fn deepest(fault: &(dyn core::error::Error + 'static)) -> String {
    let mut inner = fault;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}
