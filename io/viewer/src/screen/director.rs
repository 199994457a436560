//! Carries out the orders that come through the handle.

use std::sync::Arc;
use std::time::Duration;

use control::message::StatusError;
use parking_lot::Mutex;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, MissedTickBehavior, interval_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::browser::{Page, Wish};
use super::contract::{Clock, DisplaySettings, Library, Look, OutputSettings, ScreenError, ScreenEvent};
use super::display::place_of;
use super::handle::Order;
use super::picture::{self, Expected, Probe, Sample};
use super::serve::HostMessage;
use super::stage::Stage;
use crate::album::Album;

/// Pictures for people are at most so wide, in pixels.
const WIDEST: u32 = 1280;

/// What the orders go to.
pub(super) struct Director {
    pub(super) stage: Arc<Stage>,
    pub(super) library: Arc<dyn Library>,
    pub(super) clock: Clock,
    pub(super) events: mpsc::Sender<ScreenEvent>,
    pub(super) page: Arc<Mutex<Option<Page>>>,
    pub(super) wishes: mpsc::UnboundedSender<Wish>,
    pub(super) display: mpsc::UnboundedSender<DisplaySettings>,
    pub(super) output: OutputSettings,
    pub(super) probe_every: Duration,
    pub(super) album: Album,
    pub(super) stopped: CancellationToken,
    /// The supervisor and the display's driver.
    pub(super) parts: Vec<JoinHandle<()>>,
}

impl Director {
    /// Obeys until it is told to stop, or nobody is left to tell it anything.
    pub(super) async fn run(self, mut orders: mpsc::UnboundedReceiver<Order>) {
        let every = if self.probe_every.is_zero() { Duration::from_secs(365 * 86_400) } else { self.probe_every };
        let mut probing = interval_at(Instant::now() + every, every);
        probing.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let probe = Arc::new(tokio::sync::Mutex::new((Probe::default(), None)));
        let told = loop {
            let order = tokio::select! {
                order = orders.recv() => order,
                _ = probing.tick() => {
                    tokio::spawn(self.probe(Arc::clone(&probe)));
                    continue;
                }
            };
            match order {
                Some(Order::Show(plan, urgent)) => self.stage.show(plan, urgent, &*self.library, (self.clock)()),
                Some(Order::Boot(facts)) => self.stage.boot(*facts),
                Some(Order::Identify(name, seconds)) => {
                    self.stage.say(&HostMessage::Command { id: Uuid::new_v4(), kind: "identify", seconds, name: &name });
                }
                Some(Order::Screenshot(answer)) => {
                    let (page, album, clock) = (self.page(), self.album.clone(), Arc::clone(&self.clock));
                    tokio::spawn(async move {
                        let picture = match page {
                            Some(page) => shrunk(page, album, clock()).await,
                            None => Err(ScreenError::Silent("it is starting".to_owned())),
                        };
                        let _ = answer.send(picture);
                    });
                }
                Some(Order::Reload) => drop(self.wishes.send(Wish::Reload)),
                Some(Order::Display(settings)) => drop(self.display.send(*settings)),
                Some(Order::Stop(answer)) => break Some(answer),
                None => break None,
            }
        };
        self.stopped.cancel();
        for part in self.parts {
            let _ = part.await;
        }
        if let Some(answer) = told {
            let _ = answer.send(());
        }
    }

    fn page(&self) -> Option<Page> {
        self.page.lock().clone()
    }

    /// Takes a picture, compares it with what should be seen, and tells the first outcome and each that is another than before.
    fn probe(&self, probe: Arc<tokio::sync::Mutex<(Probe, Option<Look>)>>) -> impl Future<Output = ()> + use<> {
        let (page, stage, library) = (self.page(), Arc::clone(&self.stage), Arc::clone(&self.library));
        let (clock, events, album) = (Arc::clone(&self.clock), self.events.clone(), self.album.clone());
        let output = self.output.clone();
        async move {
            let mut probe = probe.lock().await;
            let (Some(page), (Some(plan), Some(slot))) = (page, stage.playing()) else { return };
            let bright = page.evaluate(picture::EXPECTED).await.ok().and_then(|share| share.as_f64());
            let Ok(jpeg) = page.capture().await else { return };
            let place = place_of(&output).await;
            let now = clock();
            let judge = move || {
                // What an X server shows counts before what the browser believes.
                let seen = place.and_then(|(display, area)| picture::look(display.as_deref(), area).ok());
                let sample = seen.map_or_else(|| Sample::of(&jpeg), Ok);
                if let Ok(small) = picture::shrunk(jpeg, WIDEST) {
                    album.keep(now, &small);
                }
                (sample, picture::moves(&plan, &slot, now, &*library))
            };
            let judged = tokio::task::spawn_blocking(judge).await;
            match judged {
                Ok((Ok(sample), moves)) => {
                    let look = probe.0.look(now, sample, Expected { bright, moves });
                    if probe.1.replace(look) != Some(look) {
                        let _ = events.send(ScreenEvent::Probe(look)).await;
                    }
                }
                Ok((Err(error), _)) => {
                    let text = format!("The picture of the screen cannot be read: {error}.");
                    let _ =
                        events.send(ScreenEvent::Trouble(StatusError { code: "screen.picture".to_owned(), text, at: now })).await;
                }
                Err(_) => {}
            }
        }
    }
}

/// A picture of the page for people, which is kept as taken at `now`, Unix milliseconds.
async fn shrunk(page: Page, album: Album, now: i64) -> Result<Vec<u8>, ScreenError> {
    let jpeg = page.capture().await?;
    let shrink = move || picture::shrunk(jpeg, WIDEST).inspect(|small| album.keep(now, small));
    let shrunk = tokio::task::spawn_blocking(shrink).await;
    shrunk.map_err(|_| ScreenError::Stopped)?.map_err(|error| ScreenError::Silent(error.to_string()))
}
