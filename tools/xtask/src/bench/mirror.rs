//! One film of 2 GiB from one place to another on this machine: two servers of ours (TLS, every group verified) beside Syncthing (TLS,
//! every block verified) and an rsync daemon (neither), one after the other, in turns.

mod rsync;
mod syncthing;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::figure::Figure;
use super::film;
use super::installation::Installation;
use super::instance::Instance;
use super::server::{Server, fresh_folder};
use crate::failure::Failure;
use crate::installer::{self, Consent};
use crate::server_binary::{self, Profile};
use crate::{process, tool, web};

const BYTES: u64 = 2 << 30;
const ROUNDS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs it.
///
/// # Errors
/// Where a tool is missing and may not be installed, or one of the three does not bring the film.
pub(super) fn run(consent: Consent) -> Result<Vec<Figure>, Failure> {
    installer::bring(&[&tool::SYNCTHING, &tool::RSYNC, &tool::FFMPEG], consent)?;
    web::prepare(consent)?;
    let binary = server_binary::build(Profile::Release)?;
    let folder = fresh_folder("mirror")?;
    let (mut ours, mut syncthing, mut rsync) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Another film each time, so that nobody has seen it before.
        let film = folder.join(format!("film-{round}.mp4"));
        film::make(&film, BYTES + u64::try_from(round).unwrap_or_default() * 4096)?;
        ours.push(servers(&binary, &folder.join(format!("ours-{round}")), &film)?);
        syncthing.push(syncthing::brings(&folder.join(format!("syncthing-{round}")), &film)?);
        rsync.push(rsync::brings(&folder.join(format!("rsync-{round}")), &film)?);
        fs::remove_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
        fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, &error))?;
    }
    let (ours, syncthing, rsync) = (rate(ours), rate(syncthing), rate(rsync));
    let figure = |peer: &str, theirs: f64, aim: &str| Figure {
        name: format!("media between servers, 2 GiB with TLS and verification, beside {peer}"),
        aim: aim.to_owned(),
        measured: format!("{ours:.0} MB/s (median of {ROUNDS})"),
        peer: format!("{theirs:.0} MB/s"),
        ratio: format!("{:.2} x", ours / theirs),
    };
    Ok(vec![figure("Syncthing", syncthing, "1.5 x"), figure("an rsync daemon without TLS", rsync, "0.8 x")])
}

/// The median in megabytes per second.
fn rate(mut times: Vec<Duration>) -> f64 {
    times.sort();
    #[expect(clippy::cast_precision_loss, reason = "2^31 is exact")]
    let bytes = BYTES as f64;
    bytes / times[times.len() / 2].as_secs_f64() / 1e6
}

/// How long the film takes from a Main to a server that keeps all, from the moment at which it may travel.
fn servers(binary: &Path, folder: &Path, film: &Path) -> Result<Duration, Failure> {
    let [main, sub] = ["main", "sub"].map(|name| folder.join(name));
    for data in [&main, &sub] {
        fs::create_dir_all(data).map_err(|error| Failure::file(data, &error))?;
    }
    let mut main = Installation::new(binary, &main)?;
    let instance = Instance::new(binary, &sub)?;
    let joining = Server::start(instance.command(), instance.http, "/readyz", PATIENCE)?;
    let wish = r#"{"name":"Pier","role":"sub"}"#;
    let token = main.client.json("POST", "/api/v1/server-tokens", wish)?.json();
    let token = token.as_ref().and_then(|json| json.get("token")?.text()).map(str::to_owned);
    let token = token.ok_or_else(|| Failure::failed("The Main gave no token."))?;
    let joined = process::quiet(process::command(binary).args(["join", &token, "--data"]).arg(&sub))?;
    if !joined.success {
        return Err(Failure::failed(format!("The second server does not join: {}", joined.stderr.trim())));
    }
    let id = awaited("the second server's record", || {
        let view = main.client.json("GET", "/api/v1/servers/overview", "").ok()?.json()?;
        let pier =
            view.get("servers")?.list().iter().find(|server| server.get("name").and_then(|name| name.text()) == Some("Pier"))?;
        (pier.get("state")?.text()? == "connected").then(|| pier.get("id")?.text().map(str::to_owned))?
    })?;
    let week = r#"["mo","tu","we","th","fr","sa","su"]"#;
    let closed = format!(r#"{{"keeps":"all","limits":[{{"days":{week},"receive":0}}]}}"#);
    main.client.json("PATCH", &format!("/api/v1/servers/{id}"), &closed)?;
    let (_, on_disk) = main.upload(film)?;
    let inside = on_disk.strip_prefix(&main.instance.data).map_err(|_| Failure::failed("The film lies elsewhere."))?;
    let arrived = sub.join(inside);
    settled();
    let began = Instant::now();
    main.client.json("PATCH", &format!("/api/v1/servers/{id}"), r#"{"limits":[]}"#)?;
    let took = until(&arrived, began)?;
    joining.stop();
    main.server.stop();
    Ok(took)
}

/// What was written before is on the disk, so that nobody pays for another one's film.
fn settled() {
    let _ = process::quiet(&mut process::command("sync"));
}

/// Waits until the whole film stands under its name; how long that took.
fn until(arrived: &PathBuf, began: Instant) -> Result<Duration, Failure> {
    while !fs::metadata(arrived).is_ok_and(|facts| facts.len() >= BYTES) {
        if began.elapsed() > PATIENCE {
            return Err(Failure::failed(format!("{} does not arrive.", arrived.display())));
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(began.elapsed())
}

fn awaited<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> Result<T, Failure> {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        if began.elapsed() > PATIENCE {
            return Err(Failure::failed(format!("Waiting for {what} took too long.")));
        }
        thread::sleep(Duration::from_millis(50));
    }
}
