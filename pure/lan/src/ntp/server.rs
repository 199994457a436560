//! Answering questions (RFC 5905, sections 9 and 14), as a function of the question, the time and the clock's quality.

use core::net::IpAddr;

use super::counters::ServerCounters;
use super::instant::{Raw, Utc};
use super::leap::Leap;
use super::limiter::{Limit, Limiter, Verdict};
use super::packet::{LENGTH, Malformed, Mode, Packet};
use super::quality::Quality;
use super::reference::ReferenceId;
use super::timestamp::{Short, Timestamp};

/// Least poll that a kiss asks for: 64 s.
const KISS_POLL: i8 = 6;

/// What becomes of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The time, to be sent back.
    Reply([u8; LENGTH]),
    /// The kiss `RATE`, to be sent back.
    Limited([u8; LENGTH]),
    /// Nothing is sent.
    Drop(DropReason),
}

/// Why a question is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DropReason {
    /// Fewer than 48 bytes.
    Short,
    /// More than 1,024 bytes.
    Long,
    /// Another version than 3 and 4.
    Version,
    /// A mode that is no question.
    Mode,
    /// Mode 6 or 7.
    Control,
    /// Neither extension fields nor a MAC behind the header.
    Tail,
    /// Too often, and already told so.
    Rate,
}

impl DropReason {
    /// Every reason.
    pub const ALL: [Self; 7] = [Self::Short, Self::Long, Self::Version, Self::Mode, Self::Control, Self::Tail, Self::Rate];

    /// The name of the reason in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::Version => "version",
            Self::Mode => "mode",
            Self::Control => "control",
            Self::Tail => "tail",
            Self::Rate => "rate",
        }
    }
}

impl From<Malformed> for DropReason {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Short(_) => Self::Short,
            Malformed::Long(_) => Self::Long,
            Malformed::Version(_) => Self::Version,
            Malformed::Control(_) => Self::Control,
            Malformed::Tail => Self::Tail,
        }
    }
}

/// The side that is asked: a rate limit and counters; all else comes with the question.
pub struct Server {
    limiter: Option<Limiter>,
    counters: ServerCounters,
}

impl Server {
    /// A server with a limit per source, or without one. `seed` is random.
    #[must_use]
    pub fn new(limit: Option<Limit>, seed: u64) -> Self {
        Self { limiter: limit.map(|limit| Limiter::new(limit, seed)), counters: ServerCounters::default() }
    }

    /// What was answered and dropped.
    #[must_use]
    pub fn counters(&self) -> &ServerCounters {
        &self.counters
    }

    /// Answers a datagram. `received` and `now` are the served clock's time of its arrival and of this moment, `raw` is this moment on the raw clock.
    pub fn answer(&mut self, datagram: &[u8], source: IpAddr, raw: Raw, received: Utc, now: Utc, quality: &Quality) -> Answer {
        let answer = self.judged(datagram, source, raw, received, now, quality);
        match &answer {
            Answer::Reply(_) => self.counters.answered += 1,
            Answer::Limited(_) => self.counters.limited += 1,
            Answer::Drop(reason) => self.counters.drop(*reason),
        }
        answer
    }

    fn judged(&mut self, datagram: &[u8], source: IpAddr, raw: Raw, received: Utc, now: Utc, quality: &Quality) -> Answer {
        let question = match Packet::read(datagram) {
            Ok(question) => question,
            Err(malformed) => return Answer::Drop(malformed.into()),
        };
        let mode = match question.mode {
            Mode::Client => Mode::Server,
            Mode::SymmetricActive => Mode::SymmetricPassive,
            _ => return Answer::Drop(DropReason::Mode),
        };
        let reply = reply(&question, mode, raw, received.min(now), now, quality);
        match self.limiter.as_mut().map_or(Verdict::Answer, |limiter| limiter.judge(source, raw)) {
            Verdict::Answer => Answer::Reply(reply.bytes()),
            Verdict::Kiss => Answer::Limited(kiss(reply).bytes()),
            Verdict::Drop => Answer::Drop(DropReason::Rate),
        }
    }
}

fn reply(question: &Packet, mode: Mode, raw: Raw, received: Utc, now: Utc, quality: &Quality) -> Packet {
    let synchronised = quality.is_synchronised();
    let reference_time = match (synchronised, quality.reference_time) {
        (false, _) => Timestamp::ZERO,
        (true, Some(time)) => Timestamp::of(time),
        // An orphan is its own reference, at any moment.
        (true, None) => Timestamp::of(received),
    };
    Packet {
        leap: if synchronised { quality.leap } else { Leap::Unknown },
        version: question.version,
        mode,
        stratum: if synchronised { quality.stratum } else { 0 },
        poll: question.poll,
        precision: quality.precision,
        root_delay: Short::of(quality.root_delay),
        root_dispersion: Short::of(quality.dispersion_at(raw)),
        reference_id: if synchronised { quality.reference_id } else { ReferenceId::NONE },
        reference_time,
        origin: question.transmit,
        receive: Timestamp::of(received),
        transmit: Timestamp::of(now),
    }
}

/// The reply as a kiss (RFC 5905, section 7.4): the time in it is not to be used.
fn kiss(reply: Packet) -> Packet {
    Packet { leap: Leap::Unknown, stratum: 0, reference_id: ReferenceId::RATE, poll: reply.poll.max(KISS_POLL), ..reply }
}

#[cfg(test)]
mod tests {
    use core::net::{IpAddr, Ipv4Addr};

    use super::{Answer, DropReason, Server};
    use crate::ntp::{Leap, Limit, Mode, Packet, Quality, Raw, ReferenceId, Timestamp, Utc};

