//! Following several sources: the whole client, driven by datagrams and moments.

use core::net::IpAddr;

use super::association::{Association, Report, Sending};
use super::clock::VirtualClock;
use super::counters::ClientCounters;
use super::filter::Filter;
use super::instant::{Raw, Utc};
use super::leap::{Leap, next_leap_midnight};
use super::poll::PollRange;
use super::quality::{MAX_DISTANCE, PHI, Quality, STEP_THRESHOLD};
use super::reference::ReferenceId;
use super::selection::{Candidate, Combined, combine, select};
use super::track::{Sample, Track};

/// Samples before a source takes part.
const FEWEST_SAMPLES: usize = 3;

/// Seconds after the start in which a source may answer before the clock serves as orphan.
const ORPHAN_AFTER: f64 = 5.0;

/// Seconds after the start in which a minority of the sources does not set the clock.
const PATIENCE: f64 = 8.0;

/// Seconds that a great error must stay before the clock is stepped (RFC 5905, WATCH).
const STEP_OUT: f64 = 300.0;

/// A leap second is told on its last day only.
const DAY: f64 = 86_400.0;

/// How a follower behaves.
#[derive(Clone, Debug)]
pub struct FollowerSettings {
    /// Bounds of the poll exponent.
    pub poll: PollRange,
    /// How many sources there will be; some may still wait for their name's address.
    pub expected: usize,
    /// Stratum without sources, 1 to 15; 0 says "not synchronised" instead.
    pub orphan_stratum: u8,
    /// Binary logarithm of the precision of reading the clock, in seconds.
    pub precision: i8,
    /// Reference ids of our own addresses: a source that names one has its time from us.
    pub own: Vec<ReferenceId>,
}

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

struct Source {
    address: IpAddr,
    association: Association,
    track: Track,
    filter: Filter,
    last: Option<Sample>,
    is_selected: bool,
}

/// A clock and the sources that it follows.
pub struct Follower {
    settings: FollowerSettings,
    started: Raw,
    clock: VirtualClock,
    sources: Vec<Source>,
    /// What the clock says of itself since it was first set.
    quality: Option<Quality>,
    great_error_since: Option<Raw>,
    leap: Leap,
}

impl Follower {
    /// A clock that starts at `time`, which is what the system says, right or not. It follows nothing yet.
    #[must_use]
    pub fn new(settings: FollowerSettings, raw: Raw, time: Utc) -> Self {
        let clock = VirtualClock::new(raw, time);
        Self { settings, started: raw, clock, sources: Vec::new(), quality: None, great_error_since: None, leap: Leap::None }
    }

    /// Follows one more source, and gives its index.
    pub fn add(&mut self, address: IpAddr, raw: Raw) -> usize {
        self.sources.push(Source::new(address, self.settings.poll, raw));
        self.sources.len() - 1
    }

    /// Source `index` is now found at another address: all that was known of it is void.
    ///
    /// # Panics
    ///
    /// If there is no such source.
    pub fn replace(&mut self, index: usize, address: IpAddr, raw: Raw) {
        self.sources[index] = Source::new(address, self.settings.poll, raw);
    }

    /// Starts anew at `time`, with the same sources: the raw clock stood still while the host slept.
    pub fn restart(&mut self, raw: Raw, time: Utc) {
        self.clock.step(raw, time, self.clock.frequency());
        for index in 0..self.sources.len() {
            self.replace(index, self.sources[index].address, raw);
        }
        self.started = raw;
        self.quality = None;
        self.great_error_since = None;
        self.leap = Leap::None;
    }

    /// The clock as it runs now.
    #[must_use]
    pub fn clock(&self) -> &VirtualClock {
        &self.clock
    }

