//! A network on paper: servers with known clocks, links with seeded delays, and a follower among them.

use core::net::{IpAddr, Ipv4Addr};

use super::{
    Answer, Follower, FollowerSettings, LENGTH, Leap, PollRange, Quality, Raw, ReferenceId, Sending, Server, Utc,
    next_leap_midnight,
};

const START: Utc = Utc::from_nanos(1_800_000_000_000_000_000);

/// A source of known error: its time is `true time + offset + drift * elapsed`.
#[derive(Clone, Copy)]
struct Known {
    offset: f64,
    drift: f64,
    /// Least delay of one way, and how much queues add at most.
    way: f64,
    queue: f64,
    leap: Leap,
    leaps: bool,
    refers_to: ReferenceId,
    stratum: u8,
    is_up: bool,
}

const GOOD: Known = Known {
    offset: 0.0,
    drift: 0.0,
    way: 1e-3,
    queue: 1e-3,
    leap: Leap::None,
    leaps: false,
    refers_to: ReferenceId::LOCAL,
    stratum: 2,
    is_up: true,
};

struct World {
    random: u64,
    /// Rate of true time against the raw clock, less one.
    drift: f64,
    start: Utc,
    sources: Vec<Known>,
    follower: Follower,
    now: f64,
}

impl World {
    fn new(seed: u64, drift: f64, sources: Vec<Known>) -> Self {
        Self::beginning(START, seed, drift, sources)
    }

    fn beginning(start: Utc, seed: u64, drift: f64, sources: Vec<Known>) -> Self {
        let settings = FollowerSettings {
            poll: PollRange::new(4, 6),
            expected: sources.len(),
            orphan_stratum: 10,
            precision: -23,
            own: vec![ReferenceId::of("192.0.2.200".parse().unwrap())],
        };
        // The system's clock is a day off.
        let mut follower = Follower::new(settings, Raw::from_nanos(0), start.plus(-86_400.0));
        for last in 1..=sources.len() {
            follower.add(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last as u8)), Raw::from_nanos(0));
        }
        Self { random: seed, drift, start, sources, follower, now: 0.0 }
    }

    fn chance(&mut self) -> f64 {
        self.bits() as f64 / 2_f64.powi(64)
    }

    fn bits(&mut self) -> u64 {
        // Xorshift64*, as Vigna gives it.
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        self.random.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn raw(&self, at: f64) -> Raw {
        Raw::from_nanos(0).plus(at)
    }

    /// True time, apart from leap seconds.
    fn truth(&self, at: f64) -> Utc {
        self.start.plus(at).plus(at * self.drift)
    }

    fn shown(&self, source: &Known, at: f64) -> Utc {
        let time = self.truth(at).plus(source.offset + source.drift * at);
        let midnight = next_leap_midnight(self.start).unwrap();
        if source.leaps && time >= midnight { time.plus(-1.0) } else { time }
    }

    /// Runs until a moment in steps of a second, and gives the greatest error of the clock from `after` on.
    fn run(&mut self, until: f64, after: f64) -> f64 {
        let mut worst: f64 = 0.0;
        while self.now < until {
            for index in 0..self.sources.len() {
                self.ask(index);
            }
            if self.now >= after {
                worst = worst.max(self.error().abs());
                if let Some(bound) = self.follower.error_bound(self.raw(self.now)) {
                    assert!(
                        self.error().abs() <= bound,
                        "at {}: the error {} is beyond its bound {bound}",
                        self.now,
                        self.error()
                    );
                }
            }
            self.now += 1.0;
        }
        worst
    }

    fn error(&self) -> f64 {
        self.follower.clock().at(self.raw(self.now)).since(self.truth(self.now))
    }

    fn ask(&mut self, index: usize) {
        let nonce = self.bits();
        let Sending::Send(question) = self.follower.poll(index, self.raw(self.now), nonce) else { return };
        let source = self.sources[index];
        if !source.is_up {
            return;
        }
        let there = source.way + source.queue * self.chance().powi(4);
        let back = source.way + source.queue * self.chance().powi(4);
        let (received, answered) = (self.now + there, self.now + there + 2e-5);
        let quality = Quality { reference_id: source.refers_to, leap: source.leap, ..Quality::orphan(source.stratum, -23) };
        let raw = self.raw(answered);
        let answer = Server::new(None, 0).answer(
            &question,
            IpAddr::V4(Ipv4Addr::LOCALHOST),
            raw,
            self.shown(&source, received),
            self.shown(&source, answered),
            &quality,
        );
        let Answer::Reply(bytes) = answer else { panic!("the source did not answer") };
        assert_eq!(bytes.len(), LENGTH);
        let _spike = self.follower.receive(index, &bytes, self.raw(answered + back));
    }
}

