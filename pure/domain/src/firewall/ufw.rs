//! Commands of ufw, per ufw(8).

use std::fmt::Write as _;

use super::{OUTGOING_NEEDS, Outgoing, Role, Rule};
use crate::ports::Direction;

const WRITES: &str = "writing to a string cannot fail";

pub(super) fn text(role: Role, outgoing: Outgoing, rules: &[Rule]) -> String {
    let mut out = format!(
        "#!/bin/sh -e\n\
         # Signboard, role {}.\n\
         ufw default deny incoming\n\
         ufw allow in proto tcp to any port 22 comment \"administration by SSH: remove if not wanted\"\n",
        role.name(),
    );
    for rule in rules.iter().filter(|rule| rule.is_inbound()) {
        line(&mut out, rule);
    }
    if outgoing == Outgoing::Narrow {
        out.push_str("ufw default deny outgoing\n");
        for (number, protocol, purpose) in OUTGOING_NEEDS {
            line(&mut out, &Rule::new(Direction::Out, number, protocol, purpose));
        }
        for rule in rules.iter().filter(|rule| !rule.is_inbound()) {
            line(&mut out, rule);
        }
    }
    out.push_str("ufw enable\n");
    out
}

fn line(out: &mut String, rule: &Rule) {
    let ends = if rule.is_destination() {
        format!("to any port {}", rule.number)
    } else {
        format!("from any port {} to any", rule.number)
    };
    writeln!(out, "ufw allow {} proto {} {ends} comment \"{}\"", rule.direction, rule.protocol, rule.purpose).expect(WRITES);
}
