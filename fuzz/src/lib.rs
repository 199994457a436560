//! Fuzz targets: everything that reads bytes from outside, one file and one function each.
//!
//! A target takes any bytes, hands them to the real parser and checks its laws: it never panics, what it accepts keeps to the documented
//! bounds, and what is written anew reads as the same. It fails by panicking.
//!
//! The stored corpus lies in `fuzz/corpus/TARGET/`. `tests/replay.rs` runs each file of it and some thousand changed ones in every test
//! run; `cargo xtask fuzz TARGET` searches on, guided by coverage. What it finds becomes a file of the corpus, named after the fault.

pub mod corpus;
pub mod mutation;
pub mod pure;
#[cfg(feature = "server")]
pub mod server;

/// One parser and its laws.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Name, and folder of its corpus.
    pub name: &'static str,
    /// Panics where a law is broken.
    pub run: fn(&[u8]),
    /// How many changed inputs the test run tries.
    pub tries: u32,
}

/// All targets that this build knows.
#[must_use]
pub fn targets() -> Vec<Target> {
    #[cfg(not(feature = "server"))]
    return pure::TARGETS.to_vec();
    #[cfg(feature = "server")]
    [pure::TARGETS, server::TARGETS].concat()
}

/// The target with this name.
#[must_use]
pub fn find(name: &str) -> Option<Target> {
    targets().into_iter().find(|target| target.name == name)
}
