//! What happens to servers and their lines.

use std::fmt;
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use testkit::lab::Filter;

use super::harbour::Harbour;
use super::random::Random;

/// How long a fault lasts, at least and at most, in milliseconds.
const LASTS: [u64; 2] = [1_500, 7_000];
/// How far a clock is set, in seconds: less than a day, beyond which certificates no longer count.
const CLOCKS: [i64; 4] = [-43_200, -90, 90, 43_200];

/// What may happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The cable of a server is out.
    Cut(usize),
    /// A server hears nothing, and does not know it; the others hear it.
    Deaf(usize),
    /// One server does not hear another one, which hears it.
    DeafTo(usize, usize),
    /// Two groups of servers hear nothing of each other; a bit for each server.
    Split(u8),
    /// A line loses a part of what goes over it.
    Lossy(usize),
    /// A server loses its power, and gets it back.
    Killed(usize),
    /// A server stands still, as a virtual machine that is moved.
    Frozen(usize),
    /// A server's clock is wrong, seconds.
    Clock(usize, i64),
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{self:?}")
    }
}

/// Chooses one.
fn draw(random: &mut Random, servers: usize) -> Fault {
    let at = random.below(servers);
    let other = (at + 1 + random.below(servers - 1)) % servers;
    match random.below(9) {
        0 => Fault::Cut(at),
        1 => Fault::Deaf(at),
        2 => Fault::DeafTo(at, other),
        3 => Fault::Split(1 + random.below((1 << servers) - 2) as u8),
        4 => Fault::Lossy(at),
        5 | 6 => Fault::Killed(at),
        7 => Fault::Frozen(at),
        _ => Fault::Clock(at, CLOCKS[random.below(CLOCKS.len())]),
    }
}

/// Lets things happen, two at a time, until this time is over; then all is whole again. Returns how many.
pub(crate) fn rage(harbour: &mut Harbour, random: &mut Random, lasting: Duration) -> anyhow::Result<usize> {
    let end = Instant::now() + lasting;
    let mut count = 0;
    while Instant::now() < end {
        let first = draw(random, harbour.places.len());
        let second = draw(random, harbour.places.len());
        let mut filters = begin(harbour, first)?;
        // The same twice on one server would end with the first.
        let twice = std::mem::discriminant(&first) == std::mem::discriminant(&second);
        if !twice {
            filters.extend(begin(harbour, second)?);
        }
        last(Duration::from_millis(LASTS[0] + random.next() % (LASTS[1] - LASTS[0])));
        if !twice {
            over(harbour, second)?;
        }
        over(harbour, first)?;
        drop(filters);
        count += if twice { 1 } else { 2 };
        // Sometimes there is time to meet.
        last(Duration::from_millis(random.next() % LASTS[1]));
    }
    Ok(count)
}

/// Lets time pass: a fault has no event that says how long it was.
fn last(time: Duration) {
    let (_sender, nobody) = mpsc::channel::<()>();
    let _ = nobody.recv_timeout(time);
}

pub(crate) fn begin(harbour: &mut Harbour, fault: Fault) -> anyhow::Result<Vec<Filter>> {
    Ok(match fault {
        Fault::Cut(at) => harbour.places[at].server.host.card().cut().map(|()| Vec::new())?,
        Fault::Deaf(at) => vec![harbour.places[at].server.host.drop_incoming("iifname eth0")?],
        Fault::DeafTo(at, other) => deaf(harbour, at, other)?,
        Fault::Split(group) => {
            let side = |at: usize| group & (1 << at) != 0;
            let all = 0..harbour.places.len();
            let pairs: Vec<_> = all.clone().flat_map(|at| all.clone().map(move |other| (at, other))).collect();
            let apart = pairs.into_iter().filter(|(at, other)| side(*at) != side(*other));
            apart.map(|(at, other)| deaf(harbour, at, other)).collect::<anyhow::Result<Vec<_>>>()?.into_iter().flatten().collect()
        }
        Fault::Lossy(at) => harbour.places[at].server.host.card().lose(30).map(|()| Vec::new())?,
        Fault::Killed(at) => {
            harbour.places[at].server.kill();
            Vec::new()
        }
        Fault::Frozen(at) => signal(harbour, at, "-STOP").map(|()| Vec::new())?,
        Fault::Clock(at, seconds) => harbour.places[at].clock.set(seconds).map(|()| Vec::new())?,
    })
}

/// One server hears nothing of another one.
fn deaf(harbour: &Harbour, at: usize, other: usize) -> anyhow::Result<Vec<Filter>> {
    let (host, card) = (&harbour.places[at].server.host, harbour.places[other].server.host.card());
    let (ipv4, ipv6) = (format!("ip saddr {}", card.ipv4()), format!("ip6 saddr {}", card.ipv6()));
    Ok(vec![host.drop_incoming(&ipv4)?, host.drop_incoming(&ipv6)?])
}

pub(crate) fn over(harbour: &mut Harbour, fault: Fault) -> anyhow::Result<()> {
    match fault {
        Fault::Cut(at) => harbour.places[at].server.host.card().restore(),
        Fault::Lossy(at) => harbour.places[at].server.host.card().lose(0),
        Fault::Killed(at) => harbour.places[at].server.run(),
        Fault::Frozen(at) => signal(harbour, at, "-CONT"),
        Fault::Clock(at, _) => harbour.places[at].clock.set(0),
        // These are over with their filters.
        Fault::Deaf(_) | Fault::DeafTo(..) | Fault::Split(_) => Ok(()),
    }
}

/// A server that was killed meanwhile hears nothing.
fn signal(harbour: &Harbour, at: usize, which: &str) -> anyhow::Result<()> {
    let Some(id) = harbour.places[at].server.id() else { return Ok(()) };
    let status = Command::new("sh").args(["-c", &format!("kill {which} {id}")]).status()?;
    anyhow::ensure!(status.success(), "kill {which} {id}: {status}");
    Ok(())
}
