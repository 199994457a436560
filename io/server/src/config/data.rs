//! Where the server keeps what it knows.

use std::path::PathBuf;

use super::section::section;

section! {
    /// Where the server keeps what it knows.
    Data = "data";

    /// Folder of the database, the media and the keys. Created with access for its owner only.
    dir: PathBuf = "dir", PathBuf::from("/var/lib/signboard");
    /// How many days ahead screens receive their plan, so that they play on without the server.
    horizon_days: u32 = "horizon-days", 14, within 1..=366;
    /// After how many days all files are read again, slowly, to see whether one was spoilt on the disk.
    check_days: u32 = "check-days", 30, within 1..=366;
}
