//! `cargo xtask bench`: the figures of docs/benchmarks.md, measured in one run and printed as one table.

mod example;
mod figure;

use std::time::Duration;

use crate::arguments::{Arguments, Grammar};
use crate::failure::Failure;
use crate::say;

use figure::Figure;

/// One named measurement.
struct Bench {
    name: &'static str,
    about: &'static str,
    run: fn() -> Result<Vec<Figure>, Failure>,
}

const BENCHES: [Bench; 2] = [
    Bench { name: "commits", about: "durable commits", run: || example::run("signboard-store", "commits") },
    Bench { name: "resolve", about: "timetable of one viewer", run: || example::run("signboard-domain", "resolve") },
];

/// Runs the subcommand.
pub(crate) fn main(words: &[String]) -> Result<(), Failure> {
    let found = Arguments::parse(words, &Grammar { switches: &["--no-install"], values: &[], names: true })?;
    if let Some(stranger) = found.names.iter().find(|name| BENCHES.iter().all(|bench| bench.name != name.as_str())) {
        let known: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        return Err(Failure::usage(format!("There is no bench `{stranger}`; there are: {}.", known.join(", "))));
    }
    let wanted = |bench: &&Bench| found.names.is_empty() || found.names.iter().any(|name| name == bench.name);
    let mut figures = Vec::new();
    let mut missing = Vec::new();
    for bench in BENCHES.iter().filter(wanted) {
        say::heading(format_args!("== {} ({})", bench.name, bench.about));
        match (bench.run)() {
            Ok(found) => figures.extend(found),
            Err(failure) => missing.push(format!("{}: {}", bench.name, failure.sentence)),
        }
    }
    say::line("");
    say::line(figure::table(&figures));
    for sentence in &missing {
        say::note(sentence);
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Failure::failed("Some figures could not be measured; the lines above say which."))
    }
}

/// Seconds with three digits, as the table shows them.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}
