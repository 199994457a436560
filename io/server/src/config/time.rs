//! Time for viewers.

use domain::ports;

use super::Remote;
use super::choice::choice;
use super::section::section;

choice! {
    /// Whose time the server gives out.
    TimeMode;

    /// The system's where the system clock is synchronised, otherwise the server's own.
    Auto = "auto",
    /// None: NTP clients get no answer.
    Off = "off",
    /// A clock of its own, which follows `time.servers`.
    Own = "own",
    /// The system's clock, with what chrony or the kernel knows of it.
    System = "system",
}

section! {
    /// Time for viewers by NTP. HTML5 viewers get their time over the web ports either way.
    Time = "time";

    /// Answers NTP clients.
    enabled: bool = "enabled", true;
    /// UDP port of NTP.
    port: u16 = "port", ports::TIME;
    /// Whose time is given out: `system`, the system's clock with what chrony or the kernel knows of it; `own`, a clock
    /// that follows `time.servers` and never sets the system's; `auto`, system where the system's clock is
    /// synchronised, else own; or `off`.
    mode: TimeMode = "mode", TimeMode::Auto;
    /// With `own`: the NTP servers to follow, by name or address; four or more find one that lies. Empty: none.
    servers: Vec<Remote> = "servers", Vec::new();
    /// With `own` and without any server that answers: the stratum at which this clock is given out all the same, so that
    /// screens agree with each other. 0: say that it is not synchronised.
    orphan_stratum: u16 = "orphan-stratum", 10, within 0..=15;
    /// How many questions per second of one address are answered in the long run; the rest is told to ask less often. Raise it
    /// where a whole site stands behind one address. 0: no limit.
    rate_limit: u16 = "rate-limit", 8;
    /// UDP port from which `time.servers` are asked. 0 picks a free one; 123 where a firewall wants it.
    client_port: u16 = "client-port", 0;
}

impl Time {
    /// Whether NTP clients are to be answered.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.enabled && self.mode != TimeMode::Off
    }
}
