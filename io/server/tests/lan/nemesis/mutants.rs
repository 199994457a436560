//! The checker is tested itself: builds with a mistake must each be caught, in programs of their own as the usual ones are.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use testkit::history::{Fault, check};
use testkit::lab::Lab;

use super::client::Work;
use super::faults::{self, begin, over};
use super::harbour::{Further, Harbour};
use super::{begin_all, clock, end_all, showing};

const TWO: [Further; 1] = [("Pier", "sub", None)];
/// So long may it take until enough has happened.
const PATIENCE: Duration = Duration::from_secs(200);
/// The variable that chooses the mistake; only the build of the next version reads it (`docs/decisions/0010-two-builds.md`).
const VARIABLE: &str = "XTASK_MUTANT";

/// The program of the next version, beside this one's; none, said aloud, where it was not built.
pub(crate) fn next() -> anyhow::Result<Option<PathBuf>> {
    let program = Path::new(env!("CARGO_BIN_EXE_signboard")).with_file_name("signboard-next");
    if program.exists() {
        return Ok(Some(program));
    }
    let words = "the next version is not built: cargo build --package signboard --bin signboard-next --features signboard/next";
    testkit::skip(words).map(|()| None)
}

/// What the checker finds where two servers have this mistake, after so many acknowledged changes under these faults.
fn found(mutant: &str, changes: u64, happens: &[faults::Fault]) -> anyhow::Result<Option<Vec<Fault>>> {
    let Some(program) = next()? else { return Ok(None) };
    let Some(lab) = Lab::open_with(&[clock::PROGRAM])? else { return Ok(None) };
    let mut harbour = Harbour::open(&lab, &TWO, Some(program), &[(VARIABLE, mutant)])?;
    let work = Work::new(harbour.token.clone(), Duration::ZERO);
    let people = begin_all(&harbour, &work);
    let began = Instant::now();
    let parts = happens.len() as u64 + 1;
    for (fault, part) in happens.iter().zip(1..) {
        work.wait_for(changes * part / parts, began + PATIENCE)?;
        let _filters = begin(&mut harbour, *fault)?;
        if matches!(fault, faults::Fault::Killed(_)) {
            over(&mut harbour, *fault)?;
        }
    }
    work.wait_for(changes, began + PATIENCE)?;
    let sessions = end_all(&work, people);
    for fault in happens.iter().filter(|fault| !matches!(fault, faults::Fault::Killed(_))) {
        over(&mut harbour, *fault)?;
    }
    harbour.settle()?;
    Ok(Some(check(&sessions, &showing::end(&harbour, &sessions)?)))
}

#[test]
fn lab_without_a_mistake_nothing_is_found_in_the_same_runs() -> anyhow::Result<()> {
    let happens = [faults::Fault::Clock(1, 43_200), faults::Fault::Killed(1), faults::Fault::Killed(0)];
    let Some(found) = found("none", 2_500, &happens)? else { return Ok(()) };
    assert!(found.is_empty(), "{found:#?}");
    Ok(())
}

#[test]
fn lab_one_entry_in_a_thousand_that_is_forgotten_is_found() -> anyhow::Result<()> {
    let Some(found) = found("drop", 2_500, &[])? else { return Ok(()) };
    let is_it = |fault: &Fault| matches!(fault, Fault::Lost { .. } | Fault::Undead { .. } | Fault::WentBack { .. });
    assert!(found.iter().any(is_it), "{found:#?}");
    Ok(())
}

#[test]
fn lab_an_acknowledgement_before_the_disk_is_found() -> anyhow::Result<()> {
    let happens = [1, 0, 1, 0].map(faults::Fault::Killed);
    let Some(found) = found("early", 400, &happens)? else { return Ok(()) };
    assert!(found.iter().any(|fault| matches!(fault, Fault::Lost { .. })), "{found:#?}");
    Ok(())
}

#[test]
fn lab_an_edit_that_does_not_beat_what_its_author_saw_is_found() -> anyhow::Result<()> {
    let Some(found) = found("bump", 600, &[faults::Fault::Clock(1, 43_200)])? else { return Ok(()) };
    assert!(found.iter().any(|fault| matches!(fault, Fault::Diverged { .. } | Fault::Lost { .. })), "{found:#?}");
    Ok(())
}

/// What is in a program can be found in it: the usual one has no mistakes to choose from.
#[test]
fn the_usual_program_knows_no_mistakes() -> anyhow::Result<()> {
    let has = |program: &Path| {
        std::fs::read(program).map(|bytes| bytes.windows(VARIABLE.len()).any(|part| part == VARIABLE.as_bytes()))
    };
    assert!(!has(Path::new(env!("CARGO_BIN_EXE_signboard")))?);
    let Some(next) = next()? else { return Ok(()) };
    assert!(has(&next)?, "or the search finds nothing anywhere");
    Ok(())
}
