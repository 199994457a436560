//! How long a native viewer is without a server when its own is killed: two servers and the viewer with its browser on this machine, again and again.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::client::Client;
use super::figure::Figure;
use super::installation::Installation;
use super::instance::Instance;
use super::server::{Server, fresh_folder};
use super::viewer::display::Display;
use super::viewer::kiosk::Kiosk;
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::server_binary::{self, Profile};
use crate::{process, tool, web};

const ROUNDS: usize = 24;
const PATIENCE: Duration = Duration::from_secs(120);
/// A session that lasted for less was an attempt, after which viewers wait for longer each time.
const CALM: Duration = Duration::from_secs(6);
/// Between two looks at who serves the viewer.
const PAUSE: Duration = Duration::from_millis(5);
/// The viewer returns soon, so that the next round can begin.
const SOON: &str = "return-after-s = 1\nreturn-within-s = 1\n";

/// Kills the server of a viewer some times; hands back how long it took until another one had it.
///
/// # Errors
/// Where a server or the viewer cannot be built or started, or a round does not come to its end in time.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    installer::bring(&[&tool::CHROMIUM, &tool::XVFB], consent)?;
    web::prepare(consent)?;
    let (binary, viewer) = (server_binary::build(Profile::Release)?, super::viewer::build()?);
    let folder = fresh_folder("failover")?;
    let Installation { server: mut main, instance, client: mut at_main } = Installation::new(&binary, &folder.join("main"))?;
    let (_backup, at_backup) = join(&binary, &folder, &instance)?;
    let told = at_main.json("POST", "/api/v1/enrolment-tokens", r#"{"name":"bench","uses":1}"#)?.json();
    let token = told.as_ref().and_then(|json| json.get("secret")?.text()).map(str::to_owned);
    let token = token.ok_or_else(|| Failure::failed("The server gives no token for a viewer."))?;
    let (display, kiosk) = (Display::open()?, Kiosk::new(&viewer, &folder));
    kiosk.configure(&display.name, instance.serving.control, &token, SOON)?;
    let player = kiosk.start()?;
    until_served(&at_main)?;

    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        thread::sleep(CALM);
        let killed = Instant::now();
        process::quiet(process::command("kill").args(["-KILL", &main.id().to_string()]))?;
        until_served(&at_backup)?;
        times.push(killed.elapsed());
        drop(main);
        main = Server::start(instance.command(), instance.http, "/readyz", PATIENCE)?;
        until_served(&at_main)?;
    }
    player.stop();
    Ok(vec![figure(times)])
}

/// A second server that has joined as Backup, and somebody who is signed in there.
fn join(binary: &Path, folder: &Path, main: &Instance) -> Result<(Server, Client), Failure> {
    let said = |words: &[&str], data: &Path| {
        let answer = process::quiet(process::command(binary).args(words).arg("--data").arg(data))?;
        let failed = || Failure::failed(format!("`signboard {}` failed: {}", words[0], answer.stderr.trim()));
        if answer.success { Ok(answer.stdout.trim().to_owned()) } else { Err(failed()) }
    };
    let token = said(&["server-token", "--name", "Backup", "--role", "backup"], &main.data)?;
    let data = folder.join("backup");
    let instance = Instance::new(binary, &data)?;
    let server = Server::start(instance.command(), instance.http, "/readyz", PATIENCE)?;
    said(&["join", &token], &data)?;
    let (mut client, end) = (Client::new(instance.http), Instant::now() + PATIENCE);
    while client.json("POST", "/api/v1/session", r#"{"login":"ada","password":"boats leave at noon"}"#).is_err() {
        if Instant::now() >= end {
            return Err(Failure::failed("Nobody can sign in at the server that has joined."));
        }
        // Slower than guesses of passwords are held up.
        thread::sleep(Duration::from_millis(500));
    }
    Ok((server, client))
}

/// Waits until a server has the viewer.
fn until_served(client: &Client) -> Result<(), Failure> {
    let end = Instant::now() + PATIENCE;
    // The server may not answer yet.
    while !client.send("GET", "/api/v1/viewers/status", "", 0, &[][..]).is_ok_and(|answer| answer.holds("\"online\":true")) {
        if Instant::now() >= end {
            return Err(Failure::failed("The viewer does not come in time; its words are in target/xtask/bench-viewer.log."));
        }
        thread::sleep(PAUSE);
    }
    Ok(())
}

fn figure(mut times: Vec<Duration>) -> Figure {
    times.sort();
    let at = |share: usize| times[(times.len() * share).div_ceil(100).clamp(1, times.len()) - 1].as_secs_f64();
    Figure {
        name: format!("native viewer served again by the Backup after kill -9 of its server, p50 and p99 of {}", times.len()),
        aim: "p99 3 s".to_owned(),
        measured: format!("{:.2} s, {:.2} s", at(50), at(99)),
        ..Figure::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_of_some_is_the_p99() {
        let times = [900, 700, 2_300, 800].map(Duration::from_millis).to_vec();
        let row = figure(times);
        assert!(row.name.ends_with("p50 and p99 of 4"), "{}", row.name);
        assert_eq!(row.measured, "0.80 s, 2.30 s");
    }
}
