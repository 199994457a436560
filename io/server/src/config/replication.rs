//! Other servers of the installation.

use super::section::section;

section! {
    /// Other servers of the installation: Main, Sub and Backup keep each other's changes.
    Replication = "replication";

    /// Names or addresses under which the other servers reach this one, such as `main.example.org`, before those of its interfaces. Needed
    /// where a firewall or router translates addresses.
    addresses: Vec<String> = "addresses", Vec::new();
    /// The most play records that wait here for the Main, about 200 bytes each; beyond it the oldest are dropped, and counted.
    waiting_plays: u32 = "waiting-plays", 7_000_000, within 1_000..=1_000_000_000;
    /// The most events and log lines of screens that wait here for the Main.
    waiting_events: u32 = "waiting-events", 2_000_000, within 1_000..=1_000_000_000;
    /// The most bytes of files per second that this server receives from each other server; 0 = as the limits in the admin say. What screens
    /// need at once is exempt.
    receive_bytes_per_second: u64 = "receive-bytes-per-second", 0;
    /// The most bytes of files per second that this server sends to each other server; 0 = as the limits in the admin say.
    send_bytes_per_second: u64 = "send-bytes-per-second", 0;
    /// Megabytes that stay free on the data disk: files of other servers are not fetched into them, except what an emergency shows. 0 = a
    /// tenth of the disk, at most 5,120.
    reserve_megabytes: u64 = "reserve-megabytes", 0;
}
