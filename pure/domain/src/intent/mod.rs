//! What people do that is more than changing one document: each intention is decided by one function.

pub mod approve;
pub mod enrol;
pub mod insert_item;
pub mod note_cards;
pub mod promote;
pub mod publish;
pub mod rank;
pub mod set_up;
pub mod take_down;
