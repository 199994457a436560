//! What reaches beyond the viewer: the machine and its segment.

use std::process::Stdio;
use std::time::Duration;

use lan::wake::MagicPacket;
use tokio::process::Command;

use super::Outcome;

/// How long the machine may take to agree.
const PATIENCE: Duration = Duration::from_secs(20);

/// What can be done to the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Switch it off.
    Off,
    /// Start it again.
    Reboot,
}

/// Asks systemd to switch the machine. When this returns all is well, it is about to happen.
///
/// # Errors
/// What went wrong, as an outcome.
pub async fn switch(power: Power) -> Result<(), Outcome> {
    let verb = match power {
        Power::Off => "poweroff",
        Power::Reboot => "reboot",
    };
    let mut systemctl = Command::new("systemctl");
    systemctl
        .args(["--no-ask-password", verb])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let failed = |why: String| {
        Outcome::failed(
            "refused",
            format!("systemctl {verb} failed ({why}); see docs/operations/viewer.md for the rule that allows it."),
        )
    };
    match tokio::time::timeout(PATIENCE, systemctl.output()).await {
        Ok(Ok(output)) if output.status.success() => Ok(()),
        Ok(Ok(output)) => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        Ok(Err(error)) => Err(failed(error.to_string())),
        Err(_) => Err(failed("no answer".to_owned())),
    }
}

/// Sends a magic packet on the segments of this machine.
#[must_use]
pub fn wake(packet: &MagicPacket) -> Outcome {
    match net::wake::send(packet, &net::wake::Wish::default()) {
        Ok(ways) => {
            let way = |way: &net::wake::Way| {
                let to = way.to.map_or_else(|| "Ethernet frame".to_owned(), |to| to.to_string());
                format!("{} to {to}", way.interface)
            };
            let sent: Vec<String> = ways.iter().filter(|way| way.outcome.is_ok()).map(way).collect();
            Outcome::done(format!("Sent on {}.", sent.join(", ")))
        }
        Err(error) => Outcome::failed("not_sent", format!("Nothing was sent: {error}.")),
    }
}
