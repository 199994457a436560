//! Where log lines go.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Logging};

/// Writes log lines to standard error from now on. A second call changes nothing.
pub(super) fn start(logging: &Logging) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(logging.level.as_str()))
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match logging.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Text => builder.try_init(),
    };
    if started.is_err() {
        tracing::debug!("log lines already go elsewhere");
    }
}
