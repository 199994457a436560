//! Asking one source: when, what, and which answers count (RFC 5905, sections 8 and 13).

use super::counters::ClientCounters;
use super::instant::{Raw, Utc};
use super::leap::Leap;
use super::packet::{LENGTH, Mode, Packet};
use super::poll::{Poll, PollRange};
use super::quality::{MAX_DISTANCE, PHI};
use super::reference::ReferenceId;
use super::timestamp::Timestamp;
use super::track::Sample;

/// Questions of the burst at the start.
const BURST: u8 = 4;

/// Seconds between questions of the burst.
const BURST_INTERVAL: f64 = 2.0;

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

/// Why an answer is not a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Report {
    /// Not an NTP packet, or one of another version.
    Malformed,
    /// Not mode 4.
    Mode,
    /// It does not repeat the number of the open question: late, doubled or forged.
    Origin,
    /// A kiss: `RATE`, `DENY`, `RSTR` or another.
    Kiss,
    /// The source says that it is not synchronised.
    Unsynchronised,
    /// No transmit timestamp, or it received after it answered.
    Stamps,
    /// Root distance of 1.5 s or more.
    Distance,
    /// The source has its time from us.
    Loop,
    /// Far from the prediction, set aside.
    Spike,
}

impl Report {
    /// Every reason.
    pub const ALL: [Self; 9] = [
        Self::Malformed,
        Self::Mode,
        Self::Origin,
        Self::Kiss,
        Self::Unsynchronised,
        Self::Stamps,
        Self::Distance,
        Self::Loop,
        Self::Spike,
    ];

    /// The name of the reason in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Mode => "mode",
            Self::Origin => "origin",
            Self::Kiss => "kiss",
            Self::Unsynchronised => "unsynchronised",
            Self::Stamps => "stamps",
            Self::Distance => "distance",
            Self::Loop => "loop",
            Self::Spike => "spike",
        }
    }
}

/// The questions to one source and its answers.
pub struct Association {
    poll: Poll,
    next: Option<Raw>,
    burst: u8,
    open: Option<(Timestamp, Raw)>,
    reach: u8,
    counters: ClientCounters,
}

impl Association {
    /// Starts asking at `raw`.
    #[must_use]
    pub fn new(range: PollRange, raw: Raw) -> Self {
        Self { poll: Poll::new(range), next: Some(raw), burst: BURST, open: None, reach: 0, counters: ClientCounters::default() }
    }

