//! `cargo xtask bench`: the figures of docs/benchmarks.md, measured in one run and printed as one table.
//!
//! A new figure of an existing kind is a row in the file of its bench. A new bench is a file with a function that hands
//! back figures, and a line in [`BENCHES`].

mod client;
mod clone;
mod discovery;
mod distribution;
mod example;
mod failover;
mod figure;
mod film;
mod fleet;
mod installation;
mod instance;
mod load;
mod machine;
mod media;
mod mirror;
mod ntp_load;
mod ntp_precision;
mod screen;
mod server;
mod servers;
mod start;
mod values;
mod viewer;

use std::fs;

use crate::arguments::{Arguments, Grammar};
use crate::failure::Failure;
use crate::installer::Consent;
use crate::{place, say, tool};

use figure::{Figure, HEAD};

/// One named measurement.
struct Bench {
    name: &'static str,
    about: &'static str,
    /// Whether it is left out unless named, because it takes many minutes.
    only_named: bool,
    run: fn(Consent) -> Result<Vec<Figure>, Failure>,
}

const BENCHES: &[Bench] = &[
    Bench { name: "start", about: "second start, empty", only_named: false, run: start::empty },
    Bench { name: "start-full", about: "second start, full installation", only_named: false, run: start::full },
    Bench { name: "commits", about: "durable commits", only_named: false, run: |_| example::commits() },
    Bench { name: "applies", about: "entries of another server", only_named: false, run: |_| example::applies() },
    Bench { name: "resolve", about: "timetable of one viewer", only_named: false, run: |_| example::resolve() },
    Bench { name: "media", about: "media over HTTP and HTTPS beside nginx", only_named: false, run: media::run },
    Bench { name: "mirror", about: "2 GiB between servers beside Syncthing and rsync", only_named: true, run: mirror::run },
    Bench { name: "discovery", about: "finding servers, and floods of probes", only_named: false, run: discovery::run },
    Bench { name: "ntp-load", about: "questions for the time beside chrony", only_named: false, run: ntp_load::run },
    Bench { name: "ntp-precision", about: "clock error beside chrony, 11 minutes", only_named: true, run: ntp_precision::run },
    Bench { name: "edit", about: "edit to pixel", only_named: false, run: |consent| screen::run(consent, "edit") },
    Bench { name: "take-down", about: "take-down to pixel", only_named: false, run: |consent| screen::run(consent, "take-down") },
    Bench {
        name: "first-frame",
        about: "page open to pixel",
        only_named: false,
        run: |consent| screen::run(consent, "first-frame"),
    },
    Bench { name: "viewer", about: "native viewer, start to first frame, and memory", only_named: false, run: viewer::run },
    Bench { name: "failover", about: "a server is killed 24 times, 6 minutes", only_named: true, run: failover::run },
    Bench { name: "fleet", about: "10,000 connected viewers, 10 minutes", only_named: true, run: fleet::run },
    Bench {
        name: "distribution",
        about: "500 MB to 600 viewers at 10 Mbit/s, 4 minutes",
        only_named: true,
        run: distribution::run,
    },
    Bench { name: "servers", about: "two servers of one installation", only_named: false, run: servers::run },
    Bench { name: "clone", about: "clone to demo screen, empty caches", only_named: true, run: |_| clone::run() },
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
    let mut table = vec![machine::described(), String::new(), HEAD.to_owned()];
    let mut missing = Vec::new();
    let mut text = String::new();
    let file = place::notes().join("bench.md");
    for bench in BENCHES.iter().filter(|bench| named(bench) || found.names.is_empty() && !bench.only_named) {
        let busy = machine::busy();
        say::heading(format_args!("== {} ({}); other programs use {busy:.0} % of the processors", bench.name, bench.about));
        match (bench.run)(Consent::unless(found.has("--no-install"))) {
            Ok(figures) => table.extend(figures.iter().map(|figure| figure.markdown(busy))),
            Err(failure) => missing.push(format!("{}: {}", bench.name, failure.sentence)),
        }
        // After each, so that a run that is cut short leaves what it measured.
        text = format!("{}\n", table.join("\n"));
        fs::create_dir_all(place::notes())
            .and_then(|()| fs::write(&file, &text))
            .map_err(|error| Failure::file(&file, &error))?;
    }
    say::line(format_args!("\n{text}\nThe same is in {}.", place::short(&file)));
    for sentence in &missing {
        say::note(sentence);
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::failed("Some figures could not be measured; the lines above say which."))
}
