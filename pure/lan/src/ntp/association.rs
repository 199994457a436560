//! Asking one source: when, what, and which answers count (RFC 5905, sections 8 and 13).

use super::counters::ClientCounters;
use super::instant::{Raw, Utc};
use super::leap::Leap;
use super::packet::{LENGTH, Mode, Packet};
use super::poll::{Poll, PollRange};
use super::quality::{MAX_DISTANCE, PHI};
use super::reference::ReferenceId;
use super::report::Report;
use super::timestamp::Timestamp;
use super::track::Sample;

/// Questions of the burst at the start.
const BURST: u8 = 4;

/// Seconds between questions of the burst.
const BURST_INTERVAL: f64 = 2.0;

/// Questions without an answer after which a source is away: as many as the reach register holds.
const REACH: u32 = 8;

/// 2026-01-01: no source's time is earlier, and it tells the era where our own clock is far off.
const EPOCH: Utc = Utc::from_nanos(1_767_225_600_000_000_000);

/// What to do for a source now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// Send this question, then ask again when.
    Send([u8; LENGTH]),
    /// Nothing before this moment.
    Wait(Raw),
    /// Never again: the source refused us.
    Ended,
}

/// The questions to one source and its answers.
pub struct Association {
    poll: Poll,
    next: Option<Raw>,
    burst: u8,
    open: Option<(Timestamp, Raw)>,
    reach: u8,
    /// Questions since the last sample.
    unanswered: u32,
    counters: ClientCounters,
}

impl Association {
    /// Starts asking at `raw`.
    #[must_use]
    pub fn new(range: PollRange, raw: Raw) -> Self {
        let counters = ClientCounters::default();
        Self { poll: Poll::new(range), next: Some(raw), burst: BURST, open: None, reach: 0, unanswered: 0, counters }
    }

    /// What to do at a moment. `nonce` is a fresh random number. To be called again after each `Send`, and at the moment of a `Wait`.
    pub fn poll(&mut self, raw: Raw, nonce: u64) -> Sending {
        let Some(next) = self.next else { return Sending::Ended };
        if raw < next {
            return Sending::Wait(next);
        }
        self.burst = self.burst.saturating_sub(1);
        match self.unanswered {
            _ if self.burst > 0 => {}
            REACH => self.poll.restart(),
            // A source that stays away is asked less and less often (RFC 5905, section 13).
            count if count > REACH && count.is_multiple_of(REACH) => self.poll.back_off(),
            _ => {}
        }
        self.unanswered = self.unanswered.saturating_add(1);
        let interval = if self.burst > 0 { BURST_INTERVAL } else { self.poll.interval(nonce) };
        self.next = Some(raw.plus(interval));
        self.reach <<= 1;
        self.counters.sent += 1;
        // A number of 0 would be taken for a missing timestamp.
        let question = Packet::question(nonce.max(1));
        self.open = Some((question.transmit, raw));
        Sending::Send(question.bytes())
    }

    /// The exact moment at which the open question left, where it is known better than by [`Association::poll`].
    pub fn sent(&mut self, raw: Raw) {
        if let Some((_, sent)) = &mut self.open {
            *sent = raw;
        }
    }

    /// When [`Association::poll`] has something to send; `None` if never again.
    #[must_use]
    pub fn next(&self) -> Option<Raw> {
        self.next
    }

    /// Whether one of the last eight questions was answered.
    #[must_use]
    pub fn is_reachable(&self) -> bool {
        self.reach != 0
    }

    /// The last eight questions, newest in the lowest bit: 1 if answered with a sample (RFC 5905, section 13).
    #[must_use]
    pub fn reach(&self) -> u8 {
        self.reach
    }

    /// The present poll exponent.
    #[must_use]
    pub fn poll_exponent(&self) -> u8 {
        self.poll.exponent()
    }

    /// What was sent and dropped.
    #[must_use]
    pub fn counters(&self) -> &ClientCounters {
        &self.counters
    }

    /// Reads an answer. `arrived` is the moment of its arrival, `near` our time of day within 68 years, `own` the reference ids of our addresses.
    ///
    /// # Errors
    ///
    /// The reason, if it is no sample. It is counted.
    pub fn receive(&mut self, datagram: &[u8], arrived: Raw, near: Utc, own: &[ReferenceId]) -> Result<Sample, Report> {
        let sample = self.read(datagram, arrived, near, own);
        match &sample {
            Ok(_) => {
                self.counters.accepted += 1;
                self.reach |= 1;
                if self.unanswered > REACH {
                    self.poll.restart();
                }
                self.unanswered = 0;
            }
            Err(reason) => self.counters.drop(*reason),
        }
        sample
    }

    /// Says whether the last sample came as predicted; `None` if it was set aside as a spike.
    pub fn judged(&mut self, as_predicted: Option<bool>) {
        match as_predicted {
            Some(as_predicted) if self.burst == 0 => self.poll.observe(as_predicted),
            Some(_) => {}
            None => self.counters.drop(Report::Spike),
        }
    }

    fn read(&mut self, datagram: &[u8], arrived: Raw, near: Utc, own: &[ReferenceId]) -> Result<Sample, Report> {
        let answer = Packet::read(datagram).map_err(|_| Report::Malformed)?;
        if answer.mode != Mode::Server {
            return Err(Report::Mode);
        }
        let (_, sent) = self.open.filter(|(nonce, _)| *nonce == answer.origin).ok_or(Report::Origin)?;
        self.open = None;
        if answer.stratum == 0 && answer.reference_id != ReferenceId::NONE {
            match answer.reference_id {
                ReferenceId::RATE => self.slow_down(arrived),
                ReferenceId::DENY | ReferenceId::RSTR => self.next = None,
                _ => {}
            }
            return Err(Report::Kiss);
        }
        if answer.leap == Leap::Unknown || !(1..16).contains(&answer.stratum) {
            return Err(Report::Unsynchronised);
        }
        let near = near.max(EPOCH);
        let (received, answered) = (answer.receive.near(near), answer.transmit.near(near));
        if answer.transmit == Timestamp::ZERO || answer.receive == Timestamp::ZERO || answered < received {
            return Err(Report::Stamps);
        }
        if answer.root_delay.seconds() / 2.0 + answer.root_dispersion.seconds() >= MAX_DISTANCE {
            return Err(Report::Distance);
        }
        if answer.stratum > 1 && own.contains(&answer.reference_id) {
            return Err(Report::Loop);
        }
        let trip = arrived.since(sent).max(0.0);
        Ok(Sample {
            at: sent.plus(trip / 2.0),
            time: received.plus(answered.since(received) / 2.0),
            delay: (trip - answered.since(received)).max(0.0),
            dispersion: 2_f64.powi(i32::from(answer.precision.clamp(-32, 0))) + PHI * trip,
            leap: answer.leap,
            stratum: answer.stratum,
            root_delay: answer.root_delay.seconds(),
            root_dispersion: answer.root_dispersion.seconds(),
            reference_id: answer.reference_id,
        })
    }

    fn slow_down(&mut self, raw: Raw) {
        self.burst = 0;
        self.poll.slow_down();
        self.next = Some(raw.plus(self.poll.interval(u64::MAX)));
    }
}

#[cfg(test)]
mod tests;
