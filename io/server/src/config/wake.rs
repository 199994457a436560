//! Waking viewers.

use super::section::section;

section! {
    /// Waking viewers (Wake-on-LAN).
    Wake = "wake";

    /// Name of the network interface that magic packets leave through, such as `eth0`. Empty: all of them.
    interface: String = "interface", String::new();
    /// How many machines are woken each second, so that a wall of screens does not trip a fuse.
    per_second: u16 = "per-second", 5, within 1..=1000;
    /// How many seconds a screen that was called may take to come back before it counts as not woken.
    patience_seconds: u16 = "patience-seconds", 180, within 5..=3600;
}
