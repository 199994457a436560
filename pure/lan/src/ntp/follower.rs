//! Following several sources: the whole client, driven by datagrams and moments.

use core::net::IpAddr;

use super::association::Sending;
use super::clock::VirtualClock;
use super::instant::{Raw, Utc};
use super::leap::Leap;
use super::poll::PollRange;
use super::quality::{MAX_DISTANCE, PHI, Quality, STEP_THRESHOLD};
use super::reference::ReferenceId;
use super::report::Report;
use super::selection::{Candidate, Combined, combine, select};
use super::source::{Source, SourceStatus};

/// Seconds after the start in which a source may answer before the clock serves as orphan.
const ORPHAN_AFTER: f64 = 5.0;

/// Seconds after the start in which a minority of the sources does not set the clock.
const PATIENCE: f64 = 8.0;

/// Seconds that a great error must stay before the clock is stepped (RFC 5905, WATCH).
const STEP_OUT: f64 = 300.0;

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

/// A clock and the sources that it follows.
pub struct Follower {
    settings: FollowerSettings,
    started: Raw,
    clock: VirtualClock,
    sources: Vec<Source>,
    /// What the clock says of itself since it was first set.
    quality: Option<Quality>,
    /// Whether a minority of the sources was heard out when the patience was over.
    is_impatient: bool,
    great_error_since: Option<Raw>,
    leap: Leap,
}

impl Follower {
    /// A clock that starts at `time`, which is what the system says, right or not. It follows nothing yet.
    #[must_use]
    pub fn new(settings: FollowerSettings, raw: Raw, time: Utc) -> Self {
        let clock = VirtualClock::new(raw, time);
        Self {
            settings,
            started: raw,
            clock,
            sources: Vec::new(),
            quality: None,
            is_impatient: false,
            great_error_since: None,
            leap: Leap::None,
        }
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
        self.is_impatient = false;
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
        match &self.quality {
            Some(quality) if quality.distance_at(raw) + self.clock.pending(raw).abs() < MAX_DISTANCE => {
                if self.great_error_since.is_some() {
                    return Quality::unsynchronised(precision);
                }
                Quality { root_dispersion: quality.root_dispersion + self.clock.pending(raw).abs(), ..quality.clone() }
            }
            None if self.settings.expected > 0 && raw.since(self.started) < ORPHAN_AFTER => Quality::unsynchronised(precision),
            _ => Quality::orphan(self.settings.orphan_stratum, precision),
        }
    }

    /// The greatest error of the clock at a moment, in seconds, against the sources' time; `None` while it follows none.
    #[must_use]
    pub fn error_bound(&self, raw: Raw) -> Option<f64> {
        let quality = self.quality(raw);
        quality.follows().then(|| quality.distance_at(raw))
    }

    /// What a person sees of the sources, in the order in which they were added.
    #[must_use]
    pub fn status(&self, raw: Raw) -> Vec<SourceStatus> {
        self.sources.iter().map(|source| source.status(raw, &self.clock)).collect()
    }

    /// Lets a leap second pass, if one is due, and hears a minority of the sources once the patience is over. Called by [`Follower::poll`] and
    /// [`Follower::receive`]; who wants either at its moment calls it more often.
    pub fn tick(&mut self, raw: Raw) {
        if self.quality.is_none() && !self.is_impatient && raw.since(self.started) >= PATIENCE {
            self.is_impatient = true;
            self.update(raw);
        }
        if !self.leap.is_due(self.clock.at(raw)) {
            return;
        }
        let seconds = self.leap.shift();
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
        self.leap = [Leap::Insert, Leap::Delete].into_iter().find(|leap| leap.is_near(now) && votes(*leap)).unwrap_or_default();
        let best = &self.sources[indices[survivors[0]]];
        let (Some(sample), Some(peer)) = (&best.last, best.filter.peer(raw)) else { return };
        self.quality = Some(Quality {
            leap: self.leap,
            // Behind a source of stratum 15 it is 16, not synchronised: so servers that follow each other in a ring come to an end.
            stratum: sample.stratum.saturating_add(1),
            precision: self.settings.precision,
            root_delay: sample.root_delay + peer.delay,
            root_dispersion: sample.root_dispersion + peer.dispersion + PHI * raw.since(sample.at).max(0.0) + combined.sd,
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
