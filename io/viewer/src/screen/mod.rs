//! The screen of a native viewer: a supervised kiosk browser, the loopback server that the player in it comes from, and the power
//! of the display.
//!
//! [`Screen::start`] starts all of it. The rest of the viewer says what to show through [`Handle`] and hears [`ScreenEvent`]s.

mod browser;
mod contract;
mod director;
pub mod display;
mod handle;
mod picture;
mod serve;
mod stage;

pub use contract::{
    Attempt, BootFacts, BootState, BrowserSettings, Clock, DisplaySettings, Library, Look, Mode, OutputSettings, PowerMeans,
    RestartCause, ScreenError, ScreenEvent, ScreenSettings, Surface,
};
pub use handle::{Handle, Screen};
