//! The native viewer: from the answer to a publication to the pixels of an X screen; and without a server from its start to the first frame, and
//! the memory that it takes.
//!
//! It has been connected once before it starts alone, so identity, content and the browser's profile lie on its disk.

pub(super) mod display;
mod film;
pub(super) mod kiosk;
mod memory;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::client::Client;
use super::figure::Figure;
use super::installation::Installation;
use super::server::fresh_folder;
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::json::Json;
use crate::server_binary::{self, Profile};
use crate::{place, process, tool, web};

use display::{Display, SIZE};
use film::Film;
use kiosk::Kiosk;

const ROUNDS: usize = 10;
const PATIENCE: Duration = Duration::from_secs(120);
/// Between the first frame and a look at the memory.
const CALM: Duration = Duration::from_secs(10);
/// Changes that are published, each to another colour and back.
const CHANGES: usize = 20;
/// What the page shows, but for a line of text far from the middle.
const COLOUR: [u8; 3] = [0x12, 0x34, 0xc8];

/// Another one, as a page has it.
const OTHER: &str = "#109840";

/// A presentation with one page in [`COLOUR`].
const BODY: &str = r##"{"version":1,"canvas":{"width":1920,"height":1080,"background":"#1234c8"},"pages":[{"id":"p1","name":"One",
"duration_ms":5000,"transition":{"kind":"cut","ms":0},"elements":[{"id":"e1","kind":"text",
"frame":{"x":0,"y":0,"w":800,"h":200},"text":"Welcome aboard"}]}]}"##;
/// What shows it on every screen.
const ROW: &str = r#"{"content":{"presentation":"ID"},"destination":"all",
"when":{"from":"2020-01-01T00:00:00","until":null,"zone":null,"recurrence":null}}"#;

/// Starts the viewer some times; hands back times and memory.
///
/// # Errors
/// Where server, viewer or screen cannot be built or started, or the screen does not show the page in time.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    installer::bring(&[&tool::CHROMIUM, &tool::XVFB, &tool::FFMPEG, &tool::IP], consent)?;
    web::prepare(consent)?;
    let server = server_binary::build(Profile::Release)?;
    let viewer = build()?;
    let folder = fresh_folder("viewer")?;
    let display = Display::open()?;
    let film = Film::of(&display, COLOUR)?;
    let kiosk = Kiosk::new(&viewer, &folder);
    let changes = fill(&server, &folder, &kiosk, &display, &film)?;

    let mut times = Vec::new();
    let (mut own, mut all) = (0.0, 0.0);
    for round in 1..=ROUNDS {
        film.until(false, Instant::now(), PATIENCE)?;
        let player = kiosk.start_alone()?;
        let seen = film.until(true, player.begun, PATIENCE)?;
        times.push(seen.saturating_duration_since(player.begun));
        if round == ROUNDS {
            thread::sleep(CALM);
            (own, all) = (memory::resident(player.id())?, memory::proportional(player.id()));
        }
        player.stop();
    }
    Ok(figures(changes, times, own, all))
}

/// The one in the middle and the longest, in seconds; there is one at least.
fn middle_and_last(times: &mut [Duration]) -> (f64, f64) {
    times.sort();
    (times[times.len() / 2].as_secs_f64(), times[times.len() - 1].as_secs_f64())
}

fn figures(mut changes: Vec<Duration>, mut times: Vec<Duration>, own: f64, all: f64) -> Vec<Figure> {
    let (changed, latest) = middle_and_last(&mut changes);
    let (middle, slowest) = middle_and_last(&mut times);
    let row = |name: String, aim: &str, measured| Figure { name, aim: aim.to_owned(), measured, ..Figure::default() };
    let (width, height) = SIZE;
    vec![
        row(
            format!(
                "native viewer, answer to a publication to other pixels on the X screen, p50 and slowest of {}",
                changes.len()
            ),
            "1 s",
            format!("{changed:.3} s, {latest:.3} s"),
        ),
        row(
            format!(
                "native viewer, exec to first frame on an X screen of {width} x {height}, cache warm, no server, p50 and slowest of {}",
                times.len()
            ),
            "3 s",
            format!("{middle:.3} s, {slowest:.3} s"),
        ),
        row(
            "native viewer's own process, resident, playing without a server".to_owned(),
            "30 MiB",
            format!("{own:.1} MiB; {all:.0} MiB with the browser (proportional)"),
        ),
    ]
}

