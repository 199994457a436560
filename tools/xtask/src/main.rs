//! `cargo xtask`: everything a person or CI does with this repository, in one program without dependencies.
//!
//! One file per subcommand (`run`, `test`, `check`, `generate`, `bench`, `fuzz`); the other files are the nouns they share.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

mod bench;
mod check;
mod fuzz;
mod generate;
mod run;
mod test;

mod arguments;
mod failure;
mod installer;
mod json;
mod place;
mod port;
mod process;
mod report;
mod room;
mod say;
mod server_binary;
mod serving;
mod stamp;
mod tally;
mod tool;
mod tree;
mod version;
mod web;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask run   [--lan] [--reset] [--release] [--port N] [--https-port N] [--control-port N] [--data DIR]
                  [--no-install]
      Builds web and server, then starts a server with the demo installation on unprivileged ports.
      --lan         answer on every address of this machine, not only on 127.0.0.1
      --reset       forget the demo installation of earlier runs and seed it again
      --data        keep the demo installation there instead of in target/demo-data
      --release     optimised build (slower to build, faster to run)
      --no-install  never install anything: print what is missing and the line that installs it
cargo xtask test  [--fast] [--long] [--no-install]
      Runs everything that CI runs. --fast leaves out what needs root, a browser or PostgreSQL;
      --long adds the tests that are marked as ignored because they take minutes.
cargo xtask check [NAME...] [--no-install]
      Format, lints, rustdoc, arrows between crates, file lengths, generated files, web lint and types.
cargo xtask gen   [--check] [--no-install]
      Writes the generated files (OpenAPI, sample configuration, port table, web client), or compares them.
cargo xtask bench [NAME...] [--no-install]
      Measures the figures of docs/benchmarks.md and prints them as one table.
cargo xtask fuzz  TARGET [--seconds N]
      Searches for inputs that break a parser of fuzz/, guided by coverage, for a minute or N seconds.
";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (name, rest) = match words.split_first() {
        Some((name, rest)) => (name.as_str(), rest),
        None => ("--help", &[] as &[String]),
    };
    let outcome = match name {
        "run" => run::main(rest),
        "test" => test::main(rest),
        "check" => check::main(rest),
        "gen" => generate::main(rest),
        "bench" => bench::main(rest),
        "fuzz" => fuzz::main(rest),
        "--help" | "-h" | "help" => {
            say::line(HELP);
            Ok(())
        }
        other => Err(failure::Failure::usage(format!("There is no subcommand `{other}`; `cargo xtask --help` lists them."))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            say::problem(&failure.sentence);
            ExitCode::from(failure.code)
        }
    }
}
