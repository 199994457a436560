//! A network of its own for a test: hosts are network namespaces, joined by bridges.
//!
//! ```no_run
//! # fn test() -> anyhow::Result<()> {
//! use testkit::lab::Lab;
//! let Some(lab) = Lab::open()? else { return Ok(()) };
//! let segment = lab.segment()?;
//! let (server, screen) = (segment.host("server")?, segment.host("screen")?);
//! let socket = server.enter(|| std::net::UdpSocket::bind("0.0.0.0:9"))?;
//! screen.card().cut()?;
//! # Ok(()) }
//! ```
//!
//! Nothing of it has a name on the machine: a namespace lives as long as something holds it, and everything that holds it belongs to
//! the process of the test. A test that panics or is killed leaves nothing behind, and any number of tests run side by side.
//!
//! What a lab is not: it has no router and no name service, and all its hosts share the machine's files.

pub mod board;
mod capture;
mod card;
mod filter;
mod host;
mod ip;
mod namespace;
mod permission;
mod program;
mod relay;
mod segment;
mod tap;

use std::sync::atomic::{AtomicU8, Ordering};

pub use board::Board;
pub use capture::Capture;
pub use card::Card;
pub use filter::Filter;
pub use host::Host;
pub use program::Program;
pub use relay::Path;
pub use segment::Segment;

/// The lab of one test. Its segments know nothing of each other.
#[derive(Debug)]
pub struct Lab {
    segments: AtomicU8,
}

impl Lab {
    /// Opens a lab. Gives none, and names the running test as skipped, where this process may not make network namespaces or a
    /// program is missing.
    ///
    /// # Errors
    /// Says what is missing where the environment has `CI=true`, and where the list of skipped tests cannot be written.
    pub fn open() -> anyhow::Result<Option<Self>> {
        Self::open_with(&[])
    }

    /// As [`Self::open`], for a test that needs further programs: each with the Debian package that brings it.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(programs: &[(&str, &str)]) -> anyhow::Result<Option<Self>> {
        match permission::missing(programs) {
            None => Ok(Some(Self { segments: AtomicU8::new(0) })),
            Some(reason) => crate::skip(&reason).map(|()| None),
        }
    }

    /// Adds a bridge without hosts. The first has the networks 10.77.1.0/24 and fd77:1::/64, the second 10.77.2.0/24 and so on.
    ///
    /// # Errors
    /// If the kernel refuses.
    pub fn segment(&self) -> anyhow::Result<Segment> {
        Segment::new(self.segments.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
