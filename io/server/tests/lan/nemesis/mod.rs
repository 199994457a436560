//! Nothing that was acknowledged is lost: servers as programs of their own under faults that a seed decides, people who work at each of
//! them, and a checker that reads what they were told.
//!
//! 3 minutes in an automatic run, else half a minute; `XTASK_LAB_MINUTES` asks for more, and `XTASK_SEED` for another run.

mod client;
mod clock;
mod faults;
mod hall;
mod harbour;
pub(crate) mod mutants;
mod random;
mod showing;
mod spoilt;
mod wrong;

use std::sync::Arc;
use std::time::Duration;

use testkit::history::{Session, check};
use testkit::lab::Lab;

use client::{Work, begin};
use harbour::{FIVE, Harbour};
use random::Random;

/// How long an automatic run takes, in seconds.
const AUTOMATIC: u64 = 180;
/// And one at a desk.
const SHORT: u64 = 30;

fn lasting() -> Duration {
    if let Ok(minutes) = std::env::var("XTASK_LAB_MINUTES") {
        let minutes: u64 = minutes.parse().expect("XTASK_LAB_MINUTES is a number of minutes");
        return Duration::from_secs(minutes * 60);
    }
    let long = std::env::var_os("XTASK_LONG").is_some() || std::env::var("CI").as_deref() == Ok("true");
    Duration::from_secs(if long { AUTOMATIC } else { SHORT })
}

fn seed() -> u64 {
    std::env::var("XTASK_SEED").map_or(1, |text| text.parse().expect("XTASK_SEED is a number"))
}

/// One person at each server.
fn begin_all(harbour: &Harbour, work: &Arc<Work>) -> Vec<std::thread::JoinHandle<Session>> {
    let places = harbour.places.iter().zip(1..);
    places.map(|(place, number)| begin(&place.server.host, &place.name, seed() + number, work)).collect()
}

/// All go home; what each was told.
fn end_all(work: &Work, people: Vec<std::thread::JoinHandle<Session>>) -> Vec<Session> {
    work.stop();
    people.into_iter().map(|person| person.join().unwrap()).collect()
}

#[test]
#[allow(clippy::print_stderr, reason = "a run says what it was")]
fn lab_five_servers_lose_nothing_while_lines_are_cut_and_programs_killed() -> anyhow::Result<()> {
    let Some(lab) = Lab::open_with(&[clock::PROGRAM])? else { return Ok(()) };
    let mut harbour = Harbour::open(&lab, &FIVE, None, &[])?;
    let hall = hall::Hall::open(&harbour)?;
    let work = Work::new(harbour.token.clone(), Duration::from_millis(120));
    let people = begin_all(&harbour, &work);
    let mut random = Random::new(seed());
    let faults = faults::rage(&mut harbour, &mut random, lasting())?;
    let sessions = end_all(&work, people);
    let healed = harbour.settle()?;
    let end = showing::end(&harbour, &sessions)?;
    let found = check(&sessions, &end);
    let calls: usize = sessions.iter().map(|session| session.calls.len()).sum();
    let notices: usize = end.servers.iter().map(|server| server.notices.len()).sum();
    let told = format!(
        "seed {}: {faults} faults, {calls} calls, {} changes acknowledged, {notices} notices, equal after {healed:?}",
        seed(),
        work.acknowledged()
    );
    assert!(found.is_empty(), "{told}\n{}", found.iter().map(|fault| format!("{fault}\n")).collect::<String>());
    // A run in which nothing met would prove nothing.
    assert!(work.acknowledged() > 100 && faults > 3 && notices > 0, "{told}");
    harbour.counts()?;
    hall.is_served()?;
    eprintln!("{told}");
    Ok(())
}
