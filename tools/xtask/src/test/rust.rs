//! Building the workspace and running its tests.

use std::path::Path;
use std::process::Command;

use super::{Scope, counted};
use crate::failure::Failure;
use crate::report::{Report, Verdict};
use crate::tool::{self, Tool};
use crate::{place, process};

/// Words in the name of a test that say what it needs.
const NEEDS: [(&str, &Tool, bool); 5] = [
    ("postgres", &tool::POSTGRES, false),
    ("chromium", &tool::CHROMIUM, false),
    ("strace", &tool::STRACE, false),
    ("lab_", &tool::lab::NETWORKS, false),
    ("ffmpeg", &tool::FFMPEG, true),
];

/// Builds every crate with its tests; the server binary is needed by later steps.
///
/// As the runner would, for cargo builds the server once more where other targets ask for other features of its dependencies.
pub(super) fn build() -> Result<Verdict, Failure> {
    let mut cargo = process::cargo();
    cargo.args(["test", "--workspace", "--no-run", "--quiet"]).args(process::in_ci().then_some("--locked"));
    Ok(Verdict::of(process::succeeds(&mut cargo)?, "the compiler's words stand above"))
}

/// Builds viewer and server once more as their next version may be, beside those of this one (docs/decisions/0010-two-builds.md).
pub(super) fn build_next() -> Result<Verdict, Failure> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--quiet", "--package", "signboard", "--package", "signboard-viewer"]);
    cargo.args(["--bin", "signboard-next", "--bin", "signboard-viewer-next"]);
    cargo.args(["--features", "signboard/next,signboard-viewer/next"]).args(process::in_ci().then_some("--locked"));
    Ok(Verdict::of(process::succeeds(&mut cargo)?, "the compiler's words stand above"))
}

/// Adds the unit and integration tests, then the examples in documentation.
pub(super) fn tests(report: &mut Report, scope: Scope, skips: &Path) {
    let left_out = left_out(scope.fast, |tool| (tool.find)().is_some());
    if !scope.fast {
        for word in &left_out {
            report.left_out(&format!("tests named *{word}*"), "the tool is missing; the line that brings it stands above");
        }
    }
    if process::find("cargo-nextest").is_some() {
        report.step("Rust tests", || nextest(scope, &left_out, skips));
    } else {
        report.step("Rust tests", || libtest(scope, &left_out, skips));
    }
    report.step("examples in rustdoc", || {
        let mut cargo = process::cargo();
        cargo.args(["test", "--workspace", "--doc", "--quiet"]);
        let (success, output) = process::shown(&mut cargo)?;
        Ok(if success { Verdict::Counted(crate::tally::Tally::read(&output)) } else { counted(false, &output) })
    });
}

fn left_out(fast: bool, is_there: impl Fn(&Tool) -> bool) -> Vec<&'static str> {
    let needs = NEEDS.iter().filter(|(_, tool, in_fast)| (fast && !in_fast) || !is_there(tool));
    needs.map(|(word, _, _)| *word).collect()
}

fn nextest(scope: Scope, left_out: &[&str], skips: &Path) -> Result<Verdict, Failure> {
    let mut cargo = process::cargo();
    cargo.args(["nextest", "run", "--workspace", "--profile", "ci", "--no-tests", "pass"]);
    // The profile gives a second try, which is for automatic runs alone.
    cargo.args(if process::in_ci() { ["--locked"].as_slice() } else { &["--retries", "0"] });
    if scope.long {
        cargo.args(["--run-ignored", "all"]);
    }
    if let Some(filter) = filter(left_out) {
        cargo.args(["--filterset", &filter]);
    }
    if scope.fast {
        // Many of its tests wait for a server more than they compute.
        let threads = std::thread::available_parallelism().map_or(2, std::num::NonZero::get) * 3;
        cargo.arg("--test-threads").arg(threads.to_string());
    }
    tell(&mut cargo, scope, skips);
    let (success, output) = process::shown(&mut cargo)?;
    Ok(counted(success, &output))
}

/// What tests ask the environment for: where to name what they skip, and a Python with our packages.
fn tell(cargo: &mut Command, scope: Scope, skips: &Path) {
    if scope.fast {
        // A tenth of the simulated runs, unless somebody wants another number.
        for (name, seeds) in [("XTASK_SEEDS", "1000"), ("XTASK_STORE_SEEDS", "20")] {
            if std::env::var_os(name).is_none() {
                cargo.env(name, seeds);
            }
        }
    } else {
        // As many crash rounds as CI has.
        cargo.env("XTASK_LONG", "1");
    }
    cargo.env("XTASK_SKIPS", skips).env("XTASK_TEST_PYTHON", place::target().join("venv/bin/python"));
}

fn filter(left_out: &[&str]) -> Option<String> {
    let parts: Vec<String> = left_out.iter().map(|word| format!("not test(/{word}/)")).collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

fn libtest(scope: Scope, left_out: &[&str], skips: &Path) -> Result<Verdict, Failure> {
    let mut cargo = process::cargo();
    cargo.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
    cargo.args(process::in_ci().then_some("--locked"));
    cargo.arg("--");
    if scope.long {
        cargo.arg("--include-ignored");
    }
    for word in left_out {
        cargo.args(["--skip", word]);
    }
    tell(&mut cargo, scope, skips);
    let (success, output) = process::shown(&mut cargo)?;
    Ok(counted(success, &output))
}

/// The tools that words in the names of tests stand for.
#[cfg(test)]
pub(super) fn needed() -> impl Iterator<Item = &'static Tool> {
    NEEDS.iter().map(|(_, tool, _)| *tool)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_leaves_out_what_needs_root_and_keeps_what_is_there() {
        assert_eq!(left_out(true, |_| true), ["postgres", "chromium", "strace", "lab_"]);
        assert_eq!(left_out(false, |_| true), [] as [&str; 0]);
        assert_eq!(left_out(false, |tool| tool.name != "ffmpeg"), ["ffmpeg"]);
        assert_eq!(filter(&["postgres", "strace"]).unwrap(), "not test(/postgres/) and not test(/strace/)");
        assert_eq!(filter(&[]), None);
    }
}
