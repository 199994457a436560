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

/// Runs the subcommand.
pub(crate) fn main(words: &[String]) -> Result<(), Failure> {
    let grammar = Grammar { switches: &["--no-install"], values: &[], names: false };
    let found = Arguments::parse(words, &grammar)?;
    let consent = Consent::unless(found.has("--no-install"));
    tool::rust()?;
    let mut report = Report::default();
    all(&mut report, consent);
    report.finish()
}

/// Adds every check to the report.
pub(crate) fn all(report: &mut Report, consent: Consent) {
    report.step("format", || cargo(&["fmt", "--all", "--check"], "run `cargo fmt --all`"));
    report.step("lints", lints);
    report.step("rustdoc", rustdoc);
    report.step("arrows", || Ok(findings(arrows::check()?)));
    report.step("pure floor", || Ok(findings(floor::check()?)));
    report.step("one crypto library", || Ok(findings(crypto::check()?)));
    report.step("file lengths", || Ok(findings(lengths::check())));
    report.step("SQL in one place", || Ok(findings(sql::check())));
    generate::all(report, Mode::Compare);
    report.step("web lint and types", || web_check(consent));
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
    Ok(Verdict::of(process::succeeds(&mut web::npm(&["run", "check"]))?, "the web tools' words stand above"))
}
