//! One run of wrk against one address.

use std::time::Duration;

use super::server::Server;
use crate::failure::Failure;
use crate::process;

/// What a run moved, and what it cost the server.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Load {
    /// Bytes per second.
    pub(super) rate: f64,
    /// Processor seconds of the server per GiB.
    pub(super) cpu_per_gib: f64,
}

const GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// Loads `url` with some connections for some time; every request carries `field`.
///
/// # Errors
/// Where wrk fails or the server answers with errors.
pub(super) fn wrk(server: &Server, url: &str, field: &str, connections: u32, time: Duration) -> Result<Load, Failure> {
    let mut wrk = process::command("wrk");
    wrk.args(["-t2", "--timeout", "60s", "-H", field]);
    wrk.args([format!("-c{connections}"), format!("-d{}s", time.as_secs())]).arg(url);
    let before = server.cpu_seconds();
    let answer = process::quiet(&mut wrk)?;
    let spent = server.cpu_seconds() - before;
    if !answer.success || answer.stdout.contains("Non-2xx") {
        return Err(Failure::failed(format!("wrk on {url} failed: {} {}", answer.stdout.trim(), answer.stderr.trim())));
    }
    let rate = rate(&answer.stdout).ok_or_else(|| Failure::failed(format!("wrk on {url} printed no rate.")))?;
    let moved = rate * time.as_secs_f64() / GIB;
    Ok(Load { rate, cpu_per_gib: spent / moved })
}

/// Bytes per second from the line `Transfer/sec:      1.23GB`.
fn rate(output: &str) -> Option<f64> {
    let text = output.lines().find_map(|line| line.trim().strip_prefix("Transfer/sec:"))?.trim();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[digits.len()..] {
        "B" => 1.0,
        "KB" => 1024.0,
        "MB" => 1024.0 * 1024.0,
        "GB" => GIB,
        _ => return None,
    };
    digits.parse::<f64>().ok().map(|number| number * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_with_their_unit() {
        assert_eq!(rate("Requests/sec:  9.5\nTransfer/sec:      1.50GB\n"), Some(1.5 * GIB));
        assert_eq!(rate("Transfer/sec:    512.00KB"), Some(512.0 * 1024.0));
        assert_eq!(rate("Transfer/sec:    5 parsecs"), None);
        assert_eq!(rate(""), None);
    }
}
