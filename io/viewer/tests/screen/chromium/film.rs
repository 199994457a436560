//! A film on the screen: it comes in ranges from the library, moves, and is judged well.

use std::process::Command;
use std::time::Duration;

use image::RgbImage;
use serde_json::json;
use viewer::screen::{Look, ScreenEvent, Surface};

use super::display::Weston;
use crate::stand::{Setup, Stand, plan};

const MEDIA: &str = "01890000-0000-7000-8000-0000000000aa";

/// Ten seconds of moving bars.
fn film() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.mp4");
    let made = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=640x360:rate=25:duration=10", "-pix_fmt", "yuv420p"])
        .arg(&path)
        .status()
        .expect("ffmpeg is installed");
    assert!(made.success());
    std::fs::read(path).unwrap()
}

/// Whether most of it is lighter than the ground of a page without film.
fn is_lit(picture: &RgbImage) -> bool {
    picture.pixels().filter(|pixel| pixel.0.iter().any(|part| *part > 60)).count() > picture.pixels().len() / 2
}

async fn plays_on(surface: Option<Surface>, what: &str) {
    let mut stand = Stand::start(Setup { surface, probe_every: Duration::from_secs(1), ..Setup::default() }).await;
    let bytes = film();
    let record = json!({ "hash": stand.keep(&bytes), "sha256": "", "bytes": bytes.len(), "mime": "video/mp4", "width": 640, "height": 360, "duration_ms": 10_000 });
    let item = json!({ "id": "v", "kind": "video", "media": MEDIA, "duration_ms": 10_000, "transition": { "kind": "cut", "ms": 0 }, "play": { "content": { "media": MEDIA } } });
    let plan = plan(vec![item], Some(record), 0);
    stand.handle.show(plan.clone(), false);
    stand.shown(&plan.id).await;
    let first = stand.picture(&format!("{what} film"), is_lit).await;
    stand
        .picture(&format!("{what} film moves"), |next| {
            let moved =
                first.pixels().zip(next.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 24)).count();
            is_lit(next) && moved > first.pixels().len() / 500
        })
        .await;
    // Three looks at it later nobody has called it black or frozen; the first look is told however it ends.
    let is_wrong = |event: &ScreenEvent| match event {
        ScreenEvent::Probe(look) => *look != Look::default(),
        ScreenEvent::Trouble(_) | ScreenEvent::Restarted(_) => true,
        _ => false,
    };
    let wrong = tokio::time::timeout(Duration::from_secs(4), stand.wait("probe", is_wrong)).await;
    assert!(wrong.is_err(), "{wrong:?}");
    stand.handle.stop().await;
}

#[tokio::test]
async fn a_film_of_ffmpeg_plays_from_the_library() {
    plays_on(None, "headless").await;
}

#[tokio::test]
async fn a_film_of_ffmpeg_plays_under_wayland() {
    let compositor = Weston::start();
    plays_on(Some(Surface::Wayland(compositor.socket())), "wayland").await;
}
