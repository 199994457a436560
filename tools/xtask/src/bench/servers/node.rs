//! A server of the pair, with who administers it.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::super::client::Client;
use super::super::installation::{Installation, PASSWORD};
use super::super::instance::Instance;
use super::super::server::Server;
use super::PATIENCE;
use crate::failure::Failure;
use crate::json::Json;

/// Where clients find the servers: a cut between these does not concern them.
pub(super) const CLIENTS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 77);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// A running server.
pub(super) struct Node {
    server: Server,
    pub(super) instance: Instance,
    /// The administrator, where people are known.
    pub(super) client: Client,
}

impl Node {
    /// The first server, set up.
    pub(super) fn main(binary: &Path, data: &Path) -> Result<Self, Failure> {
        let Installation { server, instance, .. } = Installation::of(instance(binary, data)?)?;
        let client = Client::at(CLIENTS, instance.http);
        let mut node = Self { server, instance, client };
        node.sign_in()?;
        Ok(node)
    }

    /// A server that waits to be set up or to join, or has its data already.
    pub(super) fn empty(binary: &Path, data: &Path) -> Result<Self, Failure> {
        let instance = instance(binary, data)?;
        let server = Server::start(instance.command(), instance.http, "/readyz", PATIENCE)?;
        let client = Client::at(CLIENTS, instance.http);
        Ok(Self { server, instance, client })
    }

    /// Joins the installation of `main`, and waits until the administrator can sign in.
    pub(super) fn join(&mut self, main: &Self, name: &str) -> Result<(), Failure> {
        let token = main.instance.said(&["server-token", "--name", name])?;
        self.instance.said(&["join", token.trim()])?;
        until("the administrator is known there", || Ok(self.sign_in().is_ok()))
    }

    /// Signs the administrator in.
    pub(super) fn sign_in(&mut self) -> Result<(), Failure> {
        let wish = format!(r#"{{"login":"ada","password":"{PASSWORD}"}}"#);
        self.client.json("POST", "/api/v1/session", &wish).map(drop)
    }

    /// Whether the one other server is connected and nothing is pending in either direction.
    pub(super) fn meets(&mut self) -> Result<bool, Failure> {
        Ok(self.other()? == ("connected".to_owned(), 0.0, 0.0))
    }

    /// State of the one other server, what is pending to it, and what is pending there.
    pub(super) fn other(&mut self) -> Result<(String, f64, f64), Failure> {
        let view = self.client.json("GET", "/api/v1/servers/overview", "")?.json();
        let read = |view: &Json| {
            let own = view.get("own")?.text()?;
            let other = view.get("servers")?.list().iter().find(|server| server.get("id").and_then(Json::text) != Some(own))?;
            let count = |key: &str| match other.get(key) {
                Some(Json::Number(text)) => text.parse().ok(),
                // Not known yet: not nothing.
                _ => Some(f64::NAN),
            };
            Some((other.get("state")?.text()?.to_owned(), count("pending_out")?, count("pending_in")?))
        };
        Ok(view.as_ref().and_then(read).unwrap_or_else(|| (String::new(), f64::NAN, f64::NAN)))
    }

    /// All elements of a list, as JSON, in the order of their names.
    pub(super) fn all(&mut self, noun: &str) -> Result<Vec<Json>, Failure> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.client.json("GET", &format!("/api/v1/{noun}?limit=500{cursor}"), "")?.json();
            let page = page.ok_or_else(|| Failure::failed(format!("A page of {noun} is no JSON.")))?;
            all.extend(page.get("items").map(Json::list).unwrap_or_default().iter().cloned());
            match page.get("next").and_then(Json::text) {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(all),
            }
        }
    }

    /// How many elements a list has.
    pub(super) fn total(&mut self, noun: &str) -> Result<f64, Failure> {
        let page = self.client.json("GET", &format!("/api/v1/{noun}?limit=1"), "")?.json();
        Ok(match page.as_ref().and_then(|page| page.get("total")) {
            Some(Json::Number(text)) => text.parse().unwrap_or(f64::NAN),
            _ => f64::NAN,
        })
    }

    pub(super) fn stop(self) {
        self.server.stop();
    }
}

/// All addresses, of which the namespace has none but loopback ones.
fn instance(binary: &Path, data: &Path) -> Result<Instance, Failure> {
    let mut instance = Instance::new(binary, data)?;
    instance.serving.address = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    Ok(instance)
}

/// Waits until it holds.
///
/// # Errors
/// Where it does not within the patience, or cannot be asked.
pub(super) fn until(what: &str, mut holds: impl FnMut() -> Result<bool, Failure>) -> Result<(), Failure> {
    let begun = Instant::now();
    while !holds()? {
        if begun.elapsed() > PATIENCE {
            return Err(Failure::failed(format!("That {what} did not come true within {} s.", PATIENCE.as_secs())));
        }
        thread::sleep(LOOK);
    }
    Ok(())
}
