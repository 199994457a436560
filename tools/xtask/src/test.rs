//! `cargo xtask test`: everything that CI runs, in one order, with one result.

mod browser;
mod contract;
mod demo;
mod python;
mod rust;

use std::fs;
use std::path::PathBuf;

use crate::arguments::{Arguments, Grammar};
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::report::{Report, Verdict};
use crate::tool::Tool;
use crate::{check, place, process, room, say, tally, tool, web};

/// Megabytes that a run from an empty target folder fills, measured, and an eighth more (CONTRIBUTING.md names them).
const ROOM: u64 = 7_000;

/// What cargo keeps beside that to build our own crates faster the next time, unless `CARGO_INCREMENTAL` is 0.
const ROOM_INCREMENTAL: u64 = 4_000;

/// How much to run.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    /// Leave out what needs root, a browser or PostgreSQL.
    pub(crate) fast: bool,
    /// Add the tests that are marked as ignored because they take minutes.
    pub(crate) long: bool,
}

/// Runs the subcommand.
pub(crate) fn main(words: &[String]) -> Result<(), Failure> {
    let grammar = Grammar { switches: &["--fast", "--long", "--no-install"], values: &[], names: false };
    let found = Arguments::parse(words, &grammar)?;
    let scope = Scope { fast: found.has("--fast"), long: found.has("--long") };
    let consent = Consent::unless(found.has("--no-install"));
    tool::rust()?;
    tool::node()?;
    let incremental = std::env::var("CARGO_INCREMENTAL").map_or(true, |value| value != "0");
    room::require(ROOM + if incremental { ROOM_INCREMENTAL } else { 0 })?;
    bring_tools(scope, consent);
    let skips = skip_list()?;

    let mut report = Report::default();
    check::all(&mut report, consent);
    report.step("web build", || web::prepare(consent).map(|()| Verdict::Passed));
    report.step("build", rust::build);
    if !scope.fast {
        report.step("build of the next version", rust::build_next);
    }
    rust::tests(&mut report, scope, &skips);
    report.step("web unit tests", || script("test", &skips));
    if scope.fast {
        say::line(
            "Left out by --fast: browser tests, HTTP contract, tests that need a lab, PostgreSQL, strace or a browser, and nine tenths of the simulated runs.",
        );
    } else {
        report.step("browser tests", || browser::run(&skips));
        report.step("HTTP contract", || contract::run(consent));
        report.step("demo, kept and started over", demo::run);
    }
    for (name, why) in read_skips(&fs::read_to_string(&skips).unwrap_or_default()) {
        report.left_out(&name, &why);
    }
    report.finish()
}

/// Installs what is missing. What stays missing is skipped by name further down, and fails an automatic run.
fn bring_tools(scope: Scope, consent: Consent) {
    if scope.fast {
        return;
    }
    // What one of them lacks must not keep the other away.
    let outcomes =
        [installer::bring(&wanted(), consent), installer::board::bring(consent), python::environment(consent).map(drop)];
    for outcome in outcomes {
        if let Err(failure) = outcome {
            say::problem(&failure.sentence);
        }
    }
}

/// Every tool of some step. Browser tests and labs share a few.
fn wanted() -> Vec<&'static Tool> {
    let steps = tool::BROWSER.into_iter().chain([&tool::POSTGRES, &tool::STRACE, &tool::PYTHON]).chain(tool::lab::ALL);
    let mut wanted: Vec<&'static Tool> = Vec::new();
    for tool in steps {
        if wanted.iter().all(|known| known.name != tool.name) {
            wanted.push(tool);
        }
    }
    wanted
}

/// The file in which tests name what they could not do: a line `name<tab>reason` each.
fn skip_list() -> Result<PathBuf, Failure> {
    let file = place::notes().join("skipped.txt");
    fs::create_dir_all(place::notes()).and_then(|()| fs::write(&file, "")).map_err(|error| Failure::file(&file, &error))?;
    Ok(file)
}

fn read_skips(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let mut found: Vec<_> = lines
        .map(|line| {
            let (name, why) = line.split_once('\t').unwrap_or((line, "no reason given"));
            (name.trim().to_owned(), why.trim().to_owned())
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Runs a script of `web/package.json` and counts its tests.
fn script(name: &str, skips: &std::path::Path) -> Result<Verdict, Failure> {
    if !web::has_script(name) {
        return Ok(Verdict::Skipped(format!("web/package.json has no script `{name}`")));
    }
    let mut npm = web::npm(&["run", "--silent", name]);
    npm.env("XTASK_SKIPS", skips).env("XTASK_SIGNBOARD", crate::server_binary::path(crate::server_binary::Profile::Debug));
    let (success, output) = process::shown(&mut npm)?;
    Ok(counted(success, &output))
}

/// The runner's own counts, unless it failed without counting a failure.
fn counted(success: bool, output: &str) -> Verdict {
    let tally = tally::Tally::read(output);
    if success != (tally.failed == 0) {
        return Verdict::Failed("the runner's words stand above".to_owned());
    }
    if success && tally.passed == 0 {
        return Verdict::Failed("the runner counted no test at all".to_owned());
    }
    let unsteady = tally::unsteady(output);
    if unsteady.is_empty() { Verdict::Counted(tally) } else { Verdict::Unsteady(tally, unsteady) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_step_asks_for_is_brought() {
        let wanted = wanted();
        for tool in tool::BROWSER.into_iter().chain(rust::needed()).chain([&tool::PYTHON]) {
            assert!(wanted.iter().any(|one| one.name == tool.name), "{} would stay missing", tool.name);
        }
        let names: std::collections::BTreeSet<&str> = wanted.iter().map(|tool| tool.name).collect();
        assert_eq!(names.len(), wanted.len(), "one is listed twice");
    }

    #[test]
    fn skips_are_named_once_with_their_reason() {
        let text = "b\tno PostgreSQL\na\tno strace\nb\tno PostgreSQL\n\nc\n";
        let pairs = read_skips(text);
        let pairs: Vec<_> = pairs.iter().map(|(name, why)| (name.as_str(), why.as_str())).collect();
        assert_eq!(pairs, [("a", "no strace"), ("b", "no PostgreSQL"), ("c", "no reason given")]);
    }

    #[test]
    fn a_runner_must_agree_with_its_own_count() {
        assert!(matches!(counted(true, "# pass 3\n# fail 0"), Verdict::Counted(_)));
        assert!(matches!(counted(false, "# pass 3\n# fail 1"), Verdict::Counted(_)));
        assert!(matches!(counted(false, "# pass 3\n# fail 0"), Verdict::Failed(_)));
        assert!(matches!(counted(true, "nothing to do"), Verdict::Failed(_)));
        assert!(matches!(counted(true, "UNSTEADY a.test.mjs\n# pass 3\n# fail 0"), Verdict::Unsteady(..)));
    }
}