#[test]
fn the_clock_is_right_within_seconds_and_stays_so() {
    for seed in 1..=8 {
        let mut world = World::new(seed, 40e-6 * (seed as f64 - 4.0), vec![GOOD, Known { way: 5e-3, queue: 5e-3, ..GOOD }]);
        assert!(world.run(6.0, 5.0) < 2e-3, "set by the third answer");
        assert_eq!(world.follower.clock().generation(), 1);
        let quality = world.follower.quality(world.raw(6.0));
        assert_eq!((quality.stratum, quality.reference_id.to_string().as_str()), (3, "192.0.2.1"));
        let worst = world.run(7_200.0, 300.0);
        assert!(worst < 0.7e-3, "seed {seed}: {worst}");
        assert_eq!(world.follower.clock().generation(), 1, "stepped once");
        let frequency = world.follower.clock().frequency();
        assert!((frequency - world.drift).abs() < 1e-6, "seed {seed}: {frequency} for {}", world.drift);
        assert!(
            world.follower.status(world.raw(world.now)).iter().all(|source| source.poll == 6 && source.is_selected),
            "asked less often by and by"
        );
    }
}

#[test]
fn on_a_quiet_link_it_is_right_to_microseconds() {
    let mut world = World::new(3, 25e-6, vec![Known { way: 5e-5, queue: 5e-5, drift: 30e-6, ..GOOD }]);
    world.run(3_600.0, 3_600.0);
    let mut worst: f64 = 0.0;
    for _ in 0..600 {
        let at = world.now;
        worst = worst.max(world.follower.clock().at(world.raw(at)).since(world.shown(&world.sources[0], at)).abs());
        world.now += 1.0;
        world.ask(0);
    }
    assert!(worst < 10e-6, "{worst}");
}

#[test]
fn a_false_ticker_among_three_does_not_matter() {
    for lie in [-30.0, -0.1, 0.1, 4_000.0] {
        let mut world = World::new(11, 10e-6, vec![Known { offset: lie, ..GOOD }, GOOD, GOOD]);
        assert!(world.run(1_800.0, 60.0) < 1e-3, "{lie}");
        let selected: Vec<bool> = world.follower.status(world.raw(world.now)).iter().map(|source| source.is_selected).collect();
        assert_eq!(selected, [false, true, true]);
    }
}

#[test]
fn two_that_disagree_are_not_followed() {
    let mut world = World::new(5, 0.0, vec![GOOD, Known { offset: 10.0, ..GOOD }]);
    world.sources[1].is_up = false;
    world.run(60.0, 30.0);
    world.sources[1].is_up = true;
    world.run(600.0, 600.0);
    assert!(world.error().abs() < 10e-3, "the clock runs on at the frequency that it knew: {}", world.error());
    assert!(world.follower.status(world.raw(world.now)).iter().all(|source| !source.is_selected));
}

#[test]
fn a_source_that_follows_us_is_no_source() {
    let ours = ReferenceId::of("192.0.2.200".parse().unwrap());
    let mut world = World::new(5, 0.0, vec![Known { refers_to: ours, ..GOOD }]);
    world.run(60.0, 60.0);
    assert_eq!(world.follower.quality(world.raw(60.0)).stratum, 10, "an orphan");
    assert_eq!(world.follower.error_bound(world.raw(60.0)), None);
}

#[test]
fn an_orphan_from_the_fifth_second_on() {
    let mut world = World::new(5, 0.0, vec![Known { is_up: false, ..GOOD }]);
    world.run(4.0, 4.0);
    assert!(!world.follower.quality(world.raw(4.9)).is_synchronised());
    assert_eq!(world.follower.quality(world.raw(5.0)).stratum, 10);
    world.sources[0].is_up = true;
    world.run(120.0, 120.0);
    assert_eq!(world.follower.quality(world.raw(120.0)).stratum, 3);
    assert!(world.error().abs() < 2e-3);
    assert_eq!(World::new(1, 0.0, vec![]).follower.quality(Raw::from_nanos(0)).stratum, 10, "nobody to wait for");
}

#[test]
fn without_sources_the_frequency_is_kept_and_the_bound_grows() {
    let mut world = World::new(9, 80e-6, vec![GOOD]);
    world.run(3_600.0, 3_600.0);
    let before = world.follower.error_bound(world.raw(3_600.0)).unwrap();
    world.sources[0].is_up = false;
    assert!(world.run(7_200.0, 3_600.0) < 5e-3, "an hour at 80 ppm would be 288 ms");
    let after = world.follower.error_bound(world.raw(7_200.0)).unwrap();
    assert!(after > before + 0.05 && after < before + 0.06, "{before} {after}");
    assert_eq!(world.follower.quality(world.raw(150_000.0)).stratum, 10, "after a day and a half nobody can tell");
}

