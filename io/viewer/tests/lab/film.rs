//! What stood on a screen, frame by frame, for as long as a test took.

use std::fs;
use std::process::Command;
use std::time::Instant;

use anyhow::ensure;
use tempfile::NamedTempFile;
use testkit::lab::{Host, Program};

use crate::display::{Display, near};
use crate::town::PATIENCE;

/// Pictures in a second.
const RATE: usize = 10;
/// Each is made so small, in pixels; what is left of a clock's digits is a shade.
const SMALL: (usize, usize) = (16, 9);
/// Bytes of a picture.
const PICTURE: usize = SMALL.0 * SMALL.1 * 3;

/// A film that is being taken.
pub(crate) struct Film {
    program: Program,
    file: NamedTempFile,
}

impl Film {
    /// Begins.
    pub(crate) fn of(display: &Display<'_>, host: &Host) -> anyhow::Result<Self> {
        let file = NamedTempFile::new()?;
        let rate = RATE.to_string();
        let scale = format!("scale={}:{}:flags=neighbor", SMALL.0, SMALL.1);
        let mut command = Command::new("ffmpeg");
        command.args(["-loglevel", "error", "-nostdin", "-y", "-f", "x11grab", "-draw_mouse", "0", "-framerate", &rate]);
        command.args(display.source()).args(["-vf", &scale, "-flush_packets", "1"]);
        command.args(["-f", "rawvideo", "-pix_fmt", "rgb24"]).arg(file.path());
        Ok(Self { program: host.start(&mut command)?, file })
    }

    /// Waits until it has a picture: from now on it misses nothing.
    pub(crate) fn until_it_runs(&self) -> anyhow::Result<()> {
        let end = Instant::now() + PATIENCE;
        while fs::metadata(self.file.path())?.len() < u64::try_from(PICTURE)? {
            ensure!(Instant::now() < end, "the film begins within {PATIENCE:?}");
        }
        Ok(())
    }

    /// Ends, and says how many pictures there are, and how many of them show none of these colours.
    pub(crate) fn end(self, colours: &[[u8; 3]]) -> anyhow::Result<(usize, usize)> {
        let shown = self.shown(colours)?;
        Ok((shown.len(), shown.iter().filter(|colour| colour.is_none()).count()))
    }

    /// Ends, and says which of these colours came one after the other; none for a picture of no such colour.
    pub(crate) fn order(self, colours: &[[u8; 3]]) -> anyhow::Result<Vec<Option<[u8; 3]>>> {
        let mut shown = self.shown(colours)?;
        shown.dedup();
        Ok(shown)
    }

    fn shown(mut self, colours: &[[u8; 3]]) -> anyhow::Result<Vec<Option<[u8; 3]>>> {
        self.program.kill()?;
        let bytes = fs::read(self.file.path())?;
        let shows = |picture: &[u8], colour: [u8; 3]| {
            let pixels = picture.as_chunks::<3>().0;
            pixels.iter().filter(|pixel| near(**pixel, colour)).count() * 10 >= pixels.len() * 9
        };
        let of = |picture: &[u8]| colours.iter().copied().find(|colour| shows(picture, *colour));
        let shown: Vec<_> = bytes.chunks_exact(PICTURE).map(of).collect();
        ensure!(!shown.is_empty(), "the film has no picture");
        Ok(shown)
    }
}
