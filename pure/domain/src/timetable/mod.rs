//! What plays when, and why.
//!
//! [`resolve`] gives the whole answer for a time, [`explain`] the answer for one instant with its reasons; they are computed
//! apart from each other and always agree. [`position`] says which item of a program stands on the screen. The rules in plain
//! words: `docs/timetable.md`.

mod contender;
mod diff;
mod explain;
mod gaps;
mod item;
mod playable;
mod position;
mod program;
mod resolve;
mod sentence;
mod slot;
mod why;
mod zones;

pub use diff::{Altered, diff};
pub use explain::explain;
pub use item::{Item, Play, Show};
pub use playable::{Nothing, program, shown_between};
pub use position::{Position, position};
pub use program::{Program, Shuffle};
pub use resolve::{next_change, resolve};
pub use slot::{Playing, Slot, Target};
pub use why::{Candidate, Verdict, Why};
