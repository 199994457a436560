//! Files over HTTP: media from the data folder, and the built web apps inside the program.

mod assets;
mod block;
mod body;
mod conditions;
mod encoding;
mod media;
mod open;
mod range;

pub use assets::web_routes;
pub use conditions::{Verdict, evaluate};
pub use media::{MediaFile, send};
pub use range::{ByteRange, Requested, requested};
