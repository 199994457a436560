//! What a viewer has when it comes to a server.

use control::slice::SliceId;
use control::v1;

/// What the first message of a session says.
#[derive(Clone, Debug, Default)]
pub struct Present {
    /// The slice that is whole.
    pub slice: Option<SliceId>,
    /// What the server knew that gave it.
    pub position: Vec<v1::Known>,
    /// The plan in force; empty = none.
    pub plan: String,
    /// Name of the output; empty = the only one.
    pub output: String,
    /// Size of the screen in pixels; 0 by 0 = unknown.
    pub size: (u32, u32),
    /// Names of optional abilities.
    pub features: Vec<String>,
}
