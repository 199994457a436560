//! What can be seen without a network: folder, disk, cache, identity, browser, display.

use std::net::{Ipv4Addr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Finding;
use crate::agent::Snapshot;
use crate::cache::{Cache, disk_space};
use crate::cli::socket;
use crate::config::{Config, PowerBy, SurfaceKind};
use crate::disk::Local;
use crate::identity::Passport;

/// Below this the disk is nearly full.
const LITTLE: u64 = 512 << 20;

pub(super) fn look(config: &Config, data: &Path) -> Vec<Finding> {
    let mut findings = vec![folder(data)];
    findings.extend(disk(data));
    findings.extend(cache(data));
    findings.push(identity(data));
    findings.push(browser(config));
    findings.push(surface(config));
    findings.extend(power(config));
    findings.push(running(data));
    let running = socket::ask(data).ok();
    findings.extend(serving(config, running.as_ref()));
    findings.extend(sharing(config, running.as_ref()));
    findings
}

fn folder(data: &Path) -> Finding {
    let probe = data.join("doctor.probe");
    match std::fs::write(&probe, b"probe").and_then(|()| std::fs::remove_file(&probe)) {
        Ok(()) => Finding::fine("data", format!("{} can be written.", data.display())),
        Err(error) => Finding::trouble(
            "data",
            format!("{} cannot be written ({error}).", data.display()),
            "run this as the viewer's user (`sudo -u signboard-viewer signboard-viewer doctor`), or see to the disk",
        ),
    }
}

fn disk(data: &Path) -> Option<Finding> {
    let (size, free) = disk_space(data).ok()?;
    let text = format!("{} MiB of {} MiB are free.", free >> 20, size >> 20);
    Some(if free < LITTLE {
        Finding::note("disk", text, "free some space, or lower cache.quota-mib")
    } else {
        Finding::fine("disk", text)
    })
}

fn cache(data: &Path) -> Option<Finding> {
    let folder = data.join("cache");
    if !folder.exists() {
        return Some(Finding::note("cache", "Nothing was fetched yet.", "approve this viewer on the server"));
    }
    // The doctor looks and removes nothing that the viewer may be using.
    let cache = match Cache::open(&folder, Arc::new(Local)) {
        Ok(cache) => cache,
        Err(error) => {
            return Some(Finding::trouble(
                "cache",
                format!("It cannot be read ({error})."),
                "see to the rights of the folder, or to the disk",
            ));
        }
    };
    let (files, bytes) = (cache.count(), cache.used());
    let spoilt = cache.spoilt();
    let text = format!("{files} files, {} MiB.", bytes >> 20);
    Some(match spoilt {
        0 => Finding::fine("cache", text),
        some => Finding::note(
            "cache",
            format!("{text} {some} of them are spoilt."),
            "the viewer fetches them again by itself; check the disk if it happens often",
        ),
    })
}

fn identity(data: &Path) -> Finding {
    if !data.join("identity.key").exists() {
        return Finding::note("identity", "There is none yet; it is made at the first start.", "start the viewer");
    }
    let passport = Passport::open(data, Arc::new(Local));
    match passport.identity() {
        Some(identity) => {
            Finding::fine("identity", format!("Device {} of installation {}.", identity.device, identity.installation))
        }
        None => Finding::note(
            "identity",
            "The key is here; no installation has approved it.",
            "approve the code on the screen in the server's admin",
        ),
    }
}

fn browser(config: &Config) -> Finding {
    let names: Vec<&str> = match config.browser.program.as_str() {
        "" => vec!["chromium", "chromium-browser", "google-chrome"],
        name => vec![name],
    };
    match names.iter().find_map(|name| program(name)) {
        Some(path) => Finding::fine("browser", format!("{} is here.", path.display())),
        None => Finding::trouble(
            "browser",
            format!("None of {} is here.", names.join(", ")),
            "install the package chromium, or set browser.program",
        ),
    }
}

fn surface(config: &Config) -> Finding {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let named = !config.output.display.is_empty();
    let (text, is_there) = match config.output.surface {
        SurfaceKind::Headless => ("The browser draws without a screen.".to_owned(), true),
        SurfaceKind::X11 => (format!("X11 {}.", config.output.display), named || is_set("DISPLAY")),
        SurfaceKind::Wayland => (format!("Wayland {}.", config.output.display), named || is_set("WAYLAND_DISPLAY")),
        SurfaceKind::Auto if is_set("WAYLAND_DISPLAY") => ("Wayland, as the environment says.".to_owned(), true),
        SurfaceKind::Auto => ("X11, as the environment says.".to_owned(), is_set("DISPLAY")),
    };
    if is_there {
        return Finding::fine("display", text);
    }
    Finding::note(
        "display",
        "Neither DISPLAY nor WAYLAND_DISPLAY is set here.",
        "that is so in a remote shell; the unit signboard-viewer@ brings its own screen",
    )
}

fn power(config: &Config) -> Option<Finding> {
    let (needed, package) = match config.display.power {
        PowerBy::Off => return None,
        PowerBy::Cec => (vec!["cec-ctl"], "v4l-utils"),
        PowerBy::Dpms => (vec!["xset", "wlopm", "wlr-randr"], "x11-xserver-utils, wlopm or wlr-randr"),
    };
    Some(match needed.iter().find_map(|name| program(name)) {
        Some(path) => Finding::fine("power", format!("{} switches the display.", path.display())),
        None => Finding::trouble("power", format!("None of {} is here.", needed.join(", ")), &format!("install {package}")),
    })
}

fn running(data: &Path) -> Finding {
    match socket::ask(data) {
        Ok(snapshot) => {
            Finding::fine("viewer", format!("It runs: {}. {}", snapshot.standing, snapshot.detail).trim_end().to_owned())
        }
        Err(_) => Finding::note("viewer", "None runs with this folder.", "systemctl start signboard-viewer@main"),
    }
}

/// Whether clients can get the time here, where that is set: as the viewer says that runs, else as the port looks.
fn serving(config: &Config, running: Option<&Snapshot>) -> Option<Finding> {
    const PORT: u16 = 123;
    const REMEDY: &str = "stop what holds the port (`sudo ss -lunp sport = 123` names it), or give the viewer the right to it: \
                          docs/operations/viewer.md, \"Time\"";
    if !config.time.serve {
        return None;
    }
    let why = match running.map(|snapshot| snapshot.time_server.as_str()) {
        Some("answers") => return Some(Finding::fine("time", format!("NTP clients are answered at UDP port {PORT}."))),
        // The viewer that runs was started before the setting.
        Some("") => {
            return Some(Finding::note("time", "The viewer does not answer NTP clients yet.", "it starts again within seconds"));
        }
        Some(why) => why.to_owned(),
        None => match UdpSocket::bind((Ipv4Addr::UNSPECIFIED, PORT)) {
            Ok(_) => return Some(Finding::fine("time", format!("UDP port {PORT} is free for answers to NTP clients."))),
            Err(error) => error.to_string(),
        },
    };
    Some(Finding::trouble("time", format!("No NTP client is answered at UDP port {PORT} ({why})."), REMEDY))
}

/// Where files are given to screens nearby, if a viewer runs that does.
fn sharing(config: &Config, running: Option<&Snapshot>) -> Option<Finding> {
    let (running, wanted) = (running?, config.neighbours.port);
    let text = match (running.shared_port, running.neighbours) {
        (0, _) => return None,
        (port, 0) => format!("Files are shared at TCP {port}, with no screen at the moment."),
        (port, 1) => format!("Files are shared with one screen nearby, at TCP {port}."),
        (port, neighbours) => format!("Files are shared with {neighbours} screens nearby, at TCP {port}."),
    };
    if running.shared_port == wanted {
        return Some(Finding::fine("neighbours", text));
    }
    let text = format!("{text} TCP {wanted} was taken.");
    let remedy = format!(
        "no harm without firewalls; else see who has the port (`sudo ss -ltnp sport = {wanted}`), or set neighbours.port"
    );
    Some(Finding::note("neighbours", text, &remedy))
}

/// The program's file, looked for along PATH as a shell would.
fn program(name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    if path.components().count() > 1 {
        return path.is_file().then(|| path.to_owned());
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::finding::Verdict;

    #[test]
    fn who_shares_files_hears_at_which_port() {
        let config = Config::default();
        let said = |shared_port, neighbours| {
            let snapshot = Snapshot { shared_port, neighbours, ..Snapshot::default() };
            sharing(&config, Some(&snapshot)).map(|finding| (finding.verdict, finding.text))
        };
        assert_eq!((said(0, 0), sharing(&config, None)), (None, None));
        let fine = |text: &str| Some((Verdict::Fine, text.to_owned()));
        assert_eq!(said(7238, 1), fine("Files are shared with one screen nearby, at TCP 7238."));
        assert_eq!(said(7238, 0), fine("Files are shared at TCP 7238, with no screen at the moment."));
        let (verdict, text) = said(40_000, 2).unwrap();
        assert!(verdict == Verdict::Note && text.ends_with("2 screens nearby, at TCP 40000. TCP 7238 was taken."), "{text}");
    }
}
