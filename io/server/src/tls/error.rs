//! What can go wrong with certificates.

use std::io;
use std::path::PathBuf;

use crate::cli::{Exit, Failure};
use crate::config::SecretFileError;

/// Why there is no certificate for HTTPS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The authority did not sign.
    #[error("the certification authority at {directory} gave no certificate ({message})")]
    Acme {
        /// Address of its directory.
        directory: String,
        /// What it said, or why it was not reached.
        message: String,
    },
    /// A file cannot be read or written.
    #[error("{} cannot be used ({source})", path.display())]
    Files {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The certificate library failed.
    #[error("a certificate could not be made ({0})")]
    Making(#[from] rcgen::Error),
    /// The text holds no PEM certificate.
    #[error("the certificate is not PEM (RFC 7468)")]
    NotACertificate,
    /// The text holds no PEM private key of a kind that TLS uses.
    #[error("the private key is not PEM, or of a kind that TLS does not use")]
    NotAKey,
    /// Certificate and key do not belong together.
    #[error("the private key does not belong to the certificate")]
    NotAPair,
    /// A key file is missing, unreadable or open to others.
    #[error(transparent)]
    Secret(#[from] SecretFileError),
}

impl From<TlsError> for Failure {
    fn from(error: TlsError) -> Self {
        match error {
            TlsError::Files { path, source } => Self::of_files(&format!("{} cannot be used", path.display()), &source),
            TlsError::Acme { .. } => {
                Self::new(Exit::TemporaryFailure, format!("{error}; try again later or set web.tls to own."))
            }
            TlsError::Making(_) => Self::new(Exit::Software, format!("{error}; report this as a fault.")),
            TlsError::Secret(SecretFileError::Open { .. }) => Self::new(Exit::NoPermission, format!("{error}.")),
            _ => Self::new(
                Exit::Config,
                format!("{error}; put the files of web.cert-file and web.key-file right, or set web.tls to own."),
            ),
        }
    }
}
