//! `cargo xtask fuzz`: searches for inputs that break a parser, guided by coverage.
//!
//! Stable Rust can instrument for libFuzzer through LLVM's pass; what cargo-fuzz adds is the sanitizers, which need a nightly compiler
//! and matter little where unsafe code is denied.

use std::fs;
use std::path::Path;

use crate::arguments::{Arguments, Grammar};
use crate::failure::Failure;
use crate::{place, process, say, tool};

/// How long to search if nobody says, in seconds.
const SECONDS: u32 = 60;
/// The longest input that is tried, in bytes.
const LONGEST: u32 = 16 * 1024;
/// A single input that takes longer, in seconds, counts as a fault.
const TOO_LONG: u32 = 10;

/// What makes the compiler count branches and comparisons (`SanitizerCoverage` of LLVM).
const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// Runs the subcommand.
pub(crate) fn main(words: &[String]) -> Result<(), Failure> {
    let found = Arguments::parse(words, &Grammar { switches: &[], values: &["--seconds"], names: true })?;
    let seconds = found.number("--seconds", SECONDS)?;
    let known = targets()?;
    let listed = || format!("there are: {}", known.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "));
    let [name] = found.names.as_slice() else {
        return Err(Failure::usage(format!("Name one target; {}.", listed())));
    };
    let Some((_, of_server)) = known.iter().find(|(target, _)| target == name) else {
        return Err(Failure::usage(format!("There is no target `{name}`; {}.", listed())));
    };
    tool::rust()?;
    if process::find("c++").is_none() {
        return Err(Failure::unavailable("No C++ compiler (`c++`) was found; libFuzzer needs one: `apt-get install -y g++`."));
    }
    build(*of_server)?;
    search(name, seconds)
}

/// Names of the targets, and whether they need the server: those with a corpus, sorted as the source folders are.
fn targets() -> Result<Vec<(String, bool)>, Failure> {
    let folder = place::root().join("fuzz/corpus");
    let list = fs::read_dir(&folder).map_err(|error| Failure::file(&folder, &error))?;
    let mut names: Vec<String> = list.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    let of_server = |name: &str| place::root().join(format!("fuzz/src/server/{name}.rs")).is_file();
    Ok(names.into_iter().map(|name| (name.clone(), of_server(&name))).collect())
}

fn build(of_server: bool) -> Result<(), Failure> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--package", "signboard-fuzz", "--bin", "guided", "--no-default-features"]);
    cargo.args(["--features", if of_server { "guided,server" } else { "guided" }]);
    // Naming the machine keeps the flags away from build scripts and macros.
    cargo.args(["--target", &host()?]).arg("--target-dir").arg(folder());
    cargo.env("RUSTFLAGS", FLAGS.join(" ")).env("CARGO_PROFILE_DEV_OPT_LEVEL", "1").env("CARGO_INCREMENTAL", "0");
    if process::succeeds(&mut cargo)? { Ok(()) } else { Err(Failure::failed("The compiler's words stand above.")) }
}

fn search(name: &str, seconds: u32) -> Result<(), Failure> {
    let (found, faults) = (folder().join("corpus").join(name), folder().join("faults").join(name));
    for folder in [&found, &faults] {
        fs::create_dir_all(folder).map_err(|error| Failure::file(folder, &error))?;
    }
    let program = folder().join(host()?).join("debug/guided");
    let mut guided = process::command(&program);
    guided.env("XTASK_FUZZ_TARGET", name);
    guided.args([format!("-max_total_time={seconds}"), format!("-max_len={LONGEST}"), format!("-timeout={TOO_LONG}")]);
    guided.args([format!("-artifact_prefix={}/", faults.display()), "-print_final_stats=1".to_owned()]);
    guided.arg(&found).arg(stored(name));
    if process::succeeds(&mut guided)? {
        say::line(format_args!("Nothing found in {seconds} s. Inputs that reach new code lie in {}.", place::short(&found)));
        return Ok(());
    }
    Err(Failure::failed(format!(
        "The input that broke `{name}` lies in {}; copy it to {} under a name that says what was wrong, then mend the fault.",
        place::short(&faults),
        place::short(&stored(name))
    )))
}

fn stored(name: &str) -> std::path::PathBuf {
    Path::new(&place::root()).join("fuzz/corpus").join(name)
}

/// Instrumented code and what it finds stay apart from all else.
fn folder() -> std::path::PathBuf {
    place::target().join("fuzz")
}

/// The machine that this compiler builds for.
fn host() -> Result<String, Failure> {
    let answer = process::quiet(process::command("rustc").arg("-vV"))?;
    let host = answer.stdout.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| Failure::unavailable("`rustc -vV` does not name its host; reinstall Rust with rustup."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_corpus_belongs_to_a_target() {
        let known = targets().unwrap();
        assert!(known.len() > 10, "{known:?}");
        for (name, of_server) in &known {
            let side = if *of_server { "server" } else { "pure" };
            assert!(place::root().join(format!("fuzz/src/{side}/{name}.rs")).is_file(), "{name}");
        }
    }
}
