//! What the viewer needs of its screen.

use std::sync::Arc;

use control::plan::Plan;
use futures::future::BoxFuture;

use crate::screen::{BootFacts, DisplaySettings, Handle, ScreenError};

/// A screen that can be told what to do; see [`Handle`].
pub trait Stage: Send + Sync {
    /// As [`Handle::show`].
    fn show(&self, plan: Arc<Plan>, urgent: bool);
    /// As [`Handle::boot`].
    fn boot(&self, facts: BootFacts);
    /// As [`Handle::identify`].
    fn identify(&self, name: &str, seconds: u32);
    /// As [`Handle::screenshot`].
    fn screenshot(&self) -> BoxFuture<'static, Result<Vec<u8>, ScreenError>>;
    /// As [`Handle::reload`].
    fn reload(&self);
    /// As [`Handle::display`].
    fn display(&self, settings: DisplaySettings);
    /// As [`Handle::stop`].
    fn stop(&self) -> BoxFuture<'static, ()>;
}

impl Stage for Handle {
    fn show(&self, plan: Arc<Plan>, urgent: bool) {
        Self::show(self, plan, urgent);
    }

    fn boot(&self, facts: BootFacts) {
        Self::boot(self, facts);
    }

    fn identify(&self, name: &str, seconds: u32) {
        Self::identify(self, name, seconds);
    }

    fn screenshot(&self) -> BoxFuture<'static, Result<Vec<u8>, ScreenError>> {
        let this = self.clone();
        Box::pin(async move { Self::screenshot(&this).await })
    }

    fn reload(&self) {
        Self::reload(self);
    }

    fn display(&self, settings: DisplaySettings) {
        Self::display(self, settings);
    }

    fn stop(&self) -> BoxFuture<'static, ()> {
        let this = self.clone();
        Box::pin(async move { Self::stop(&this).await })
    }
}
