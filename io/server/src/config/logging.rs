//! What the server writes about itself.

use super::choice::choice;
use super::section::section;
use super::{Setting, Value};

choice! {
    /// How a line of the log is written.
    LogFormat;

    /// One JSON object per line.
    Json = "json",
    /// For people.
    Text = "text",
}

/// A filter for log lines: a level, or levels per part of the program, such as `info,server=debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    /// The filter as it was written; legal for `tracing_subscriber::EnvFilter`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Setting for LogFilter {
    const LEGAL: &'static str = "error, warn, info, debug, trace or off, or such levels per part as in info,server=debug";

    fn read(value: &Value) -> Option<Self> {
        const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
        let text = value.text()?;
        let legal = text.split(',').all(|part| {
            let (target, level) = part.split_once('=').unwrap_or(("all", part));
            !target.is_empty() && LEVELS.contains(&level)
        });
        legal.then(|| Self(text.to_owned()))
    }

    fn show(&self) -> String {
        self.0.show()
    }
}

section! {
    /// What the server writes about itself, to standard error.
    Logging = "log";

    /// How much is written: `error`, `warn`, `info`, `debug` or `trace`, or levels per part as in
    /// `info,server=debug`.
    level: LogFilter = "level", LogFilter("info".to_owned());
    /// `text` for people, `json` for machines.
    format: LogFormat = "format", LogFormat::Text;
}
