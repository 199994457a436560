//! PowerShell commands of Windows' firewall (`New-NetFirewallRule`, module NetSecurity).

use std::fmt::Write as _;

use super::{End, OUTGOING_NEEDS, Outgoing, Role, Rule};
use crate::ports::Direction;

const WRITES: &str = "writing to a string cannot fail";

pub(super) fn text(role: Role, outgoing: Outgoing, rules: &[Rule]) -> String {
    let mut out = format!(
        "# Signboard, role {}. Run in PowerShell as administrator.\n\
         Remove-NetFirewallRule -Group \"Signboard\" -ErrorAction SilentlyContinue\n",
        role.name(),
    );
    for rule in rules.iter().filter(|rule| rule.is_inbound()) {
        line(&mut out, rule);
    }
    if outgoing == Outgoing::Narrow {
        for (number, protocol, purpose) in OUTGOING_NEEDS {
            line(&mut out, &Rule::new(Direction::Out, number, protocol, purpose));
        }
        for rule in rules.iter().filter(|rule| !rule.is_inbound()) {
            line(&mut out, rule);
        }
        out.push_str("Set-NetFirewallProfile -All -DefaultOutboundAction Block\n");
    }
    out
}

fn line(out: &mut String, rule: &Rule) {
    let direction = if rule.is_inbound() { "Inbound" } else { "Outbound" };
    let end = if rule.end == End::Here { "LocalPort" } else { "RemotePort" };
    writeln!(
        out,
        "New-NetFirewallRule -Group \"Signboard\" -DisplayName \"Signboard: {}\" -Direction {direction} -Protocol {} -{end} {} -Action Allow",
        rule.purpose,
        rule.protocol.name().to_ascii_uppercase(),
        rule.number,
    )
    .expect(WRITES);
}
