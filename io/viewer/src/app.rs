//! Where the parts of the viewer are built and joined.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use net::control::{Proxy, ProxyError};
use parking_lot::Mutex;
use rustix::fs::{FlockOperation, flock};
use sd_notify::NotifyState;
use tokio::io::AsyncWriteExt as _;
use tokio::net::UnixListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use crate::agent::{Agent, Board, Ending, Setting};
use crate::album::Album;
use crate::cache::Cache;
use crate::clock::Timekeeper;
use crate::config::{Config, SurfaceKind};
use crate::disk::{Disk, Local};
use crate::identity::Passport;
use crate::link::{Connector, Course, Present};
use crate::log::LastLines;
use crate::memory::Memory;
use crate::screen::{BrowserSettings, OutputSettings, Screen, ScreenError, ScreenSettings, Surface};

/// Name of the socket in the data folder by which a running viewer says how it is.
pub const SOCKET: &str = "viewer.sock";
/// Events that wait for the agent.
const EVENTS: usize = 64;

/// Why a viewer did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another viewer has the folder.
    #[error("another viewer uses this folder")]
    Held,
    /// A folder cannot be used.
    #[error("the data folder cannot be used ({0}); see to its rights and to the disk.")]
    Data(#[from] io::Error),
    /// The proxy that is set is none.
    #[error("server.proxy: {0}.")]
    Proxy(#[from] ProxyError),
    /// There is no screen.
    #[error("{0}")]
    Screen(#[from] ScreenError),
}

/// The lock of a data folder, for as long as it lives.
#[derive(Debug)]
pub struct Hold {
    _folder: File,
}

impl Hold {
    /// Takes the lock; it needs no right to write.
    ///
    /// # Errors
    /// Another viewer has it, or the folder cannot be opened.
    pub fn take(data: &Path) -> Result<Self, StartError> {
        let folder = File::open(data)?;
        flock(&folder, FlockOperation::NonBlockingLockExclusive).map_err(|error| match error {
            rustix::io::Errno::WOULDBLOCK => StartError::Held,
            other => StartError::Data(other.into()),
        })?;
        Ok(Self { _folder: folder })
    }
}

/// Runs a viewer until it is told to stop.
///
/// # Errors
/// [`StartError`] if it did not start.
pub async fn run(config: Config, data: &Path, lines: LastLines) -> Result<Ending, StartError> {
    let _held = Hold::take(data)?;
    let disk: Arc<dyn Disk> = Arc::new(Local);
    let proxy = proxy(&config)?;
    let clock = Timekeeper::start(data, disk.clone());
    let cache = Arc::new(Cache::open(&data.join("cache"), disk.clone())?);
    let memory = Memory::of(data, disk.clone());
    let language = memory.surroundings().map_or_else(|| "en".to_owned(), |welcome| welcome.language);
    let album = Album::open(&data.join("pictures"), disk.clone());
    let settings = ScreenSettings { album: album.clone(), ..screen_settings(&config, data, &clock, language) };
    let (stage, screen) = Screen::start(settings, cache.clone()).await?;
    let passport = Arc::new(Mutex::new(Passport::open(data, disk.clone())));
    let present = Arc::new(Mutex::new(Present {
        output: config.output.name.clone(),
        size: (config.output.width, config.output.height),
        features: features(&config),
        ..Present::default()
    }));
    let board = Board::default();
    let agent = Agent::open(Setting {
        config: config.clone(),
        data: data.to_owned(),
        disk,
        cache,
        clock: clock.clone(),
        passport: passport.clone(),
        present: present.clone(),
        stage: Arc::new(stage.clone()),
        album,
        lines,
        board: board.clone(),
    })?;
    let (events, heard) = mpsc::channel(EVENTS);
    let fingerprint = config.fingerprint();
    let (settings, course) = (config.server, Course::default());
    let connector = Connector { settings, fingerprint, proxy, passport, memory, clock, present, course, events };
    let tasks = [tokio::spawn(connector.run()), tokio::spawn(answer(data.join(SOCKET), board))];
    // Without systemd there is nobody to tell.
    let _ = sd_notify::notify(&[NotifyState::Ready]);
    let ending = agent.run(heard, screen, told_to_stop()).await;
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
    stage.stop().await;
    Ok(ending)
}

/// The proxy that is set here, or that the environment names.
///
/// # Errors
/// What is named is no proxy.
pub fn proxy(config: &Config) -> Result<Option<Proxy>, ProxyError> {
    if config.server.proxy.is_empty() {
        return Proxy::of_environment(|name| std::env::var(name).ok());
    }
    config.server.proxy.parse().map(Some)
}

fn screen_settings(config: &Config, data: &Path, clock: &Timekeeper, language: String) -> ScreenSettings {
    let (browser, output) = (&config.browser, &config.output);
    let clock = clock.clone();
    let display = || output.display.clone();
    let surface = match output.surface {
        SurfaceKind::Headless => Surface::Headless,
        SurfaceKind::Wayland if !output.display.is_empty() => Surface::Wayland(display()),
        SurfaceKind::X11 if !output.display.is_empty() => Surface::X11(display()),
        _ => Surface::Environment,
    };
    ScreenSettings {
        browser: BrowserSettings {
            program: Some(PathBuf::from(&browser.program)).filter(|program| !program.as_os_str().is_empty()),
            arguments: browser.arguments.clone(),
            profile: profile(data),
            memory_limit: browser.memory_mib << 20,
            patience: Duration::from_secs(browser.patience_s.max(1)),
        },
        output: OutputSettings {
            name: Some(output.name.clone()).filter(|name| !name.is_empty()),
            surface,
            // Where the display server has it, unless a place is set.
            position: (output.name.is_empty() || (output.x, output.y) != (0, 0)).then_some((output.x, output.y)),
            size: (output.width > 0 && output.height > 0).then_some((output.width, output.height)),
        },
        clock: Arc::new(move || clock.now()),
        language,
        album: Album::default(),
        probe_every: Duration::from_secs(config.display.probe_s),
    }
}

/// The browser's profile. It is worth nothing, so where the disk takes nothing it stands in the folder for temporary files.
fn profile(data: &Path) -> PathBuf {
    let probe = data.join("browser.probe");
    match File::create(&probe).and_then(|_| std::fs::remove_file(&probe)) {
        Ok(()) => data.join("browser"),
        Err(_) => spare(&std::env::temp_dir(), data),
    }
}

/// One folder for each data folder, so that not every start leaves one behind. What another user put there is not used.
fn spare(temporary: &Path, data: &Path) -> PathBuf {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
    let name = blake3::hash(data.as_os_str().as_encoded_bytes()).to_hex();
    let folder = temporary.join(format!("signboard-viewer-{}", &name[..16]));
    let made = std::fs::DirBuilder::new().mode(0o700).create(&folder);
    let is_ours = || {
        let facts = std::fs::symlink_metadata(&folder);
        facts.is_ok_and(|facts| facts.is_dir() && facts.uid() == rustix::process::geteuid().as_raw())
    };
    if made.is_ok() || is_ours() { folder } else { temporary.join(format!("signboard-viewer-{}", std::process::id())) }
}

/// What this viewer can do besides playing, for the server.
fn features(config: &Config) -> Vec<String> {
    let always = ["screenshot", "refresh", "restart", "identify", "fetch_logs", "black_box", "wake", "hear_wake", "forget"];
    let always = always.map(str::to_owned);
    let power = (config.display.power != crate::config::PowerBy::Off).then(|| "power".to_owned());
    always.into_iter().chain(config.commands.allow.iter().cloned()).chain(power).collect()
}

/// Done when somebody tells the program to end.
async fn told_to_stop() {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Says how the viewer is to whoever may open the socket.
async fn answer(path: PathBuf, board: Board) {
    // One that a power cut left behind is in the way.
    let _ = std::fs::remove_file(&path);
    let listener = match UnixListener::bind(&path) {
        Ok(listener) => listener,
        Err(error) => return tracing::warn!(%error, "`signboard-viewer status` will find nobody"),
    };
    loop {
        if let Ok((mut stream, _)) = listener.accept().await {
            let text = serde_json::to_vec(&board.read()).expect("text and numbers are always JSON");
            // Who went away does not want to know.
            let _ = tokio::time::timeout(Duration::from_secs(1), stream.write_all(&text)).await;
        } else {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_on_a_disk_that_takes_nothing_share_one_profile_and_use_nobody_elses() {
        let temporary = tempfile::tempdir().unwrap();
        let (one, two) = (Path::new("/var/lib/viewer/one"), Path::new("/var/lib/viewer/two"));
        let folder = spare(temporary.path(), one);
        assert_eq!(spare(temporary.path(), one), folder);
        assert_ne!(spare(temporary.path(), two), folder);
        std::fs::remove_dir(&folder).unwrap();
        std::os::unix::fs::symlink("/var/empty", &folder).unwrap();
        assert_ne!(spare(temporary.path(), one), folder, "a link leads elsewhere");
    }
}
