//! Commands of `iptables` and `ip6tables`, per iptables(8).

use std::fmt::Write as _;

use super::{OUTGOING_NEEDS, Outgoing, Role, Rule};
use crate::ports::{Direction, Protocol};

const WRITES: &str = "writing to a string cannot fail";

pub(super) fn text(role: Role, outgoing: Outgoing, rules: &[Rule]) -> String {
    let mut out = format!(
        "#!/bin/sh -e\n\
         # Signboard, role {}. Adds to the rules of this machine; what is not allowed by any of them is dropped at the end.\n\
         for t in iptables ip6tables; do\n\
         $t -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n\
         $t -A INPUT -i lo -j ACCEPT\n\
         $t -A INPUT -p udp -m multiport --dports 68,546 -m comment --comment \"address assignment (DHCP)\" -j ACCEPT\n\
         $t -A INPUT -p tcp --dport 22 -m comment --comment \"administration by SSH: remove if not wanted\" -j ACCEPT\n",
        role.name(),
    );
    for rule in rules.iter().filter(|rule| rule.is_inbound()) {
        line(&mut out, "INPUT", rule);
    }
    if outgoing == Outgoing::Narrow {
        out.push_str("$t -A OUTPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT\n$t -A OUTPUT -o lo -j ACCEPT\n");
        for (number, protocol, purpose) in OUTGOING_NEEDS {
            line(&mut out, "OUTPUT", &Rule::new(Direction::Out, number, protocol, purpose));
        }
        for rule in rules.iter().filter(|rule| !rule.is_inbound()) {
            line(&mut out, "OUTPUT", rule);
        }
    }
    out.push_str("done\n");
    for chain in chains(outgoing) {
        for (tool, protocol) in [("iptables", "icmp"), ("iptables", "igmp"), ("ip6tables", "ipv6-icmp")] {
            writeln!(out, "{tool} -A {chain} -p {protocol} -j ACCEPT").expect(WRITES);
        }
        writeln!(out, "iptables -P {chain} DROP\nip6tables -P {chain} DROP").expect(WRITES);
    }
    out
}

fn chains(outgoing: Outgoing) -> &'static [&'static str] {
    match outgoing {
        Outgoing::Open => &["INPUT"],
        Outgoing::Narrow => &["INPUT", "OUTPUT"],
    }
}

fn line(out: &mut String, chain: &str, rule: &Rule) {
    let end = if rule.is_destination() { "--dport" } else { "--sport" };
    let protocol: Protocol = rule.protocol;
    writeln!(out, "$t -A {chain} -p {protocol} {end} {} -m comment --comment \"{}\" -j ACCEPT", rule.number, rule.purpose)
        .expect(WRITES);
}
