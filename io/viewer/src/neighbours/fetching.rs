//! Fetching a file from neighbours.

use std::io;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use domain::cell::Hash;
use domain::groups::{GROUP, Groups};
use futures::future::join_all;
use net::control::{Called, Identity, NeighbourFault, Part};

use super::Circle;
use super::circle::{Met, turn};
use crate::cache::Cache;

/// How often neighbours are asked again that fetch the same file.
const ASK_AGAIN: Duration = Duration::from_secs(2);
/// How long one waits for a neighbour that has begun to fetch the file.
const LONGEST_WAIT: Duration = Duration::from_secs(900);
/// How long one waits for a neighbour whose turn it is, and that has not begun.
const LONGEST_TURN: Duration = Duration::from_secs(20);

/// Who brings a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Neighbours have brought all of it; it is verified, and lies in its place for [`Cache::adopt`].
    Neighbours,
    /// It is for the server to bring what is missing.
    Server,
}

/// How much of a file has come when those who were asked bring no more.
enum Taken {
    /// All of it.
    Whole,
    /// Not all, and one of them would bring the rest if it did not give to others at the moment.
    Busy,
    /// Not all.
    Partly,
}

/// A neighbour that has the file.
struct Giver {
    met: Met,
    line: Called,
    groups: Groups,
}

/// What a neighbour says of a file.
enum Word {
    Here(Box<Giver>),
    Coming { met: Met, begun: bool },
    Nothing,
}

/// Why a neighbour brings no more.
enum Halt {
    Disk(io::Error),
    Fault(NeighbourFault),
    Wrong,
}

impl From<NeighbourFault> for Halt {
    fn from(fault: NeighbourFault) -> Self {
        Self::Fault(fault)
    }
}

/// Fetches a file of `bytes` bytes from neighbours, as far as they have it. Where several want it that none of them has, and `may_wait`, one of them goes
/// to the server, and the others wait for that one. May be dropped at any time; what has arrived stays.
///
/// # Errors
/// The disk refuses.
pub async fn fetch(circle: &Circle, cache: &Cache, hash: Hash, bytes: u64, may_wait: bool) -> io::Result<Source> {
    if may_wait {
        circle.word().await;
    }
    let began = Instant::now();
    loop {
        let Some((identity, all)) = circle.askable(&hash, Instant::now()) else { return Ok(Source::Server) };
        let mine = turn(&identity.key.fingerprint(), &hash);
        let words = join_all(all.into_iter().map(|met| ask(circle, &identity, met, hash, bytes))).await;
        let (mut givers, mut waits) = (Vec::new(), false);
        for word in words {
            match word {
                Word::Here(giver) => givers.push(*giver),
                Word::Coming { begun: true, .. } => waits |= began.elapsed() < LONGEST_WAIT,
                Word::Coming { met, begun: false } => {
                    waits |= turn(&met.key, &hash) < mine && began.elapsed() < LONGEST_TURN;
                }
                Word::Nothing => {}
            }
        }
        if !givers.is_empty() {
            match take(circle, cache, hash, bytes, givers).await? {
                Taken::Whole => return Ok(Source::Neighbours),
                // Soon there are more that have it.
                Taken::Busy => waits = began.elapsed() < LONGEST_WAIT,
                Taken::Partly => return Ok(Source::Server),
            }
        }
        if !waits || !may_wait {
            return Ok(Source::Server);
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
}

/// Asks a neighbour whether it has the file. One whose list does not lead to the hash is not asked again.
async fn ask(circle: &Circle, identity: &Identity, met: Met, hash: Hash, bytes: u64) -> Word {
    let now = Instant::now();
    let Some(mut line) = circle.line(identity, &met, now).await else { return Word::Nothing };
    match line.list(&blake3::Hash::from_bytes(hash.0), bytes).await {
        Ok(Some(list)) => match Groups::read(hash, bytes, &list) {
            Some(groups) => Word::Here(Box::new(Giver { met, line, groups })),
            None => {
                circle.distrust(&met, now);
                Word::Nothing
            }
        },
        Ok(None) => {
            circle.keep(&met, line);
            Word::Nothing
        }
        Err(NeighbourFault::Coming { begun }) => {
            circle.keep(&met, line);
            Word::Coming { met, begun }
        }
        Err(fault) => {
            tracing::debug!(addresses = ?met.addresses, %fault, "a neighbour does not say whether it has a file");
            Word::Nothing
        }
    }
}

async fn take(circle: &Circle, cache: &Cache, hash: Hash, bytes: u64, givers: Vec<Giver>) -> io::Result<Taken> {
    let place = cache.part(&hash);
    let mut part = Part::open(&place.with_extension("part"), bytes).await?;
    if part.length() % GROUP != 0 && part.length() < bytes {
        let whole = part.length() / GROUP * GROUP;
        part = part.cut(whole, bytes).await?;
    }
    let mut is_busy = false;
    for mut giver in givers {
        let (before, began) = (part.length(), Instant::now());
        let halted = receive(circle, hash, &giver.groups, &mut giver.line, &mut part).await.err();
        circle.sums.time_neighbour(part.length() - before, began.elapsed());
        match halted {
            None => circle.keep(&giver.met, giver.line),
            Some(Halt::Disk(error)) => return Err(error),
            Some(Halt::Fault(NeighbourFault::Busy)) => {
                is_busy = true;
                circle.keep(&giver.met, giver.line);
            }
            Some(Halt::Fault(fault)) => tracing::info!(%hash, %fault, "a neighbour brings no more of a file"),
            Some(Halt::Wrong) => {
                tracing::warn!(%hash, addresses = ?giver.met.addresses, "a neighbour gave wrong bytes");
                circle.distrust(&giver.met, Instant::now());
            }
        }
        if part.length() == bytes {
            // What lay here before may be wrong, which the server's turn finds out too.
            if part.hash().as_bytes() != &hash.0 {
                part.discard().await?;
                return Ok(Taken::Partly);
            }
            part.finish(&place).await?;
            return Ok(Taken::Whole);
        }
    }
    Ok(if is_busy { Taken::Busy } else { Taken::Partly })
}

/// Takes group by group what is missing; only what is right is kept.
async fn receive(circle: &Circle, hash: Hash, groups: &Groups, line: &mut Called, part: &mut Part) -> Result<(), Halt> {
    let mut group = part.length() / GROUP;
    line.open(&blake3::Hash::from_bytes(hash.0), part.length(), groups.bytes()).await?;
    let mut come = BytesMut::new();
    while let Some(mut bytes) = line.next().await? {
        while !bytes.is_empty() {
            let range = groups.range(group);
            let room = usize::try_from(range.end - range.start).unwrap_or(usize::MAX) - come.len();
            if room == 0 {
                return Err(NeighbourFault::Strange.into());
            }
            let now: Bytes = bytes.split_to(room.min(bytes.len()));
            come.extend_from_slice(&now);
            if now.len() == room {
                let whole = come.split().freeze();
                if !groups.is_right(group, &[&whole]) {
                    return Err(Halt::Wrong);
                }
                circle.sums.add_from_neighbour(whole.len() as u64);
                part.append(whole).await.map_err(Halt::Disk)?;
                group += 1;
            }
        }
    }
    if part.length() == groups.bytes() { Ok(()) } else { Err(NeighbourFault::Strange.into()) }
}
