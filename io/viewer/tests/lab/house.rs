//! An installation with two servers, each on a host of its own, and desks at both.

use std::process::Command;

use anyhow::{Context as _, ensure};
use serde_json::Value;
use testkit::lab::Host;

use crate::desk::Desk;
use crate::town::{Server, Town};

/// Main, and a server that joined it as its Backup.
pub(crate) struct House<'a> {
    pub(crate) main: Server,
    pub(crate) backup: Server,
    /// At Main.
    pub(crate) ada: Desk<'a>,
    /// At the Backup, with the same token.
    pub(crate) bob: Desk<'a>,
}

impl<'a> House<'a> {
    pub(crate) fn open(town: &'a Town, second: &'a Host) -> anyhow::Result<Self> {
        let (main, backup) = (Server::start(&town.server)?, Server::start(second)?);
        let ada = Desk::set_up(&town.server, &main.link()?)?;
        let token = said(&town.server, &mut main.command(&["server-token", "--name", "Pier", "--role", "backup"])?)?;
        said(second, &mut backup.command(&["join", token.trim()])?)?;
        let bob = ada.at(second);
        let house = Self { main, backup, ada, bob };
        house.until_equal()?;
        Ok(house)
    }

    /// Waits until Main has nothing more to send to the Backup, which answers.
    pub(crate) fn until_equal(&self) -> anyhow::Result<()> {
        self.ada.until("the Backup has everything", || {
            let pier = self.server("Pier");
            Ok(pier
                .is_ok_and(|pier| pier["state"] == "connected" && pier["pending_out"] == 0 && pier["pending_in"] == 0)
                .then_some(()))
        })?;
        self.ada.until("people sign in at the Backup", || Ok(self.bob.get("/servers/overview").ok().map(drop)))
    }

    /// A server as Main sees it.
    pub(crate) fn server(&self, name: &str) -> anyhow::Result<Value> {
        let overview = self.ada.get("/servers/overview")?;
        let all = overview["servers"].as_array().context("servers are a list")?;
        all.iter().find(|server| server["name"] == name).cloned().with_context(|| format!("{name} is a server"))
    }
}

fn said(host: &Host, command: &mut Command) -> anyhow::Result<String> {
    let output = host.run(command)?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
