//! `signboard check-config`.

use std::fmt::Write as _;

use super::Failure;
use crate::config::{Config, Place};

/// Says that the configuration is good, and which settings differ from the defaults and why.
pub(super) fn run(config: &Config) -> Result<String, Failure> {
    let mut out = String::from("The configuration is good.\n");
    for key in Config::keys() {
        let place = config.origin(&key);
        if place != Place::Default {
            writeln!(out, "  {key} is set by {place}").expect("writing to a string cannot fail");
        }
    }
    Ok(out)
}
