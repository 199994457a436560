//! How the rest of the viewer speaks to its screen.

use std::sync::Arc;

use control::plan::Plan;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::browser::Supervisor;
use super::contract::{BootFacts, DisplaySettings, Library, ScreenError, ScreenEvent, ScreenSettings};
use super::director::Director;
use super::display::Driver;
use super::serve;
use super::stage::Stage;

/// Events that wait for a reader that is late.
const EVENTS: usize = 1_024;

/// A screen; see [`Screen::start`].
#[derive(Debug)]
pub struct Screen;

impl Screen {
    /// Starts the loopback server and the browser. Needs a tokio runtime; returns once the server listens, without waiting for
    /// the browser. Until [`Handle::show`] or [`Handle::boot`] is called, a dark page with a clock stands there.
    ///
    /// The receiver must be read: events are kept for a reader that is late, up to 1,024 of them, then the screen waits.
    ///
    /// # Errors
    /// No address on loopback, or no browser.
    pub async fn start(
        settings: ScreenSettings,
        library: Arc<dyn Library>,
    ) -> Result<(Handle, mpsc::Receiver<ScreenEvent>), ScreenError> {
        let ScreenSettings { browser, output, clock, language, album, probe_every } = settings;
        Supervisor::check(&browser)?;
        let (events, told) = mpsc::channel(EVENTS);
        let (orders, obeyed) = mpsc::unbounded_channel();
        let (wishes, wished) = mpsc::unbounded_channel();
        let (display, displayed) = mpsc::unbounded_channel();
        let stopped = CancellationToken::new();
        let stage = Arc::new(Stage::new());
        let page = Arc::new(Mutex::new(None));
        let address =
            serve::start(Arc::clone(&library), Arc::clone(&stage), Arc::clone(&clock), events.clone(), stopped.clone()).await?;
        let driver = Driver::new(&output, Arc::clone(&clock), events.clone());
        let supervisor = Supervisor {
            settings: browser,
            output: output.clone(),
            language,
            address,
            stage: Arc::clone(&stage),
            clock: Arc::clone(&clock),
            events: events.clone(),
            page: Arc::clone(&page),
            stopped: stopped.clone(),
        };
        let parts = vec![tokio::spawn(supervisor.run(wished)), tokio::spawn(driver.run(displayed, stopped.clone()))];
        let director =
            Director { stage, library, clock, events, page, wishes, display, output, probe_every, album, stopped, parts };
        tokio::spawn(director.run(obeyed));
        Ok((Handle { orders }, told))
    }
}

/// What a screen is told to do.
pub(super) enum Order {
    Show(Arc<Plan>, bool),
    Boot(Box<BootFacts>),
    Identify(String, u32),
    Screenshot(oneshot::Sender<Result<Vec<u8>, ScreenError>>),
    Reload,
    Display(Box<DisplaySettings>),
    Stop(oneshot::Sender<()>),
}

/// Says to a screen what to do. Cheap to clone; when the last one is dropped the screen stops.
#[derive(Clone)]
pub struct Handle {
    orders: mpsc::UnboundedSender<Order>,
}

impl Handle {
    /// Plays by this plan from now on; a boot page leaves. Tell the same plan again when more of its files have come. With
    /// `urgent` it takes over at once, even if something is missing; otherwise when all of it is there.
    pub fn show(&self, plan: Arc<Plan>, urgent: bool) {
        self.order(Order::Show(plan, urgent));
    }

    /// Shows the boot page in place of any plan. Tell it again whenever a fact changes.
    pub fn boot(&self, facts: BootFacts) {
        self.order(Order::Boot(Box::new(facts)));
    }

    /// Shows a name in large print for some seconds, above all else.
    pub fn identify(&self, name: &str, seconds: u32) {
        self.order(Order::Identify(name.to_owned(), seconds));
    }

    /// A picture of what the browser shows, at most 1,280 pixels wide, as JPEG.
    ///
    /// # Errors
    /// The browser does not answer within 10 s, or the screen was stopped.
    pub async fn screenshot(&self) -> Result<Vec<u8>, ScreenError> {
        let (answer, picture) = oneshot::channel();
        self.order(Order::Screenshot(answer));
        picture.await.unwrap_or(Err(ScreenError::Stopped))
    }

    /// Loads the page anew.
    pub fn reload(&self) {
        self.order(Order::Reload);
    }

    /// Sets the display: now, and by the clock from now on.
    pub fn display(&self, settings: DisplaySettings) {
        self.order(Order::Display(Box::new(settings)));
    }

    /// Ends the browser and the server; returns when they are gone.
    pub async fn stop(&self) {
        let (answer, gone) = oneshot::channel();
        self.order(Order::Stop(answer));
        let _ = gone.await;
    }

    /// A screen that was stopped obeys nothing more; nobody needs to know.
    fn order(&self, order: Order) {
        let _ = self.orders.send(order);
    }
}
