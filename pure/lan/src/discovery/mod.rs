//! WS-Discovery 1.1 and the draft of April 2005, with the DPWS metadata of a device.
