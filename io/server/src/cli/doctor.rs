//! `signboard doctor`.

use std::fmt::Write as _;

use api::network::{Finding, Verdict};

use super::{Exit, Failure};
use crate::config::Config;
use crate::network::doctor::{here, there};

const WRITES: &str = "writing to a string cannot fail";

/// Looks at this machine, or at a server from here. The text, and the exit code: 0 where nothing is in trouble, else 69.
pub(super) fn run(config: &Config, server: Option<&str>, json: bool) -> Result<(String, Exit), Failure> {
    let runtime = super::runtime()?;
    let findings = match server {
        Some(host) => runtime.block_on(there(config, host)).map_err(|sentence| Failure::new(Exit::NoInput, sentence))?,
        None => runtime.block_on(here(config)),
    };
    let trouble = findings.iter().any(|finding| finding.verdict == Verdict::Trouble);
    let text = if json {
        let mut text = serde_json::to_string_pretty(&findings).expect("text and numbers are always JSON");
        text.push('\n');
        text
    } else {
        lines(&findings)
    };
    Ok((text, if trouble { Exit::Unavailable } else { Exit::Fine }))
}

fn lines(findings: &[Finding]) -> String {
    let width = findings.iter().map(|finding| finding.subject.chars().count()).max().unwrap_or(0);
    let mut out = String::new();
    for finding in findings {
        let mark = match finding.verdict {
            Verdict::Fine => "fine   ",
            Verdict::Note => "note   ",
            Verdict::Trouble => "TROUBLE",
        };
        writeln!(out, "{mark}  {:width$}  {}", finding.subject, finding.text).expect(WRITES);
        if let Some(remedy) = &finding.remedy {
            writeln!(out, "{:9}{:width$}  -> {remedy}", "", "").expect(WRITES);
        }
    }
    let troubles = findings.iter().filter(|finding| finding.verdict == Verdict::Trouble).count();
    match troubles {
        0 => out.push_str("\nNothing is in trouble.\n"),
        1 => out.push_str("\nOne thing is in trouble.\n"),
        many => writeln!(out, "\n{many} things are in trouble.").expect(WRITES),
    }
    out
}
