//! The version of this program.

/// The version, such as `0.1.0` (semantic versioning 2.0).
#[must_use]
pub const fn version() -> &'static str {
    if cfg!(feature = "next") { concat!(env!("CARGO_PKG_VERSION"), "-next") } else { env!("CARGO_PKG_VERSION") }
}
