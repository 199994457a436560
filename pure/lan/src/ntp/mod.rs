//! NTP (RFC 5905): packets, the server's answers, and a client that disciplines a virtual clock. The protocol as spoken is described in
//! `docs/protocols/time.md`.
//!
//! Two kinds of time go in: [`Raw`], readings of a monotonic clock that nobody corrects, and [`Utc`].

mod association;
mod clock;
mod counters;
mod filter;
mod follower;
mod instant;
mod leap;
mod limiter;
mod packet;
mod poll;
mod quality;
mod reference;
mod regression;
mod report;
mod selection;
mod server;
mod source;
mod tail;
mod timestamp;
mod track;

pub use association::{Association, Sending};
pub use clock::VirtualClock;
pub use counters::{ClientCounters, ServerCounters};
pub use filter::{Filter, Peer};
pub use follower::{Follower, FollowerSettings};
pub use instant::{Raw, Utc};
pub use leap::{Leap, next_leap_midnight};
pub use limiter::{Limit, Limiter, Verdict};
pub use packet::{LENGTH, Malformed, Mode, Packet};
pub use poll::{Poll, PollRange};
pub use quality::{MAX_DISTANCE, PHI, Quality, STEP_THRESHOLD};
pub use reference::ReferenceId;
pub use regression::{Fit, Point, regress};
pub use report::Report;
pub use selection::{Candidate, Combined, combine, select};
pub use server::{Answer, DropReason, Server};
pub use source::SourceStatus;
pub use timestamp::{Short, Timestamp};
pub use track::{Sample, Track};

/// What a fuzz target calls: the bytes go through the server and through a client that waits for an answer. Nothing may panic, and no answer is
/// longer than its question.
///
/// # Panics
///
/// If an answer is longer than its question: that is what the fuzzer looks for.
pub fn fuzz(datagram: &[u8]) {
    let (raw, now) = (Raw::from_nanos(1_000_000_000), Utc::from_nanos(1_800_000_000_000_000_000));
    let mut server = Server::new(None, 0);
    let source = core::net::IpAddr::V4(core::net::Ipv4Addr::LOCALHOST);
    let quality = Quality::orphan(10, -20);
    if let Answer::Reply(bytes) | Answer::Limited(bytes) = server.answer(datagram, source, raw, now, now, &quality) {
        assert!(bytes.len() <= datagram.len(), "an answer is longer than its question");
    }
    let mut association = Association::new(PollRange::default(), raw);
    // The question carries the number that the datagram repeats, so that the fuzzer gets past the check of the origin.
    let nonce = datagram.get(24..32).and_then(|bytes| bytes.try_into().ok()).map_or(1, u64::from_be_bytes);
    let _sent = association.poll(raw, nonce);
    let _sample = association.receive(datagram, raw.plus(0.01), now, &[]);
}

#[cfg(test)]
mod simulation;
