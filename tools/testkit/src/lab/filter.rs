//! Packets that a host drops, by nftables.

use std::io::Write;
use std::process::{Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, ensure};

use super::ip;
use super::namespace::Namespace;

/// Tables are named by number, since one namespace may hold several.
static TABLES: AtomicU32 = AtomicU32::new(0);

/// One dropping rule, in force until this value is dropped.
#[derive(Debug)]
pub struct Filter {
    namespace: Arc<Namespace>,
    table: String,
}

impl Filter {
    /// `hook` is `input` or `output`.
    pub(super) fn new(namespace: &Arc<Namespace>, hook: &str, matching: &str) -> anyhow::Result<Self> {
        let table = format!("lab{}", TABLES.fetch_add(1, Ordering::Relaxed));
        let rules = format!(
            "table inet {table} {{\n chain {hook} {{\n  type filter hook {hook} priority -10;\n  {matching} counter drop;\n }}\n}}\n"
        );
        load(namespace, &rules)?;
        Ok(Self { namespace: Arc::clone(namespace), table })
    }

    /// How many packets it has dropped so far.
    ///
    /// # Errors
    /// If `nft` cannot be run or answers something else than usual.
    pub fn dropped(&self) -> anyhow::Result<u64> {
        let output = nft(&self.namespace, &format!("list table inet {}\n", self.table))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let number = text.split_once("counter packets ").and_then(|(_, rest)| rest.split(' ').next());
        number.and_then(|number| number.parse().ok()).with_context(|| format!("no counter in: {text}"))
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        let _ = load(&self.namespace, &format!("delete table inet {}\n", self.table));
    }
}

/// Loads rules; all of them or none.
pub(super) fn load(namespace: &Namespace, rules: &str) -> anyhow::Result<()> {
    let output = nft(namespace, rules)?;
    ensure!(output.status.success(), "{}\nin: {rules}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}

fn nft(namespace: &Namespace, text: &str) -> anyhow::Result<Output> {
    let mut command = ip::command("nft");
    command.args(["-f", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = namespace.enter(|| command.spawn()).context("nft")?;
    child.stdin.take().expect("piped above").write_all(text.as_bytes())?;
    Ok(child.wait_with_output()?)
}
