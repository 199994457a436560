//! A line between servers that can be cut: packets are dropped without a word, as where a router fails.

use super::node::{CLIENTS, Node};
use crate::failure::Failure;
use crate::process;

/// The table of the rules.
const TABLE: &str = "inet bench";

/// What is dropped while the line is cut.
pub(super) struct Parting {
    ports: String,
}

impl Parting {
    /// Between all of these servers.
    pub(super) fn between(nodes: &[&Node]) -> Self {
        let ports = nodes.iter().flat_map(|node| {
            let serving = &node.instance.serving;
            [serving.http, serving.https, serving.control]
        });
        Self { ports: ports.map(|port| port.to_string()).collect::<Vec<_>>().join(", ") }
    }

    /// Cuts the line.
    ///
    /// # Errors
    /// Where the kernel does not take the rules.
    pub(super) fn cut(&self) -> Result<(), Failure> {
        nft(&rules(&self.ports))
    }

    /// Restores it.
    ///
    /// # Errors
    /// Where it was not cut.
    pub(super) fn restore(&self) -> Result<(), Failure> {
        nft(&format!("delete table {TABLE}"))
    }
}

fn rules(ports: &str) -> String {
    let drop = |what: &str| format!("add rule {TABLE} out {what} counter drop; ");
    let mut text = format!("add table {TABLE}; add chain {TABLE} out {{ type filter hook output priority 0; }}; ");
    text += &drop(&format!("ip daddr != {CLIENTS} tcp dport {{ {ports} }}"));
    text += &drop(&format!("ip saddr != {CLIENTS} tcp sport {{ {ports} }}"));
    text += &drop(&format!("meta nfproto ipv6 tcp dport {{ {ports} }}"));
    text
}

fn nft(text: &str) -> Result<(), Failure> {
    let answer = process::quiet(process::command("nft").arg(text))?;
    if answer.success {
        return Ok(());
    }
    Err(Failure::failed(format!("`nft` refuses: {}", answer.stderr.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_left_alone() {
        let text = rules("1, 2");
        assert!(text.contains("add rule inet bench out ip daddr != 127.0.0.77 tcp dport { 1, 2 } counter drop;"), "{text}");
        assert!(text.contains("ip saddr != 127.0.0.77 tcp sport { 1, 2 }"), "{text}");
    }
}
