//! Keeps one browser on the screen, whatever happens to it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use control::message::StatusError;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::arguments::{Setup, arguments, environment};
use super::cdp::{Cdp, CdpError, Event};
use super::pace::Pace;
use super::page::Page;
use super::process::Process;
use super::watch::{Verdict, Watch};
use super::{find, profile, tree};
use crate::screen::contract::{BrowserSettings, Clock, OutputSettings, RestartCause, ScreenError, ScreenEvent, Surface};
use crate::screen::display;
use crate::screen::stage::Stage;

/// A browser that has not opened its page by then does not start at all.
const OPENING: Duration = Duration::from_secs(45);
/// Between two questions whether the page's thread does anything.
const BREATH: Duration = Duration::from_secs(3);
/// Between two looks at the memory.
const WEIGHING: Duration = Duration::from_secs(10);

/// What others ask of it.
pub(in crate::screen) enum Wish {
    Reload,
}

/// See the module.
pub(in crate::screen) struct Supervisor {
    pub(in crate::screen) settings: BrowserSettings,
    pub(in crate::screen) output: OutputSettings,
    /// BCP 47 tag.
    pub(in crate::screen) language: String,
    /// The player's address.
    pub(in crate::screen) address: String,
    pub(in crate::screen) stage: Arc<Stage>,
    pub(in crate::screen) clock: Clock,
    pub(in crate::screen) events: mpsc::Sender<ScreenEvent>,
    /// The page of the browser that runs, for pictures.
    pub(in crate::screen) page: Arc<Mutex<Option<Page>>>,
    pub(in crate::screen) stopped: CancellationToken,
}

/// One browser with its open page.
struct Running {
    process: Process,
    page: Page,
    told: mpsc::UnboundedReceiver<Event>,
}

impl Supervisor {
    /// Whether there is a browser at all.
    pub(in crate::screen) fn check(settings: &BrowserSettings) -> Result<(), ScreenError> {
        find::find(settings.program.as_deref(), &std::env::var_os("PATH").unwrap_or_default()).map(drop)
    }

    /// Runs until stopped.
    pub(in crate::screen) async fn run(self, mut wishes: mpsc::UnboundedReceiver<Wish>) {
        let mut pace = Pace::default();
        let stopped = self.stopped.clone();
        let mut once = true;
        while !stopped.is_cancelled() {
            if pace.suspects_profile() {
                tracing::warn!(profile = %self.settings.profile.display(), "the browser does not stay; its profile is begun anew");
                if let Err(error) = profile::clear(&self.settings.profile) {
                    self.trouble("browser.profile", format!("The browser's profile cannot be cleared: {error}.")).await;
                }
            }
            let began = Instant::now();
            match self.open(once).await {
                Ok(mut running) => {
                    *self.page.lock() = Some(running.page.clone());
                    let cause = self.attend(&mut running, &mut wishes).await;
                    *self.page.lock() = None;
                    if cause.is_none() {
                        running.page.close().await;
                        let _ = timeout(Duration::from_secs(2), running.process.ended()).await;
                    }
                    running.process.kill();
                    if let Some(cause) = cause {
                        tracing::warn!(%cause, "the browser is started anew");
                        self.tell(ScreenEvent::Restarted(cause)).await;
                    }
                }
                Err(why) => self.trouble("browser.start", why).await,
            }
            once = false;
            let pause = pace.after(began.elapsed());
            tokio::select! {
                () = stopped.cancelled() => {}
                () = sleep(pause) => {}
            }
        }
    }

    /// Starts a browser and has it load the page.
    async fn open(&self, first: bool) -> Result<Running, String> {
        let program = find::find(self.settings.program.as_deref(), &std::env::var_os("PATH").unwrap_or_default())
            .map_err(|error| error.to_string())?;
        profile::sweep(&self.settings.profile)
            .map_err(|error| format!("The browser's profile {} cannot be written: {error}.", self.settings.profile.display()))?;
        let area = match (self.output.size, self.output.position) {
            (Some(_), Some(_)) => None,
            _ => display::area_of(&self.output).await,
        };
        let size = self.output.size.or(area.map(|area| (area.width, area.height))).unwrap_or((1920, 1080));
        let position = self.output.position.or(area.map(|area| (area.x, area.y))).unwrap_or_default();
        let root = rustix::process::geteuid().is_root();
        if root && first {
            tracing::warn!("the browser runs as root, without its sandbox: give the viewer a user of its own");
        }
        let arguments = arguments(&Setup {
            profile: &self.settings.profile,
            output: &self.output,
            position,
            size,
            root,
            more: &self.settings.arguments,
        });
        let started =
            Process::start(&program, &arguments, &environment(&self.output.surface, &self.language, &self.settings.profile))
                .await;
        let (mut process, writer, reader) =
            started.map_err(|error| format!("{} cannot be started: {error}.", program.display()))?;
        let (cdp, told) = Cdp::over(writer, reader);
        let headless = (self.output.surface == Surface::Headless).then_some(size);
        let opened = timeout(OPENING, async {
            let page = Page::attach(cdp, headless).await?;
            page.load(&self.address).await?;
            Ok::<_, CdpError>(page)
        });
        let why = tokio::select! {
            opened = opened => match opened {
                Ok(Ok(page)) => return Ok(Running { process, page, told }),
                Ok(Err(CdpError::Gone)) => match timeout(Duration::from_secs(2), process.ended()).await {
                    Ok(how) => format!("it ended ({how})"),
                    Err(_) => "it closed its pipe".to_owned(),
                },
                Ok(Err(CdpError::Refused(words))) => words,
                Err(_) => format!("it did not open a page within {} s", OPENING.as_secs()),
            },
            how = process.ended() => format!("it ended ({how})"),
        };
        Err(format!("The browser does not start: {why}."))
    }

