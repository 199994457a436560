//! What the network is to this installation: the state of every port, and what the doctor finds.

pub mod doctor;
pub mod port_state;
