//! Looking at the picture: is it what it should be?

mod content;
mod glass;
mod probe;
mod sample;
mod shrink;

pub(super) use content::moves;
pub(super) use glass::look;
pub(super) use probe::{Expected, Probe};
pub(super) use sample::Sample;
pub(super) use shrink::shrunk;

/// Draws in the page, in miniature and by other means than the browser's own, what should be seen; its value is the share of it that
/// is bright, 0 to 1, or null where nothing can be said.
pub(super) const EXPECTED: &str = include_str!("expected.js");
