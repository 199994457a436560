//! Wake-on-LAN on real interfaces: sending magic packets, hearing those for this machine, and the wake flag of its cards
//! (`docs/protocols/wake.md`).

mod card;
mod ethtool;
mod flag;
mod listener;
mod send;

pub use card::{OwnCard, own_cards, own_macs};
pub use flag::{FlagError, WakeFlag, read_flag, set_flag};
pub use listener::{Listener, NoPort, Refused};
pub use send::{Frames, SendError, Way, Wish, send, send_staggered};
