//! What clients asked of servers and were answered, and whether that can be true of servers that lose nothing.
//!
//! In the manner of Jepsen: clients of every server make, edit and remove documents while lines are cut and programs are killed, and note
//! what they asked and what came of it. Afterwards, when all lines are whole, [`check()`] holds that against what the servers show.
//!
//! Each value is written once in a whole run, and each edit names the value that its author saw, which the server has compared
//! (`If-Match`). So it is known of any two values whether one was written in the knowledge of the other, without looking into a server.

mod check;
mod fault;
mod reads;
mod record;
#[cfg(test)]
mod tests;
mod writes;

pub use check::check;
pub use fault::Fault;
pub use record::{Act, Call, Cells, End, Lost, Outcome, Pending, Session, Shown};
