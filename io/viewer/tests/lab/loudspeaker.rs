//! Where a computer's sound goes: a sound server without a card, and what is heard there.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::ensure;
use tempfile::TempDir;
use testkit::lab::{Host, Program};

use crate::town::PATIENCE;

/// Samples in a second.
const RATE: u32 = 48_000;

/// A sound server on a host; ends when dropped.
pub(crate) struct Loudspeaker<'a> {
    host: &'a Host,
    server: String,
    folder: TempDir,
    _program: Program,
}

impl<'a> Loudspeaker<'a> {
    /// Starts PulseAudio with nothing but a sink that goes nowhere.
    pub(crate) fn open(host: &'a Host) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let socket = folder.path().join("socket");
        let mut pulse = Command::new("pulseaudio");
        pulse.args(["-n", "-v", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm=yes"]);
        pulse.arg("--load").arg(format!("module-null-sink sink_name=wall rate={RATE} channels=2"));
        pulse.arg("--load").arg(format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket.display()));
        let program = host.start(pulse.env("HOME", folder.path()).env("XDG_RUNTIME_DIR", folder.path()))?;
        program.wait_for("startup complete", PATIENCE)?;
        let server = format!("unix:{}", socket.display());
        let speaker = Self { host, server, folder, _program: program };
        let chromium = format!("#!/bin/sh\nPULSE_SERVER={} exec chromium \"$@\"\n", speaker.server);
        fs::write(speaker.browser(), chromium)?;
        fs::set_permissions(speaker.browser(), fs::Permissions::from_mode(0o755))?;
        Ok(speaker)
    }

    /// The browser's program with this loudspeaker, as the viewer's settings name it.
    pub(crate) fn browser(&self) -> PathBuf {
        self.folder.path().join("chromium")
    }

    /// How loud a tone is in the next half second, as a part of the loudest that there can be.
    pub(crate) fn hears(&self, hertz: f64) -> anyhow::Result<f64> {
        let record = tempfile::NamedTempFile::new()?;
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-loglevel", "error", "-nostdin", "-y", "-f", "pulse", "-server", &self.server, "-i", "wall.monitor"]);
        ffmpeg.args(["-t", "0.5", "-ac", "1", "-ar", &RATE.to_string(), "-f", "s16le"]).arg(record.path());
        let output = self.host.run(&mut ffmpeg)?;
        ensure!(output.status.success(), "ffmpeg: {}", String::from_utf8_lossy(&output.stderr));
        let bytes = fs::read(record.path())?;
        let samples: Vec<f64> = bytes.as_chunks::<2>().0.iter().map(|pair| f64::from(i16::from_le_bytes(*pair))).collect();
        ensure!(!samples.is_empty(), "nothing was recorded");
        Ok(loudness(&samples, hertz) / f64::from(i16::MAX))
    }
}

/// The amplitude of one tone among samples.
fn loudness(samples: &[f64], hertz: f64) -> f64 {
    let step = std::f64::consts::TAU * hertz / f64::from(RATE);
    let mut sum = (0.0, 0.0);
    let mut angle = 0.0_f64;
    for sample in samples {
        sum.0 += sample * angle.cos();
        sum.1 += sample * angle.sin();
        angle += step;
    }
    let mut count = 0.0;
    samples.iter().for_each(|_| count += 1.0);
    2.0 * f64::hypot(sum.0, sum.1) / count
}
