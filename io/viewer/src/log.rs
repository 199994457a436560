//! Log lines: to standard error, and the last of them kept for whoever asks.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;

use parking_lot::Mutex;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// How many bytes of lines are kept.
const KEPT: usize = 512 * 1024;

/// The last log lines. Clones are the same ones.
#[derive(Clone, Debug, Default)]
pub struct LastLines(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
}

impl LastLines {
    /// The last lines, the oldest first.
    #[must_use]
    pub fn text(&self, lines: usize) -> Vec<u8> {
        let kept = self.0.lock();
        let skip = kept.lines.len().saturating_sub(lines);
        kept.lines.iter().skip(skip).flatten().copied().collect()
    }

    fn push(&self, line: &[u8]) {
        let mut kept = self.0.lock();
        kept.bytes += line.len();
        kept.lines.push_back(line.to_owned());
        while kept.bytes > KEPT {
            let Some(gone) = kept.lines.pop_front() else { return };
            kept.bytes -= gone.len();
        }
    }
}

impl Write for LastLines {
    /// The subscriber writes a whole line at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for LastLines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Writes log lines to standard error and into the result from now on. A second call changes nothing.
#[must_use]
pub fn start(level: &str) -> LastLines {
    let last = LastLines::default();
    let kept = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(last.clone());
    let shown = tracing_subscriber::fmt::layer().with_ansi(io::stderr().is_terminal()).with_writer(io::stderr);
    if tracing_subscriber::registry().with(EnvFilter::new(level)).with(kept).with(shown).try_init().is_err() {
        tracing::debug!("log lines already go elsewhere");
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_no_more() {
        let mut last = LastLines::default();
        for n in 0..20_000 {
            last.write_all(format!("line {n:0>90}\n").as_bytes()).unwrap();
        }
        let text = String::from_utf8(last.text(2)).unwrap();
        assert_eq!(text.lines().count(), 2);
        assert!(text.ends_with("19999\n"));
        assert!(last.text(usize::MAX).len() <= KEPT);
    }
}
