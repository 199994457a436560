//! Other servers of the installation.

use super::section::section;

section! {
    /// Other servers of the installation: Main, Sub and Backup keep each other's changes.
    Replication = "replication";

    /// Names or addresses under which the other servers reach this one, such as `main.example.org`, before those of its interfaces. Needed
    /// where a firewall or router translates addresses.
    addresses: Vec<String> = "addresses", Vec::new();
}
