//! One crypto library: aws-lc-rs. OpenSSL and ring must not enter the tree by somebody's default features.

use crate::failure::Failure;
use crate::process;

const UNWANTED: [&str; 4] = ["native-tls", "openssl", "openssl-sys", "ring"];

/// Every unwanted library, with the path that brings it.
///
/// # Errors
/// Where cargo cannot be started.
pub(super) fn check() -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for name in UNWANTED {
        let words = ["tree", "--workspace", "--target", "all", "--edges", "normal,build,dev", "--invert", name];
        let answer = process::quiet(process::cargo().args(words))?;
        // A crate that is not there at all is an error to cargo; one that no feature selects prints nothing.
        let absent = answer.stderr.contains("did not match any packages");
        if !answer.success && !absent {
            return Err(Failure::failed(format!("`cargo tree --invert {name}` failed: {}", answer.stderr.trim())));
        }
        if answer.success && !answer.stdout.trim().is_empty() {
            let path: Vec<&str> = answer.stdout.lines().take(6).collect();
            found.push(format!("`{name}` is in the tree:\n{}", path.join("\n")));
        }
    }
    Ok(found)
}
