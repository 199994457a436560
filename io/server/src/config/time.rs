//! Time for viewers.

use domain::ports;

use super::section::section;

section! {
    /// Time for viewers by NTP.
    Time = "time";

    /// Answers NTP clients. This version has no NTP service yet: leave it false. HTML5 viewers get
    /// their time over the web ports either way.
    enabled: bool = "enabled", false;
    /// UDP port of NTP.
    port: u16 = "port", ports::TIME;
}
