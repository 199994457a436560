//! `signboard wake`.

use domain::card::{Mac, SecureOn};

use super::{Exit, Failure, local};
use crate::config::Config;
use crate::lan::wake::Wanted;

/// Wakes each target: an address from here, a name through the running server.
pub(super) fn run(config: &Config, targets: &[String], secure_on: Option<String>) -> Result<String, Failure> {
    let password = secure_on.map(SecureOn::try_from).transpose();
    let password = password.map_err(|error| Failure::new(Exit::Usage, format!("{error}.")))?;
    let mut out = String::new();
    for target in targets {
        out += &match target.parse::<Mac>() {
            Ok(mac) => call(config, mac, password.as_ref())?,
            Err(error) if looks_like_an_address(target) => return Err(Failure::new(Exit::Usage, format!("{error}."))),
            Err(_) => local::wake(&config.data.dir, target)?,
        };
    }
    Ok(out)
}

/// An address with a slip of the pen is not looked up as a name.
fn looks_like_an_address(text: &str) -> bool {
    text.contains(':') || (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn call(config: &Config, mac: Mac, password: Option<&SecureOn>) -> Result<String, Failure> {
    let sent = super::runtime()?.block_on(Wanted::card(mac, password.map(SecureOn::bytes)).send(&config.wake));
    sent.map_err(|error| Failure::new(Exit::Unavailable, format!("{error}.")))?;
    Ok(format!("{mac} was called on UDP 9 and 7; a machine that wakes needs up to a minute.\n"))
}