    /// What to do at a moment. `nonce` is a fresh random number. To be called again after each `Send`, and at the moment of a `Wait`.
    pub fn poll(&mut self, raw: Raw, nonce: u64) -> Sending {
        let Some(next) = self.next else { return Sending::Ended };
        if raw < next {
            return Sending::Wait(next);
        }
        self.burst = self.burst.saturating_sub(1);
        if self.burst == 0 && self.reach == 0 {
            self.poll.restart();
        }
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
mod tests {
    use super::{Association, Report, Sending};
    use crate::ntp::{Leap, Mode, Packet, PollRange, Raw, ReferenceId, Short, Timestamp, Utc};

    const NEAR: Utc = Utc::from_nanos(1_800_000_000_000_000_000);

    fn at(seconds: f64) -> Raw {
        Raw::from_nanos(1_000).plus(seconds)
    }

    fn open() -> Association {
        let mut association = Association::new(PollRange::default(), at(0.0));
        assert!(matches!(association.poll(at(0.0), 99), Sending::Send(_)));
        association
    }

    fn answer() -> Packet {
        Packet {
            mode: Mode::Server,
            stratum: 2,
            precision: -20,
            root_delay: Short::of(0.01),
            origin: Timestamp::from_bits(99),
            receive: Timestamp::of(NEAR.plus(10.0)),
            transmit: Timestamp::of(NEAR.plus(10.002)),
            reference_id: ReferenceId::of("192.0.2.3".parse().unwrap()),
            ..Packet::question(0)
        }
    }

    #[test]
    fn a_sample_has_delay_and_time_of_the_middle() {
        let sample = open().receive(&answer().bytes(), at(0.012), NEAR, &[]).unwrap();
        assert!((sample.delay - 0.010).abs() < 1e-8 && sample.at == at(0.006));
        assert!(sample.time.since(NEAR.plus(10.001)).abs() < 2e-9);
        assert_eq!(sample.stratum, 2);
    }

    #[test]
    fn the_question_tells_nothing() {
        let mut association = Association::new(PollRange::default(), at(0.0));
        let Sending::Send(bytes) = association.poll(at(0.0), 0x0102_0304_0506_0708) else { panic!() };
        let mut expected = [0; 48];
        expected[0] = 0x23;
        expected[40..].copy_from_slice(&[1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(bytes, expected);
    }

    #[test]
    fn wrong_answers_have_a_reason() {
        let own = [ReferenceId::of("192.0.2.3".parse().unwrap())];
        let cases = [
            (Packet { mode: Mode::Broadcast, ..answer() }, Report::Mode),
            (Packet { origin: Timestamp::from_bits(98), ..answer() }, Report::Origin),
            (Packet { stratum: 0, reference_id: ReferenceId::from_bytes(*b"INIT"), ..answer() }, Report::Kiss),
            (Packet { stratum: 0, reference_id: ReferenceId::NONE, ..answer() }, Report::Unsynchronised),
            (Packet { stratum: 16, ..answer() }, Report::Unsynchronised),
            (Packet { leap: Leap::Unknown, ..answer() }, Report::Unsynchronised),
            (Packet { transmit: Timestamp::ZERO, ..answer() }, Report::Stamps),
            (Packet { transmit: Timestamp::of(NEAR), ..answer() }, Report::Stamps),
            (Packet { root_dispersion: Short::of(1.5), ..answer() }, Report::Distance),
            (answer(), Report::Loop),
        ];
        for (packet, reason) in cases {
            let mut association = open();
            assert_eq!(association.receive(&packet.bytes(), at(0.01), NEAR, &own), Err(reason));
            assert_eq!((association.counters().dropped(reason), association.is_reachable()), (1, false));
        }
        assert_eq!(open().receive(&[0x24; 20], at(0.01), NEAR, &[]), Err(Report::Malformed));
        let primary = Packet { stratum: 1, ..answer() };
        assert!(open().receive(&primary.bytes(), at(0.01), NEAR, &own).is_ok(), "a primary's id is a word, not an address");
    }

    #[test]
    fn a_second_answer_does_not_count() {
        let mut association = open();
        assert!(association.receive(&answer().bytes(), at(0.01), NEAR, &[]).is_ok());
        assert_eq!(association.receive(&answer().bytes(), at(0.01), NEAR, &[]), Err(Report::Origin));
    }

    #[test]
    fn a_burst_and_then_patience() {
        let mut association = Association::new(PollRange::default(), at(0.0));
        let mut asked = Vec::new();
        let mut now = at(0.0);
        while asked.len() < 6 {
            match association.poll(now, 1 << 63) {
                Sending::Send(_) => asked.push(now.since(at(0.0)).round() as i64),
                Sending::Wait(until) => now = until,
                Sending::Ended => panic!(),
            }
        }
        assert_eq!(asked, [0, 2, 4, 6, 22, 38]);
    }

    #[test]
    fn kisses_are_heeded_if_the_number_is_right() {
        let kiss = |id| Packet { stratum: 0, leap: Leap::Unknown, reference_id: id, ..answer() };
        let mut association = open();
        assert_eq!(association.receive(&kiss(ReferenceId::RATE).bytes(), at(0.01), NEAR, &[]), Err(Report::Kiss));
        assert!(association.next().unwrap() > at(31.0), "32 s instead of the burst's 2");
        let mut forged = open();
        let wrong = Packet { origin: Timestamp::from_bits(5), ..kiss(ReferenceId::DENY) };
        assert_eq!(forged.receive(&wrong.bytes(), at(0.01), NEAR, &[]), Err(Report::Origin));
        assert!(forged.next().is_some());
        assert_eq!(forged.receive(&kiss(ReferenceId::DENY).bytes(), at(0.01), NEAR, &[]), Err(Report::Kiss));
        assert_eq!(forged.poll(at(99.0), 1), Sending::Ended);
    }

    #[test]
    fn a_clock_of_1970_reads_the_right_era() {
        let later = Packet { receive: Timestamp::of(NEAR.plus(4e8)), transmit: Timestamp::of(NEAR.plus(4e8)), ..answer() };
        let sample = open().receive(&later.bytes(), at(0.01), Utc::from_nanos(0), &[]).unwrap();
        assert!(sample.time.since(NEAR.plus(4e8)).abs() < 1e-6, "2039 lies in era 1");
    }
}
