//! What the server counted in this process.

use server::metrics::Metrics;

/// The recorder; each test has a process of its own.
pub(crate) struct Counts(Metrics);

impl Counts {
    pub(crate) fn start() -> Self {
        Self(Metrics::install().unwrap())
    }

    /// How many were refused for this reason.
    pub(crate) fn refused(&self, reason: &str) -> u64 {
        self.of(&format!("signboard_control_refused_total{{reason=\"{reason}\"}} "))
    }

    /// The value of a line that begins so.
    pub(crate) fn of(&self, start: &str) -> u64 {
        let text = self.0.render();
        let line = text.lines().find_map(|line| line.strip_prefix(start));
        line.map_or(0, |value| value.trim().parse::<f64>().unwrap() as u64)
    }
}
