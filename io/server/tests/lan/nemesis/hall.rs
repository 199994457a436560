//! Screens in a hall, which come back whatever happens to their servers.

use std::process::Command;

use serde_json::{Value, json};
use testkit::lab::{Host, Program};

use super::harbour::Harbour;
use crate::desk::on;
use crate::running::until;

/// Screens at each of the first servers.
const SCREENS: u64 = 4;
/// So many servers have screens: Main and a Sub.
const SERVED: usize = 2;

/// Simulated viewers with real sessions, a program for each server.
pub(crate) struct Hall(Vec<(Host, Program)>);

impl Hall {
    pub(crate) fn open(harbour: &Harbour) -> anyhow::Result<Self> {
        let mut programs = Vec::new();
        for place in &harbour.places[..SERVED] {
            let host = harbour.segment.host(&format!("hall{}", programs.len()))?;
            let wish = json!({"name": format!("hall {}", place.name), "uses": SCREENS});
            let token = on(&place.server.host, async {
                let client = reqwest::Client::builder().no_proxy().build().unwrap();
                let request = client.post("http://127.0.0.1/api/v1/enrolment-tokens").bearer_auth(&harbour.token);
                let answer: Value = request.json(&wish).send().await.unwrap().json().await.unwrap();
                answer["secret"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
            });
            let mut fleet = Command::new(env!("CARGO_BIN_EXE_signboard"));
            let (viewers, server) = (SCREENS.to_string(), place.server.host.card().ipv4().to_string());
            fleet.args(["fleet", "--viewers", &viewers, "--server", &server, "--token", &token, "--sample", "0", "--json"]);
            let program = host.start(&mut fleet)?;
            programs.push((host, program));
        }
        let hall = Self(programs);
        hall.is_served()?;
        Ok(hall)
    }

    /// Waits until every screen has its session.
    pub(crate) fn is_served(&self) -> anyhow::Result<()> {
        for (host, program) in &self.0 {
            until(&format!("the screens of {} have their sessions", host.name()), || {
                let lines = program.lines();
                let last = lines.iter().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
                last.is_some_and(|last| last["open"] == SCREENS)
            });
        }
        Ok(())
    }
}
