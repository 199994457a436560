//! Two Syncthings that know each other's address and ask nobody else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::super::client::Client;
use crate::failure::Failure;
use crate::{port, process};

const FIELDS: &str = "X-API-Key: bench\r\nContent-Type: application/json\r\n";

/// One of the two.
struct Side {
    home: PathBuf,
    media: PathBuf,
    device: String,
    port: u16,
    page: u16,
}

/// Killed when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Side {
    fn new(folder: &Path) -> Result<Self, Failure> {
        let (home, media) = (folder.join("home"), folder.join("media"));
        // Without its marker it takes a folder for one that was lost.
        for place in [&home, &media.join(".stfolder")] {
            fs::create_dir_all(place).map_err(|error| Failure::file(place, &error))?;
        }
        let made = process::quiet(syncthing(&home).args(["generate", "--no-default-folder"]))?;
        let told = process::quiet(syncthing(&home).arg("--device-id"))?;
        let device = told.stdout.trim().to_owned();
        if !made.success || device.len() < 50 {
            return Err(Failure::failed(format!("Syncthing makes no key: {} {}", made.stderr.trim(), told.stderr.trim())));
        }
        Ok(Self { home, media, device, port: port::free()?, page: port::free()? })
    }

    fn configure(&self, other: &Self, paused: bool) -> Result<(), Failure> {
        let device = |side: &Self| {
            format!(
                r#"<device id="{}" compression="never"><address>tcp://127.0.0.1:{}</address></device>"#,
                side.device, side.port
            )
        };
        let off = [
            "globalAnnounceEnabled",
            "localAnnounceEnabled",
            "relaysEnabled",
            "natEnabled",
            "crashReportingEnabled",
            "startBrowser",
        ];
        let off: String = off.iter().map(|name| format!("<{name}>false</{name}>")).collect();
        let text = format!(
            r#"<configuration version="35"><folder id="media" path="{}" type="sendreceive" rescanIntervalS="3600" fsWatcherEnabled="false" paused="{paused}">
            <device id="{}"/><device id="{}"/></folder>{}{}
            <gui enabled="true" tls="false"><address>127.0.0.1:{}</address><apikey>bench</apikey><insecureSkipHostcheck>true</insecureSkipHostcheck></gui>
            <options><listenAddress>tcp://127.0.0.1:{}</listenAddress>{off}<autoUpgradeIntervalH>0</autoUpgradeIntervalH><urAccepted>-1</urAccepted></options>
            </configuration>"#,
            self.media.display(),
            self.device,
            other.device,
            device(self),
            device(other),
            self.page,
            self.port,
        );
        let file = self.home.join("config.xml");
        fs::write(&file, text).map_err(|error| Failure::file(&file, &error))
    }

    fn start(&self) -> Result<Running, Failure> {
        let mut command = syncthing(&self.home);
        command.args(["serve", "--no-browser", "--no-restart", "--no-upgrade"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn();
        child.map(Running).map_err(|error| Failure::unavailable(format!("Syncthing could not be started: {error}.")))
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> Result<String, Failure> {
        let answer = Client::new(self.page).send(method, path, FIELDS, body.len() as u64, body.as_bytes())?;
        Ok(answer.body)
    }
}

fn syncthing(home: &Path) -> Command {
    let mut command = process::command("syncthing");
    command.env("STHOMEDIR", home).env("STNODEFAULTFOLDER", "1").env("STNOUPGRADE", "1");
    command
}

/// How long the film takes from one to the other, from the moment at which the folder of the other is no longer paused.
///
/// # Errors
/// Where Syncthing fails.
pub(super) fn brings(folder: &Path, film: &Path) -> Result<Duration, Failure> {
    let (from, to) = (Side::new(&folder.join("from"))?, Side::new(&folder.join("to"))?);
    from.configure(&to, false)?;
    to.configure(&from, true)?;
    let name = film.file_name().unwrap_or_default();
    fs::copy(film, from.media.join(name)).map_err(|error| Failure::file(&from.media, &error))?;
    let (_giver, _taker) = (from.start()?, to.start()?);
    super::awaited("Syncthing's first look at the film", || {
        let status = from.ask("GET", "/rest/db/status?folder=media", "").ok()?;
        (status.contains("\"state\": \"idle\"") && status.contains("\"globalFiles\": 1")).then_some(())
    })?;
    super::awaited("the two Syncthings to meet", || {
        let connections = to.ask("GET", "/rest/system/connections", "").ok()?;
        connections.contains("\"connected\": true").then_some(())
    })?;
    super::settled();
    let began = Instant::now();
    to.ask("PATCH", "/rest/config/folders/media", r#"{"paused":false}"#)?;
    super::until(&to.media.join(name), began)
}