/// Connects the viewer to a server of this machine until it plays, changes what it plays some times, and ends both. How long after its publication
/// each change was seen.
fn fill(server: &Path, folder: &Path, kiosk: &Kiosk, display: &Display, film: &Film) -> Result<Vec<Duration>, Failure> {
    let Installation { server, instance, mut client } = Installation::new(server, &folder.join("server"))?;
    let told = |answer: Option<Json>, key: &str| {
        let text = answer.as_ref().and_then(|json| json.get(key)?.text()).map(str::to_owned);
        text.ok_or_else(|| Failure::failed(format!("The server's answer holds no `{key}`.")))
    };
    let token = told(client.json("POST", "/api/v1/enrolment-tokens", r#"{"name":"bench","uses":1}"#)?.json(), "secret")?;
    let id = told(client.json("POST", "/api/v1/presentations", r#"{"name":"Welcome"}"#)?.json(), "id")?;
    publish(&mut client, &id, "none", BODY)?;
    client.json("POST", "/api/v1/schedules", &ROW.replace("ID", &id))?;

    kiosk.configure(&display.name, instance.serving.control, &token, "")?;
    let player = kiosk.start()?;
    film.until(true, player.begun, PATIENCE)?;
    kiosk.until_kept(PATIENCE)?;
    let other = BODY.replace("#1234c8", OTHER);
    let mut times = Vec::new();
    for change in 0..CHANGES {
        let (body, is_first) = if change % 2 == 0 { (other.as_str(), false) } else { (BODY, true) };
        let draft = told(client.json("GET", &format!("/api/v1/presentations/{id}"), "")?.json(), "draft")?;
        // The pixels may change before the answer is here.
        let (asked, answered) = publish(&mut client, &id, &draft, body)?;
        times.push(film.until(is_first, asked, PATIENCE)?.saturating_duration_since(answered));
    }
    player.stop();
    server.stop();
    Ok(times)
}

/// Publishes a body in place of a draft of this version: when that was asked for, and when the answer was here.
fn publish(client: &mut Client, id: &str, version: &str, body: &str) -> Result<(Instant, Instant), Failure> {
    let fields = format!("Content-Type: application/json\r\nIf-Match: \"{version}\"\r\n");
    client.send("PUT", &format!("/api/v1/presentations/{id}/draft"), &fields, body.len() as u64, body.as_bytes())?;
    let asked = Instant::now();
    client.json("POST", &format!("/api/v1/presentations/{id}/publish"), "")?;
    Ok((asked, Instant::now()))
}

/// Builds `signboard-viewer` as it is delivered.
pub(super) fn build() -> Result<PathBuf, Failure> {
    let mut cargo = process::cargo();
    cargo.args(["build", "--release", "--package", "signboard-viewer", "--bin", "signboard-viewer"]);
    if process::in_ci() {
        cargo.arg("--locked");
    }
    if !process::succeeds(&mut cargo)? {
        return Err(Failure::failed("The viewer could not be built; the compiler's words stand above."));
    }
    Ok(place::target().join("release").join("signboard-viewer"))
}

/// Where the words of the programs of this bench go.
fn log() -> Result<fs::File, Failure> {
    let file = place::notes().join("bench-viewer.log");
    let opened = fs::create_dir_all(place::notes()).and_then(|()| fs::OpenOptions::new().create(true).append(true).open(&file));
    opened.map_err(|error| Failure::file(&file, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_put_in_order() {
        let times = [900, 700, 2_300, 800].map(Duration::from_millis).to_vec();
        let rows = figures(vec![Duration::from_millis(310)], times, 21.04, 300.4);
        assert_eq!(rows[0].measured, "0.310 s, 0.310 s");
        assert!(rows[1].name.ends_with("1920 x 1080, cache warm, no server, p50 and slowest of 4"), "{}", rows[1].name);
        assert_eq!(rows[1].measured, "0.900 s, 2.300 s");
        assert_eq!(rows[2].measured, "21.0 MiB; 300 MiB with the browser (proportional)");
    }

    #[test]
    fn what_is_sent_is_json() {
        assert!(Json::parse(BODY).is_some());
        assert_eq!(Json::parse(ROW).unwrap().get("content").unwrap().get("presentation").unwrap().text(), Some("ID"));
    }
}
