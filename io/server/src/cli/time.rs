//! `signboard time`.

use std::fmt::Write as _;
use std::time::Duration;

use net::time::{Queried, query};
use serde_json::json;

use super::{Exit, Failure};

/// How long a server may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks a server by NTP how far off this machine's clock is.
pub(super) fn run(host: &str, port: u16, as_json: bool) -> Result<String, Failure> {
    let answer = super::runtime()?.block_on(query(host, port, PATIENCE));
    let answer = answer.map_err(|error| Failure::new(Exit::Unavailable, format!("{error}.")))?;
    Ok(if as_json { json_text(&answer) } else { lines(&answer) })
}

fn lines(answer: &Queried) -> String {
    let mut out = format!("{}\n", answer.server);
    let ms = |seconds: f64| format!("{:.3} ms", seconds * 1000.0);
    let mut line = |name: &str, value: String| writeln!(out, "  {name:<16} {value}").expect("writing to a string cannot fail");
    line("offset", format!("{} (the server is {})", ms(answer.offset), if answer.offset < 0.0 { "behind" } else { "ahead" }));
    line("delay", ms(answer.delay));
    line("stratum", if answer.is_synchronised() { answer.stratum.to_string() } else { "not synchronised".to_owned() });
    line("reference", answer.reference_id.to_string());
    line("root delay", ms(answer.root_delay));
    line("root dispersion", ms(answer.root_dispersion));
    line("error at most", ms(answer.error_bound()));
    line("answers", format!("{} of {}", answer.answered, answer.asked));
    out
}

fn json_text(answer: &Queried) -> String {
    let value = json!({
        "server": answer.server.to_string(),
        "offset": answer.offset,
        "delay": answer.delay,
        "stratum": answer.stratum,
        "synchronised": answer.is_synchronised(),
        "reference": answer.reference_id.to_string(),
        "root_delay": answer.root_delay,
        "root_dispersion": answer.root_dispersion,
        "error_bound": answer.error_bound(),
        "version": answer.version,
        "answered": answer.answered,
        "asked": answer.asked,
    });
    format!("{value:#}\n")
}
