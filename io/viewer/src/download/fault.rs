//! Why a file is missing.

use net::control::{FetchFault, MediaFault};

/// Why a file is missing, as `MissingFile.why` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// What came was not the file.
    Corrupt,
    /// The disk does not take it.
    Disk,
    /// The server was not reached, or has no time.
    Network,
    /// The server does not have it.
    NotFound,
    /// It does not fit into the cache.
    Quota,
}

impl Why {
    /// The stable word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Corrupt => "corrupt",
            Self::Network => "network",
            Self::NotFound => "not_found",
            // To the server a disk that is full or broken is room that is missing.
            Self::Disk | Self::Quota => "quota",
        }
    }
}

impl From<&FetchFault> for Why {
    fn from(fault: &FetchFault) -> Self {
        match fault {
            FetchFault::Corrupt => Self::Corrupt,
            FetchFault::Disk(_) => Self::Disk,
            FetchFault::Media(fault) => Self::from(fault),
        }
    }
}

impl From<&MediaFault> for Why {
    fn from(fault: &MediaFault) -> Self {
        match fault {
            MediaFault::NotFound => Self::NotFound,
            _ => Self::Network,
        }
    }
}
