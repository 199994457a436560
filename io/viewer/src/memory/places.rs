//! Where servers are, as far as this viewer was told.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use net::control::{Address, Way};
use serde::{Deserialize, Serialize};

use crate::disk::{self, Disk};

pub(super) const FILE: &str = "servers.json";

/// Where servers are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// In the order in which they are to be tried.
    pub servers: Vec<Address>,
    /// The way that worked the last time.
    pub preferred: Option<Way>,
    /// Which server answered at an address: its id.
    pub whose: BTreeMap<Address, String>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    servers: Vec<StoredAddress>,
    preferred: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct StoredAddress {
    host: String,
    control_port: u16,
    https_port: u16,
    http_port: u16,
    /// Id of the server that answered there; empty = unknown.
    #[serde(default)]
    server: String,
}

impl Places {
    /// What is stored; nothing if it is missing or cannot be read.
    pub(super) fn read(data: &Path) -> Self {
        let stored = std::fs::read(data.join(FILE)).ok().and_then(|bytes| serde_json::from_slice::<Stored>(&bytes).ok());
        let Some(stored) = stored else { return Self::default() };
        let ways = [Way::Control, Way::Https, Way::Http];
        let preferred = ways.into_iter().find(|way| stored.preferred.as_deref() == Some(way.name()));
        let mut places = Self { preferred, ..Self::default() };
        for a in stored.servers {
            let address =
                Address { host: a.host, control_port: a.control_port, https_port: a.https_port, http_port: a.http_port };
            if !a.server.is_empty() {
                places.whose.insert(address.clone(), a.server);
            }
            places.servers.push(address);
        }
        places
    }

    /// What is stored: whose an address is counts as long as the address is among them.
    pub(super) fn store(&self, data: &Path, disk: &dyn Disk) -> io::Result<()> {
        let servers = self.servers.iter().map(|a| StoredAddress {
            host: a.host.clone(),
            control_port: a.control_port,
            https_port: a.https_port,
            http_port: a.http_port,
            server: self.whose.get(a).cloned().unwrap_or_default(),
        });
        let stored = Stored { servers: servers.collect(), preferred: self.preferred.map(|way| way.name().to_owned()) };
        let bytes = serde_json::to_vec_pretty(&stored).expect("text and numbers are always JSON");
        disk::replace(disk, &data.join(FILE), &bytes)
    }
}
