//! One card of a host, with the link to its segment.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{fs, thread};

use anyhow::ensure;

use super::namespace::Namespace;
use super::relay::{Path, Relay};
use super::segment::{BRIDGE, Switch};
use super::{filter, ip};

/// How long a host may take to notice what happens to a cable.
const PATIENCE: Duration = Duration::from_secs(10);

/// A network card. Dropping it unplugs it and removes it from its host.
#[derive(Debug)]
pub struct Card {
    name: String,
    /// Counts the cards of the segment from 1, and is the end of its addresses.
    number: u8,
    /// The other end, on the bridge.
    port: String,
    host: Arc<Namespace>,
    switch: Arc<Switch>,
    /// Carries the frames of a slow path; its devices go with it.
    relay: Option<Relay>,
}

impl Card {
    pub(super) fn new(switch: &Arc<Switch>, host: &Arc<Namespace>, name: &str, path: Option<Path>) -> anyhow::Result<Self> {
        let number = switch.next_port()?;
        let port = format!("port{number}");
        let relay = match path {
            Some(path) => Some(Relay::new(path, (host, name), (&switch.namespace, &port))?),
            None => {
                let words = ["link", "add", &port, "type", "veth", "peer", "name", name, "netns", &host.path()];
                ip::run(&switch.namespace, &words)?;
                None
            }
        };
        let card = Self { name: name.to_owned(), number, port, host: Arc::clone(host), switch: Arc::clone(switch), relay };
        card.set_up()?;
        Ok(card)
    }

    fn set_up(&self) -> anyhow::Result<()> {
        let mac = self.mac().map(|byte| format!("{byte:02x}")).join(":");
        let (ipv4, ipv6) = (format!("{}/24", self.ipv4()), format!("{}/64", self.ipv6()));
        ip::run(&self.switch.namespace, &["link", "set", &self.port, "master", BRIDGE, "up"])?;
        ip::run(&self.host, &["link", "set", &self.name, "address", &mac])?;
        ip::run(&self.host, &["address", "add", &ipv4, "broadcast", "+", "dev", &self.name])?;
        ip::run(&self.host, &["link", "set", &self.name, "up"])?;
        ip::run(&self.host, &["address", "add", &ipv6, "dev", &self.name, "nodad"])
    }

    /// Its name inside the host.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its IPv4 address, in a network of 24 bits.
    #[must_use]
    pub fn ipv4(&self) -> Ipv4Addr {
        self.switch.ipv4(self.number)
    }

    /// Its IPv6 address besides the link-local one, in a network of 64 bits.
    #[must_use]
    pub fn ipv6(&self) -> Ipv6Addr {
        self.switch.ipv6(self.number)
    }

    /// Its hardware address, the same in every run.
    #[must_use]
    pub fn mac(&self) -> [u8; 6] {
        [0x02, 0x77, 0, self.switch.number, 0, self.number]
    }

    /// Pulls the cable, and waits until the host has noticed that there is no carrier.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn cut(&self) -> anyhow::Result<()> {
        self.cable("down")
    }

    /// Puts the cable back, and waits until the host has noticed. Its addresses are what they were.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn restore(&self) -> anyhow::Result<()> {
        self.cable("up")
    }

    /// Loses this share of the frames in each direction, at random, while both ends think that all is well; 0 loses none, 100 all.
    ///
    /// # Errors
    /// If `percent` is above 100 or the kernel refuses.
    pub fn lose(&self, percent: u8) -> anyhow::Result<()> {
        ensure!(percent <= 100, "a card cannot lose {percent} % of its frames; give 0 to 100");
        let port = &self.port;
        let which = if percent == 100 { String::new() } else { format!("numgen random mod 100 < {percent} ") };
        let rules = if percent == 0 {
            String::new()
        } else {
            format!(
                "table bridge {port} {{\n chain pass {{\n  type filter hook forward priority 0;\n  \
                 iifname {port} {which}drop;\n  oifname {port} {which}drop;\n }}\n}}\n"
            )
        };
        filter::load(&self.switch.namespace, &format!("add table bridge {port}\ndelete table bridge {port}\n{rules}"))
    }

    /// Adds an address with its prefix length, such as `192.0.2.7/24`.
    ///
    /// # Errors
    /// What `ip` says about it.
    pub fn add_address(&self, address: &str) -> anyhow::Result<()> {
        let more: &[&str] = if address.contains(':') { &["nodad"] } else { &["broadcast", "+"] };
        ip::run(&self.host, &[&["address", "add", address, "dev", self.name.as_str()], more].concat())
    }

    /// Takes an address away, given as when it was added.
    ///
    /// # Errors
    /// What `ip` says about it.
    pub fn remove_address(&self, address: &str) -> anyhow::Result<()> {
        ip::run(&self.host, &["address", "del", address, "dev", &self.name])
    }

    fn cable(&self, state: &str) -> anyhow::Result<()> {
        match &self.relay {
            Some(relay) => relay.carrier(state == "up")?,
            None => ip::run(&self.switch.namespace, &["link", "set", &self.port, state])?,
        }
        // The kernel looks at carriers about once a second.
        let file = format!("/sys/class/net/{}/operstate", self.name);
        let end = Instant::now() + PATIENCE;
        while self.host.enter(|| fs::read_to_string(&file))?.trim_end().ends_with("down") == (state == "up") {
            ensure!(Instant::now() < end, "{} did not notice that its cable is {state}", self.name);
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Drop for Card {
    fn drop(&mut self) {
        // The devices of a relay go when it does. A port that is gone already is what is wanted.
        if self.relay.is_none() {
            let _ = ip::run(&self.switch.namespace, &["link", "delete", &self.port]);
        }
    }
}
