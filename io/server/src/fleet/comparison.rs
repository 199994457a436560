//! Whether the server counts what the fleet counts.

use std::time::Duration;

use serde::Serialize;
use thiserror::Error;
use tokio::time::sleep;

/// The server's count of open sessions of viewers.
const SESSIONS: &str = "signboard_viewer_sessions";

/// How often the two counts may differ while something is on its way.
const TRIES: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(500);

/// Open sessions by both counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// By the fleet.
    pub fleet: u64,
    /// By the server, less those that it had before the fleet came.
    pub server: u64,
}

impl Comparison {
    /// Whether both count the same.
    #[must_use]
    pub fn is_equal(&self) -> bool {
        self.fleet == self.server
    }
}

/// The server's metrics cannot be read.
#[derive(Debug, Error)]
#[error("the metrics at {address} cannot be read ({why}); see to the address, or go without them")]
pub struct MetricsError {
    address: String,
    why: String,
}

/// Reads the server's count.
pub(super) async fn read(address: &str) -> Result<u64, MetricsError> {
    let failed = |why: String| MetricsError { address: address.to_owned(), why };
    let answer =
        reqwest::get(address).await.and_then(reqwest::Response::error_for_status).map_err(|error| failed(error.to_string()))?;
    let text = answer.text().await.map_err(|error| failed(error.to_string()))?;
    Ok(value(&text, SESSIONS).unwrap_or(0))
}

/// Compares until both agree, or for ten seconds.
pub(super) async fn settle(address: &str, before: u64, mut fleet: impl FnMut() -> u64) -> Result<Comparison, MetricsError> {
    let mut tries = 0;
    loop {
        let server = read(address).await?.saturating_sub(before);
        let comparison = Comparison { fleet: fleet(), server };
        tries += 1;
        if comparison.is_equal() || tries == TRIES {
            return Ok(comparison);
        }
        sleep(BETWEEN).await;
    }
}

/// The value of a gauge without labels in the text format of Prometheus.
fn value(text: &str, name: &str) -> Option<u64> {
    let mut values = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    values.next()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_is_found_by_its_whole_name() {
        let text = "# TYPE signboard_viewer_sessions gauge\nsignboard_viewer_sessions_total 7\nsignboard_viewer_sessions 10000\n";
        assert_eq!(value(text, SESSIONS), Some(10_000));
        assert_eq!(value("", SESSIONS), None);
    }
}
