//! `signboard wake`.

use std::io::Write as _;
use std::num::NonZeroU16;
use std::time::Instant;

use domain::card::{Mac, SecureOn};
use domain::ports;
use lan::wake::{MagicPacket, Password, stagger};
use net::wake::{SendError, Way, Wish, send};

use super::exit::words;
use super::{Exit, Failure, local};
use crate::config::Config;

/// Wakes each target: an address from here, as many of them each second as `wake.per-second` allows; a name through the running server, which keeps its
/// own pace.
pub(super) fn run(config: &Config, targets: &[String], secure_on: Option<String>) -> Result<String, Failure> {
    let password = secure_on.map(SecureOn::try_from).transpose();
    let password = password.map_err(|error| Failure::new(Exit::Usage, format!("{error}.")))?;
    let mut out = String::new();
    let per_second = NonZeroU16::new(config.wake.per_second).unwrap_or(NonZeroU16::MIN);
    let (begin, mut turns) = (Instant::now(), stagger(targets.len(), per_second));
    for target in targets {
        out += &match target.parse::<Mac>() {
            Ok(mac) => {
                let turn = turns.next().unwrap_or_default();
                std::thread::sleep(turn.saturating_sub(begin.elapsed()));
                call(config, mac, password.as_ref())?
            }
            Err(error) if looks_like_an_address(target) => return Err(Failure::new(Exit::Usage, format!("{error}."))),
            Err(_) => local::wake(&config.data.dir, target)?,
        };
    }
    Ok(out)
}

/// Wakes each screen through the running server, and says how it ended: first what will be done, at once, then what came of it.
pub(super) fn test(config: &Config, targets: &[String]) -> Result<String, Failure> {
    let mut out = String::new();
    for target in targets {
        if target.parse::<Mac>().is_ok() || looks_like_an_address(target) {
            let text = "give the name of a screen: whether an address woke, nobody tells.";
            return Err(Failure::new(Exit::Usage, text));
        }
        let plan = local::wake_plan(&config.data.dir, target)?;
        // Somebody sits before this and waits for minutes. A reader that went away is no reason not to wake.
        let mut now = std::io::stdout().lock();
        let _ = now.write_all(plan.as_bytes()).and_then(|()| now.flush());
        out += &local::wake_test(&config.data.dir, target)?;
    }
    Ok(out)
}

/// An address with a slip of the pen is not looked up as a name.
fn looks_like_an_address(text: &str) -> bool {
    text.contains(':') || (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn call(config: &Config, mac: Mac, password: Option<&SecureOn>) -> Result<String, Failure> {
    let password = password.and_then(|password| Password::from_bytes(password.bytes()).ok());
    let interface = Some(config.wake.interface.clone()).filter(|name| !name.is_empty());
    let sent = send(&MagicPacket { target: mac.0, password }, &Wish { interface, ..Wish::default() });
    let ways = sent.map_err(|error| {
        let remedy = match &error {
            SendError::Refused { .. } => format!("; {REMEDY}"),
            _ => ".".to_owned(),
        };
        Failure::new(Exit::Unavailable, format!("{error}{remedy}"))
    })?;
    Ok(told(mac, &ways))
}

/// What to do where the system takes no packet.
const REMEDY: &str = "let UDP 7 and 9 leave this machine: `signboard firewall --outgoing` prints the rules.";

/// On which ports the machine was called, and which ways were refused.
fn told(mac: Mac, ways: &[Way]) -> String {
    let called = |port: u16| ways.iter().any(|way| way.outcome.is_ok() && way.to.is_some_and(|to| to.port() == port));
    let by = match (called(ports::WAKE_DISCARD), called(ports::WAKE_ECHO)) {
        (true, true) => "on UDP 9 and 7",
        (true, false) => "on UDP 9 only",
        (false, true) => "on UDP 7 only",
        (false, false) => "by an Ethernet frame",
    };
    let mut out = format!("{mac} was called {by}; a machine that wakes needs up to a minute.\n");
    let mut refused = false;
    for way in ways {
        let Err(error) = &way.outcome else { continue };
        refused = true;
        let to = way.to.map_or("an Ethernet frame".to_owned(), |to| format!("UDP {} of {}", to.port(), to.ip()));
        out += &format!("  not sent: {to} on {} ({})\n", way.interface, words(error));
    }
    if refused {
        out += &format!("  -> {REMEDY}\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn way(to: &str, is_sent: bool) -> Way {
        let outcome = if is_sent { Ok(()) } else { Err(io::Error::from(io::ErrorKind::PermissionDenied)) };
        Way { interface: "eth0".to_owned(), to: to.parse().ok(), outcome }
    }

    #[test]
    fn the_ports_that_were_really_used_are_named() {
        let mac = "00:11:22:aa:bb:cc".parse().unwrap();
        let both = told(mac, &[way("10.0.0.255:9", true), way("10.0.0.255:7", true)]);
        assert!(both.contains("on UDP 9 and 7;") && both.lines().count() == 1, "{both}");
        let one = told(mac, &[way("10.0.0.255:9", true), way("10.0.0.255:7", false)]);
        assert!(one.contains("on UDP 9 only;"), "{one}");
        assert!(one.contains("  not sent: UDP 7 of 10.0.0.255 on eth0 (permission denied)\n  -> let UDP 7 and 9 leave"), "{one}");
        let frame = told(mac, &[way("", true)]);
        assert!(frame.contains("by an Ethernet frame;"), "{frame}");
    }
}
