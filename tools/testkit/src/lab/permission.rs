//! Whether this machine allows a lab, and how a test says that it could not have one.

use std::fs::OpenOptions;
use std::io::Write;
use std::thread;

use anyhow::ensure;
use nix::sched::{CloneFlags, unshare};

use super::ip;

/// The programs of a lab and what brings them.
const PROGRAMS: [(&str, &str); 2] = [("ip", "iproute2"), ("nft", "nftables")];

/// Why there can be no lab here, with the remedy; none if there can.
pub(super) fn missing(programs: &[(&str, &str)]) -> Option<String> {
    let tried = thread::spawn(|| unshare(CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWNS)).join();
    match tried {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return Some(format!("no right to make network namespaces ({error}): run the tests as root")),
        Err(_) => return Some("the thread that tries a network namespace panicked".to_owned()),
    }
    let mut needed = PROGRAMS.iter().chain(programs);
    let missing = needed.find(|(program, _)| !ip::is_installed(program));
    missing.map(|(program, package)| format!("no `{program}`: apt-get install {package}"))
}

/// Names the running test as skipped: on standard error, and in the list that `cargo xtask test` reads.
pub(super) fn skip(reason: &str) -> anyhow::Result<()> {
    let test = test_name();
    ensure!(std::env::var("CI").as_deref() != Ok("true"), "{test} needs a lab, and there is {reason}");
    writeln!(std::io::stderr(), "SKIPPED: {test}: {reason}")?;
    if let Some(list) = std::env::var_os("XTASK_SKIPS") {
        let line = format!("{test}\t{reason}\n");
        OpenOptions::new().create(true).append(true).open(list)?.write_all(line.as_bytes())?;
    }
    Ok(())
}

/// The test that the calling thread runs.
fn test_name() -> String {
    let thread = thread::current();
    match thread.name() {
        Some(name) if name != "main" => name.to_owned(),
        _ => std::env::var("NEXTEST_TEST_NAME").unwrap_or_else(|_| "a test of the lab".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_called_by_its_name() {
        assert!(test_name().ends_with("a_test_is_called_by_its_name"), "{}", test_name());
    }
}
