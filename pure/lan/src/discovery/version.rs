//! The two versions of WS-Discovery, and the namespaces that belong to each.

/// SOAP 1.2 envelopes (SOAP 1.2 part 1, section 5), used by both versions.
pub const SOAP: &str = "http://www.w3.org/2003/05/soap-envelope";

/// The namespace of our own type, `Server`.
pub const SIGNBOARD: &str = "urn:x-signboard:discovery";

/// A version of WS-Discovery: a message is answered in the version that it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// OASIS WS-Discovery 1.1 (2009), with WS-Addressing of August 2005 and DPWS 1.1.
    V11,
    /// The draft of April 2005, with WS-Addressing of August 2004 and DPWS of February 2006. Windows and wsdd speak it.
    April2005,
}

impl Version {
    /// Both, the newer first.
    pub const ALL: [Version; 2] = [Version::V11, Version::April2005];

    /// The discovery namespace (WS-Discovery 1.1 section 1.6, April 2005 section 1.5).
    #[must_use]
    pub const fn discovery(self) -> &'static str {
        match self {
            Version::V11 => "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
            Version::April2005 => "http://schemas.xmlsoap.org/ws/2005/04/discovery",
        }
    }

    /// The addressing namespace that goes with it.
    #[must_use]
    pub const fn addressing(self) -> &'static str {
        match self {
            Version::V11 => "http://www.w3.org/2005/08/addressing",
            Version::April2005 => "http://schemas.xmlsoap.org/ws/2004/08/addressing",
        }
    }

    /// Where an answer goes: to the one who asked (WS-Addressing, anonymous).
    #[must_use]
    pub const fn anonymous(self) -> &'static str {
        match self {
            Version::V11 => "http://www.w3.org/2005/08/addressing/anonymous",
            Version::April2005 => "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
        }
    }

    /// Where a multicast goes: to everybody (WS-Discovery 1.1 section 2.4).
    #[must_use]
    pub const fn everybody(self) -> &'static str {
        match self {
            Version::V11 => "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01",
            Version::April2005 => "urn:schemas-xmlsoap-org:ws:2005:04:discovery",
        }
    }

    /// The action of a fault (WS-Discovery 1.1 section 5.2.1).
    #[must_use]
    pub const fn fault(self) -> &'static str {
        match self {
            Version::V11 => "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01/fault",
            Version::April2005 => "http://schemas.xmlsoap.org/ws/2005/04/discovery/fault",
        }
    }

    /// The namespace of the device profile: DPWS 1.1 (2009/01) or DPWS of February 2006.
    #[must_use]
    pub const fn device_profile(self) -> &'static str {
        match self {
            Version::V11 => "http://docs.oasis-open.org/ws-dd/ns/dpws/2009/01",
            Version::April2005 => "http://schemas.xmlsoap.org/ws/2006/02/devprof",
        }
    }

    /// The version whose addressing namespace this is.
    #[must_use]
    pub fn of_addressing(namespace: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.addressing() == namespace)
    }
}

/// A name of a type: namespace and local part. Prefixes are gone once a message is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct QName {
    /// The namespace; empty if the name had no prefix and no default namespace was declared.
    pub namespace: String,
    /// The local part.
    pub local: String,
}

impl QName {
    /// A name from its two parts.
    #[must_use]
    pub fn new(namespace: &str, local: &str) -> Self {
        Self { namespace: namespace.to_owned(), local: local.to_owned() }
    }

    /// `wsdp:Device` of the profile that goes with `version`.
    #[must_use]
    pub fn device(version: Version) -> Self {
        Self::new(version.device_profile(), "Device")
    }

    /// `sb:Server`: a Signboard server.
    #[must_use]
    pub fn server() -> Self {
        Self::new(SIGNBOARD, "Server")
    }
}