    /// Watches over a browser until it must go; `None` where the screen is stopped.
    async fn attend(&self, running: &mut Running, wishes: &mut mpsc::UnboundedReceiver<Wish>) -> Option<RestartCause> {
        let pulse = self.stage.pulse();
        let mut watch = Watch::new(Instant::now(), self.settings.patience, self.settings.memory_limit);
        let mut second = interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut weighed = Instant::now();
        let (breaths, mut breath) = mpsc::channel(1);
        let breathing = tokio::spawn(breathe(running.page.clone(), breaths));
        let cause = loop {
            let verdict = tokio::select! {
                () = self.stopped.cancelled() => break None,
                how = running.process.ended() => break Some(RestartCause::Exited(how)),
                Some(()) = breath.recv() => {
                    watch.breathed(Instant::now());
                    Verdict::Well
                }
                Some(event) = running.told.recv() => judge_event(&mut watch, &event),
                Some(Wish::Reload) = wishes.recv() => Verdict::Reload(RestartCause::Asked),
                _ = second.tick() => {
                    let now = Instant::now();
                    if self.settings.memory_limit > 0 && now - weighed > WEIGHING {
                        weighed = now;
                        let pid = running.process.pid;
                        let bytes = tokio::task::spawn_blocking(move || tree::memory(pid)).await.unwrap_or(0);
                        watch.weighed(now, bytes, *pulse.borrow());
                    }
                    watch.judge(now, *pulse.borrow())
                }
            };
            match verdict {
                Verdict::Well => {}
                Verdict::Restart(cause) => break Some(cause),
                Verdict::Reload(cause) => {
                    tracing::warn!(%cause, "the page is loaded anew");
                    watch.reloaded(Instant::now());
                    let failed = match timeout(OPENING, running.page.load(&self.address)).await {
                        Ok(Ok(())) => None,
                        Ok(Err(error)) => Some(RestartCause::NotLoaded(error.to_string())),
                        Err(_) => Some(RestartCause::Frozen(OPENING)),
                    };
                    if failed.is_some() {
                        break failed;
                    }
                    self.tell(ScreenEvent::Restarted(cause)).await;
                }
            }
        };
        breathing.abort();
        cause
    }

    async fn trouble(&self, code: &str, text: String) {
        tracing::warn!(%code, %text, "trouble with the browser");
        self.tell(ScreenEvent::Trouble(StatusError { code: code.to_owned(), text, at: (self.clock)() })).await;
    }

    /// A viewer that is stopping reads no more.
    async fn tell(&self, event: ScreenEvent) {
        let _ = self.events.send(event).await;
    }
}

/// What an event says of the page: that it crashed, or that the browser put a page of its own in its place.
fn judge_event(watch: &mut Watch, event: &Event) -> Verdict {
    match event.method.as_str() {
        "Inspector.targetCrashed" => watch.failed(RestartCause::Crashed),
        // The page itself went away, with whoever could load it again.
        "Target.detachedFromTarget" | "Inspector.detached" => Verdict::Restart(RestartCause::Crashed),
        "Page.frameNavigated" => {
            let frame = &event.params["frame"];
            let own = frame["parentId"].is_null() && frame["unreachableUrl"].is_string();
            if own { watch.failed(RestartCause::NotLoaded("the browser showed an error page".to_owned())) } else { Verdict::Well }
        }
        _ => Verdict::Well,
    }
}

/// Asks the page again and again whether it does anything.
async fn breathe(page: Page, breaths: mpsc::Sender<()>) {
    loop {
        match page.breathe().await {
            Ok(()) if breaths.send(()).await.is_err() => return,
            Err(CdpError::Gone) => return,
            Ok(()) => {
                // Whatever else may have brought it back.
                let _ = timeout(BREATH, page.hide_pointer()).await;
                sleep(BREATH).await;
            }
            // It went elsewhere while it was asked, or crashed and is loaded again.
            Err(CdpError::Refused(_)) => sleep(BREATH).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn error_pages_and_crashes_are_noticed_and_pages_are_not() {
        let event = |method: &str, params| Event { method: method.to_owned(), params };
        let mut watch = Watch::new(Instant::now(), Duration::from_secs(15), 0);
        let page = event("Page.frameNavigated", json!({ "frame": { "url": "http://127.0.0.1:1/" } }));
        assert_eq!(judge_event(&mut watch, &page), Verdict::Well);
        let error = event(
            "Page.frameNavigated",
            json!({ "frame": { "url": "chrome-error://chromewebdata/", "unreachableUrl": "http://127.0.0.1:1/" } }),
        );
        assert!(matches!(judge_event(&mut watch, &error), Verdict::Reload(RestartCause::NotLoaded(_))));
        let crash = event("Inspector.targetCrashed", json!({}));
        assert_eq!(judge_event(&mut watch, &crash), Verdict::Reload(RestartCause::Crashed));
        assert_eq!(judge_event(&mut watch, &crash), Verdict::Restart(RestartCause::Crashed));
    }
}
