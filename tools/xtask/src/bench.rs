//! `cargo xtask bench`: the figures of docs/benchmarks.md, measured in one run and printed as one table.

mod clone;
mod example;
mod figure;
mod load;
mod media;
mod screen;
mod server;
mod start;

use crate::arguments::{Arguments, Grammar};
use crate::failure::Failure;
use crate::installer::Consent;
use crate::{say, tool};

use figure::Figure;

/// One named measurement.
struct Bench {
    name: &'static str,
    about: &'static str,
    /// Whether it is left out unless named, because it takes many minutes.
    only_named: bool,
    run: fn(Consent) -> Result<Vec<Figure>, Failure>,
}

const BENCHES: [Bench; 7] = [
    Bench { name: "start", about: "second start, empty", only_named: false, run: |_| start::empty() },
    Bench { name: "start-full", about: "second start, full installation", only_named: false, run: |_| start::full() },
    Bench { name: "commits", about: "durable commits", only_named: false, run: |_| example::run("signboard-store", "commits") },
    Bench { name: "resolve", about: "timetable of one viewer", only_named: false, run: |_| example::resolve() },
    Bench { name: "media", about: "media over HTTP and HTTPS beside nginx", only_named: false, run: media::run },
    Bench { name: "screen", about: "edit to pixel, page open to first frame", only_named: false, run: screen::run },
    Bench { name: "clone", about: "clone to demo screen", only_named: true, run: |_| clone::run() },
];

/// Runs the subcommand.
pub(crate) fn main(words: &[String]) -> Result<(), Failure> {
    let found = Arguments::parse(words, &Grammar { switches: &["--no-install"], values: &[], names: true })?;
    if let Some(stranger) = found.names.iter().find(|name| BENCHES.iter().all(|bench| bench.name != name.as_str())) {
        let known: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        return Err(Failure::usage(format!("There is no bench `{stranger}`; there are: {}.", known.join(", "))));
    }
    tool::rust()?;
    let named = |bench: &Bench| found.names.iter().any(|name| name == bench.name);
    let mut figures = Vec::new();
    let mut missing = Vec::new();
    for bench in BENCHES.iter().filter(|bench| named(bench) || found.names.is_empty() && !bench.only_named) {
        say::heading(format_args!("== {} ({})", bench.name, bench.about));
        match (bench.run)(Consent::unless(found.has("--no-install"))) {
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
        return Ok(());
    }
    Err(Failure::failed("Some figures could not be measured; the lines above say which."))
}
