//! Time on this host: the NTP server, the client and the disciplined clock.
