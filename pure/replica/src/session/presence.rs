//! Which of two connections to the same server stays.

use uuid::Uuid;

use super::{HEARTBEAT_MS, Hello, Reason};
use domain::stamp::Actor;

/// A connection whose other side has introduced itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Live {
    /// Who it is.
    pub actor: Actor,
    /// Different at each start of its program.
    pub boot_nonce: Uuid,
    /// Who of the two dialled.
    pub dialled_by: Uuid,
    /// When something was last heard on it, by a monotonic clock, milliseconds.
    pub heard_at: u64,
}

impl Live {
    /// A connection on which `hello` has just come.
    #[must_use]
    pub fn new(hello: &Hello, dialled_by: Uuid, mono_ms: u64) -> Self {
        Self { actor: hello.actor, boot_nonce: hello.boot_nonce, dialled_by, heard_at: mono_ms }
    }
}

/// Whether a second connection to the same server takes the place of the first. Both servers come to the same answer: the one dialled by the
/// server with the smaller id stays; of two dialled by the same one, the newer.
///
/// # Errors
/// [`Reason::Clone`] if the first is alive and belongs to another run of the program: two copies of one server are in operation.
pub fn stays(first: &Live, second: &Live) -> Result<bool, Reason> {
    if first.boot_nonce != second.boot_nonce {
        // A run that ended cannot have been heard since the next one said hello; a cut connection is heard of for the last time.
        let alive = second.heard_at.saturating_sub(first.heard_at) <= HEARTBEAT_MS + 1_000;
        return if alive { Err(Reason::Clone { server: second.actor.server }) } else { Ok(true) };
    }
    Ok(second.dialled_by <= first.dialled_by)
}