#[test]
fn a_set_source_is_slewed_to_if_near_and_stepped_to_if_far() {
    let mut world = World::new(13, 0.0, vec![GOOD]);
    world.run(600.0, 600.0);
    world.sources[0].offset = 0.2;
    world.run(900.0, 900.0);
    assert_eq!(world.follower.clock().generation(), 1);
    assert!((world.error() - 0.2).abs() < 2e-3, "{}", world.error());
    world.sources[0].offset = -5.0;
    world.run(1_100.0, 1_100.0);
    assert!(world.error() > 0.19 && !world.follower.quality(world.raw(1_100.0)).is_synchronised(), "it waits and says so");
    world.run(1_800.0, 1_800.0);
    assert_eq!(world.follower.clock().generation(), 2);
    assert!((world.error() + 5.0).abs() < 2e-3, "{}", world.error());
    assert!(world.follower.quality(world.raw(1_800.0)).is_synchronised());
}

#[test]
fn after_a_sleep_it_starts_anew() {
    let mut world = World::new(17, 30e-6, vec![GOOD]);
    world.run(600.0, 600.0);
    // The host slept for an hour: true time went on, the raw clock did not.
    world.start = world.start.plus(3_600.0);
    let (raw, wrong) = (world.raw(world.now), world.truth(world.now).plus(-0.7));
    world.follower.restart(raw, wrong);
    assert!(!world.follower.quality(raw).is_synchronised());
    world.run(620.0, 620.0);
    assert!(world.error().abs() < 2e-3, "{}", world.error());
    assert!(world.follower.quality(world.raw(world.now)).is_synchronised());
}

#[test]
fn a_leap_second_is_slewed_out() {
    // 2027-01-01T00:00 less an hour.
    let start = next_leap_midnight(START.plus(-86_400.0)).unwrap().plus(-3_600.0);
    let mut world = World::beginning(start, 21, 5e-6, vec![Known { leap: Leap::Insert, leaps: true, ..GOOD }; 3]);
    world.run(3_000.0, 3_000.0);
    assert_eq!(world.follower.quality(world.raw(3_000.0)).leap, Leap::Insert);
    assert!(world.error().abs() < 1e-3);
    world.run(3_595.0, 3_595.0);
    let (mut shown, mut went_back) = (world.follower.clock().at(world.raw(world.now)), false);
    for _ in 0..600 {
        world.run(world.now + 1.0, f64::INFINITY);
        let next = world.follower.clock().at(world.raw(world.now));
        went_back |= next <= shown;
        shown = next;
    }
    assert!(!went_back);
    assert!((world.error() + 1.0).abs() < 2e-3, "a second behind the count without leaps: {}", world.error());
    assert_eq!(world.follower.clock().generation(), 1);
}

#[test]
fn a_minority_is_heard_once_the_patience_is_over() {
    let mut world = World::new(7, 0.0, vec![GOOD, Known { is_up: false, ..GOOD }, Known { is_up: false, ..GOOD }]);
    world.run(8.0, 8.0);
    assert!(world.error() < -86_000.0, "one of three may be the liar");
    world.run(9.0, 9.0);
    assert!(world.error().abs() < 2e-3, "after 8 s, not with the next answer: {}", world.error());
    assert_eq!(world.follower.quality(world.raw(9.0)).stratum, 3);
}

#[test]
fn a_clock_behind_stratum_15_gives_no_time() {
    let mut world = World::new(7, 0.0, vec![Known { stratum: 15, ..GOOD }]);
    world.run(60.0, 10.0);
    let quality = world.follower.quality(world.raw(60.0));
    assert_eq!((quality.stratum, quality.is_synchronised()), (16, false), "else a ring of servers would believe itself for ever");
    assert!(world.follower.error_bound(world.raw(60.0)).is_some_and(|bound| bound < 0.1), "for itself it knows the time");
}

#[test]
fn who_lost_all_sources_in_doubt_is_an_orphan_in_the_end() {
    let mut world = World::new(13, 0.0, vec![GOOD]);
    world.run(600.0, 600.0);
    world.sources[0].offset = -5.0;
    world.run(900.0, 900.0);
    world.sources[0].is_up = false;
    assert!(!world.follower.quality(world.raw(1_000.0)).is_synchronised(), "nobody knows which time was right");
    assert_eq!(world.follower.quality(world.raw(150_000.0)).stratum, 10, "but its clients agree again after a day and a half");
}
