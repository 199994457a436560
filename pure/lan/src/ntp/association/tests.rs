//! Questions, answers and kisses of one source.

use super::{Association, Sending};
use crate::ntp::{Leap, Mode, Packet, PollRange, Raw, ReferenceId, Report, Short, Timestamp, Utc};

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

#[test]
fn a_source_that_stays_away_is_asked_less_and_less_often_until_it_is_back() {
    let mut association = Association::new(PollRange::new(4, 6), at(0.0));
    let mut now = at(0.0);
    let mut exponents = Vec::new();
    while exponents.len() < 40 {
        match association.poll(now, 99) {
            Sending::Send(_) => exponents.push(association.poll_exponent()),
            Sending::Wait(until) => now = until,
            Sending::Ended => panic!(),
        }
    }
    let expected: Vec<u8> = [(16, 4), (8, 5), (16, 6)].into_iter().flat_map(|(count, exponent)| vec![exponent; count]).collect();
    assert_eq!(exponents, expected, "at first it may only be starting anew");
    association.receive(&answer().bytes(), now.plus(0.012), NEAR, &[]).unwrap();
    assert_eq!((association.poll_exponent(), association.is_reachable()), (4, true));
}

#[test]
fn one_that_was_asked_seldom_is_asked_often_once_it_is_away() {
    let mut association = open();
    for _ in 0..100 {
        association.poll.observe(true);
    }
    association.burst = 0;
    assert_eq!(association.poll_exponent(), 10);
    for number in 2..=9 {
        association.poll(association.next().unwrap(), 99);
        assert_eq!(association.poll_exponent(), if number < 9 { 10 } else { 4 }, "question {number}");
    }
}
