//! What stood on a screen, frame by frame, for as long as a test took.

use std::fs;
use std::process::Command;

use anyhow::ensure;
use tempfile::NamedTempFile;
use testkit::lab::{Host, Program};

use crate::display::{Display, SIZE, near};

/// Pictures in a second.
const RATE: usize = 10;
/// Each is made so small, in pixels; what is left of a clock's digits is a shade.
const SMALL: (usize, usize) = (16, 9);

/// A film that is being taken.
pub(crate) struct Film {
    program: Program,
    file: NamedTempFile,
}

impl Film {
    /// Begins.
    pub(crate) fn of(display: &Display<'_>, host: &Host) -> anyhow::Result<Self> {
        let file = NamedTempFile::new()?;
        let (size, rate) = (format!("{}x{}", SIZE.0, SIZE.1), RATE.to_string());
        let scale = format!("scale={}:{}:flags=neighbor", SMALL.0, SMALL.1);
        let mut command = Command::new("ffmpeg");
        command.args(["-loglevel", "error", "-nostdin", "-y", "-f", "x11grab", "-draw_mouse", "0", "-framerate", &rate]);
        command.args(["-video_size", &size, "-i", &display.name, "-vf", &scale, "-flush_packets", "1"]);
        command.args(["-f", "rawvideo", "-pix_fmt", "rgb24"]).arg(file.path());
        Ok(Self { program: host.start(&mut command)?, file })
    }

    /// Ends, and says how many pictures there are, and how many of them show none of these colours.
    pub(crate) fn end(mut self, colours: &[[u8; 3]]) -> anyhow::Result<(usize, usize)> {
        self.program.kill()?;
        let bytes = fs::read(self.file.path())?;
        let pictures: Vec<&[u8]> = bytes.chunks_exact(SMALL.0 * SMALL.1 * 3).collect();
        ensure!(!pictures.is_empty(), "the film has no picture");
        let shows = |picture: &[u8], colour: [u8; 3]| {
            let pixels = picture.as_chunks::<3>().0;
            pixels.iter().filter(|pixel| near(**pixel, colour)).count() * 10 >= pixels.len() * 9
        };
        let strange = pictures.iter().filter(|picture| !colours.iter().any(|colour| shows(picture, *colour))).count();
        Ok((pictures.len(), strange))
    }
}
