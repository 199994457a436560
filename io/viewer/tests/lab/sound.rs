//! A film with sound is heard, as the screen's settings say.

use std::process::Command;

use anyhow::ensure;
use serde_json::json;
use testkit::lab::{Host, Lab};

use crate::computer::Computer;
use crate::desk::Desk;
use crate::loudspeaker::Loudspeaker;
use crate::town::{Server, Town};

/// Tone of the film.
const TONE: f64 = 440.0;
/// A tone that it has not.
const OTHER: f64 = 1_000.0;

/// A green film with one tone.
fn film(host: &Host, folder: &std::path::Path) -> anyhow::Result<std::path::PathBuf> {
    let path = folder.join("tone.mp4");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-loglevel", "error", "-nostdin", "-f", "lavfi", "-i", "color=c=green:size=320x180:rate=10"]);
    ffmpeg.args(["-f", "lavfi", "-i", &format!("sine=frequency={TONE}:sample_rate=48000"), "-af", "volume=4", "-t", "10"]);
    ffmpeg.args(["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", "-movflags", "+faststart"]).arg(&path);
    let output = host.run(&mut ffmpeg)?;
    ensure!(output.status.success(), "ffmpeg: {}", String::from_utf8_lossy(&output.stderr));
    Ok(path)
}

#[test]
fn lab_a_film_is_heard_without_a_click_and_a_muted_screen_is_not() -> anyhow::Result<()> {
    let Some(_) = Lab::open_with(&[("pulseaudio", "pulseaudio")])? else { return Ok(()) };
    let Some(town) = Town::open()? else { return Ok(()) };
    let server = Server::start(&town.server)?;
    let desk = Desk::set_up(&town.server, &server.link()?)?;
    let folder = tempfile::tempdir()?;
    let media = desk.upload("tone.mp4", &std::fs::read(film(&town.server, folder.path())?)?)?;
    desk.show_media(&media)?;
    let host = town.segment.host("screen")?;
    let speaker = Loudspeaker::open(&host)?;
    let _computer = Computer::start(&host, &format!("[browser]\nprogram = {:?}\n", speaker.browser()))?;
    assert!(speaker.hears(TONE)? < 0.001, "nothing plays yet");
    let viewer = desk.approve(&json!({"name": "Gate 4"}))?;
    let heard = |wanted: bool| {
        let words = if wanted { "the tone is heard" } else { "the tone is heard no more" };
        desk.until(words, || Ok(((speaker.hears(TONE)? > 0.05) == wanted).then_some(())))
    };
    heard(true)?;
    let (tone, other) = (speaker.hears(TONE)?, speaker.hears(OTHER)?);
    assert!(tone > 20.0 * other, "{tone} and {other}: it is the film's own tone");
    desk.until("the server hears of it", || Ok((desk.status(&viewer)?["sound"] == "ok").then_some(())))?;

    desk.call("PATCH", &format!("/viewers/{viewer}"), Some(&json!({"muted": true})))?;
    heard(false)?;
    desk.call("PATCH", &format!("/viewers/{viewer}"), Some(&json!({"muted": false})))?;
    heard(true)
}
