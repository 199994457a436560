//! The direction from there to here: entries are taken in batches, one after another, and acknowledged when they are durable.

use std::collections::VecDeque;

use domain::log::{Entry, MAX_ENTRY_BYTES};

use super::{Alarm, CREDIT_BYTES, Frame, Hold, MAX_APPLY, Mode, NotApplied, Now, Output, Phase, Reason, Session, Standing};
use crate::apply::ApplyError;
use crate::encoding::encode;

/// A peer that keeps to its credit has no more than this on its way: it may go beyond by its last frame, which one large entry may fill.
const MAX_WAITING_BYTES: u64 = CREDIT_BYTES + MAX_ENTRY_BYTES as u64;
/// After so long a failed batch is tried again, in milliseconds.
const RETRY_MS: u64 = 5_000;

/// The receiver's half.
#[derive(Clone, Debug, Default)]
pub(super) struct Receiving {
    /// Arrived, not given to the store yet; with its size in bytes.
    queue: VecDeque<(u64, Entry)>,
    /// Given to the store, kept for another try.
    batch: Vec<Entry>,
    /// What the batch takes, in bytes.
    batch_bytes: u64,
    /// What waits in the queue, in bytes.
    queue_bytes: u64,
    applying: bool,
    /// Not before this time.
    retry_at: Option<u64>,
}

impl Receiving {
    /// How many entries have arrived and are not stored yet.
    pub(super) fn waiting(&self) -> usize {
        self.queue.len() + self.batch.len()
    }
}

impl Session {
    pub(super) fn heard_entries(&mut self, entries: Vec<Entry>) {
        let them = self.peer.server;
        if self.peer.read_only && entries.iter().any(|entry| entry.dot.actor.server == them) {
            return self.close(Reason::ReadOnly { server: them });
        }
        // Before the judgement they wait; under any hold but that of a full disk they come again with the next session.
        if self.phase == Phase::Open && !matches!(self.hold, None | Some(Hold::DiskFull | Hold::Unavailable)) {
            return;
        }
        for entry in entries {
            self.sending.heard(entry.dot);
            let bytes = encode(&entry).len() as u64;
            self.receiving.queue_bytes += bytes;
            self.receiving.queue.push_back((bytes, entry));
        }
        let waiting = self.receiving.queue_bytes + self.receiving.batch_bytes;
        if waiting > MAX_WAITING_BYTES {
            self.receiving = Receiving::default();
            self.close(Reason::Protocol(format!("{waiting} bytes of entries wait here, more than credit was given for")));
        }
    }

    /// Hands the next batch to the store.
    pub(super) fn apply_entries(&mut self, now: Now) {
        if self.phase != Phase::Open || self.receiving.applying {
            return;
        }
        match &self.hold {
            None => {}
            Some(Hold::DiskFull | Hold::Unavailable) if self.receiving.retry_at.is_some_and(|at| now.mono_ms < at) => return,
            Some(Hold::DiskFull | Hold::Unavailable) => {}
            Some(_) => {
                self.receiving.queue_bytes = 0;
                return self.receiving.queue.clear();
            }
        }
        let receiving = &mut self.receiving;
        if receiving.batch.is_empty() {
            let count = receiving.queue.len().min(MAX_APPLY);
            let (bytes, batch): (Vec<u64>, Vec<Entry>) = receiving.queue.drain(..count).unzip();
            (receiving.batch, receiving.batch_bytes) = (batch, bytes.iter().sum());
            receiving.queue_bytes -= receiving.batch_bytes;
        }
        if !receiving.batch.is_empty() {
            receiving.applying = true;
            self.out.push(Output::Apply(receiving.batch.clone()));
        }
    }

    pub(super) fn applied(&mut self, now: Now, outcome: Result<Standing, NotApplied>) {
        self.receiving.applying = false;
        match outcome {
            Ok(stands) => {
                self.receiving.batch.clear();
                let bytes = std::mem::take(&mut self.receiving.batch_bytes);
                self.stand(stands);
                if matches!(self.hold, Some(Hold::DiskFull | Hold::Unavailable)) {
                    self.hold = None;
                    let mode = self.sending.mode().cloned().unwrap_or(Mode::Stream);
                    self.out.push(Output::Send(Frame::Mode(mode)));
                }
                self.send_ack();
                self.out.push(Output::Send(Frame::Credit { bytes }));
            }
            Err(NotApplied::Rules(error)) => {
                if matches!(error, ApplyError::FarFuture { .. }) {
                    self.out.push(Output::Alarm(Alarm::BadEntry(error.clone())));
                }
                self.close(Reason::Protocol(error.to_string()));
            }
            Err(NotApplied::Full) => self.wait(now, Hold::DiskFull),
            Err(NotApplied::Unavailable) => self.wait(now, Hold::Unavailable),
        }
    }

    /// Nothing can be stored: the peer is told, and the batch is tried again. What goes the other way goes on.
    fn wait(&mut self, now: Now, hold: Hold) {
        self.receiving.retry_at = Some(now.mono_ms + RETRY_MS);
        if self.hold.as_ref() != Some(&hold) {
            self.out.push(Output::Send(Frame::Mode(Mode::Hold(hold.clone()))));
            self.hold = Some(hold);
        }
    }

    /// Tells the peer what has come to be contained here since it was last told.
    pub(super) fn send_ack(&mut self) {
        let grown = self.ends.since(&self.told);
        if self.phase != Phase::Closed && !grown.is_empty() {
            self.told.raise(&grown);
            self.out.push(Output::Send(Frame::Ack(grown)));
        }
    }
}
