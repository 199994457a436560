//! A screen that notes what it is told.

use std::sync::Arc;

use control::plan::Plan;
use futures::future::BoxFuture;
use tokio::sync::mpsc;
use viewer::screen::{BootFacts, DisplaySettings, ScreenError};
use viewer::stage::Stage;

/// What a screen was told.
#[derive(Debug)]
pub(crate) enum Told {
    Show(Arc<Plan>, bool),
    Boot(Box<BootFacts>),
    Identify(String, u32),
    Reload,
    Display(Box<DisplaySettings>),
}

/// Notes it.
pub(crate) struct Notes(pub(crate) mpsc::UnboundedSender<Told>);

impl Notes {
    /// A test that is over listens no more.
    fn note(&self, told: Told) {
        let _ = self.0.send(told);
    }
}

impl Stage for Notes {
    fn show(&self, plan: Arc<Plan>, urgent: bool) {
        self.note(Told::Show(plan, urgent));
    }

    fn boot(&self, facts: BootFacts) {
        self.note(Told::Boot(Box::new(facts)));
    }

    fn identify(&self, name: &str, seconds: u32) {
        self.note(Told::Identify(name.to_owned(), seconds));
    }

    fn screenshot(&self) -> BoxFuture<'static, Result<Vec<u8>, ScreenError>> {
        // Longer than one part.
        Box::pin(async { Ok(vec![0xd8; 300_000]) })
    }

    fn reload(&self) {
        self.note(Told::Reload);
    }

    fn display(&self, settings: DisplaySettings) {
        self.note(Told::Display(Box::new(settings)));
    }

    fn stop(&self) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}
