//! The only place that writes to the terminal.

use std::fmt::Display;
use std::io::{IsTerminal, Write, stderr, stdout};
use std::time::Duration;

/// One line to standard output. A closed pipe is no reason to stop.
pub(crate) fn line(text: impl Display) {
    let _ = writeln!(stdout(), "{text}");
}

/// One line to standard error, clear of a progress bar that may stand there.
pub(crate) fn note(text: impl Display) {
    if stderr().is_terminal() {
        let _ = writeln!(stderr(), "\r\x1b[K{text}");
    } else {
        let _ = writeln!(stderr(), "{text}");
    }
}

/// The heading of a step.
pub(crate) fn heading(text: impl Display) {
    if stdout().is_terminal() {
        line(format_args!("\x1b[1m{text}\x1b[0m"));
    } else {
        line(text);
    }
}

/// The sentence that a failed subcommand ends with.
pub(crate) fn problem(sentence: &str) {
    note(format_args!("xtask: {sentence}"));
}

/// A duration as people read it: `0.4 s`, `12 s`, `3 min 05 s`.
pub(crate) fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..=9 => format!("{:.1} s", time.as_secs_f64()),
        10..=119 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well() {
        let cases = [(400, "0.4 s"), (9_940, "9.9 s"), (12_700, "12 s"), (119_000, "119 s"), (185_000, "3 min 05 s")];
        for (millis, text) in cases {
            assert_eq!(duration(Duration::from_millis(millis)), text);
        }
    }
}
