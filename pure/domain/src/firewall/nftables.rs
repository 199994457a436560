//! A ruleset file for `nft -f`, per nft(8).

use std::fmt::Write as _;

use super::{OUTGOING_NEEDS, Outgoing, Role, Rule};

const WRITES: &str = "writing to a string cannot fail";

/// A whole table of its own: an `accept` in one table does not undo a `drop` in another, so only a table that also drops is true.
pub(super) fn text(role: Role, outgoing: Outgoing, rules: &[Rule]) -> String {
    let mut out = format!(
        "#!/usr/sbin/nft -f\n\
         # Signboard, role {}. Load with: nft -f FILE. Loading it again replaces it.\n\
         # It drops every other inbound packet: join it with the rules that this machine has already.\n\
         table inet signboard\n\
         delete table inet signboard\n\
         table inet signboard {{\n\
         \tchain input {{\n\
         \t\ttype filter hook input priority filter; policy drop;\n\
         \t\tct state established,related accept\n\
         \t\tiif lo accept\n\
         \t\tmeta l4proto {{ icmp, ipv6-icmp, igmp }} accept\n\
         \t\tudp dport {{ 68, 546 }} accept comment \"address assignment (DHCP)\"\n\
         \t\ttcp dport 22 accept comment \"administration by SSH: remove if not wanted\"\n",
        role.name(),
    );
    for rule in rules.iter().filter(|rule| rule.is_inbound()) {
        line(&mut out, rule);
    }
    out.push_str("\t}\n");
    if outgoing == Outgoing::Narrow {
        out.push_str(
            "\tchain output {\n\
             \t\ttype filter hook output priority filter; policy drop;\n\
             \t\tct state established,related accept\n\
             \t\toif lo accept\n\
             \t\tmeta l4proto { icmp, ipv6-icmp, igmp } accept\n",
        );
        for (number, protocol, purpose) in OUTGOING_NEEDS {
            writeln!(out, "\t\t{protocol} dport {number} accept comment \"{purpose}\"").expect(WRITES);
        }
        for rule in rules.iter().filter(|rule| !rule.is_inbound()) {
            line(&mut out, rule);
        }
        out.push_str("\t}\n");
    }
    out.push_str("}\n");
    out
}

fn line(out: &mut String, rule: &Rule) {
    let end = if rule.is_destination() { "dport" } else { "sport" };
    writeln!(out, "\t\t{} {end} {} accept comment \"{}\"", rule.protocol, rule.number, rule.purpose).expect(WRITES);
}
