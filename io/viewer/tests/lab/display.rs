//! A screen without glass: an X server in memory, photographed by a program that knows nothing of the viewer.

use std::process::Command;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use testkit::lab::{Host, Program};

use crate::town::PATIENCE;

/// Width and height in pixels: small, so that software can draw it quickly.
pub(crate) const SIZE: (usize, usize) = (640, 360);

/// Pixels in the height of a bar: more than dots and dashes of letters have.
const LEAST_BAR: usize = 8;

/// A screen of an X server on a host; the server ends when the last one is dropped.
pub(crate) struct Display<'a> {
    host: &'a Host,
    /// Name of the X server, such as `:77`.
    pub(crate) name: String,
    /// Left edge on its desktop in pixels.
    pub(crate) left: usize,
    _server: Rc<Program>,
}

impl<'a> Display<'a> {
    /// Starts Xvfb and waits until it says which number it took.
    pub(crate) fn open(host: &'a Host) -> anyhow::Result<Self> {
        let (name, server) = serve(host, 1)?;
        Ok(Self { host, name, left: 0, _server: server })
    }

    /// Two screens side by side on the desktop of one X server.
    pub(crate) fn pair(host: &'a Host) -> anyhow::Result<[Self; 2]> {
        let (name, server) = serve(host, 2)?;
        Ok([0, SIZE.0].map(|left| Self { host, name: name.clone(), left, _server: Rc::clone(&server) }))
    }

    /// The host on which it stands.
    pub(crate) fn host(&self) -> &'a Host {
        self.host
    }

    /// What ffmpeg films.
    pub(crate) fn source(&self) -> [String; 4] {
        let (size, place) = (format!("{}x{}", SIZE.0, SIZE.1), format!("{}+{},0", self.name, self.left));
        ["-video_size".to_owned(), size, "-i".to_owned(), place]
    }

    /// The colours on the screen now, row by row.
    pub(crate) fn photograph(&self) -> anyhow::Result<Vec<[u8; 3]>> {
        let mut command = Command::new("ffmpeg");
        command.args(["-loglevel", "error", "-nostdin", "-f", "x11grab", "-draw_mouse", "1"]).args(self.source());
        let output = self.host.run(command.args(["-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"]))?;
        ensure!(output.status.success(), "ffmpeg: {}", String::from_utf8_lossy(&output.stderr));
        let pixels: Vec<[u8; 3]> = output.stdout.as_chunks::<3>().0.to_vec();
        ensure!(pixels.len() == SIZE.0 * SIZE.1, "the picture has {} pixels", pixels.len());
        Ok(pixels)
    }

    /// How many upright bars of this colour stand one above the other near the left edge, below the head of the page.
    pub(crate) fn bars(&self, colour: [u8; 3]) -> anyhow::Result<usize> {
        let pixels = self.photograph()?;
        let (width, height) = SIZE;
        let is_bar = |x: usize, y: usize| near(pixels[y * width + x], colour);
        let in_column = |x: usize| {
            let column: Vec<bool> = (height / 4..height).map(|y| is_bar(x, y)).collect();
            column.chunk_by(|a, b| a == b).filter(|run| run[0] && run.len() >= LEAST_BAR).count()
        };
        Ok((0..width / 8).map(in_column).max().unwrap_or(0))
    }

    /// Whether at least nine tenths of the screen have this colour, give or take what a codec may change.
    pub(crate) fn shows(&self, colour: [u8; 3]) -> anyhow::Result<bool> {
        let pixels = self.photograph()?;
        Ok(pixels.iter().filter(|pixel| near(**pixel, colour)).count() * 10 >= pixels.len() * 9)
    }

    /// Looks again until the screen has this colour.
    pub(crate) fn until_it_shows(&self, colour: [u8; 3]) -> anyhow::Result<()> {
        let end = Instant::now() + PATIENCE;
        while !self.shows(colour)? {
            if Instant::now() >= end {
                let pixels = self.photograph()?;
                let middle = pixels.get(pixels.len() / 2).context("the picture is not empty")?;
                anyhow::bail!("the screen shows {colour:?} within {PATIENCE:?}; its middle is {middle:?}");
            }
        }
        Ok(())
    }
}

/// An X server whose desktop has room for so many screens, and its name.
fn serve(host: &Host, screens: usize) -> anyhow::Result<(String, Rc<Program>)> {
    let desktop = format!("{}x{}x24", SIZE.0 * screens, SIZE.1);
    let words = ["-displayfd", "1", "-screen", "0", &desktop, "-nolisten", "tcp", "-noreset"];
    let server = host.start(Command::new("Xvfb").args(words))?;
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(number) = server.lines().iter().find_map(|line| line.trim().parse::<u32>().ok()) {
            return Ok((format!(":{number}"), Rc::new(server)));
        }
        ensure!(Instant::now() < end, "Xvfb says its number within {PATIENCE:?}");
    }
}

/// The same, give or take what a codec may change.
pub(crate) fn near(found: [u8; 3], wanted: [u8; 3]) -> bool {
    found.iter().zip(wanted).all(|(found, wanted)| found.abs_diff(wanted) <= 6)
}
