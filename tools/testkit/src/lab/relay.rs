//! A slow path: frames wait before they go on.

use std::fs::File;
use std::io::{self, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::namespace::Namespace;
use super::tap;

/// Frames that wait at most, each way; more are lost, as in a switch.
const ROOM: usize = 1000;
/// Longer than any frame of a TAP device without offloads.
const FRAME: usize = 16_384;

/// How slow a path is, each way.
#[derive(Clone, Copy, Debug)]
pub struct Path {
    /// How long each frame is under way.
    pub delay: Duration,
    /// Bits per second; none for as many as the machine carries.
    pub rate: Option<u64>,
}

/// Two devices and the threads that carry frames between them.
#[derive(Debug)]
pub(super) struct Relay {
    host: Arc<File>,
    /// Closing it ends the threads.
    _running: PipeWriter,
}

impl Relay {
    /// Makes a device at each end, named by namespace and name, and carries frames between them.
    pub(super) fn new(path: Path, host: (&Namespace, &str), port: (&Namespace, &str)) -> anyhow::Result<Self> {
        let host = Arc::new(tap::make(host.0, host.1)?);
        let port = Arc::new(tap::make(port.0, port.1)?);
        let (stop, running) = io::pipe()?;
        for (from, to) in [(&host, &port), (&port, &host)] {
            let (sender, receiver) = sync_channel(ROOM);
            let (from, to, stop) = (Arc::clone(from), Arc::clone(to), stop.try_clone()?);
            thread::spawn(move || read(&from, stop.as_fd(), path, &sender));
            thread::spawn(move || write(&to, &receiver));
        }
        Ok(Self { host, _running: running })
    }

    /// Puts the cable of the host in or out.
    pub(super) fn carrier(&self, present: bool) -> anyhow::Result<()> {
        Ok(tap::carrier(&self.host, present)?)
    }
}

/// A frame and when it arrives.
type Due = (Instant, Vec<u8>);

fn read(from: &File, stop: BorrowedFd<'_>, path: Path, sender: &SyncSender<Due>) {
    let mut frame = vec![0; FRAME];
    let mut free = Instant::now();
    loop {
        let mut both = [PollFd::new(from.as_fd(), PollFlags::POLLIN), PollFd::new(stop, PollFlags::POLLIN)];
        if poll(&mut both, PollTimeout::NONE).is_err() || both[1].any() != Some(false) {
            return;
        }
        let mut reader = from;
        let Ok(length) = reader.read(&mut frame) else { return };
        free = free.max(Instant::now()) + path.time_on_wire(length);
        match sender.try_send((free + path.delay, frame[..length].to_vec())) {
            Ok(()) | Err(TrySendError::Full(_)) => {}
            Err(TrySendError::Disconnected(_)) => return,
        }
    }
}

fn write(mut to: &File, receiver: &Receiver<Due>) {
    while let Ok((due, frame)) = receiver.recv() {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        // A device that is down refuses frames; a cut cable does the same.
        let _ = to.write(&frame);
    }
}

impl Path {
    fn time_on_wire(self, bytes: usize) -> Duration {
        let bits = u64::try_from(bytes).expect("a frame is short") * 8;
        self.rate.map_or(Duration::ZERO, |rate| Duration::from_nanos(bits * 1_000_000_000 / rate.max(1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_says_how_long_a_frame_takes() {
        let path = |rate| Path { delay: Duration::ZERO, rate };
        assert_eq!(path(Some(8_000)).time_on_wire(1000), Duration::from_secs(1));
        assert_eq!(path(Some(1_000_000_000)).time_on_wire(1250), Duration::from_micros(10));
        assert_eq!(path(None).time_on_wire(1250), Duration::ZERO);
    }
}