    const SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const RECEIVED: Utc = Utc::from_nanos(1_800_000_000_000_000_000);
    const NOW: Utc = Utc::from_nanos(1_800_000_000_000_020_000);
    const RAW: Raw = Raw::from_nanos(64_000_000_000);

    fn quality() -> Quality {
        Quality {
            root_delay: 0.25,
            root_dispersion: 0.5,
            reference_id: ReferenceId::of("192.0.2.9".parse().unwrap()),
            reference_time: Some(Utc::from_nanos(1_799_999_936_000_000_000)),
            updated: Some(Raw::from_nanos(0)),
            leap: Leap::Insert,
            ..Quality::orphan(3, -24)
        }
    }

    fn asked(server: &mut Server, question: &Packet, quality: &Quality) -> Packet {
        match server.answer(&question.bytes(), SOURCE, RAW, RECEIVED, NOW, quality) {
            Answer::Reply(bytes) | Answer::Limited(bytes) => Packet::read(&bytes).unwrap(),
            Answer::Drop(reason) => panic!("dropped: {reason:?}"),
        }
    }

    #[test]
    fn the_answer_repeats_the_question_and_tells_the_clock() {
        for version in [3, 4] {
            let question = Packet { version, poll: 9, ..Packet::question(0xdead_beef_0102_0304) };
            let answer = asked(&mut Server::new(None, 0), &question, &quality());
            assert_eq!((answer.version, answer.mode, answer.poll, answer.stratum), (version, Mode::Server, 9, 3));
            assert_eq!(answer.origin, Timestamp::from_bits(0xdead_beef_0102_0304));
            assert_eq!((answer.receive, answer.transmit), (Timestamp::of(RECEIVED), Timestamp::of(NOW)));
            assert_eq!((answer.leap, answer.precision), (Leap::Insert, -24));
            assert_eq!(answer.reference_id.to_string(), "192.0.2.9");
            assert!((answer.root_delay.seconds() - 0.25).abs() < 1e-4);
            // 64 s at 15 ppm are 960 microseconds.
            assert!((answer.root_dispersion.seconds() - 0.500_96).abs() < 2e-5, "{}", answer.root_dispersion.seconds());
        }
    }

    #[test]
    fn a_clock_that_is_not_synchronised_says_so() {
        let answer = asked(&mut Server::new(None, 0), &Packet::question(1), &Quality::unsynchronised(-20));
        assert_eq!((answer.leap, answer.stratum, answer.reference_id), (Leap::Unknown, 0, ReferenceId::NONE));
        assert_eq!(answer.reference_time, Timestamp::ZERO);
    }

    #[test]
    fn symmetric_active_is_answered_as_passive() {
        let question = Packet { mode: Mode::SymmetricActive, version: 3, ..Packet::question(5) };
        assert_eq!(asked(&mut Server::new(None, 0), &question, &quality()).mode, Mode::SymmetricPassive);
    }

    #[test]
    fn what_is_no_question_is_dropped_and_counted() {
        let mut server = Server::new(None, 0);
        for (first, reason) in [
            (0x20, DropReason::Mode),
            (0x22, DropReason::Mode),
            (0x24, DropReason::Mode),
            (0x25, DropReason::Mode),
            (0x26, DropReason::Control),
            (0x17, DropReason::Control),
            (0x0b, DropReason::Version),
            (0x33, DropReason::Version),
        ] {
            let mut bytes = Packet::question(1).bytes();
            bytes[0] = first;
            assert_eq!(server.answer(&bytes, SOURCE, RAW, RECEIVED, NOW, &quality()), Answer::Drop(reason), "{first:#x}");
        }
        for length in (0..1_400).filter(|length| *length != 48) {
            let mut bytes = Packet::question(1).bytes().to_vec();
            bytes.resize(length, 0);
            let answer = server.answer(&bytes, SOURCE, RAW, RECEIVED, NOW, &quality());
            let is_mac = matches!(length, 52 | 64 | 68 | 72);
            assert_eq!(matches!(answer, Answer::Reply(_)), is_mac, "{length}: {answer:?}");
        }
        assert_eq!((server.counters().dropped(DropReason::Mode), server.counters().dropped(DropReason::Control)), (4, 2));
        assert_eq!((server.counters().dropped(DropReason::Short), server.counters().dropped(DropReason::Long)), (48, 375));
        assert_eq!(server.counters().answered, 4);
    }

    #[test]
    fn too_often_is_told_once() {
        let mut server = Server::new(Some(Limit { burst: 1, per_second: 1.0 }), 3);
        assert_eq!(asked(&mut server, &Packet::question(1), &quality()).stratum, 3);
        let kiss = asked(&mut server, &Packet::question(2), &quality());
        assert_eq!((kiss.leap, kiss.stratum, kiss.reference_id, kiss.poll), (Leap::Unknown, 0, ReferenceId::RATE, 6));
        assert_eq!(kiss.origin, Timestamp::from_bits(2), "else the client would not believe it");
        let third = server.answer(&Packet::question(3).bytes(), SOURCE, RAW, RECEIVED, NOW, &quality());
        assert_eq!(third, Answer::Drop(DropReason::Rate));
        assert_eq!(
            (server.counters().answered, server.counters().limited, server.counters().dropped(DropReason::Rate)),
            (1, 1, 1)
        );
    }

    #[test]
    fn a_stamp_from_the_future_is_not_told() {
        let mut server = Server::new(None, 0);
        let Answer::Reply(bytes) = server.answer(&Packet::question(1).bytes(), SOURCE, RAW, NOW.plus(1.0), NOW, &quality())
        else {
            panic!()
        };
        let answer = Packet::read(&bytes).unwrap();
        assert_eq!(answer.receive, answer.transmit);
    }
}
