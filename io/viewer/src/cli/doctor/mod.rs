//! `signboard-viewer doctor`: what is in the way between this computer, its screen and its server.

mod here;
mod network;

use super::finding::{Finding, Verdict, lines};
use super::{Exit, Failure, Place};

/// Looks at everything. The text, and the exit code: 0 where nothing is in trouble, else 69.
pub(super) fn run(place: &Place, json: bool) -> Result<(String, Exit), Failure> {
    let data = place.data();
    let mut findings = Vec::new();
    let config = match place.load(&data) {
        Ok(config) => {
            findings.push(Finding::fine("settings", "The settings are legal."));
            config
        }
        Err(failure) => {
            findings.push(Finding::trouble("settings", failure.sentence, "correct the setting"));
            crate::config::Config::default()
        }
    };
    findings.extend(here::look(&config, &data));
    let runtime = super::runtime()?;
    findings.extend(runtime.block_on(network::look(&config, &data)));
    runtime.shutdown_background();
    let trouble = findings.iter().any(|finding| finding.verdict == Verdict::Trouble);
    let text = if json { serde_json::to_string_pretty(&findings).expect("text is always JSON") + "\n" } else { lines(&findings) };
    Ok((text, if trouble { Exit::Unavailable } else { Exit::Fine }))
}