    /// What to send to source `index` at a moment; `nonce` is a fresh random number.
    ///
    /// # Panics
    ///
    /// If there is no such source.
    pub fn poll(&mut self, index: usize, raw: Raw, nonce: u64) -> Sending {
        self.tick(raw);
        let sending = self.sources[index].association.poll(raw, nonce);
        if !self.sources[index].association.is_reachable() {
            self.sources[index].is_selected = false;
        }
        sending
    }

    /// The exact moment at which the open question to source `index` left.
    ///
    /// # Panics
    ///
    /// If there is no such source.
    pub fn sent(&mut self, index: usize, raw: Raw) {
        self.sources[index].association.sent(raw);
    }

    /// Reads an answer of source `index` and corrects the clock by it.
    ///
    /// # Errors
    ///
    /// The reason, if it is no sample. It is counted.
    ///
    /// # Panics
    ///
    /// If there is no such source.
    pub fn receive(&mut self, index: usize, datagram: &[u8], arrived: Raw) -> Result<(), Report> {
        self.tick(arrived);
        let near = self.clock.at(arrived);
        let source = &mut self.sources[index];
        let sample = source.association.receive(datagram, arrived, near, &self.settings.own)?;
        let as_predicted = source.track.push(&sample);
        source.association.judged(as_predicted);
        if as_predicted.is_none() {
            return Err(Report::Spike);
        }
        let offset = sample.time.since(self.clock.at(sample.at));
        source.filter.push(sample.at, offset, sample.delay, sample.dispersion + 2_f64.powi(i32::from(self.settings.precision)));
        source.last = Some(sample);
        self.update(arrived);
        Ok(())
    }

    /// What the clock says of itself at a moment.
    #[must_use]
    pub fn quality(&self, raw: Raw) -> Quality {
        let precision = self.settings.precision;
        if self.great_error_since.is_some() {
            return Quality::unsynchronised(precision);
        }
        match &self.quality {
            Some(quality) if quality.distance_at(raw) + self.clock.pending(raw).abs() < MAX_DISTANCE => {
                Quality { root_dispersion: quality.root_dispersion + self.clock.pending(raw).abs(), ..quality.clone() }
            }
            None if self.settings.expected > 0 && raw.since(self.started) < ORPHAN_AFTER => Quality::unsynchronised(precision),
            _ => Quality::orphan(self.settings.orphan_stratum, precision),
        }
    }

    /// The greatest error of the clock at a moment, in seconds, against the sources' time; `None` while it follows none.
    #[must_use]
    pub fn error_bound(&self, raw: Raw) -> Option<f64> {
        let follows = self.quality.is_some() && self.great_error_since.is_none();
        let quality = self.quality(raw);
        (follows && quality.is_synchronised()).then(|| quality.distance_at(raw)).filter(|_| quality.updated.is_some())
    }

    /// What a person sees of the sources, in the order in which they were added.
    #[must_use]
    pub fn status(&self, raw: Raw) -> Vec<SourceStatus> {
        let status = |source: &Source| {
            let peer = source.filter.peer(raw);
            SourceStatus {
                address: source.address,
                stratum: source.last.as_ref().map(|sample| sample.stratum),
                reach: source.association.reach(),
                poll: source.association.poll_exponent(),
                offset: source.track.time_at(raw).map(|(time, _)| time.since(self.clock.at(raw))),
                delay: peer.map(|peer| peer.delay),
                jitter: peer.map(|peer| peer.jitter),
                is_selected: source.is_selected,
                counters: *source.association.counters(),
            }
        };
        self.sources.iter().map(status).collect()
    }

    /// Lets a leap second pass, if one is due. Called by [`Follower::poll`] and [`Follower::receive`]; an exact midnight needs more.
    pub fn tick(&mut self, raw: Raw) {
        let seconds = self.leap.shift();
        if seconds == 0 {
            return;
        }
        // The midnight that follows the moment at which the leap was last told; `tick` is called more often than every half day.
        let now = self.clock.at(raw);
        let Some(midnight) = next_leap_midnight(now.plus(-DAY / 2.0)) else { return };
        // A second left out: 23:59:59 does not happen.
        let due = if seconds > 0 { midnight.plus(-1.0) } else { midnight };
        if now < due {
            return;
        }
        for source in &mut self.sources {
            source.track.leap(seconds);
        }
        let error = self.clock.pending(raw) + seconds as f64;
        self.clock.correct(raw, error, self.clock.frequency());
        self.leap = Leap::None;
        if let Some(quality) = &mut self.quality {
            quality.leap = Leap::None;
        }
    }

