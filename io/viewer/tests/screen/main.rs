//! The screen with a real browser: what stands on it, and that it comes back whatever happens.
#![allow(clippy::unwrap_used, reason = "tests")]

/// The runner knows by this name what its tests need.
mod chromium {
    mod boot;
    mod display;
    mod film;
    mod gate;
    mod play;
    mod recover;
    mod warm;
}
mod stand;
