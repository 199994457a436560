//! What the middle of a screen shows, frame by frame, each with the time at which it was seen.
//!
//! One program films all the time, and only a patch: a program for each look would slow what is measured.

use std::io::{BufReader, Read};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use super::display::{Display, SIZE};
use crate::failure::Failure;
use crate::process;

/// Width and height of the patch in pixels.
const EDGE: u32 = 32;
/// Frames in a second: a moment is told up to this part of a second late, never early.
const RATE: &str = "60";
/// Bytes of a frame.
const FRAME: usize = (EDGE * EDGE * 3) as usize;

/// A running film; it ends when dropped.
pub(super) struct Film {
    child: Child,
    frames: Receiver<(Instant, bool)>,
}

impl Film {
    /// Films a screen; of each frame it is told whether all of the patch has this colour.
    ///
    /// # Errors
    /// Where ffmpeg cannot be started.
    pub(super) fn of(display: &Display, colour: [u8; 3]) -> Result<Self, Failure> {
        let (x, y) = ((SIZE.0 - EDGE) / 2, (SIZE.1 - EDGE) / 2);
        let mut ffmpeg = process::command("ffmpeg");
        ffmpeg.args(["-loglevel", "error", "-nostdin", "-fflags", "nobuffer", "-f", "x11grab", "-draw_mouse", "0"]);
        ffmpeg.args(["-framerate", RATE, "-video_size", &format!("{EDGE}x{EDGE}"), "-i", &format!("{}+{x},{y}", display.name)]);
        ffmpeg.args(["-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-flush_packets", "1", "-"]);
        ffmpeg.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::from(super::log()?));
        let mut child =
            ffmpeg.spawn().map_err(|error| Failure::unavailable(format!("`ffmpeg` could not be started: {error}.")))?;
        let stdout = child.stdout.take().expect("piped above");
        let (seen, frames) = mpsc::channel();
        thread::spawn(move || watch(stdout, colour, &seen));
        Ok(Self { child, frames })
    }

    /// The time of the first frame since a moment that has the colour, or has it not.
    ///
    /// # Errors
    /// Where there is none in time, or the film has ended.
    pub(super) fn until(&self, has_colour: bool, since: Instant, patience: Duration) -> Result<Instant, Failure> {
        let end = since + patience;
        loop {
            match self.frames.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok((at, has)) if at >= since && has == has_colour => return Ok(at),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => {
                    let what = if has_colour { "show the page" } else { "go dark" };
                    let time = patience.as_secs();
                    return Err(Failure::failed(format!(
                        "The screen does not {what} within {time} s; the viewer's words are in target/xtask/bench-viewer.log."
                    )));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::failed("ffmpeg films no more; its words are in target/xtask/bench-viewer.log."));
                }
            }
        }
    }
}

impl Drop for Film {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn watch(stdout: ChildStdout, colour: [u8; 3], seen: &Sender<(Instant, bool)>) {
    let mut reader = BufReader::with_capacity(FRAME, stdout);
    let mut frame = vec![0; FRAME];
    while reader.read_exact(&mut frame).is_ok() && seen.send((Instant::now(), is_all(&frame, colour))).is_ok() {}
}

/// Whether every pixel has the colour, give or take what drawing may round.
fn is_all(frame: &[u8], colour: [u8; 3]) -> bool {
    frame.chunks_exact(3).all(|pixel| pixel.iter().zip(colour).all(|(found, wanted)| found.abs_diff(wanted) <= 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_has_a_colour_when_all_of_it_has() {
        let blue = [0x12, 0x34, 0xc8];
        let mut frame = [0x12, 0x35, 0xc7].repeat(9);
        assert!(is_all(&frame, blue));
        frame[14] = 0;
        assert!(!is_all(&frame, blue));
    }
}
