//! `cargo xtask check`: what a machine can say about the code without running it.

mod arrows;
mod crypto;
mod floor;
mod lengths;
mod sql;

use crate::arguments::{Arguments, Grammar};
use crate::failure::Failure;
use crate::generate::{self, Mode};
use crate::installer::Consent;
use crate::report::{Report, Verdict};
use crate::{process, say, tool, web};

/// One thing to look at, by the name that `cargo xtask check NAME` takes.
struct Check {
    name: &'static str,
    run: fn(&mut Report, &'static str, Consent),
}

const CHECKS: [Check; 10] = [
    Check {
        name: "format",
        run: |report, name, _| {
            report.step(name, || cargo(&["fmt", "--all", "--check", "--message-format", "short"], "run `cargo fmt --all`"))
        },
    },
    Check { name: "lints", run: |report, name, _| report.step(name, lints) },
    Check { name: "rustdoc", run: |report, name, _| report.step(name, rustdoc) },
    Check { name: "arrows", run: |report, name, _| report.step(name, || Ok(findings(arrows::check()?))) },
    Check { name: "floor", run: |report, name, _| report.step(name, || Ok(findings(floor::check()?))) },
    Check { name: "crypto", run: |report, name, _| report.step(name, || Ok(findings(crypto::check()?))) },
    Check { name: "lengths", run: |report, name, _| report.step(name, || Ok(findings(lengths::check()))) },
    Check { name: "sql", run: |report, name, _| report.step(name, || Ok(findings(sql::check()))) },
    Check { name: "generated", run: |report, _, consent| generate::all(report, Mode::Compare, consent) },
    Check { name: "web", run: |report, name, consent| report.step(name, || web_check(consent)) },
];

/// Runs the subcommand.
pub(crate) fn main(words: &[String]) -> Result<(), Failure> {
    let grammar = Grammar { switches: &["--no-install"], values: &[], names: true };
    let found = Arguments::parse(words, &grammar)?;
    if let Some(stranger) = found.names.iter().find(|name| CHECKS.iter().all(|check| check.name != name.as_str())) {
        let known: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        return Err(Failure::usage(format!("There is no check `{stranger}`; there are: {}.", known.join(", "))));
    }
    tool::rust()?;
    let mut report = Report::default();
    for check in &CHECKS {
        if found.names.is_empty() || found.names.iter().any(|name| name == check.name) {
            (check.run)(&mut report, check.name, Consent::unless(found.has("--no-install")));
        }
    }
    report.finish()
}

/// Adds every check to the report.
pub(crate) fn all(report: &mut Report, consent: Consent) {
    for check in &CHECKS {
        (check.run)(report, check.name, consent);
    }
}

fn lints() -> Result<Verdict, Failure> {
    let mut words = vec!["clippy", "--workspace", "--all-targets", "--quiet"];
    words.extend(locked());
    words.extend(["--", "-D", "warnings"]);
    cargo(&words, "clippy's words stand above")
}

fn rustdoc() -> Result<Verdict, Failure> {
    let mut command = process::cargo();
    command.args(["doc", "--workspace", "--no-deps", "--quiet"]).args(locked()).env("RUSTDOCFLAGS", "-D warnings");
    Ok(Verdict::of(process::succeeds(&mut command)?, "rustdoc's words stand above"))
}

fn locked() -> Option<&'static str> {
    process::in_ci().then_some("--locked")
}

fn cargo(words: &[&str], remedy: &str) -> Result<Verdict, Failure> {
    let part = words.first().copied().unwrap_or_default();
    if !process::quiet(process::cargo().args([part, "--version"]))?.success {
        let component = if part == "fmt" { "rustfmt" } else { part };
        return Ok(Verdict::Skipped(format!("cargo has no `{part}`; the line is `rustup component add {component}`")));
    }
    Ok(Verdict::of(process::succeeds(process::cargo().args(words))?, remedy))
}

/// Prints what a check found; nothing found is a pass.
fn findings(found: Vec<String>) -> Verdict {
    for finding in &found {
        say::note(format_args!("   {finding}"));
    }
    Verdict::of(found.is_empty(), &format!("{} found", found.len()))
}

fn web_check(consent: Consent) -> Result<Verdict, Failure> {
    if !web::has_script("check") {
        return Ok(Verdict::Skipped("web/package.json has no script `check`".to_owned()));
    }
    tool::node()?;
    web::install(consent)?;
    Ok(Verdict::of(web::check()?, "the web tools' words stand above"))
}
