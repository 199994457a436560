//! Signs of life, and what is compared with them: histories, digests, clocks.

use std::collections::VecDeque;

use super::{Alarm, DEAD_MS, Epoch, Frame, HEARTBEAT_MS, Heartbeat, Now, Output, Phase, Reason, Role, Session};

/// Of so many exchanges the quickest tells the offset of the clocks.
const SAMPLES: usize = 8;
/// From this difference on people are told, in milliseconds.
pub const CLOCK_ALARM_MS: i64 = 30_000;
/// What the peer has is written down at most this often, in milliseconds.
const NOTE_MS: u64 = 1_000;

/// What is remembered about time.
#[derive(Clone, Debug)]
pub(super) struct Pulse {
    heard_at: u64,
    beat_at: u64,
    noted_at: u64,
    /// The last heartbeat that came: its `sent_ms`, and when it came.
    last: Option<(i64, u64)>,
    /// Round trip and offset of the last exchanges, milliseconds.
    samples: VecDeque<(i64, i64)>,
    clock_alarm: bool,
    digest_alarm: bool,
    /// What the peer said last of itself.
    pub(super) theirs: Option<(Role, Epoch, Option<u64>)>,
}

impl Pulse {
    pub(super) fn new(now: Now) -> Self {
        let mono = now.mono_ms;
        Self {
            heard_at: mono,
            beat_at: mono,
            noted_at: mono,
            last: None,
            samples: VecDeque::new(),
            clock_alarm: false,
            digest_alarm: false,
            theirs: None,
        }
    }

    pub(super) fn heard(&mut self, now: Now) {
        self.heard_at = now.mono_ms;
    }

    /// When something was last heard, by the monotonic clock.
    pub(super) fn heard_at(&self) -> u64 {
        self.heard_at
    }

    /// Round trip and offset of the peer's clock in milliseconds, by the quickest of the last exchanges.
    pub(super) fn clock(&self) -> Option<(i64, i64)> {
        self.samples.iter().min().copied()
    }

    fn sample(&mut self, now: Now, heartbeat: &Heartbeat) {
        self.last = Some((heartbeat.sent_ms, now.mono_ms));
        let kept = i64::try_from(heartbeat.kept_ms).unwrap_or(i64::MAX);
        let round = now.wall_ms.saturating_sub(heartbeat.echo_ms).saturating_sub(kept);
        // A clock that was set in between gives no sample.
        if heartbeat.echo_ms == 0 || !(0..i64::try_from(DEAD_MS).unwrap_or(i64::MAX)).contains(&round) {
            return;
        }
        if self.samples.len() == SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back((round, heartbeat.sent_ms.saturating_add(round / 2).saturating_sub(now.wall_ms)));
    }
}

impl Session {
    pub(super) fn tick(&mut self, now: Now) {
        let pulse = &mut self.pulse;
        if now.mono_ms.saturating_sub(pulse.heard_at) > DEAD_MS {
            return self.close(Reason::Silent);
        }
        if now.mono_ms.saturating_sub(pulse.noted_at) >= NOTE_MS && self.unnoted {
            pulse.noted_at = now.mono_ms;
            self.note_ack();
        }
        if now.mono_ms.saturating_sub(self.pulse.beat_at) >= HEARTBEAT_MS && self.phase != Phase::Greeting {
            self.beat(now);
        }
    }

    fn beat(&mut self, now: Now) {
        self.pulse.beat_at = now.mono_ms;
        let (echo_ms, at) = self.pulse.last.unwrap_or((0, now.mono_ms));
        let heartbeat = Heartbeat {
            ends: self.ends.clone(),
            digest: self.stands.digest,
            sent_ms: now.wall_ms,
            echo_ms,
            kept_ms: now.mono_ms.saturating_sub(at),
            role: self.local.role,
            epoch: self.local.epoch,
            free_disk: self.local.free_disk,
        };
        self.told = self.ends.clone();
        self.out.push(Output::Send(Frame::Heartbeat(Box::new(heartbeat))));
    }

    pub(super) fn heard_heartbeat(&mut self, now: Now, heartbeat: &Heartbeat) {
        self.pulse.sample(now, heartbeat);
        self.pulse.theirs = Some((heartbeat.role, heartbeat.epoch, heartbeat.free_disk));
        let before = self.known.clone();
        self.learn(&heartbeat.ends);
        self.compare_later(&before);
        if heartbeat.ends == self.ends && !self.ends.is_empty() {
            let (ours, theirs) = (self.stands.digest, heartbeat.digest);
            let differs = ours != theirs;
            if differs && !self.pulse.digest_alarm {
                self.out.push(Output::Alarm(Alarm::Digest { ours, theirs }));
            }
            self.pulse.digest_alarm = differs;
        }
        let offset = self.pulse.clock().map_or(0, |(_, offset)| offset);
        let off = offset.abs() > CLOCK_ALARM_MS;
        if off && !self.pulse.clock_alarm {
            self.out.push(Output::Alarm(Alarm::Clock { offset_ms: offset }));
        }
        self.pulse.clock_alarm = off;
    }
}
