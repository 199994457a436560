//! NTP versions 3 and 4 (RFC 1305, RFC 5905): packet, server answer, client filter and clock discipline.
