//! Commands of firewalld, per firewall-cmd(1).

use std::fmt::Write as _;

use super::{OUTGOING_NEEDS, Outgoing, Role, Rule};
use crate::ports::Direction;

const WRITES: &str = "writing to a string cannot fail";

pub(super) fn text(role: Role, outgoing: Outgoing, rules: &[Rule]) -> String {
    let mut out = format!("#!/bin/sh -e\n# Signboard, role {}. Opens the ports in the default zone.\n", role.name());
    for rule in rules.iter().filter(|rule| rule.is_inbound()) {
        let option = if rule.is_destination() { "--add-port" } else { "--add-source-port" };
        writeln!(out, "firewall-cmd --permanent {option}={}/{}  # {}", rule.number, rule.protocol, rule.purpose).expect(WRITES);
    }
    if outgoing == Outgoing::Narrow {
        out.push_str("# Outgoing traffic is narrowed by direct rules of the same machine.\n");
        direct(&mut out, "-m conntrack --ctstate ESTABLISHED,RELATED");
        direct(&mut out, "-o lo");
        for (number, protocol, purpose) in OUTGOING_NEEDS {
            rule(&mut out, &Rule::new(Direction::Out, number, protocol, purpose));
        }
        for each in rules.iter().filter(|rule| !rule.is_inbound()) {
            rule(&mut out, each);
        }
        for (family, protocol) in [("ipv4", "icmp"), ("ipv4", "igmp"), ("ipv6", "ipv6-icmp")] {
            writeln!(out, "firewall-cmd --permanent --direct --add-rule {family} filter OUTPUT 0 -p {protocol} -j ACCEPT")
                .expect(WRITES);
        }
        for family in ["ipv4", "ipv6"] {
            writeln!(out, "firewall-cmd --permanent --direct --add-rule {family} filter OUTPUT 1 -j DROP").expect(WRITES);
        }
    }
    out.push_str("firewall-cmd --reload\n");
    out
}

fn rule(out: &mut String, rule: &Rule) {
    let end = if rule.is_destination() { "--dport" } else { "--sport" };
    direct(out, &format!("-p {} {end} {}", rule.protocol, rule.number));
}

fn direct(out: &mut String, matches: &str) {
    for family in ["ipv4", "ipv6"] {
        writeln!(out, "firewall-cmd --permanent --direct --add-rule {family} filter OUTPUT 0 {matches} -j ACCEPT").expect(WRITES);
    }
}
