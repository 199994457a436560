//! How a test says that it could not be run here.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::thread;

use anyhow::ensure;

/// Names the running test as skipped: on standard error, and in the list that `cargo xtask test` reads.
///
/// # Errors
/// In an automatic run (`CI=true`), where nothing may be missing, and where the list cannot be written.
pub fn skip(reason: &str) -> anyhow::Result<()> {
    let test = test_name();
    ensure!(std::env::var("CI").as_deref() != Ok("true"), "{test} cannot be run: {reason}");
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
        _ => std::env::var("NEXTEST_TEST_NAME").unwrap_or_else(|_| "a test".to_owned()),
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
