//! One source as the follower keeps it: its questions, its samples, and what they say of the clock.

use core::net::IpAddr;

use super::association::Association;
use super::clock::VirtualClock;
use super::counters::ClientCounters;
use super::filter::Filter;
use super::instant::{Raw, Utc};
use super::poll::PollRange;
use super::quality::{MAX_DISTANCE, PHI};
use super::selection::Candidate;
use super::track::{Sample, Track};

/// Samples before a source takes part.
const FEWEST_SAMPLES: usize = 3;

/// What a person sees of a source. Seconds where nothing else is said.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceStatus {
    /// Its address.
    pub address: IpAddr,
    /// Its stratum, once it answered.
    pub stratum: Option<u8>,
    /// The last eight questions, newest in the lowest bit.
    pub reach: u8,
    /// Poll exponent.
    pub poll: u8,
    /// By how much it is ahead of the clock.
    pub offset: Option<f64>,
    /// Least delay of late.
    pub delay: Option<f64>,
    /// Jitter of late.
    pub jitter: Option<f64>,
    /// Whether it is among those that the clock follows.
    pub is_selected: bool,
    /// What was sent and dropped.
    pub counters: ClientCounters,
}

/// One source.
pub(super) struct Source {
    pub(super) address: IpAddr,
    pub(super) association: Association,
    pub(super) track: Track,
    pub(super) filter: Filter,
    pub(super) last: Option<Sample>,
    pub(super) is_selected: bool,
}

impl Source {
    /// A source that is asked from `raw` on.
    pub(super) fn new(address: IpAddr, poll: PollRange, raw: Raw) -> Self {
        Self {
            address,
            association: Association::new(poll, raw),
            track: Track::default(),
            filter: Filter::default(),
            last: None,
            is_selected: false,
        }
    }

    /// What a person sees of it at a moment, beside this clock.
    pub(super) fn status(&self, raw: Raw, clock: &VirtualClock) -> SourceStatus {
        let peer = self.filter.peer(raw);
        SourceStatus {
            address: self.address,
            stratum: self.last.as_ref().map(|sample| sample.stratum),
            reach: self.association.reach(),
            poll: self.association.poll_exponent(),
            offset: self.track.time_at(raw).map(|(time, _)| time.since(clock.at(raw))),
            delay: peer.map(|peer| peer.delay),
            jitter: peer.map(|peer| peer.jitter),
            is_selected: self.is_selected,
            counters: *self.association.counters(),
        }
    }

    /// What the source says of the clock, if it is fit to say anything (RFC 5905, section 11.2.1 and figure 27).
    pub(super) fn candidate(&self, raw: Raw, now: Utc) -> Option<Candidate> {
        let (sample, peer) = (self.last.as_ref()?, self.filter.peer(raw)?);
        let ((time, sd), (frequency, frequency_sd)) = (self.track.time_at(raw)?, self.track.frequency()?);
        let age = raw.since(sample.at).max(0.0);
        let distance = (sample.root_delay + peer.delay) / 2.0
            + sample.root_dispersion
            + peer.dispersion
            + PHI * age
            + peer.jitter.min(sd * 4.0)
            + sd;
        let is_fit = self.association.is_reachable() && self.track.len() >= FEWEST_SAMPLES && distance < MAX_DISTANCE;
        let offset = time.since(now);
        let stratum = sample.stratum;
        is_fit.then_some(Candidate { offset, sd, distance, jitter: peer.jitter, frequency, frequency_sd, stratum })
    }
}