    fn update(&mut self, raw: Raw) {
        let now = self.clock.at(raw);
        let (indices, candidates): (Vec<usize>, Vec<Candidate>) =
            (0..self.sources.len()).filter_map(|index| Some((index, self.sources[index].candidate(raw, now)?))).unzip();
        // The first to answer may be the liar: before the clock is set, most of the sources are heard, or the patience is over.
        let is_early = self.quality.is_none()
            && raw.since(self.started) < PATIENCE
            && candidates.len() * 2 <= self.settings.expected.max(self.sources.len());
        if is_early {
            return;
        }
        let survivors = select(&candidates);
        for (index, source) in self.sources.iter_mut().enumerate() {
            source.is_selected = survivors.iter().any(|survivor| indices[*survivor] == index);
        }
        let chosen: Vec<Candidate> = survivors.iter().map(|survivor| candidates[*survivor]).collect();
        let Some(combined) = combine(&chosen) else { return };
        if !self.correct(raw, &combined) {
            return;
        }
        let votes = |leap: Leap| {
            survivors
                .iter()
                .filter(|survivor| self.sources[indices[**survivor]].last.as_ref().is_some_and(|sample| sample.leap == leap))
                .count()
                * 2
                > survivors.len()
        };
        let is_last_day = next_leap_midnight(now).is_some_and(|midnight| midnight.since(now) <= DAY);
        self.leap = [Leap::Insert, Leap::Delete].into_iter().find(|leap| is_last_day && votes(*leap)).unwrap_or_default();
        let best = &self.sources[indices[survivors[0]]];
        let (Some(sample), Some(peer)) = (&best.last, best.filter.peer(raw)) else { return };
        self.quality = Some(Quality {
            leap: self.leap,
            stratum: sample.stratum.saturating_add(1).min(15),
            precision: self.settings.precision,
            root_delay: sample.root_delay + peer.delay,
            root_dispersion: sample.root_dispersion + peer.dispersion + combined.sd,
            reference_id: ReferenceId::of(best.address),
            reference_time: Some(self.clock.at(raw)),
            updated: Some(raw),
        });
    }

    /// Steps the clock if it was never set or is far off for long, slews it if it is near. Whether the clock follows now.
    fn correct(&mut self, raw: Raw, combined: &Combined) -> bool {
        let surprise = (combined.offset - self.clock.pending(raw)).abs();
        let is_great = self.quality.is_some() && surprise > STEP_THRESHOLD;
        if is_great && raw.since(*self.great_error_since.get_or_insert(raw)) < STEP_OUT {
            return false;
        }
        self.great_error_since = None;
        if is_great || self.quality.is_none() {
            self.clock.step(raw, self.clock.at(raw).plus(combined.offset), combined.frequency);
            for source in &mut self.sources {
                source.filter.stepped(combined.offset);
            }
        } else {
            self.clock.correct(raw, combined.offset, combined.frequency);
        }
        true
    }
}

impl Source {
    fn new(address: IpAddr, poll: PollRange, raw: Raw) -> Self {
        Self {
            address,
            association: Association::new(poll, raw),
            track: Track::default(),
            filter: Filter::default(),
            last: None,
            is_selected: false,
        }
    }

    /// What the source says of the clock, if it is fit to say anything (RFC 5905, section 11.2.1 and figure 27).
    fn candidate(&self, raw: Raw, now: Utc) -> Option<Candidate> {
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
