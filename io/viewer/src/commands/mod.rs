//! What the server tells the viewer to do (`docs/protocols/control.md`, section 4, "Commands").

mod black_box;
mod done;
mod ear;
mod errand;
mod host;

pub use black_box::{Contents, pack};
pub use done::{Done, Known, Outcome};
pub use ear::Ear;
pub use errand::{Errand, Refusal, errand};
pub use host::{Power, switch, wake};
