//! The display under a real X server (Xvfb): the kiosk fills it, it is turned, and what it cannot do is said.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use viewer::screen::{DisplaySettings, Mode, PowerMeans, ScreenEvent, Surface};

use crate::stand::{GREEN, RED, Setup, Stand, alike, middle, page, picture, plan};

/// An X server of its own.
struct XServer {
    child: Child,
    name: String,
}

impl XServer {
    fn start(width: u32, height: u32) -> Self {
        Self::start_with(width, height, &["-nocursor"])
    }

    fn start_with(width: u32, height: u32, more: &[&str]) -> Self {
        use std::io::Read as _;
        // The server chooses a free number itself and writes it when it is ready.
        let mut child = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", &format!("{width}x{height}x24"), "-nolisten", "tcp", "-noreset"])
            .args(more)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is installed (package xvfb)");
        let mut number = String::new();
        let mut output = child.stdout.take().unwrap();
        let mut byte = [0];
        while output.read(&mut byte).unwrap() == 1 && byte[0] != b'\n' {
            number.push(char::from(byte[0]));
        }
        Self { child, name: format!(":{number}") }
    }

    fn ask(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program).args(arguments).env("DISPLAY", &self.name).output().unwrap();
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for XServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Wayland compositor of its own, without any screen.
pub(crate) struct Weston {
    child: Child,
    folder: tempfile::TempDir,
}

impl Weston {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("wayland-0");
        let child = Command::new("weston")
            .args(["--backend=headless-backend.so", "--width=1280", "--height=720", "--idle-time=0"])
            .arg(format!("--socket={}", socket.file_name().unwrap().to_string_lossy()))
            .env("XDG_RUNTIME_DIR", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("weston is installed (package weston)");
        let began = std::time::Instant::now();
        while !socket.exists() {
            assert!(began.elapsed().as_secs() < 20, "weston does not start");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        Self { child, folder }
    }

    /// The whole path of its socket.
    pub(crate) fn socket(&self) -> String {
        self.folder.path().join("wayland-0").display().to_string()
    }
}

impl Drop for Weston {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn the_kiosk_fills_an_x_screen_without_window_manager() {
    let server = XServer::start(1024, 600);
    let mut stand =
        Stand::start(Setup { surface: Some(Surface::X11(server.name.clone())), size: Some((1024, 600)), ..Setup::default() })
            .await;
    let (item, _) = page(&stand, "a", RED);
    let plan = plan(vec![item], None, 0);
    stand.handle.show(plan.clone(), false);
    stand.shown(&plan.id).await;
    let picture = stand.picture("kiosk under X", |picture| alike(middle(picture), RED)).await;
    // The line that is too much lies below the screen.
    assert_eq!(picture.dimensions(), (1024, 601), "no bar of the browser takes room");
    let tree = server.ask("xwininfo", &["-root", "-tree"]);
    assert!(tree.contains("1024x601+0+0"), "{tree}");
    stand.handle.stop().await;
}

/// The pixels in the middle of a screen of 1024 by 600, where an X server has its pointer, with the pointer if it is seen.
fn middle_of(server: &XServer) -> Vec<[u8; 3]> {
    let output = Command::new("ffmpeg")
        .args([
            "-loglevel",
            "error",
            "-nostdin",
            "-f",
            "x11grab",
            "-draw_mouse",
            "1",
            "-video_size",
            "1024x600",
            "-i",
            &server.name,
        ])
        .args(["-frames:v", "1", "-vf", "crop=48:48:488:276", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .output()
        .expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout.as_chunks::<3>().0.to_vec()
}

#[tokio::test]
async fn no_pointer_is_seen_also_after_the_page_was_loaded_anew() {
    let server = XServer::start_with(1024, 600, &[]);
    let mut stand =
        Stand::start(Setup { surface: Some(Surface::X11(server.name.clone())), size: Some((1024, 600)), ..Setup::default() })
            .await;
    let (item, record) = picture(&stand, "a", GREEN);
    let plan = plan(vec![item], Some(record), 0);
    stand.handle.show(plan.clone(), false);
    for load in 0..4 {
        if load > 0 {
            stand.handle.reload();
            stand.wait("reloaded", |event| matches!(event, ScreenEvent::Restarted(_))).await;
        }
        stand.shown(&plan.id).await;
        let began = std::time::Instant::now();
        loop {
            let pixels = middle_of(&server);
            let odd = pixels.iter().filter(|pixel| !alike(**pixel, GREEN)).count();
            if odd == 0 && pixels.len() == 48 * 48 {
                break;
            }
            assert!(began.elapsed().as_secs() < 60, "{odd} points are not of the picture after {load} loads");
        }
    }
    stand.handle.stop().await;
}

#[tokio::test]
async fn a_picture_that_is_taken_is_not_seen_where_ffmpeg_films_the_screen() {
    let server = XServer::start(1280, 720);
    let setup =
        Setup { surface: Some(Surface::X11(server.name.clone())), probe_every: Duration::from_millis(300), ..Setup::default() };
    let mut stand = Stand::start(setup).await;
    let (item, record) = picture(&stand, "a", GREEN);
    let plan = plan(vec![item], Some(record), 0);
    stand.handle.show(plan.clone(), false);
    stand.shown(&plan.id).await;
    stand.picture("green under X", |picture| alike(middle(picture), GREEN)).await;
    // What the X server itself shows for three seconds, beside pictures taken all the time.
    let recording = Command::new("ffmpeg")
        .args(["-loglevel", "error", "-f", "x11grab", "-video_size", "1280x720", "-framerate", "25", "-i", &server.name])
        .args(["-t", "3", "-vf", "scale=16:9:flags=neighbor", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .expect("ffmpeg is installed");
    let recorded = tokio::task::spawn_blocking(move || recording.wait_with_output().unwrap().stdout);
    while !recorded.is_finished() {
        stand.handle.screenshot().await.unwrap();
    }
    let recorded = recorded.await.unwrap();
    let (frames, rest) = recorded.as_chunks::<{ 16 * 9 * 3 }>();
    assert!(frames.len() > 20 && rest.is_empty(), "{} frames", frames.len());
    for (at, frame) in frames.iter().enumerate() {
        let wrong: Vec<_> = frame.as_chunks::<3>().0.iter().filter(|pixel| !alike(**pixel, GREEN)).collect();
        assert!(wrong.is_empty(), "frame {at} of {}: {} points, such as {:?}", frames.len(), wrong.len(), wrong[0]);
    }
    stand.handle.stop().await;
}

#[tokio::test]
async fn a_display_is_set_by_the_programs_of_the_system_and_what_fails_is_said_once() {
    let server = XServer::start(1024, 768);
    let mut stand =
        Stand::start(Setup { surface: Some(Surface::X11(server.name.clone())), size: Some((1024, 768)), ..Setup::default() })
            .await;
    let turned = |rotation| DisplaySettings {
        mode: Some(Mode { width: 1024, height: 768, rate: None }),
        rotation: Some(rotation),
        ..DisplaySettings::default()
    };
    // What the server has is taken without a word; Xvfb cannot turn.
    stand.handle.display(turned(0));
    stand.handle.display(turned(90));
    let trouble = stand.wait("picture", |event| matches!(event, ScreenEvent::Trouble(_))).await;
    assert!(
        matches!(&trouble, ScreenEvent::Trouble(one) if one.code == "display.picture" && one.text.contains("right")),
        "{trouble:?}"
    );
    // Nor has it a power to switch, though xset itself ends well there.
    stand.handle.display(DisplaySettings { power: PowerMeans::Dpms, ..DisplaySettings::default() });
    let trouble = stand.wait("dpms", |event| matches!(event, ScreenEvent::Trouble(_))).await;
    assert!(
        matches!(&trouble, ScreenEvent::Trouble(one) if one.code == "display.power" && one.text.contains("xset")),
        "{trouble:?}"
    );
    // Here is no television either.
    stand.handle.display(DisplaySettings { power: PowerMeans::Cec, ..DisplaySettings::default() });
    let trouble = stand.wait("cec", |event| matches!(event, ScreenEvent::Trouble(_))).await;
    assert!(
        matches!(&trouble, ScreenEvent::Trouble(one) if one.text.contains("cec-ctl") && one.text.contains("v4l-utils")),
        "{trouble:?}"
    );
    stand.handle.stop().await;
}
