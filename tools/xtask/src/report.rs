//! What a run of several steps came to: verdicts, times, counts, and what was left out.

use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::tally::Tally;
use crate::{process, say};

/// How a step ended.
pub(crate) enum Verdict {
    /// As it should.
    Passed,
    /// With these many tests counted.
    Counted(Tally),
    /// As `Counted`; these passed only at a second try.
    Unsteady(Tally, Vec<String>),
    /// Not as it should; a sentence where the step has not said it itself.
    Failed(String),
    /// It could not be done here; why.
    Skipped(String),
}

impl Verdict {
    /// Passed, or failed with a sentence.
    pub(crate) fn of(success: bool, sentence: &str) -> Self {
        if success { Self::Passed } else { Self::Failed(sentence.to_owned()) }
    }
}

struct Step {
    name: String,
    verdict: Verdict,
    time: Duration,
}

/// The steps so far.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
}

impl Report {
    /// Runs one step under its heading. A failure to start it counts as a failed step.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<Verdict, Failure>) {
        say::heading(format_args!("== {name}"));
        let started = Instant::now();
        let verdict = work().unwrap_or_else(|failure| Verdict::Failed(failure.sentence));
        match &verdict {
            Verdict::Failed(sentence) => say::note(format_args!("   {name} failed: {sentence}")),
            Verdict::Skipped(why) => say::note(format_args!("   {name} skipped: {why}")),
            Verdict::Passed | Verdict::Counted(_) | Verdict::Unsteady(..) => {}
        }
        self.steps.push(Step { name: name.to_owned(), verdict, time: started.elapsed() });
    }

    /// Notes something that was left out without being a step of its own.
    pub(crate) fn left_out(&mut self, name: &str, why: &str) {
        let verdict = Verdict::Skipped(why.to_owned());
        self.steps.push(Step { name: name.to_owned(), verdict, time: Duration::ZERO });
    }

    /// Whether every step so far did what it should, leaving out those that were skipped.
    pub(crate) fn is_clean(&self) -> bool {
        self.steps.iter().all(|step| match &step.verdict {
            Verdict::Passed | Verdict::Skipped(_) => true,
            Verdict::Counted(tally) | Verdict::Unsteady(tally, _) => tally.failed == 0,
            Verdict::Failed(_) => false,
        })
    }

    /// All steps as passed, failed and skipped; a step without tests of its own counts as one.
    fn totals(&self) -> (Tally, usize) {
        let mut tally = Tally::default();
        let mut skipped = 0;
        for step in &self.steps {
            match &step.verdict {
                Verdict::Passed => tally.passed += 1,
                Verdict::Counted(counted) | Verdict::Unsteady(counted, _) => tally = tally.plus(*counted),
                Verdict::Failed(_) => tally.failed += 1,
                Verdict::Skipped(_) => skipped += 1,
            }
        }
        (tally, skipped)
    }

    /// Prints times, what failed and what was left out, then the line that sums up.
    ///
    /// # Errors
    /// Where a step failed, or was skipped in an automatic run.
    pub(crate) fn finish(self) -> Result<(), Failure> {
        say::heading("== Result");
        for step in &self.steps {
            let verdict = match &step.verdict {
                Verdict::Passed => "passed".to_owned(),
                Verdict::Counted(tally) => format!("{} passed, {} failed", tally.passed, tally.failed),
                Verdict::Unsteady(tally, names) => format!(
                    "{} passed, {} failed; UNSTEADY, passed at the second try: {}",
                    tally.passed,
                    tally.failed,
                    names.join(", ")
                ),
                Verdict::Failed(sentence) => format!("FAILED: {sentence}"),
                Verdict::Skipped(why) => format!("SKIPPED: {why}"),
            };
            say::line(format_args!("{:>12}  {:<26} {verdict}", say::duration(step.time), step.name));
        }
        let (tally, skipped) = self.totals();
        say::line(format_args!("{} passed, {} failed, {skipped} skipped", tally.passed, tally.failed));
        self.judge(process::in_ci())
    }

    /// Whether all was done, and well. Only people may leave something out.
    fn judge(&self, in_ci: bool) -> Result<(), Failure> {
        if !self.is_clean() {
            return Err(Failure::failed("Not everything passed; the list above names what failed."));
        }
        if self.totals().1 > 0 && in_ci {
            return Err(Failure::failed("Something was skipped, which an automatic run (CI is set) does not accept."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_tests_are_added_up() {
        let mut report = Report::default();
        report.step("format", || Ok(Verdict::Passed));
        report.step("tests", || Ok(Verdict::Counted(Tally { passed: 5, failed: 0 })));
        report.left_out("browser", "no Chromium");
        assert!(report.is_clean());
        assert_eq!(report.totals(), (Tally { passed: 6, failed: 0 }, 1));
        report.step("labs", || Ok(Verdict::Unsteady(Tally { passed: 2, failed: 0 }, vec!["lab_a".to_owned()])));
        assert!(report.is_clean());
        report.step("lints", || Ok(Verdict::of(false, "no")));
        report.step("gone", || Err(Failure::unavailable("not there")));
        assert!(!report.is_clean());
        assert_eq!(report.totals(), (Tally { passed: 8, failed: 2 }, 1));
        assert!(report.finish().is_err());
    }

    #[test]
    fn what_is_skipped_fails_an_automatic_run_and_no_other() {
        let mut report = Report::default();
        report.step("format", || Ok(Verdict::Passed));
        assert!(report.judge(true).is_ok());
        report.left_out("labs", "no right to make networks");
        assert!(report.judge(false).is_ok());
        assert!(report.judge(true).is_err_and(|failure| failure.sentence.contains("Something was skipped")));
        report.step("lints", || Ok(Verdict::of(false, "no")));
        assert!(report.judge(false).is_err_and(|failure| failure.sentence.contains("Not everything passed")));
    }

    #[test]
    fn a_failed_test_is_not_clean() {
        let mut report = Report::default();
        report.step("tests", || Ok(Verdict::Counted(Tally { passed: 5, failed: 1 })));
        assert!(!report.is_clean());
    }
}
